#include "estimators/criterion/feasibility/smallest_margin.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "estimators/criterion/feasibility/described_family.hpp"
#include "estimators/criterion/gather.hpp"

namespace cch::detail {
namespace {

double t_halfwidth(double error) {
  return interval95(0.0, {error, 20.0, {}}).hi;
}

constexpr std::size_t kMostPoints = 3;  // on each side of zero
constexpr double kCloseEnough = 0.15;   // a planted point this near, relatively, is no news
// Nor is one that would move the mean by less than this share of the mean's own standard error.
constexpr double kNoNews = 0.5;
// A margin of three nats is larger than any that a representation-level question is about.
constexpr double kFarthestNats = 3.0;
// Two-sided 5 % and 80 % power: 1.96 + .84 standard errors.
constexpr double kFirstGuess = 2.8;
// Shares of right verdicts that a few draws do not tell apart.
constexpr double kNearly = 0.15;
// With less room than this below zero no test of 5 % ever rejects.
constexpr double kLeastRoom = 1.5;

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
    describe_family(readings_, options_, out);
    double seconds = 0.0;
    for (const auto& point : readings_.points) seconds += point.seconds;
    seconds /= static_cast<double>(readings_.points.size());
    const bool even = even_bias();
    const bool doubtful = !out.above.nats && nearly_found();
    return {std::move(out), std::move(readings_), seconds, doubtful, even};
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

  // Whether chance in the draws may be why none was found in favour.
  [[nodiscard]] bool nearly_found() const {
    const double far = farthest(1, MarginPower(readings_).standard_error_at(0.0));
    const Readings readings = with_farthest(1, far);
    const MarginPower power(readings);
    return power.smallest(1, far, options_.power - kNearly, options_.wrong, false).has_value();
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
