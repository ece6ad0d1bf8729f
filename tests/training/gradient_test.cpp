// Steps of the module against numeric gradients of the documented losses.

#include <cmath>
#include <string>

#include "support/test.hpp"
#include "training/fits.hpp"
#include "training/plain_network.hpp"

namespace cch {
namespace {

using test::PlainStep;
using test::Problem;

// Central differences of step h: their own error is h²/6 of a third derivative, which the losses on
// directions make 1e3 where a mapped row is short, and rounding of a loss over h: 1e-10 each. Two
// steps multiply it by a curvature of order 10.
constexpr double kWidth = 1e-6;
constexpr double kDifferences = 1e-8;

struct Weights {
  std::vector<double> network;
  std::vector<double> map;
};

// How W starts: ±1/√m from a stream of its own.
std::vector<double> first_map(const Problem& p, const TrainingJob& job, std::size_t hidden) {
  if (job.loss.lambda == 0.0 || !compares_features(job.loss.form)) return {};
  const std::size_t columns = p.data.teachers[*job.teacher].features.cols();
  const double bound = 1.0 / std::sqrt(static_cast<double>(hidden));
  Random random(derive_seed(job.start, "feature map"));
  std::vector<double> map(columns * hidden);
  for (double& v : map) v = random.uniform(-bound, bound);
  return map;
}

struct Gradient {
  Weights hard;
  Weights soft;
};

Gradient numeric(const NetworkSpec& network, const Problem& p, const TrainingJob& job,
                 const PlainStep& step, Weights at) {
  Gradient g;
  const auto along = [&](std::vector<double>& values, std::vector<double>& hard,
                         std::vector<double>& soft) {
    for (double& v : values) {
      const double middle = v;
      v = middle + kWidth;
      const auto above = test::plain_loss(network, p.data, job, step, at.network, at.map);
      v = middle - kWidth;
      const auto below = test::plain_loss(network, p.data, job, step, at.network, at.map);
      v = middle;
      hard.push_back((above.labels(job.loss) - below.labels(job.loss)) / (2.0 * kWidth));
      soft.push_back(job.loss.lambda * (above.soft - below.soft) / (2.0 * kWidth));
    }
  };
  along(at.network, g.hard.network, g.soft.network);
  along(at.map, g.hard.map, g.soft.map);
  return g;
}

void descend(std::vector<double>& w, const std::vector<double>& hard,
             const std::vector<double>& soft, double rate) {
  for (std::size_t i = 0; i < w.size(); ++i) w[i] -= rate * (hard[i] + soft[i]);
}

double norm(const std::vector<double>& v) {
  double sum = 0.0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

PlainStep plain_step(detail::BatchOrder& order, std::size_t s) {
  const auto rows = order.step(s);
  const auto labelled = order.labelled();
  return {{rows.begin(), rows.end()}, {labelled.begin(), labelled.end()}, order.hard_scale()};
}

// Every job of the fit, by numeric gradients, against the module.
void check_steps(const Problem& p, const NetworkSpec& network, const Optimisation& o) {
  const auto trained = test::train_by_module(p, network, o);
  const auto shapes = weight_shapes(network, p.data.x.cols(), p.data.shape, p.data.outputs());
  for (std::size_t m = 0; m < p.fit.jobs.size(); ++m) {
    const TrainingJob& job = p.fit.jobs[m];
    CAPTURE(m);
    CAPTURE(std::string(to_string(job.loss.form)));
    REQUIRE(trained[m].failure == "");
    REQUIRE(trained[m].curve.size() == o.steps);
    Weights w{detail::first_weights(shapes, job.start), {}};
    w.map = first_map(p, job, trained[m].features.cols());
    detail::BatchOrder order(p.fit, o);
    for (std::size_t s = 0; s < o.steps; ++s) {
      const PlainStep step = plain_step(order, s);
      const auto loss = test::plain_loss(network, p.data, job, step, w.network, w.map);
      const Gradient g = numeric(network, p, job, step, w);
      const TrainingPoint& point = trained[m].curve[s];
      CHECK(point.step == s + 1);
      CHECK(test::near(point.hard, loss.hard, kDifferences));
      CHECK(test::near(point.soft, loss.soft, kDifferences));
      CHECK(test::near(point.loss, loss.total(job.loss), kDifferences));
      CHECK(test::near(point.hard_gradient, norm(g.hard.network), kDifferences));
      CHECK(test::near(point.soft_gradient, norm(g.soft.network), kDifferences));
      descend(w.network, g.hard.network, g.soft.network, o.learning_rate);
      descend(w.map, g.hard.map, g.soft.map, o.learning_rate);
    }
    REQUIRE(trained[m].weights.size() == w.network.size());
    for (std::size_t i = 0; i < w.network.size(); ++i) {
      REQUIRE(test::near(trained[m].weights[i], w.network[i], kDifferences));
    }
    for (std::size_t i = 0; i < p.data.x.rows(); ++i) {
      const auto plain = test::plain_outputs(network, p.data, i, trained[m].weights);
      for (std::size_t k = 0; k < plain.z.size(); ++k) {
        REQUIRE(test::near(trained[m].outputs(i, k), plain.z[k], test::kRounding));
      }
      for (std::size_t k = 0; k < plain.h.size(); ++k) {
        REQUIRE(test::near(trained[m].features(i, k), plain.h[k], test::kRounding));
      }
    }
  }
}

TEST_CASE("an mlp takes the steps of its documented losses") {
  for (const std::size_t classes : {3, 0}) {
    Problem p = test::noise_problem(7, 5, 3, classes, 21);
    p.fit.jobs = test::jobs_of_all_forms(Layers::mlp, classes > 0);
    check_steps(p, {Layers::mlp, {5, 4}, 0.0}, test::in_doubles(Optimiser::sgd, 0.5, 2, 0));
  }
}

TEST_CASE("a cnn takes the steps of its documented losses") {
  Problem p = test::noise_problem(5, 4, 2 * 5 * 4, 3, 22);
  p.data.shape = {2, 5, 4};  // of an odd height the last row is left out
  p.fit.jobs = test::jobs_of_all_forms(Layers::cnn, true);
  check_steps(p, {Layers::cnn, {2, 3}, 0.0}, test::in_doubles(Optimiser::sgd, 0.5, 2, 0));
}

TEST_CASE("a linear network takes the steps of its documented losses") {
  Problem p = test::noise_problem(6, 4, 3, 4, 23);
  p.fit.jobs = test::jobs_of_all_forms(Layers::linear, true);
  check_steps(p, {}, test::in_doubles(Optimiser::sgd, 0.5, 2, 0));
}

TEST_CASE("rows that a teacher lacks add no distillation loss, and their labels count in full") {
  for (const Layers layers : {Layers::mlp, Layers::linear}) {
    for (const std::size_t classes : {3, 0}) {
      if (layers == Layers::linear && classes == 0) continue;
      Problem p = test::noise_problem(8, 6, 3, classes, 24);
      p.data.teachers[1].paired = {1, 0, 1, 1, 0, 1, 0, 1};
      p.fit.jobs = test::jobs_of_all_forms(layers, classes > 0);
      for (TrainingJob& job : p.fit.jobs) {
        if (job.teacher) job.teacher = 1;
      }
      p.fit.jobs.push_back(test::job_of(p.fit.jobs.front().loss.form, 1.0, 1.0, 1, 9));
      p.fit.jobs.back().loss.weighting = Weighting::mixed;
      const NetworkSpec network =
          layers == Layers::mlp ? NetworkSpec{layers, {5, 4}, 0.0} : NetworkSpec{};
      check_steps(p, network, test::in_doubles(Optimiser::sgd, 0.5, 2, 0));
    }
  }
}

}  // namespace
}  // namespace cch
