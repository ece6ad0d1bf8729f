// Uses the installed library: reads a file, takes one information of known value, ranks teachers.

#include <cch/core/random.hpp>
#include <cch/criterion/ranking.hpp>
#include <cch/data/source.hpp>
#include <cch/estimators/ksg1.hpp>
#include <cch/experiments/training.hpp>
#include <cch/gaussian/joint_gaussian.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

constexpr std::size_t kRows = 1000;
constexpr double kCorrelation = 0.6;
// KSG1 at N = 1000, k = 4 has a standard deviation of about .03 nats there and a bias below .01;
// four standard deviations and the bias.
constexpr double kTolerance = 0.13;

void require(bool right, const std::string& what) {
  if (right) return;
  std::cerr << "consumer: " << what << '\n';
  std::exit(1);
}

cch::Samples partner(const cch::Samples& x, double correlation, cch::Random& random) {
  cch::Matrix values(x.size(), 1);
  const double noise = std::sqrt(1.0 - correlation * correlation);
  for (std::size_t i = 0; i < x.size(); ++i) {
    values(i, 0) = correlation * x(i, 0) + noise * random.normal();
  }
  return cch::Samples::from(std::move(values));
}

void check_information(const cch::Samples& x, const cch::Samples& y) {
  const double truth = -0.5 * std::log(1.0 - kCorrelation * kCorrelation);
  const double nats = cch::ksg1(x, y, cch::Groups::singletons(kRows), {}, {}).nats;
  require(std::abs(nats - truth) < kTolerance, "KSG1 is off: " + std::to_string(nats));
}

// The near teacher shares ln(1/√(1 − .99²)) = 1.96 nats with the student, which knows at most
// ln 2 = .69 about two classes; the far one shares none.
void check_ranking(const cch::Samples& student, cch::Random& random) {
  std::vector<int> codes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) codes[i] = student(i, 0) + random.normal() > 0.0 ? 1 : 0;
  cch::RankOptions options;
  options.decide_by = cch::DecideBy::cch;  // what is known here is about informations
  const cch::RankResult result = cch::rank_teachers(
      {{"student", student},
       {{"far", partner(student, 0.0, random)}, {"near", partner(student, 0.99, random)}},
       cch::ClassLabels::from(codes, {"no", "yes"}),
       cch::Groups::singletons(kRows)},
      options, {});
  const auto& teachers = result.estimators.front().teachers;
  require(teachers.front().name == "near", "the teacher without information is ranked first");
  require(teachers.front().cch.outcome == cch::CchOutcome::holds, "CCH does not hold");
  require(teachers.back().cch.outcome == cch::CchOutcome::fails, "CCH does not fail for noise");
}

void check_closed_form() {
  const auto joint = cch::JointGaussian::from(
      cch::Matrix(2, 2, {1.0, kCorrelation, kCorrelation, 1.0}), {{"x", 1}, {"y", 1}});
  const double truth = -0.5 * std::log(1.0 - kCorrelation * kCorrelation);
  require(std::abs(joint.information({"x"}, {"y"}) - truth) < 1e-12, "the closed form is off");
}

void check_reading() {
  const auto path = std::filesystem::temp_directory_path() / "cch-consumer.csv";
  std::ofstream(path) << "a,b\n1,2\n3,4\n";
  const auto loaded = cch::load_samples(cch::parse_source(path.string()), "table");
  std::filesystem::remove(path);
  require(loaded.samples.size() == 2 && loaded.samples.dim() == 2, "a table is read wrongly");
}

// Full-batch least squares on y = 2x: the weight must arrive there.
void check_training(const cch::Samples& x) {
  cch::TrainingData data;
  data.x = cch::Matrix(kRows, 1);
  data.targets = cch::Matrix(kRows, 1);
  cch::TrainingFit fit;
  for (std::size_t i = 0; i < kRows; ++i) {
    data.x(i, 0) = x(i, 0);
    data.targets(i, 0) = 2.0 * x(i, 0);
    fit.labelled.push_back(i);
  }
  fit.jobs.resize(1);
  cch::Optimisation optimisation;
  optimisation.optimiser = cch::Optimiser::sgd;
  optimisation.learning_rate = 0.2;
  optimisation.steps = 100;
  optimisation.batch = 0;
  const auto trained = cch::train_networks(data, fit, {}, optimisation, {});
  require(std::abs(trained.front().weights.front() - 2.0) < 1e-3, "training is off");
}

}  // namespace

int main() {
  cch::Random random(1);
  cch::Matrix values(kRows, 1);
  for (std::size_t i = 0; i < kRows; ++i) values(i, 0) = random.normal();
  const cch::Samples student = cch::Samples::from(std::move(values), "student");
  check_information(student, partner(student, kCorrelation, random));
  check_ranking(student, random);
  check_reading();
  check_closed_form();
  check_training(student);
  std::cout << "consumer: the installed library works\n";
}
