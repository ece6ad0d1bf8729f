// Networks side by side: each as if it were alone, whatever becomes of its neighbours.

#include <cmath>
#include <limits>
#include <stop_token>
#include <string>

#include "cch/core/parallel.hpp"
#include "support/test.hpp"
#include "training/fits.hpp"

namespace cch {
namespace {

using test::Problem;

// Double precision, few steps: sums in another order. Adam divides a gradient by its own size,
// which makes rounding of a small gradient one of the step: 1e-10 becomes 1e-8.
constexpr double kOtherOrder = 1e-8;

NetworkSpec network_of(Layers layers) {
  if (layers == Layers::cnn) return {layers, {3, 4}, 0.25};
  return {layers, {9, 7}, 0.25};
}

Problem problem_for(Layers layers, bool classes) {
  Problem p = test::noise_problem(40, 30, 64, classes ? 3 : 0, 41);
  p.data.shape = {1, 8, 8};
  p.fit.jobs = test::jobs_of_all_forms(layers, classes);
  return p;
}

Problem alone(Problem p, std::size_t m) {
  p.fit.jobs = {p.fit.jobs[m]};
  return p;
}

bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(tolerance == 0.0 ? a[i] == b[i] : test::near(a[i], b[i], tolerance))) return false;
  }
  return true;
}

std::vector<double> values(const Matrix& m) {
  return {m.data(), m.data() + m.rows() * m.cols()};
}

bool same(const TrainedNetwork& a, const TrainedNetwork& b, double tolerance) {
  return a.failure == b.failure && a.curve.size() == b.curve.size() &&
         same(a.weights, b.weights, tolerance) &&
         same(values(a.outputs), values(b.outputs), tolerance) &&
         same(values(a.features), values(b.features), tolerance);
}

TEST_CASE("all networks of a fit equal one at a time: kinds, forms, optimisers, dropout") {
  for (const Layers layers : {Layers::mlp, Layers::cnn}) {
    for (const bool classes : {true, false}) {
      const Problem p = problem_for(layers, classes);
      for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::adam, Optimiser::adamw}) {
        const Optimisation o = test::in_doubles(optimiser, 0.02, 6, 16);
        const auto together = test::train_by_module(p, network_of(layers), o);
        for (std::size_t m = 0; m < together.size(); ++m) {
          CAPTURE(std::string(to_string(layers)));
          CAPTURE(std::string(to_string(optimiser)));
          CAPTURE(m);
          REQUIRE(together[m].failure == "");
          const auto one = test::train_by_module(alone(p, m), network_of(layers), o);
          CHECK(same(together[m], one[0], kOtherOrder));
        }
      }
    }
  }
}

TEST_CASE("weight decays of their own: each network as if it were alone with its own") {
  for (const bool classes : {true, false}) {
    const Problem p = problem_for(Layers::mlp, classes);
    for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::adam, Optimiser::adamw}) {
      Optimisation o = test::in_doubles(optimiser, 0.02, 6, 16);
      o.weight_decay.clear();
      for (std::size_t m = 0; m < p.fit.jobs.size(); ++m) {
        o.weight_decay.push_back(m % 2 == 0 ? 0.0 : 0.5);
      }
      const auto together = test::train_by_module(p, network_of(Layers::mlp), o);
      Optimisation own = o;
      for (std::size_t m = 0; m < together.size(); ++m) {
        own.weight_decay = {o.weight_decay[m]};
        const auto one = test::train_by_module(alone(p, m), network_of(Layers::mlp), own);
        CHECK(same(together[m], one[0], kOtherOrder));
        own.weight_decay = {0.5 - o.weight_decay[m]};
        const auto other = test::train_by_module(alone(p, m), network_of(Layers::mlp), own);
        CHECK_FALSE(same(together[m], other[0], kOtherOrder));
      }
    }
  }
}

TEST_CASE("patience stops each network for itself, with the weights of that step") {
  for (const Layers layers : {Layers::linear, Layers::mlp}) {
    Problem p = problem_for(layers, true);
    p.data.shape = {};
    p.fit.validation.assign(p.fit.unlabelled.begin(), p.fit.unlabelled.end());
    p.fit.unlabelled.clear();
    const NetworkSpec network = layers == Layers::linear ? NetworkSpec{} : network_of(layers);
    Optimisation o = test::in_doubles(Optimiser::adam, 0.02, 60, 0);
    const auto whole = train_networks(p.data, p.fit, network, o, {});
    o.validation = 0.25;
    o.patience = 5;
    const auto stopped = train_networks(p.data, p.fit, network, o, {});
    std::size_t early = 0;
    for (std::size_t m = 0; m < stopped.size(); ++m) {
      const auto one = train_networks(alone(p, m).data, alone(p, m).fit, network, o, {});
      CHECK(same(stopped[m], one[0], kOtherOrder));
      CHECK(stopped[m].stopped == one[0].stopped);
      if (!stopped[m].stopped) continue;
      ++early;
      // 60 steps have a point every second one, and the first.
      CHECK(stopped[m].best->step + 10 >= *stopped[m].stopped);
      CHECK(stopped[m].curve.back().step == *stopped[m].stopped);
      CHECK(whole[m].curve.size() > stopped[m].curve.size());
      CHECK(stopped[m].weights != whole[m].weights);
      CHECK(whole[m].best->validation <= stopped[m].best->validation);
    }
    CHECK(early > 0);  // labels are noise
  }
}

