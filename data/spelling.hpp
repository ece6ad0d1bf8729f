#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cch::detail {

/// True for words that programs and people write where they know nothing: NA, unknown, [Not
/// Available], ?, …
bool means_unknown(std::string_view text);

/// How a field of a table spells a number.
enum class Spelling {
  none,         ///< it is no number
  whole,        ///< "-12"
  point,        ///< any other number that parse_number() reads: "1.5", "2e3", "nan"
  comma,        ///< decimal comma: "1,8268"
  three_after,  ///< "1,234": a decimal comma or a thousands separator
  thousands,    ///< "6 826 756", "1.234,56", "1'234", "1,234.5", "1,234,567"
};

/// Thousands are parted by blanks (also no-break and thin ones), apostrophes, commas or points, in
/// groups of three digits.
Spelling spelling_of(std::string_view field);

/// False if the field cannot be spelt with a comma or with thousands separators. Cheap.
bool marked(std::string_view field);

/// What the fields of some columns say together.
class Spellings {
 public:
  /// Takes one field; empty ones say nothing.
  void take(std::string_view field);

  /// True if fields are numbers and some are spelt with a comma or with thousands separators.
  [[nodiscard]] bool foreign() const { return numbers_only_ && !(comma_ + three_ + many_).empty(); }
  /// True if all of them can be read with a comma as the decimal mark. Data Errors, where fields
  /// are numbers that can be read in two ways: "thousands-separator", "decimal-comma".
  [[nodiscard]] bool decimal_comma(const std::string& where) const;

 private:
  bool numbers_only_ = true;
  std::string point_;  // the first field of its kind; empty: there is none
  std::string comma_;
  std::string three_;
  std::string many_;
};

/// A number with a decimal comma, or one of parse_number().
std::optional<double> parse_decimal_comma(std::string_view field);

/// Whether fields between commas are halves of numbers with a decimal comma: "-3", "0783".
struct Halves {
  bool possible = false;  ///< all are whole, the second of each pair without a sign
  bool certain = false;   ///< and some are what no whole number is: "-0", or "0783" as a second one
  std::string mantissa;   ///< the pair that shows it best
  std::string fraction;
};
/// Of the rows from `first` on.
Halves halves_of(const std::vector<std::vector<std::string_view>>& rows, std::size_t first);

}  // namespace cch::detail
