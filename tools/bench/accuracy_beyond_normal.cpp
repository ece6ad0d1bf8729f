// Families of "Beyond Normal: On the Evaluation of Mutual Information Estimators" (Czyż, Grabowski,
// Vogt, Beerenwinkel & Marx, NeurIPS 2023). The base samplers are those of the tests; bends are
// injective maps of each side.

#include <algorithm>
#include <array>
#include <utility>

#include "accuracy_task.hpp"
#include "accuracy_warp.hpp"
#include "support/bmi_tasks.hpp"

namespace cch::bench {
namespace {

using test::BmiFamily;
using test::BmiMargins;
using test::BmiTask;

constexpr std::size_t kRows = 10000;  // of the benchmark

// What simple estimators of other implementations gave at N = 10000: means of two or three draws.
struct Known {
  const char* task;
  std::array<double, 5> nats;
};
constexpr std::array<const char*, 5> kKnownNames{"KSG1 k=5, z-scored", "KSG1 k=5, ranks",
                                                 "Gaussian copula", "CCA+KSG", "CCA+squares+KSG"};
constexpr Known kKnown[] = {
    {"1v1-normal-0.75", {0.4127, 0.4131, 0.4087, 0.4072, 0.4054}},
    {"normal_cdf-1v1-normal-0.75", {0.4150, 0.4131, 0.4087, 0.4072, 0.4054}},
    {"1v1-additive-0.1", {1.6880, 1.6832, 1.2703, 1.6729, 1.6656}},
    {"1v1-additive-0.75", {0.3198, 0.3210, 0.1823, 0.3144, 0.3154}},
    {"half_cube-1v1-normal-0.75", {0.4126, 0.4131, 0.4087, 0.4072, 0.4054}},
    {"student-identity-1-1-1", {0.1766, 0.2345, 0.0001, 0.2362, 0.2379}},
    {"multinormal-dense-2-2-0.5", {0.2942, 0.2947, 0.2947, 0.292, 0.3014}},
    {"multinormal-dense-3-3-0.5", {0.4176, 0.4176, 0.4139, 0.4148, 0.4122}},
    {"multinormal-dense-5-5-0.5", {0.5764, 0.5769, 0.5938, 0.5993, 0.5869}},
    {"multinormal-dense-25-25-0.5", {0.9841, 0.9841, 1.2878, 1.2842, 1.278}},
    {"multinormal-sparse-2-2-2-2.0", {1.0248, 1.0269, 1.0180, 1.0234, 1.0127}},
    {"multinormal-sparse-3-3-2-2.0", {0.9677, 0.9671, 1.0142, 1.021, 1.011}},
    {"multinormal-sparse-5-5-2-2.0", {0.7476, 0.7485, 1.0168, 1.0246, 1.0163}},
    {"multinormal-sparse-25-25-2-2.0", {0.1428, 0.1443, 1.0102, 1.0119, 0.9963}},
    {"student-identity-2-2-1", {0.2666, 0.4052, 0.0003, 0.1127, 0.4114}},
    {"student-identity-2-2-2", {0.1175, 0.1752, 0.0002, 0.044, 0.1854}},
    {"student-identity-3-3-2", {0.1319, 0.1924, 0.0005, 0.0271, 0.2711}},
    {"normal_cdf-multinormal-sparse-3-3-2-2.0", {0.9276, 0.9671, 1.0142, 1.021, 1.011}},
    {"normal_cdf-multinormal-sparse-5-5-2-2.0", {0.7197, 0.7485, 1.0168, 1.0246, 1.0163}},
    {"half_cube-multinormal-sparse-3-3-2-2.0", {0.8916, 0.9671, 1.0142, 1.021, 1.011}},
    {"half_cube-multinormal-sparse-5-5-2-2.0", {0.6630, 0.7485, 1.0168, 1.0246, 1.0163}},
};

std::vector<Reference> known_values(const std::string& name) {
  std::vector<Reference> values;
  for (const Known& known : kKnown) {
    if (name != known.task) continue;
    for (std::size_t i = 0; i < kKnownNames.size(); ++i) {
      values.push_back({kKnownNames[i], known.nats[i]});
    }
  }
  return values;
}

Matrix as_drawn(Matrix m, BmiMargins margins) {
  switch (margins) {
    case BmiMargins::as_drawn:
      return m;
    case BmiMargins::normal_cdf:
      return undo_normal_cdf(m.view());
    case BmiMargins::half_cube:
      return undo_half_cube(m.view());
  }
  return m;
}

Draw bent_draw(const BmiTask& base, const Bend& bend, std::size_t n, std::uint64_t seed) {
  const test::BmiSample sample = test::run_bmi_task(base, n, seed);
  return {Samples::from(bend.x.forward(sample.x.view()), "x"),
          Samples::from(bend.y.forward(sample.y.view()), "y")};
}

// Back through the bends and margins of the rows as they are handed out, then densities.
std::vector<double> bent_pointwise(const BmiTask& base, const Bend& bend, std::size_t n,
                                   std::uint64_t seed) {
  const Draw draw = bent_draw(base, bend, n, seed);
  const Matrix x = as_drawn(bend.x.backward(std::get<Samples>(draw.x).view()), base.margins);
  const Matrix y = as_drawn(bend.y.backward(std::get<Samples>(draw.y).view()), base.margins);
  std::vector<double> terms(n);
  for (std::size_t i = 0; i < n; ++i) terms[i] = test::bmi_pointwise(base, x.row(i), y.row(i));
  return terms;
}

AccuracyTask bent_task(const BmiTask& base, const Bend& bend) {
  AccuracyTask task;
  task.name = bend.prefix + base.name;
  task.set = "beyond-normal";
  task.dim_x = bend.prefix == swiss_roll_bend().prefix ? 2 : base.dim_x;
  task.dim_y = base.dim_y;
  task.rows = {kRows};
  task.references = known_values(task.name);
  task.truth = [base] { return Truth{base.true_nats(), 0.0}; };
  task.draw = [=](std::size_t n, std::uint64_t seed) { return bent_draw(base, bend, n, seed); };
  task.pointwise = [=](std::size_t n, std::uint64_t seed) {
    return bent_pointwise(base, bend, n, seed);
  };
  return task;
}

BmiTask student(std::size_t dim, int freedom) {
  const std::string d = std::to_string(dim);
  return {"student-identity-" + d + "-" + d + "-" + std::to_string(freedom), BmiFamily::student,
          dim, dim, static_cast<double>(freedom)};
}

BmiTask sparse(std::size_t dim, BmiMargins margins = BmiMargins::as_drawn) {
  const std::string d = std::to_string(dim);
  std::string prefix;
  if (margins == BmiMargins::normal_cdf) prefix = "normal_cdf-";
  if (margins == BmiMargins::half_cube) prefix = "half_cube-";
  return {prefix + "multinormal-sparse-" + d + "-" + d + "-2-2.0",
          BmiFamily::sparse,
          dim,
          dim,
          0.8,
          margins};
}

std::vector<std::pair<BmiTask, Bend>> further_members() {
  const BmiTask normal{"1v1-normal-0.75", BmiFamily::normal, 1, 1, 0.75};
  const BmiTask uniform{"normal_cdf-1v1-normal-0.75", BmiFamily::normal, 1, 1, 0.75,
                        BmiMargins::normal_cdf};
  std::vector<std::pair<BmiTask, Bend>> members = {
      {{"multinormal-dense-50-50-0.5", BmiFamily::dense, 50, 50, 0.5}, no_bend()},
      {normal, wiggly_bend()},
      {normal, bimodal_bend()},
      {uniform, swiss_roll_bend()},
      {sparse(3), wiggly_bend()},
      {sparse(25, BmiMargins::normal_cdf), no_bend()},
      {sparse(25, BmiMargins::half_cube), no_bend()}};
  for (const int freedom : {2, 5}) members.emplace_back(student(1, freedom), no_bend());
  members.emplace_back(student(2, 5), no_bend());
  for (const int freedom : {1, 5}) members.emplace_back(student(3, freedom), no_bend());
  for (const int freedom : {1, 2, 5}) members.emplace_back(student(5, freedom), no_bend());
  for (const auto& [dim, freedom] : {std::pair{1, 1}, {2, 1}, {3, 2}, {5, 2}}) {
    members.emplace_back(student(static_cast<std::size_t>(dim), freedom), asinh_bend());
  }
  for (const std::size_t dim : {3, 5, 25}) {
    members.emplace_back(sparse(dim), spiral_bend());
    members.emplace_back(sparse(dim, BmiMargins::normal_cdf), spiral_bend());
  }
  return members;
}

}  // namespace

std::vector<AccuracyTask> beyond_normal_tasks() {
  std::vector<AccuracyTask> tasks;
  for (const BmiTask& base : test::bmi_tasks()) tasks.push_back(bent_task(base, no_bend()));
  for (const auto& [base, bend] : further_members()) tasks.push_back(bent_task(base, bend));
  return tasks;
}

}  // namespace cch::bench
