#include "data/spelling.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "cch/core/error.hpp"
#include "data/text.hpp"

namespace cch::detail {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  return static_cast<std::size_t>(end - text.begin());
}

/// Length of the mark at the front; 0 if there is none. Blanks: plain, U+00A0, U+2009, U+202F;
/// apostrophes: plain, U+2019.
std::size_t mark_length(std::string_view text) {
  constexpr std::array<std::string_view, 8> kMarks = {
      ",", ".", " ", "'", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", "\xE2\x80\x99"};
  for (const std::string_view mark : kMarks) {
    if (text.starts_with(mark)) return mark.size();
  }
  return 0;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

/// Runs of digits and the marks between them; nothing if there is anything else.
struct DigitRuns {
  std::vector<std::string_view> runs;
  std::vector<std::string_view> marks;
  bool exponent = false;
};

std::optional<DigitRuns> digit_runs(std::string_view text) {
  DigitRuns out;
  text = without_sign(text);
  while (true) {
    const std::size_t digits = digits_at(text);
    if (digits == 0 && !(out.runs.empty() && text.starts_with(','))) return std::nullopt;
    out.runs.push_back(text.substr(0, digits));
    text.remove_prefix(digits);
    const std::size_t mark = mark_length(text);
    if (mark == 0) break;
    out.marks.push_back(text.substr(0, mark));
    text.remove_prefix(mark);
  }
  if (text.empty()) return out;
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  const std::string_view power = without_sign(text.substr(1));
  if (power.empty() || digits_at(power) != power.size()) return std::nullopt;
  out.exponent = true;
  return out;
}

bool in_threes(const DigitRuns& number) {
  const auto& [runs, marks, exponent] = number;
  if (exponent || runs.front().empty() || runs.front().size() > 3) return false;
  const bool decimals = marks.size() > 1 && marks.back() != marks.front() &&
                        (marks.back() == "," || marks.back() == ".");
  const std::size_t groups = runs.size() - (decimals ? 1 : 0);
  for (std::size_t i = 1; i < groups; ++i) {
    if (runs[i].size() != 3 || marks[i - 1] != marks.front()) return false;
  }
  return true;
}

}  // namespace

bool means_unknown(std::string_view text) {
  constexpr std::array<std::string_view, 15> kWords = {
      "na",      "n/a",       "#n/a",      "nan",           "none",           "null",
      "missing", "unknown",   "unk",       "not available", "not applicable", "not reported",
      "?",       "unlabeled", "unlabelled"};
  std::string word(trimmed(text));
  if (word.size() > 2 && std::string_view("[(<").find(word.front()) != std::string_view::npos) {
    word = word.substr(1, word.size() - 2);
  }
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

Spelling spelling_of(std::string_view field) {
  field = trimmed(field);
  if (parse_number<double>(field)) {
    const std::string_view digits = without_sign(field);
    return digits_at(digits) == digits.size() ? Spelling::whole : Spelling::point;
  }
  const auto number = digit_runs(field);
  if (!number || number->marks.empty()) return Spelling::none;
  if (number->marks.size() > 1 || number->marks.front() != ",") {
    return in_threes(*number) ? Spelling::thousands : Spelling::none;
  }
  const bool either = in_threes(*number) && number->runs.front().front() != '0';
  return either ? Spelling::three_after : Spelling::comma;
}

bool marked(std::string_view field) {
  field = trimmed(field);
  return field.find_first_of(", '\xC2\xE2") != std::string_view::npos ||
         field.find('.') != field.rfind('.');
}

void Spellings::take(std::string_view field) {
  field = trimmed(field);
  if (field.empty()) return;
  const auto keep = [&](std::string& first) {
    if (first.empty()) first = field;
  };
  switch (spelling_of(field)) {
    case Spelling::none:
      numbers_only_ = false;
      break;
    case Spelling::point:
      if (field.find('.') != std::string_view::npos) keep(point_);
      break;
    case Spelling::comma:
      keep(comma_);
      break;
    case Spelling::three_after:
      keep(three_);
      break;
    case Spelling::thousands:
      keep(many_);
      break;
    default:
      break;
  }
}

bool Spellings::decimal_comma(const std::string& where) const {
  if (!foreign()) return false;
  const std::string rewrite = "Write numbers as 1234.5: a point and no thousands separators";
  if (!many_.empty() || (!three_.empty() && comma_.empty() && !point_.empty())) {
    refuse_data("thousands-separator",
                "'" + (many_.empty() ? three_ : many_) + "' has a thousands separator", where,
                "numbers are read with a decimal mark alone", rewrite);
  }
  if (!point_.empty()) {
    refuse_data("decimal-comma",
                "'" + comma_ + "' has a decimal comma and '" + point_ + "' a point", where,
                "one of the two would be read wrongly", rewrite);
  }
  if (comma_.empty()) {
    refuse_data("decimal-comma", "'" + three_ + "' may have a decimal comma or thousands", where,
                "the two readings differ by a factor of 1000", rewrite);
  }
  return true;
}

std::optional<double> parse_decimal_comma(std::string_view field) {
  std::string text(trimmed(field));
  std::replace(text.begin(), text.end(), ',', '.');
  return parse_number<double>(text);
}

Halves halves_of(const std::vector<std::vector<std::string_view>>& rows, std::size_t first) {
  Halves out{first < rows.size(), false, {}, {}};
  for (std::size_t i = first; i < rows.size() && out.possible; ++i) {
    const auto& row = rows[i];
    out.possible = row.size() % 2 == 0;
    for (std::size_t j = 0; j + 1 < row.size() && out.possible; j += 2) {
      const std::string_view whole = trimmed(row[j]);
      const std::string_view part = trimmed(row[j + 1]);
      const std::string_view digits = without_sign(whole);
      out.possible = !digits.empty() && digits_at(digits) == digits.size() && !part.empty() &&
                     digits_at(part) == part.size() && (digits == "0" || digits[0] != '0');
      const bool shown = whole == "-0" || (part.size() > 1 && part[0] == '0');
      if (!out.possible || (!out.mantissa.empty() && (out.certain || !shown))) continue;
      out.certain = shown;
      out.mantissa = whole;
      out.fraction = part;
    }
  }
  out.certain = out.certain && out.possible;
  return out;
}

}  // namespace cch::detail
