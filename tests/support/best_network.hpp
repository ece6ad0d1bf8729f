#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "cch/experiments/training.hpp"
#include "support/test.hpp"

namespace cch::test {

/// Hard loss of outputs on rows, by its definition.
inline double loss_by_definition(const TrainingData& data, std::span<const std::size_t> rows,
                                 const Matrix& outputs) {
  double sum = 0.0;
  for (const std::size_t i : rows) {
    if (data.classes == 0) {
      for (std::size_t c = 0; c < outputs.cols(); ++c) {
        sum += std::pow(outputs(i, c) - data.targets(i, c), 2);
      }
    } else {
      double total = 0.0;
      for (std::size_t c = 0; c < outputs.cols(); ++c) total += std::exp(outputs(i, c));
      sum += std::log(total) - outputs(i, static_cast<std::size_t>(data.y[i]));
    }
  }
  return sum / static_cast<double>(rows.size());
}

/// The best network is no worse than any point of the curve, and is that point where it stands on
/// one; its outputs have its loss, and those after the last step have the last point's.
/// `tolerance`: of the precision trained in.
inline void check_best(const TrainingData& data, const TrainingFit& fit,
                       const TrainedNetwork& trained, double tolerance) {
  REQUIRE(trained.best.has_value());
  const double least = trained.best->validation;
  for (const TrainingPoint& point : trained.curve) {
    CHECK(point.validation.value() >= least);
    CHECK((point.step >= trained.best->step || point.validation.value() > least));
    if (point.step == trained.best->step) CHECK(point.validation.value() == least);
  }
  CHECK(near(loss_by_definition(data, fit.validation, trained.best->outputs), least, tolerance));
  CHECK(near(loss_by_definition(data, fit.validation, trained.outputs),
             trained.curve.back().validation.value(), tolerance));
  CHECK(trained.best->weights.size() == trained.weights.size());
}

}  // namespace cch::test
