#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cch/data/array.hpp"

namespace cch {

/// How the fields of a table are separated.
enum class Separator {
  automatic,  ///< comma, or semicolon if the first line has semicolons and no comma
  tab,
  none,  ///< one value a line
};

/// A text table (RFC 4180): every row has the same number of fields, quotes may hold separators and
/// line ends, doubled quotes stand for one. Fields are views into the file.
class CsvTable {
 public:
  /// Data Errors, with line numbers from 1: "ragged-row", "unterminated-quote", "bad-quote",
  /// "bad-text" (not UTF-8), "no-rows", "duplicate-key" (two columns of one name). `key` is the
  /// wanted column: where it stands in the first row, that row is a header.
  static CsvTable parse(const Bytes& bytes, const std::string& where, Separator separator,
                        const std::string& key = {});

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::size_t cols() const { return columns_.size(); }
  /// True if the first row was taken as names. It is if the wanted key stands in it, if a column
  /// has numbers below something that is none, or, for tables of words alone, if its first word is
  /// a usual name of a column (id, label, group, …) or occurs once while all words below it repeat.
  [[nodiscard]] bool header() const { return header_; }
  [[nodiscard]] const std::string& header_reason() const { return header_reason_; }
  /// Names of the columns; "0", "1", … without a header.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] std::string_view cell(std::size_t row, std::size_t col) const {
    return cells_[row * cols() + col];
  }
  [[nodiscard]] std::size_t line(std::size_t row) const { return lines_[row]; }
  [[nodiscard]] char separator() const { return separator_; }

  /// A column as int64 if all fields are integers, as float64 if all are numbers, as text
  /// otherwise.
  [[nodiscard]] Array column(std::size_t col) const;
  /// All columns as float64. Data Errors: "missing-value" (an empty field), "not-numeric".
  [[nodiscard]] Array numbers() const;
  /// One column as float64; errors as above.
  [[nodiscard]] Array numbers(std::size_t col) const;

 private:
  void read_rows(std::string_view text, std::vector<std::vector<std::string_view>>& rows);
  void find_header(const std::vector<std::vector<std::string_view>>& rows, const std::string& key);
  [[nodiscard]] double number(std::size_t row, std::size_t col) const;
  void name_columns(const std::vector<std::vector<std::string_view>>& rows);

  Bytes bytes_;
  std::string where_;
  std::deque<std::string> unescaped_;  // fields whose quotes had to be resolved
  std::vector<std::string_view> cells_;
  std::vector<std::size_t> lines_;
  std::vector<std::string> columns_;
  bool header_ = false;
  std::string header_reason_;
  char separator_ = ',';
};

}  // namespace cch
