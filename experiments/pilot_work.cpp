#include "experiments/pilot_work.hpp"

#include <algorithm>

#include "experiments/network_pilot_parts.hpp"

namespace cch::detail {
namespace {

// Forward, backward and weight gradients: six operations a weight and row.
constexpr double kOperations = 6.0;
// Of one core: the own kernels' (as `cch check` has it), and LibTorch's small convolutions.
constexpr double kDenseRate = 3.25e10;
constexpr double kConvolutionRate = 1.0e10;
// What a step costs beside its products.
constexpr double kDenseStep = 3.0e-5;
constexpr double kConvolutionStep = 1.0e-3;
constexpr double kCores = 2.0;

/// Multiplications of a row on its way through a network.
double products(const NetworkSpec& network, std::size_t inputs, const ImageShape& shape,
                std::size_t outputs) {
  const bool convolves = network.layers == Layers::cnn;
  auto width = static_cast<double>(convolves ? shape.channels : inputs);
  auto places = convolves ? static_cast<double>(shape.height * shape.width) : 1.0;
  double sum = 0.0;
  for (const std::size_t next : network.widths) {
    sum += places * (convolves ? 9.0 : 1.0) * width * static_cast<double>(next);
    width = static_cast<double>(next);
    if (convolves) places /= 4.0;
  }
  return sum + std::max(1.0, places) * width * static_cast<double>(outputs);
}

/// What is trained on some rows, with the steps that so many rows have.
struct Learner {
  const NetworkSpec& network;
  const Matrix& x;
  const ImageShape& shape;
  std::size_t rows;
};

class Work {
 public:
  Work(const StudyDraw& draw, const NetworkPilotOptions& options)
      : draw_(draw), options_(options) {}

  /// Seconds of one core.
  [[nodiscard]] double of(const Learner& learner) const {
    if (learner.network.layers == Layers::own) return 0.0;  // nobody knows; no budget holds for it
    const Optimisation training = shortened(options_, learner.network, learner.rows);
    const bool convolves = learner.network.layers == Layers::cnn;
    const std::size_t batch =
        training.batch == 0 ? learner.rows : std::min(training.batch, learner.rows);
    const std::size_t steps =
        training.steps > 0
            ? training.steps
            : training.epochs * ((learner.rows + batch - 1) / std::max<std::size_t>(1, batch));
    const std::size_t outputs = draw_.classes > 0 ? draw_.classes : draw_.targets.cols();
    const double operations = kOperations * static_cast<double>(batch) *
                              products(learner.network, learner.x.cols(), learner.shape, outputs);
    return static_cast<double>(steps) * (operations / (convolves ? kConvolutionRate : kDenseRate) +
                                         (convolves ? kConvolutionStep : kDenseStep));
  }

 private:
  const StudyDraw& draw_;
  const NetworkPilotOptions& options_;
};

}  // namespace

double estimated_seconds(const StudyDraw& draw, const NetworkPilotRows& rows,
                         const NetworkPilotOptions& options,
                         const std::vector<std::size_t>& teachers) {
  const Work work(draw, options);
  const std::size_t labelled =
      std::max<std::size_t>(2, rows.labelled.size() * (options.folds - 1) / options.folds);
  const auto parts = static_cast<double>(options.teacher_folds);
  const auto arms = static_cast<double>(options.lambdas.size() *
                                        (draw.classes > 0 ? options.temperatures.size() : 1));
  const auto cross_fitted = [&](std::size_t learned) {
    double sum = parts * work.of({options.student, draw.x, draw.shape, learned});
    for (const std::size_t t : teachers) {
      const TeacherView& view = draw.teachers[t];
      if (!view.stored) sum += parts * work.of({options.teacher, view.x, view.shape, learned});
    }
    return sum;
  };
  const auto student = [&](std::size_t learned) {
    return work.of({options.student, draw.x, draw.shape, learned});
  };
  const double taught = arms * static_cast<double>(teachers.size() + kReferences);
  double fold = cross_fitted(labelled / 2) + student(labelled);
  for (const Scenario scenario : options.scenarios) {
    const bool pairs = scenario == Scenario::unlabelled_pairs;
    fold += taught * student(labelled + (pairs ? rows.unlabelled.size() : 0));
    if (scenario == Scenario::more_labels) {
      fold += cross_fitted((labelled + rows.further.size()) / 2);
    }
  }
  return static_cast<double>(options.folds) * fold / kCores;
}

}  // namespace cch::detail
