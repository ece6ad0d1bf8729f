#include "estimators/criterion/feasibility/sizes.hpp"

#include <cmath>
#include <limits>

#include "estimators/criterion/feasibility/size_law.hpp"

namespace cch::detail {
namespace {

// Steps of √2; further no check was ever held to its word.
constexpr int kSteps = 8;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// A curve over rows: where it is at most `wanted` from there on, by lines in logarithms.
struct Crossing {
  std::optional<double> rows;  ///< none: nowhere
  bool first = false;          ///< already at the fewest rows
};

Crossing crossing(const std::vector<double>& rows, const std::vector<double>& margins,
                  double wanted) {
  std::size_t from = margins.size();
  while (from > 0 && margins[from - 1] <= wanted) --from;
  if (from == margins.size()) return {};
  if (from == 0) return {rows.front(), true};
  const double before = margins[from - 1];
  const double after = margins[from];
  if (!std::isfinite(before)) return {rows[from], false};
  const double w = std::log(before / wanted) / std::log(before / after);
  return {rows[from - 1] * std::pow(rows[from] / rows[from - 1], w), false};
}

class Sizes {
 public:
  Sizes(const std::vector<SizeFound>& found, std::size_t rows, std::size_t groups,
        const FeasibilityOptions& options)
      : rows_(static_cast<double>(rows)),
        groups_(static_cast<double>(groups)),
        options_(options),
        law_(planted(found), options.power, options.wrong) {
    for (const SizeFound& size : found) {
      SizePoint point{size.rows, size.groups, size.above, {}, {}, false};
      if (size.above.nats) {
        const MarginRange range =
            margin_range(size.readings, *size.above.nats, options.power, options.wrong);
        point.low = range.low;
        point.high = range.high;
      }
      out_.sizes.push_back(point);
    }
    out_.sizes.back().rows = rows;
    out_.sizes.back().groups = groups;
  }

  SizeForecast run() {
    std::vector<SizePoint> beyond;
    for (int step = 1; step <= (options_.margin ? kSteps : 4); ++step) {
      const double times = std::pow(2.0, step / 2.0);
      if (options_.margin || step % 2 == 0) beyond.push_back(extrapolated(times));
    }
    if (options_.margin) need(beyond);
    for (const SizePoint& point : beyond) {
      const bool shown = point.rows == size_of(2.0) || point.rows == size_of(4.0);
      if (shown) out_.sizes.push_back(point);
    }
    return std::move(out_);
  }

 private:
  static std::vector<PlantedSize> planted(const std::vector<SizeFound>& found) {
    std::vector<PlantedSize> out;
    for (const SizeFound& size : found) {
      if (size.estimators == found.back().estimators) out.push_back({size.rows, size.readings});
    }
    return out;
  }

  [[nodiscard]] std::size_t size_of(double times) const {
    return static_cast<std::size_t>(std::ceil(rows_ * times));
  }
  [[nodiscard]] std::size_t groups_of(double rows) const {
    return static_cast<std::size_t>(std::ceil(groups_ * rows / rows_));
  }

  [[nodiscard]] SizePoint extrapolated(double times) const {
    SizePoint out;
    out.rows = size_of(times);
    out.groups = groups_of(static_cast<double>(out.rows));
    const MarginRange range = law_.at(static_cast<double>(out.rows));
    out.above.nats = range.nats;
    if (!range.nats) out.above.why_not = "Not even so many rows are expected to decide any margin.";
    out.low = range.low;
    out.high = range.high;
    out.extrapolated = true;
    return out;
  }

  void need(const std::vector<SizePoint>& beyond) {
    const double wanted = *options_.margin;
    std::vector<double> rows;
    std::vector<double> nats;
    std::vector<double> low;
    std::vector<double> high;
    const auto add = [&](const SizePoint& point) {
      rows.push_back(static_cast<double>(point.rows));
      nats.push_back(point.above.nats.value_or(kInfinite));
      low.push_back(point.low.value_or(nats.back()));
      high.push_back(point.high.value_or(kInfinite));
    };
    for (const SizePoint& point : out_.sizes) add(point);
    for (const SizePoint& point : beyond) add(point);
    const Crossing found = crossing(rows, nats, wanted);
    if (!found.rows) {
      out_.needed_why_not = "More than 16 times the rows, further than anything is said about.";
      return;
    }
    SizePoint needed;
    needed.rows = static_cast<std::size_t>(std::ceil(*found.rows));
    needed.groups = groups_of(static_cast<double>(needed.rows));
    needed.above.nats = wanted;
    needed.extrapolated = *found.rows > rows_;
    out_.needed = needed;
    if (found.first) out_.needed_why_not = "The fewest rows planted suffice.";
    const Crossing fewest = crossing(rows, low, wanted);
    const Crossing most = crossing(rows, high, wanted);
    if (fewest.rows && !fewest.first) {
      out_.needed_low = static_cast<std::size_t>(std::floor(*fewest.rows));
    }
    if (most.rows) out_.needed_high = static_cast<std::size_t>(std::ceil(*most.rows));
  }

  double rows_;
  double groups_;
  const FeasibilityOptions& options_;
  SizeLaw law_;
  SizeForecast out_;
};

}  // namespace

SizeForecast forecast_sizes(const std::vector<SizeFound>& found, std::size_t rows,
                            std::size_t groups, const FeasibilityOptions& options) {
  return Sizes(found, rows, groups, options).run();
}

}  // namespace cch::detail
