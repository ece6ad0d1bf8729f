#include "estimators/criterion/feasibility/smallest_margin.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/representation.hpp"
#include "estimators/planting.hpp"

namespace cch::detail {
namespace {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double t_halfwidth(double error) {
  return interval95(0.0, {error, 20.0, {}}).hi;
}

constexpr std::size_t kMostPoints = 3;  // on each side of zero
constexpr double kCloseEnough = 0.15;   // a planted point this near, relatively, is no news
// Nor is one that would move the mean by less than this share of the mean's own standard error.
constexpr double kNoNews = 0.5;
constexpr std::size_t kSplits = 2;  // of an estimator that learns directions
// A margin of three nats is larger than any that a representation-level question is about.
constexpr double kFarthestNats = 3.0;
// Two-sided 5 % and 80 % power: 1.96 + .84 standard errors.
constexpr double kFirstGuess = 2.8;
// With less room than this below zero no test of 5 % ever rejects.
constexpr double kLeastRoom = 1.5;
constexpr double kCurvePoints = 41.0;

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

namespace {

class Search {
 public:
  Search(const MeasuredDraws& draws, const std::string& estimator, const TeacherShape& teacher,
         const FeasibilityOptions& options, std::size_t teachers, double spread_factor,
         const SearchStart& start)
      : draws_(draws),
        estimator_(estimator),
        teacher_(teacher),
        options_(options),
        start_(start),
        readings_(draws.readings(teachers, spread_factor)) {
    const std::string ts = draws.teacher_student(estimator, teacher);
    const std::string sl = draws.student_labels();
    const bool both_neighbours =
        entry_of(default_options(ts)).neighbours && entry_of(default_options(sl)).neighbours;
    for (MeasuredLabels& labels : readings_.labels) {
      labels.mixed_families = ts != sl && !both_neighbours;
    }
  }

  MarginSearch run(PlantedFamily family) {
    FamilyPower out;
    out.family = family;
    const bool below = family == PlantedFamily::gaussian && options_.below;
    if (!start_.expected || start_.zero || below) plant(0.0);
    if (start_.expected) plant(std::min(*start_.expected, room()));
    out.above = side(1);
    if (below) out.below = side(-1);
    describe(out);
    double seconds = 0.0;
    for (const auto& point : readings_.points) seconds += point.seconds;
    seconds /= static_cast<double>(readings_.points.size());
    const bool even = even_bias();
    return {std::move(out), std::move(readings_), seconds, even};
  }

 private:
  void plant(double margin) {
    auto& points = readings_.points;
    points.push_back(draws_.measure(estimator_, teacher_, margin));
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.margin < b.margin; });
  }

  [[nodiscard]] bool planted_near(double margin) const {
    return std::any_of(readings_.points.begin(), readings_.points.end(), [&](const auto& point) {
      return std::abs(point.margin - margin) <= kCloseEnough * std::abs(margin);
    });
  }

  // The outermost planted margins on this side of zero and at it; of both sides where this one has
  // none yet. Beyond them the bias is taken to go on in their line.
  [[nodiscard]] std::optional<std::pair<double, double>> outermost(int sign) const {
    std::optional<std::pair<double, double>> out;
    for (const auto& point : readings_.points) {
      if (sign * point.margin < 0.0 && on_side(sign) > 0) continue;
      if (!out) out = {point.margin, point.margin};
      out->first = std::min(out->first, point.margin);
      out->second = std::max(out->second, point.margin);
    }
    if (out && out->first == out->second) return std::nullopt;
    return out;
  }

  [[nodiscard]] double bias_on_line(const std::pair<double, double>& ends, double margin) const {
    const MarginPower power(readings_);
    const auto bias = [&](double m) { return power.mean_at(m) - m; };
    const double slope = (bias(ends.second) - bias(ends.first)) / (ends.second - ends.first);
    return bias(ends.first) + slope * (margin - ends.first);
  }

  // Whether planting a margin would be no news: on the line its bias is nearly that of the nearest
  // planted one.
  [[nodiscard]] bool bias_known(int sign, double margin) const {
    const auto ends = outermost(sign);
    if (!ends) return false;
    const MarginPower power(readings_);
    return std::abs(bias_on_line(*ends, margin) - (power.mean_at(margin) - margin)) <=
           kNoNews * power.mean_error_at(margin);
  }

  [[nodiscard]] bool even_bias() const {
    const double last = readings_.points.back().margin;
    const MarginPower power(readings_);
    const double apart = power.mean_at(last) - last - power.mean_at(0.0);
    return last > 0.0 && std::abs(apart) <= power.mean_error_at(last);
  }

  // The readings with the farthest margin of a side as the line has it, where none was planted.
  [[nodiscard]] Readings with_farthest(int sign, double far) const {
    Readings out = readings_;
    const auto ends = outermost(sign);
    if (!ends) return out;
    auto& points = out.points;
    Readings::Point last = sign > 0 ? points.back() : points.front();
    if (sign * last.margin >= far) return out;
    const double moved =
        sign * far + bias_on_line(*ends, sign * far) - MarginPower(readings_).mean_at(last.margin);
    last.margin = sign * far;
    for (MeasuredMargin& draw : last.draws) draw.margin += moved;
    points.insert(sign > 0 ? points.end() : points.begin(), std::move(last));
    return out;
  }

  [[nodiscard]] std::optional<double> smallest(int sign, double far) const {
    const Readings readings = with_farthest(sign, far);
    return MarginPower(readings).smallest(sign, far, options_.power, options_.wrong);
  }

