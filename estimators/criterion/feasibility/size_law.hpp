#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "cch/core/estimate.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"

namespace cch::detail {

/// What was planted at one number of rows.
struct PlantedSize {
  std::size_t rows = 0;
  Readings readings;
};

/// A smallest margin, nats, and its 95 % interval; an end that is not bounded is empty.
struct MarginRange {
  std::optional<double> nats;
  std::optional<double> low;
  std::optional<double> high;
};

/// 95 % interval of a smallest margin that was found in these readings: its logarithm ± t(.975;
/// draws − 1) · the jackknife's standard error over draws.
MarginRange margin_range(const Readings& readings, double nats, double power, double wrong);

/// The smallest margin at other numbers of rows, by the ranking's rule on what the largest planted
/// size shows, with
///   errors   those of the largest size · √(n₀/n); how far the spread of the draws is from the
///            reported errors comes from the draws of all sizes;
///   step     what the upper value of a label bound adds beyond two standard errors falls as
///            n^(−p), p between ½ and 1 from all sizes;
///   bias     b(n) = c n^(−β) at each planted margin, c by least squares over all sizes, weighted
///   by
///            the squared standard errors of their means. β is not known: 0 (a bias that stays), ¼,
///            …, 1 (one that falls as 1/n) are weighed by exp(−χ²/2) of the same fit.
/// The margin is the weighted mean (of logarithms) over β. Its interval joins the spread over β
/// with the jackknife over draws, all sizes together, as draws of two sizes share their seed.
class SizeLaw {
 public:
  /// Rows ascending, at least one size; every size with the same number of draws (≥ 2).
  SizeLaw(std::vector<PlantedSize> sizes, double power, double wrong);
  ~SizeLaw();
  SizeLaw(const SizeLaw&) = delete;
  SizeLaw& operator=(const SizeLaw&) = delete;

  [[nodiscard]] MarginRange at(double rows) const;

 private:
  struct Variant;
  [[nodiscard]] std::optional<double> margin(const Variant& variant, double rows,
                                             double bias_power) const;
  [[nodiscard]] std::vector<double> weights() const;

  std::vector<double> rows_;
  double power_;
  double wrong_;
  std::vector<std::unique_ptr<Variant>> variants_;  // all draws, then without each
  std::vector<double> weights_;                     // of the powers of the bias
};

}  // namespace cch::detail
