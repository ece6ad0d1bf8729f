#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cch::report {

inline constexpr const char* kMissing = "–";  ///< stands for every value that is null

/// The text, or the sign for a missing value where it is empty.
inline std::string or_missing(const std::string& text) {
  return text.empty() ? kMissing : text;
}

/// Decimals that show two significant digits of a standard error, 0..6; three where there is none
/// (or it is zero or not finite).
int decimals_for(std::optional<double> standard_error);

/// A number with so many decimals, "−" (U+2212) as minus sign, no negative zero; "∞", "−∞" and "not
/// a number" in words and signs; "–" for null.
std::string fixed(std::optional<double> value, int decimals);

/// "0.432 ± 0.021" (value ± standard error, nats), digits by decimals_for; "0.432" without an
/// error.
std::string with_error(std::optional<double> value, std::optional<double> standard_error);

/// "[0.391, 0.473]"; "–" when an end is null.
std::string interval(std::optional<double> low, std::optional<double> high, int decimals);

/// "< .001", ".034", "> .999": three decimals, no leading zero.
std::string p_value(std::optional<double> p);

/// "12,345".
std::string count(std::optional<std::int64_t> value);

/// Up to four significant digits, whole numbers in full; for diagnostics.
std::string general(std::optional<double> value);

/// "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
std::string duration(std::optional<double> seconds);

}  // namespace cch::report
