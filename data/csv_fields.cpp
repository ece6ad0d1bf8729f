#include "data/csv_fields.hpp"

#include <algorithm>
#include <utility>

#include "cch/core/error.hpp"

namespace cch::detail {
namespace {

// Fields of a line; separators inside quotes are none.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') quoted = !quoted;
    if (line[at] != separator || quoted) continue;
    fields.push_back(line.substr(start, at - start));
    start = at + 1;
  }
  fields.push_back(line.substr(start));
  return fields;
}

// True if a comma of the field can be a decimal one, or there is none.
bool no_other_comma(std::string_view field) {
  return field.find(',') == std::string_view::npos || is_number(field) || field.front() == '"';
}

// True if the first lines have equally many of this separator, at least one.
bool separates(std::string_view text, char separator) {
  std::size_t expected = 0;
  for (std::size_t line = 0; line < kLinesForSeparator && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (one.empty()) continue;
    const auto fields = fields_of(one, separator);
    if (expected == 0) expected = fields.size();
    if (fields.size() < 2 || fields.size() != expected) return false;
    if (!std::all_of(fields.begin(), fields.end(), no_other_comma)) return false;
  }
  return expected > 0;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// True if the first lines are equally many numbers, at least two, between such separators. Lines
// that are one number each as they stand ("1 234", "1,5") are none.
bool parts_numbers(std::string_view text, char separator) {
  std::size_t expected = 0;
  std::size_t rows = 0;
  bool single = true;
  for (std::size_t lines = 0; lines < kLinesForSeparator && !text.empty(); ++lines) {
    const std::string_view line = take_line(text);
    if (trimmed(line).empty() || line.front() == '#') continue;
    const auto fields = separator == ' ' ? words_of(line) : fields_of(line, separator);
    const bool names = expected == 0 && std::none_of(fields.begin(), fields.end(), is_number);
    if (expected == 0) expected = fields.size();
    if (fields.size() < 2 || fields.size() != expected) return false;
    if (names) continue;
    if (!std::all_of(fields.begin(), fields.end(), is_number)) return false;
    single = single && is_number(line);
    ++rows;
  }
  return rows > 0 && !single;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(" \t\r")));
    line.remove_prefix(words.back().size());
  }
}

std::string_view without_comments(std::string_view text, std::size_t& lines) {
  for (lines = 0; text.starts_with('#'); ++lines) {
    std::string_view rest = text;
    const std::size_t names = words_of(take_line(rest).substr(1)).size();
    std::string_view below = rest;
    if (!rest.starts_with('#') && words_of(take_line(below)).size() == names) {
      return text.substr(1);
    }
    text = rest;
  }
  return text;
}

char choose_separator(std::string_view text, Separator separator) {
  if (separator == Separator::tab) return '\t';
  if (separator == Separator::none) {
    for (const char other : {';', '\t', ' ', ','}) {
      if (parts_numbers(text, other)) return other;
    }
    return '\0';  // refused in text, so it never occurs
  }
  const std::string_view first = text.substr(0, text.find('\n'));
  const bool commas = first.find(',') != std::string_view::npos;
  for (const char other : {';', '\t'}) {
    if (!commas && first.find(other) != std::string_view::npos) return other;
    if (separates(text, other)) return other;
  }
  return !commas && parts_numbers(text, ' ') ? ' ' : ',';
}

std::optional<char> said_separator(std::string_view text, Separator separator) {
  if (separator != Separator::automatic || text.size() < 6 || !text.starts_with("sep=")) return {};
  const bool line_ends = text[5] == '\n' || text[5] == '\r';
  return line_ends ? std::optional(text[4]) : std::nullopt;
}

std::string_view Splitter::quoted() {
  const std::size_t first_line = line_;
  std::string out;
  for (++at_;; ++at_) {
    if (done()) {
      refuse_data("unterminated-quote", "a quote is never closed",
                  where_ + ", line " + std::to_string(first_line),
                  "the rest of the file is one field", "Close the quote");
    }
    if (peek() == '\n') ++line_;
    if (peek() != '"') {
      out += peek();
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      out += '"';
      ++at_;
    } else {
      break;
    }
  }
  ++at_;
  if (!at_line_end() && peek() != separator_) {
    refuse_data("bad-quote", "text follows a closing quote",
                where_ + ", line " + std::to_string(line_), "it is not clear where the field ends",
                "Double the quotes inside a quoted field");
  }
  unescaped_.push_back(std::move(out));
  return unescaped_.back();
}

}  // namespace cch::detail