  // Beyond it a margin in favour is trivially satisfied, and one against would need I(T;S) < 0.
  [[nodiscard]] double farthest(int sign, double error) const {
    if (sign < 0) return readings_.i_student_labels;
    return std::min(kFarthestNats, room() + 2.0 * t_halfwidth(error) +
                                       std::abs(MarginPower(readings_).mean_at(0.0)));
  }

  // Up to H(Y).
  [[nodiscard]] double room() const {
    if (!readings_.entropy) return kFarthestNats;
    return std::min(kFarthestNats, *readings_.entropy - readings_.i_student_labels);
  }

  SmallestMargin side(int sign) {
    const double error = MarginPower(readings_).standard_error_at(0.0);
    const double far = farthest(sign, error);
    if (sign < 0 && far < kLeastRoom * error) return {std::nullopt, why_not(sign, far)};
    const auto guess = [&](std::size_t planted) {
      const auto found = smallest(sign, far);
      if (planted == 0) return std::max(kFirstGuess * error, found.value_or(0.0));
      return found.value_or(outermost(sign) ? 0.0 : far);  // 0: none on the line
    };
    for (std::size_t planted = on_side(sign); planted < kMostPoints; ++planted) {
      const double next = std::min(far, guess(planted));
      if (next <= 0.0 || planted_near(sign * next) || bias_known(sign, sign * next)) break;
      plant(sign * next);
    }
    if (const auto found = smallest(sign, far)) return {found, {}};
    return {std::nullopt, why_not(sign, far)};
  }

  [[nodiscard]] std::size_t on_side(int sign) const {
    return static_cast<std::size_t>(
        std::count_if(readings_.points.begin(), readings_.points.end(),
                      [&](const auto& point) { return sign * point.margin > 0.0; }));
  }

  // The first cause that alone would do.
  [[nodiscard]] std::string why_not(int sign, double far) const {
    const Readings readings = with_farthest(sign, far);
    const MarginPower power(readings);
    const double bias = power.mean_at(sign * far) - sign * far;
    if (sign < 0 && far < kFirstGuess * power.sd_at(0.0)) {
      return "No margin can be lower than −I(student; labels), and that is smaller than what "
             "chance does to the estimates.";
    }
    if (sign > 0 && readings_.entropy &&
        far - std::abs(power.mean_at(0.0)) <
            kFirstGuess * power.sd_at(0.0) + 2.0 * t_halfwidth(power.standard_error_at(0.0))) {
      return "Before a margin is large enough to be shown, I(teacher; student) exceeds H(Y), "
             "which makes the comparison trivial.";
    }
    if (std::abs(bias) > power.sd_at(sign * far)) {
      return "The bias of the estimators at this shape could turn the sign of any margin up to " +
             nats_text(far) + " nats.";
    }
    return "Chance is too large for any margin up to " + nats_text(far) + " nats.";
  }

  void describe(FamilyPower& out) const {
    const MarginPower power(readings_);
    const auto count = static_cast<double>(readings_.labels.size());
    for (const Readings::Point& point : readings_.points) {
      const VerdictShares shares = power.at(point.margin, false);
      MarginPoint entry;
      entry.margin = point.margin;
      entry.i_teacher_student = readings_.i_student_labels + point.margin;
      entry.mean = power.mean_at(point.margin);
      double squares = 0.0;
      for (const MeasuredMargin& d : point.draws) {
        entry.i_teacher_student_mean += (d.i_teacher_student - d.chance) / count;
      }
      for (const MeasuredMargin& d : point.draws) {
        squares += std::pow(d.i_teacher_student - d.chance - entry.i_teacher_student_mean, 2);
      }
      entry.mean_error = std::sqrt(squares / (count - 1.0) / count);
      entry.sd = power.sd_at(point.margin);
      entry.standard_error = power.standard_error_at(point.margin);
      entry.right = shares.right;
      entry.wrong = shares.wrong;
      entry.draws = point.draws.size();
      out.points.push_back(entry);
    }
    draw_curve(power, out);
    if (options_.margin) out.right_at_wanted = power.at(*options_.margin, false).right;
    describe_labels(out);
  }

  void draw_curve(const MarginPower& power, FamilyPower& out) const {
    const double low = std::min(0.0, readings_.points.front().margin);
    const double step = (readings_.points.back().margin - low) / (kCurvePoints - 1.0);
    for (double i = 0.0; i < kCurvePoints && step > 0.0; ++i) {
      const double margin = low + i * step;
      const VerdictShares shares = power.at(margin, false);
      out.curve.push_back({margin, shares.right, shares.wrong});
    }
  }

  void describe_labels(FamilyPower& out) const {
    const auto count = static_cast<double>(readings_.labels.size());
    double squares = 0.0;
    double errors = 0.0;
    for (const MeasuredLabels& l : readings_.labels) {
      out.i_student_labels_mean += (l.nats - l.chance) / count;
    }
    for (const MeasuredLabels& l : readings_.labels) {
      squares += std::pow(l.nats - l.chance - out.i_student_labels_mean, 2);
      errors += l.standard_error * l.standard_error / count;
    }
    out.i_student_labels_error = std::sqrt(squares / (count - 1.0) / count);
    out.student_labels_standard_error = readings_.spread_factor * std::sqrt(errors);
  }

  const MeasuredDraws& draws_;
  const std::string& estimator_;
  const TeacherShape& teacher_;
  const FeasibilityOptions& options_;
  SearchStart start_;
  Readings readings_;
};

}  // namespace

MarginSearch search_smallest_margin(const MeasuredDraws& draws, const std::string& estimator,
                                    const TeacherShape& teacher, PlantedFamily family,
                                    const FeasibilityOptions& options, std::size_t teachers,
                                    double spread_factor, const SearchStart& start) {
  return Search(draws, estimator, teacher, options, teachers, spread_factor, start).run(family);
}

}  // namespace cch::detail
