#include "estimators/criterion/feasibility/measured_draws.hpp"

#include <ctime>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/criterion/representation.hpp"
#include "estimators/planting.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kSplits = 2;  // of an estimator that learns directions

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

struct MeasuredDraws::One {
  PlantedQuestion::Draw draw;
  std::unique_ptr<RepresentationLevel> level;
  Execution exec;
  double seconds = 0.0;
};

MeasuredDraws::MeasuredDraws(const PlantedQuestion& question, const std::string& estimator,
                             const FeasibilityOptions& options, std::size_t draws,
                             const Execution& exec)
    : question_(question), exec_(exec), draws_(draws) {
  rank_.scale = options.scale;
  rank_.k = options.k;
  rank_.exact = options.exact;
  exec_.sink = nullptr;
  parallel_for(draws, exec_, [&](std::size_t r) {
    const double begin = thread_seconds();
    auto one = std::make_unique<One>();
    one->draw = question_.draw(r);
    one->exec = exec_.serial().with_seed(derive_seed(exec_.seed, "feasibility", r));
    one->level = std::make_unique<RepresentationLevel>(
        estimator, one->draw.student, one->draw.labels, question_.shape().groups, rank_, one->exec);
    one->seconds = thread_seconds() - begin;
    draws_[r] = std::move(one);
  });
}

double MeasuredDraws::seconds() const {
  double sum = 0.0;
  for (const auto& one : draws_) sum += one->seconds;
  return sum / static_cast<double>(draws_.size());
}

MeasuredDraws::~MeasuredDraws() = default;

Readings MeasuredDraws::readings(std::size_t teachers, double spread_factor) const {
  Readings out;
  const QuestionShape& shape = question_.shape();
  if (shape.labels) out.entropy = shape.labels->entropy_nats();
  out.i_student_labels = shape.i_student_labels;
  out.groups = shape.groups.count();
  out.teachers = teachers;
  out.spread_factor = spread_factor;
  double mean = 0.0;
  for (const auto& one : draws_) {
    const Estimate& labels = one->level->i_student_labels();
    out.labels.push_back({labels.nats, labels.standard_error.value_or(0.0),
                          one->level->upper() - labels.nats,
                          one->draw.realised - shape.i_student_labels, false});
    mean += labels.nats / static_cast<double>(draws_.size());
  }
  const double c = share_read(mean, shape.i_student_labels);
  for (MeasuredLabels& labels : out.labels) labels.chance *= c;
  return out;
}

std::string MeasuredDraws::teacher_student(const std::string& estimator,
                                           const TeacherShape& teacher) const {
  if (estimator != "auto") return estimator;
  const One& one = *draws_.front();
  const Samples features = question_.teacher(one.draw, teacher, 0.5).features;
  return std::string(
      entry_of(choose_estimator(features, one.draw.student, question_.shape().groups).options)
          .name);
}

std::string MeasuredDraws::student_labels() const {
  return std::string(entry_of(draws_.front()->level->student_labels_options()).name);
}

Readings::Point MeasuredDraws::measure(const std::string& estimator, const TeacherShape& teacher,
                                       double margin) const {
  const double information = question_.shape().i_student_labels + margin;
  const double rho = question_.correlation(teacher, information);
  Readings::Point point{margin, std::vector<MeasuredMargin>(draws_.size())};
  std::vector<double> seconds(draws_.size());
  parallel_for(draws_.size(), exec_, [&](std::size_t r) {
    const double begin = thread_seconds();
    point.draws[r] = measure_one(*draws_[r], estimator, teacher, rho, information);
    seconds[r] = thread_seconds() - begin;
  });
  for (const double one : seconds) point.seconds += one / static_cast<double>(draws_.size());
  double mean = 0.0;
  for (const MeasuredMargin& draw : point.draws) {
    mean += draw.i_teacher_student / static_cast<double>(draws_.size());
  }
  const double c = share_read(mean, information);
  for (MeasuredMargin& draw : point.draws) draw.chance *= c;
  return point;
}

MeasuredMargin MeasuredDraws::measure_one(const One& one, const std::string& estimator,
                                          const TeacherShape& teacher, double rho,
                                          double information) const {
  const Groups& groups = question_.shape().groups;
  const auto [features, realised] = question_.teacher(one.draw, teacher, rho);
  EstimatorChoice choice =
      configured(estimator == "auto" ? choose_estimator(features, one.draw.student, groups)
                                     : EstimatorChoice{default_options(estimator), {}},
                 rank_);
  choice.options = with_fewer_splits(choice.options, groups.rows(), kSplits);
  const Measurement measured(choice.options, features, one.draw.student, groups, one.exec);
  std::string why_not;
  const Estimate estimate = with_error_bar(measured, one.exec);
  const Margin margin = paired_margin(measured, one.level->student_labels(), one.exec, &why_not);
  if (!margin.standard_error || !estimate.standard_error) {
    refuse_data("no-error-bar", "planted data of this shape have no error bar", why_not,
                "without one no margin is ever decided", "Use more rows or groups");
  }
  return {margin.nats, *margin.standard_error, estimate.nats, *estimate.standard_error,
          realised - information};
}

}  // namespace cch::detail