TEST_CASE("the same numbers on every run, alone or beside other fits") {
  for (const Layers layers : {Layers::mlp, Layers::cnn}) {
    const Problem p = problem_for(layers, true);
    Optimisation o = test::in_doubles(Optimiser::adam, 0.01, 6, 16);
    o.double_precision = false;
    const auto first = test::train_by_module(p, network_of(layers), o);
    Execution exec;
    exec.threads = 4;
    std::vector<std::vector<TrainedNetwork>> again(4);
    parallel_for(again.size(), exec, [&](std::size_t i) {
      again[i] = test::train_by_module(p, network_of(layers), o, exec);
    });
    for (const auto& networks : again) {
      for (std::size_t m = 0; m < first.size(); ++m) CHECK(same(first[m], networks[m], 0.0));
    }
  }
}

// Rounding of single precision over a few steps of a smooth optimiser.
constexpr double kSingle = 1e-4;

TEST_CASE("single precision does the same as double") {
  for (const Layers layers : {Layers::mlp, Layers::cnn}) {
    const Problem p = problem_for(layers, true);
    Optimisation o = test::in_doubles(Optimiser::sgd, 0.02, 6, 16);
    const auto exact = test::train_by_module(p, network_of(layers), o);
    o.double_precision = false;
    const auto quick = test::train_by_module(p, network_of(layers), o);
    for (std::size_t m = 0; m < exact.size(); ++m) {
      CAPTURE(m);
      CHECK(same(quick[m], exact[m], kSingle));
      CHECK_FALSE(same(quick[m], exact[m], test::kRounding));
    }
  }
}

// A teacher with numbers beyond any network's makes a loss that is not finite at once.
TEST_CASE("a network that diverges is named, keeps its weights and touches no other") {
  for (const Layers layers : {Layers::mlp, Layers::cnn}) {
    Problem p = problem_for(layers, true);
    const std::size_t bad = p.fit.jobs.size();
    p.data.teachers.push_back(p.data.teachers.front());
    for (std::size_t i = 0; i < p.data.x.rows(); ++i) p.data.teachers.back().outputs(i, 0) = 1e200;
    p.fit.jobs.push_back(test::job_of(DistilForm::logits, 1.0, 1.0, 2, 9));
    const Optimisation o = test::in_doubles(Optimiser::sgd, 0.02, 6, 16);
    const auto trained = test::train_by_module(p, network_of(layers), o);
    CHECK(trained[bad].failure == "diverged: the loss is not finite at step 1");
    CHECK(trained[bad].curve.empty());
    const auto shapes =
        weight_shapes(network_of(layers), p.data.x.cols(), p.data.shape, p.data.outputs());
    CHECK(same(trained[bad].weights, detail::first_weights(shapes, 9), 0.0));
    p.fit.jobs.pop_back();
    const auto without = test::train_by_module(p, network_of(layers), o);
    for (std::size_t m = 0; m < bad; ++m) CHECK(same(trained[m], without[m], kOtherOrder));
  }
}

TEST_CASE("a rate too large ends in a named failure with the step, and with finite curves") {
  Problem p = test::noise_problem(40, 40, 6, 0, 42);
  p.fit.jobs = test::jobs_of_all_forms(Layers::mlp, false);
  for (const bool doubles : {true, false}) {
    Optimisation o = test::in_doubles(Optimiser::sgd, 1e6, 200, 16);
    o.double_precision = doubles;
    for (const auto& network : test::train_by_module(p, {Layers::mlp, {8}, 0.0}, o)) {
      CHECK(network.failure.starts_with("diverged: "));
      CHECK(network.weights.size() == 8 * 6 + 8 + 2 * 8 + 2);
      for (const TrainingPoint& point : network.curve) {
        CHECK(std::isfinite(point.loss + point.hard_gradient + point.soft_gradient));
      }
    }
  }
}

