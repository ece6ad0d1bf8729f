#include "accuracy_export.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "cch/core/version.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/written_files.hpp"

namespace cch::bench {
namespace {

namespace fs = std::filesystem;

FileContent samples_file(const std::string& path, const Samples& samples) {
  const MatrixView m = samples.view();
  if (m.stride() != m.cols()) throw std::logic_error("drawn rows are not contiguous");
  return {path, npy_bytes("<f8", std::vector{m.rows(), m.cols()}, m.data(),
                          m.rows() * m.cols() * sizeof(double))};
}

FileContent labels_file(const std::string& path, const ClassLabels& labels) {
  const std::vector<std::int64_t> codes(labels.codes().begin(), labels.codes().end());
  return {path, npy_bytes("<i8", std::vector{codes.size()}, codes.data(),
                          codes.size() * sizeof(std::int64_t))};
}

FileContent variable_file(const std::string& path, const Variable& v) {
  if (const auto* samples = std::get_if<Samples>(&v)) return samples_file(path, *samples);
  return labels_file(path, std::get<ClassLabels>(v));
}

void export_draw(const AccuracyTask& task, std::size_t n, std::uint64_t seed,
                 const fs::path& folder) {
  make_folder(folder.string());
  const Draw draw = task.draw(n, seed);
  const Truth truth = task.truth();
  const nlohmann::json about = {{"task", task.name},
                                {"set", task.set},
                                {"n", n},
                                {"seed", seed},
                                {"dim_x", task.dim_x},
                                {"dim_y", task.labels ? 1 : task.dim_y},
                                {"labels", task.labels},
                                {"truth_nats", truth.nats},
                                {"truth_standard_error", truth.standard_error},
                                {"version", kVersion}};
  write_files({variable_file((folder / "x.npy").string(), draw.x),
               variable_file((folder / "y.npy").string(), draw.y),
               {(folder / "truth.json").string(), about.dump(2) + "\n"}});
}

}  // namespace

std::string export_folder(const std::string& task, std::size_t n, std::uint64_t seed) {
  return fmt::format("{}/n{}-seed{}", task, n, seed);
}

std::size_t export_draws(const AccuracyPlan& plan, const std::string& folder) {
  std::size_t written = 0;
  for (const AccuracyTask& task : plan.tasks) {
    if (!task.unavailable.empty()) {
      fmt::print(stderr, "{}: left out, {}\n", task.name, task.unavailable);
      continue;
    }
    for (const std::size_t n : rows_for(plan, task)) {
      for (std::uint64_t s = 0; s < plan.seeds; ++s, ++written) {
        const std::uint64_t seed = plan.first_seed + s;
        export_draw(task, n, seed, fs::path(folder) / export_folder(task.name, n, seed));
      }
    }
  }
  return written;
}

}  // namespace cch::bench
