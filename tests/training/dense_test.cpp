// Multilayer perceptrons by own kernels against those by LibTorch and its automatic derivatives.
#include <string>

#include "support/test.hpp"
#include "training/fits.hpp"

namespace cch {
namespace {

using test::Problem;

const NetworkSpec kOneHidden{Layers::mlp, {7}, 0.0};
const NetworkSpec kTwoHidden{Layers::mlp, {9, 6}, 0.0};

void check_equal(const Problem& p, const NetworkSpec& network, const Optimisation& o) {
  Optimisation of_jobs = o;
  of_jobs.weight_decay.assign(p.fit.jobs.size(), o.weight_decay.front());
  REQUIRE(detail::is_dense(network, p.fit.jobs, "cpu"));
  const auto own = detail::train_dense(p.data, p.fit, network, of_jobs, Execution{});
  const auto module = test::train_by_module(p, network, o);
  for (std::size_t m = 0; m < own.size(); ++m) {
    CAPTURE(m);
    REQUIRE(own[m].failure == module[m].failure);
    REQUIRE(own[m].weights.size() == module[m].weights.size());
    for (std::size_t i = 0; i < own[m].weights.size(); ++i) {
      REQUIRE(test::near(own[m].weights[i], module[m].weights[i], test::kRounding));
    }
    REQUIRE(own[m].features.cols() == network.widths.back());
    for (std::size_t i = 0; i < p.data.x.rows(); ++i) {
      for (std::size_t c = 0; c < own[m].outputs.cols(); ++c) {
        REQUIRE(test::near(own[m].outputs(i, c), module[m].outputs(i, c), test::kRounding));
      }
      for (std::size_t c = 0; c < own[m].features.cols(); ++c) {
        REQUIRE(test::near(own[m].features(i, c), module[m].features(i, c), test::kRounding));
      }
    }
    REQUIRE(own[m].curve.size() == module[m].curve.size());
    for (std::size_t i = 0; i < own[m].curve.size(); ++i) {
      const TrainingPoint& a = own[m].curve[i];
      const TrainingPoint& b = module[m].curve[i];
      CHECK(test::near(a.loss, b.loss, test::kRounding));
      CHECK(test::near(a.soft_gradient, b.soft_gradient, test::kRounding));
      CHECK(a.validation.has_value() == b.validation.has_value());
    }
    REQUIRE(own[m].best.has_value() == module[m].best.has_value());
    REQUIRE(own[m].stopped == module[m].stopped);
    if (!own[m].best) continue;
    CHECK(own[m].best->step == module[m].best->step);
    CHECK(test::near(own[m].best->outputs(3, 0), module[m].best->outputs(3, 0), test::kRounding));
  }
}

TEST_CASE("own perceptrons equal those of LibTorch: every form, optimiser and depth") {
  for (const std::size_t classes : {4, 0}) {
    // Batches of equal size: a curve has means over rows here, over steps there.
    Problem p = test::noise_problem(42, 30, 5, classes, 51);
    p.fit.jobs = test::jobs_of_all_forms(Layers::linear, classes > 0);
    for (const NetworkSpec& network : {kOneHidden, kTwoHidden}) {
      for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::adam, Optimiser::adamw}) {
        CAPTURE(std::string(to_string(optimiser)));
        Optimisation o = test::in_doubles(optimiser, 0.05, 12, 6);
        o.weight_decay = {0.1};
        if (optimiser == Optimiser::sgd) o.momentum = 0.8;
        check_equal(p, network, o);
      }
    }
  }
}

TEST_CASE("own perceptrons stop one by one and keep their best weights, as those of LibTorch do") {
  Problem p = test::noise_problem(60, 40, 6, 3, 52);
  p.fit.jobs = test::jobs_of_all_forms(Layers::linear, true);
  for (std::size_t i = 0; i < 12; ++i) {
    p.fit.validation.push_back(p.fit.labelled.back());
    p.fit.labelled.pop_back();
  }
  Optimisation o = test::in_doubles(Optimiser::adamw, 0.05, 0, 120);
  o.patience = 5;
  o.weights = Checkpoint::best;
  check_equal(p, kTwoHidden, o);
}

TEST_CASE("dropout, hidden losses, pictures and other devices are left to LibTorch") {
  const TrainingJob hidden{{DistilForm::fitnet, Weighting::added, 1.0, 1.0, true}, 0, 1, 1.0};
  CHECK(detail::is_dense(kOneHidden, {}, "cpu"));
  CHECK(detail::is_dense({}, {}, "cpu"));
  CHECK_FALSE(detail::is_dense(kOneHidden, {hidden}, "cpu"));
  CHECK_FALSE(detail::is_dense({Layers::mlp, {7}, 0.5}, {}, "cpu"));
  CHECK_FALSE(detail::is_dense({Layers::cnn, {4}, 0.0}, {}, "cpu"));
  CHECK_FALSE(detail::is_dense(kOneHidden, {}, "cuda"));
}

}  // namespace
}  // namespace cch