TEST_CASE("a loss of exactly 0 is a failure: nothing is learned from it") {
  Problem p = test::noise_problem(20, 20, 4, 1, 43);  // one class: its share is 1 whatever is said
  p.fit.jobs = {TrainingJob{}, test::job_of(DistilForm::logits, 1.0, 1.0, 0, 3)};
  const auto trained = test::train_by_module(p, {Layers::mlp, {5}, 0.0},
                                             test::in_doubles(Optimiser::adam, 0.01, 4, 0));
  CHECK(trained[0].failure == "no loss: the loss was exactly 0 at step 1");
  CHECK(trained[1].failure == "");
}

// Few labelled rows: most steps have none, and a network without a teacher then has no loss.
TEST_CASE("steps without a labelled row are no failure") {
  Problem p = test::noise_problem(64, 2, 4, 3, 44);
  p.fit.jobs = {TrainingJob{}};
  const auto trained = test::train_by_module(p, {Layers::mlp, {5}, 0.0},
                                             test::in_doubles(Optimiser::adam, 0.01, 32, 4));
  CHECK(trained[0].failure == "");
  CHECK(trained[0].curve.size() == 3);
}

TEST_CASE("dropout changes the training, not the outputs that are read") {
  Problem p = problem_for(Layers::mlp, true);
  p.fit.jobs = {TrainingJob{}, TrainingJob{}};
  p.fit.jobs[1].start = 2;
  const NetworkSpec with{Layers::mlp, {9}, 0.5};
  NetworkSpec without = with;
  without.dropout = 0.0;
  const Optimisation o = test::in_doubles(Optimiser::sgd, 0.1, 5, 16);
  const auto dropped = test::train_by_module(p, with, o);
  CHECK_FALSE(same(dropped[0], test::train_by_module(p, without, o)[0], 1e-3));
  // Reading: its features times its last weights are its outputs, no unit left out.
  const auto& n = dropped[1];
  const double* w = n.weights.data() + 64 * 9 + 9;
  for (std::size_t i = 0; i < p.data.x.rows(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      double z = w[3 * 9 + k];
      for (std::size_t j = 0; j < 9; ++j) z += w[k * 9 + j] * n.features(i, j);
      REQUIRE(test::near(n.outputs(i, k), z, test::kRounding));
    }
  }
}

TEST_CASE("a network's dropout leaves out its share of units and keeps the mean") {
  Problem p = test::noise_problem(4000, 4000, 3, 0, 45);
  // Large inputs make the hidden unit count.
  for (std::size_t i = 0; i < 4000 * 3; ++i) p.data.x.data()[i] *= 8.0;
  p.fit.jobs = {TrainingJob{}};
  const double share = 0.3;
  Optimisation o = test::in_doubles(Optimiser::sgd, 1e-12, 1, 0);
  const auto read = test::train_by_module(p, {Layers::mlp, {1}, 0.0}, o)[0];
  const auto dropped = test::train_by_module(p, {Layers::mlp, {1}, share}, o)[0];
  // z = w h + b; a mask of mean 1 adds w² h² share/(1 − share) to a row's expected squared error.
  double added = 0.0;
  double spread = 0.0;
  for (std::size_t i = 0; i < 4000; ++i) {
    double mean = 0.0;
    double square = 0.0;
    for (const double kept : {0.0, 1.0 / (1.0 - share)}) {
      const double chance = kept == 0.0 ? share : 1.0 - share;
      double error = 0.0;
      for (std::size_t k = 0; k < 2; ++k) {
        const double w = read.weights[4 + k];
        const double z = read.outputs(i, k) + (kept - 1.0) * w * read.features(i, 0);
        error += std::pow(z - p.data.targets(i, k), 2);
      }
      mean += chance * error;
      square += chance * error * error;
    }
    added += mean / 4000.0;
    spread += (square - mean * mean) / (4000.0 * 4000.0);
  }
  CHECK(std::abs(added - read.curve[0].hard) > 8.0 * std::sqrt(spread));
  CHECK(test::within_sampling_error(dropped.curve[0].hard, added, std::sqrt(spread)));
}

TEST_CASE("a stop is obeyed") {
  const Problem p = problem_for(Layers::mlp, true);
  std::stop_source source;
  source.request_stop();
  Execution exec;
  exec.stop = source.get_token();
  CHECK(test::fault_code([&] {
          test::train_by_module(p, network_of(Layers::mlp),
                                test::in_doubles(Optimiser::adam, 0.01, 1000000, 16), exec);
        }) == "cancelled");
}

TEST_CASE("a contrastive loss on too many rows a step is refused") {
  Problem p = test::noise_problem(5000, 5000, 2, 2, 46);
  p.fit.jobs = {test::job_of(DistilForm::contrastive, 1.0, 1.0, 0, 1)};
  CHECK(test::fault_code([&] {
          test::train_by_module(p, {Layers::mlp, {2}, 0.0},
                                test::in_doubles(Optimiser::adam, 0.01, 1, 0));
        }) == "bad-training");
}

}  // namespace
}  // namespace cch
