#include "tools/report/kit/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cch::report {
namespace {

constexpr const char* kMinus = "−";

std::string unusual(double value) {
  if (std::isnan(value)) return "not a number";
  return value > 0 ? "∞" : std::string(kMinus) + "∞";
}

/// Give "-1.2" its minus sign, and take it from "-0.00".
std::string with_minus_sign(std::string digits) {
  if (digits.front() != '-') return digits;
  digits.erase(0, 1);
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return zero ? digits : kMinus + digits;
}

}  // namespace

int decimals_for(std::optional<double> standard_error) {
  if (!standard_error || !std::isfinite(*standard_error) || *standard_error <= 0) return 3;
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(*standard_error))), 0, 6);
}

std::string fixed(std::optional<double> value, int decimals) {
  if (!value) return kMissing;
  if (!std::isfinite(*value)) return unusual(*value);
  return with_minus_sign(fmt::format("{:.{}f}", *value, decimals));
}

std::string with_error(std::optional<double> value, std::optional<double> standard_error) {
  const int decimals = decimals_for(standard_error);
  if (!value || !standard_error) return fixed(value, decimals);
  return fmt::format("{} ± {}", fixed(value, decimals), fixed(standard_error, decimals));
}

std::string interval(std::optional<double> low, std::optional<double> high, int decimals) {
  if (!low || !high) return kMissing;
  return fmt::format("[{}, {}]", fixed(low, decimals), fixed(high, decimals));
}

std::string p_value(std::optional<double> p) {
  if (!p) return kMissing;
  if (!std::isfinite(*p)) return unusual(*p);
  if (*p < 0.001) return "< .001";
  if (*p > 0.999) return "> .999";
  return fmt::format("{:.3f}", *p).substr(1);
}

std::string count(std::optional<std::int64_t> value) {
  if (!value) return kMissing;
  std::string digits = fmt::format("{}", *value);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t end = digits.size(); end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
  return with_minus_sign(std::move(digits));
}

std::string general(std::optional<double> value) {
  if (!value) return kMissing;
  if (!std::isfinite(*value)) return unusual(*value);
  const bool whole = *value == std::round(*value) && std::abs(*value) < 1e15;
  if (whole) return count(static_cast<std::int64_t>(*value));
  return with_minus_sign(fmt::format("{:.4g}", *value));
}

std::string duration(std::optional<double> seconds) {
  if (!seconds) return kMissing;
  if (!std::isfinite(*seconds)) return unusual(*seconds);
  if (*seconds < 1) return fmt::format("{:.2g} s", *seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(*seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace cch::report
