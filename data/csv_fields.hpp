#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/data/csv.hpp"
#include "data/spelling.hpp"
#include "data/text.hpp"

namespace cch::detail {

/// Lines that are looked at before a separator is believed.
inline constexpr std::size_t kLinesForSeparator = 50;

/// True if the field spells a number in any way of Spelling.
inline bool is_number(std::string_view text) {
  return spelling_of(text) != Spelling::none;
}

/// True if the field is empty or a word for "not known".
inline bool is_gap(std::string_view text) {
  return trimmed(text).empty() || means_unknown(text);
}

/// The separator of a text: the one asked for, else the one that parts its first lines into equally
/// many fields, else the comma. A blank stands for any number of blanks and tabs; it, and any in a
/// .txt file, must part lines into numbers alone, or names above numbers.
char choose_separator(std::string_view text, Separator separator);

/// A first line "sep=;", as Excel writes it, says what separates the fields of the others.
std::optional<char> said_separator(std::string_view text, Separator separator);

/// Words between blanks and tabs.
std::vector<std::string_view> words_of(std::string_view line);

/// What is left of a text whose fields are parted by blanks without the comments at its start,
/// lines that begin with '#'. The last of them holds the names of the columns if it has as many
/// words as the line below; it stays, without its mark. `lines` are those left out.
std::string_view without_comments(std::string_view text, std::size_t& lines);

/// Splits text into records of fields, counting lines from `first_line`. Quoted fields are kept in
/// `unescaped`, all others are views of the text. Data Errors "unterminated-quote", "bad-quote".
class Splitter {
 public:
  Splitter(std::string_view text, char separator, const std::string& where,
           std::deque<std::string>& unescaped, std::size_t first_line)
      : text_(text),
        separator_(separator),
        where_(where),
        unescaped_(unescaped),
        line_(first_line) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  std::vector<std::string_view> next() {
    if (separator_ == ' ') return words();
    std::vector<std::string_view> row;
    do {
      row.push_back(field());
    } while (accept_separator());
    end_line();
    return row;
  }

 private:
  [[nodiscard]] char peek() const { return done() ? '\n' : text_[at_]; }
  [[nodiscard]] bool at_line_end() const {
    return done() || peek() == '\n' || text_.substr(at_).starts_with("\r\n") ||
           (peek() == '\r' && at_ + 1 == text_.size());
  }
  bool accept_separator() {
    if (done() || peek() != separator_) return false;
    ++at_;
    return true;
  }
  void end_line() {
    if (!done() && peek() == '\r') ++at_;
    if (!done()) ++at_;
    ++line_;
  }

  std::string_view field() {
    if (!done() && peek() == '"' && separator_ != '\0') return quoted();
    const std::size_t start = at_;
    while (!at_line_end() && peek() != separator_) ++at_;
    return text_.substr(start, at_ - start);
  }

  std::vector<std::string_view> words() {
    const std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
    at_ += line.size() + 1;
    ++line_;
    return words_of(line);
  }
  std::string_view quoted();

  std::string_view text_;
  char separator_;
  const std::string& where_;
  std::deque<std::string>& unescaped_;
  std::size_t at_ = 0;
  std::size_t line_;
};

}  // namespace cch::detail
