#include "tools/bench/accuracy_export.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cch/data/bytes.hpp"
#include "cch/data/npy.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch::bench {
namespace {

namespace fs = std::filesystem;

AccuracyPlan plan_of(std::vector<AccuracyTask> tasks, const std::string& name, std::size_t n) {
  AccuracyPlan plan;
  for (AccuracyTask& task : tasks) {
    if (task.name == name) plan.tasks.push_back(std::move(task));
  }
  plan.rows = {n};
  plan.seeds = 2;
  plan.first_seed = 5;
  return plan;
}

Array read(const fs::path& path) {
  return parse_npy(map_file(path.string()), path.string());
}

}  // namespace

TEST_CASE("accuracy export: rows come back bit for bit, with their truth") {
  const test::TempFolder folder;
  const AccuracyPlan plan = plan_of(correlated_normal_tasks(), "correlated-20-rho0.5", 7);
  REQUIRE(plan.tasks.size() == 1);
  CHECK(export_draws(plan, folder.path("draws")) == 2);
  for (const std::uint64_t seed : {5U, 6U}) {
    const Draw draw = plan.tasks.front().draw(7, seed);
    const fs::path at =
        fs::path(folder.path("draws")) / export_folder("correlated-20-rho0.5", 7, seed);
    const Array x = read(at / "x.npy");
    CHECK(x.dtype() == DType::f64);
    const Array y = read(at / "y.npy");
    REQUIRE(x.shape() == std::vector<std::size_t>{7, 20});
    REQUIRE(y.shape() == std::vector<std::size_t>{7, 20});
    for (std::size_t i = 0; i < 7; ++i) {
      for (std::size_t j = 0; j < 20; ++j) {
        CHECK(x.matrix(7)(i, j) == std::get<Samples>(draw.x)(i, j));
        CHECK(y.matrix(7)(i, j) == std::get<Samples>(draw.y)(i, j));
      }
    }
    const auto about = nlohmann::json::parse(std::ifstream(at / "truth.json"));
    CHECK(about.at("seed") == seed);
    CHECK(about.at("n") == 7);
    // −10 ln(1 − .25): twenty pairs with ρ = .5.
    CHECK(test::near(about.at("truth_nats"), 2.876820724517809, test::kRounding));
  }
}

TEST_CASE("accuracy export: class labels are integers") {
  const test::TempFolder folder;
  const std::vector<AccuracyTask> tasks = class_tasks();
  const AccuracyPlan plan = plan_of(tasks, tasks.front().name, 9);
  REQUIRE(plan.tasks.front().labels);
  export_draws(plan, folder.path("draws"));
  const Array y =
      read(fs::path(folder.path("draws")) / export_folder(tasks.front().name, 9, 5) / "y.npy");
  CHECK(y.dtype() == DType::i64);
  REQUIRE(y.shape() == std::vector<std::size_t>{9});
  const Draw draw = plan.tasks.front().draw(9, 5);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(y.matrix(9)(i, 0) == std::get<ClassLabels>(draw.y)[i]);
  }
}

TEST_CASE("accuracy export: what cannot be written is an error") {
  const test::TempFolder folder;
  const std::string file = folder.write("file", "no folder");
  const AccuracyPlan plan = plan_of(correlated_normal_tasks(), "correlated-20-2nats", 7);
  CHECK_THROWS(export_draws(plan, file));
}

}  // namespace cch::bench
