#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/data/array.hpp"

namespace cch {

/// How the fields of a table are separated.
enum class Separator {
  automatic,  ///< semicolon or tab if every line has as many of them as the first one and no
              ///< comma that could not be a decimal one; blanks if they part numbers alone and
              ///< there is no comma; else comma. A first line "sep=;" decides.
  tab,
  none,  ///< one value a line, unless each line holds as many numbers: then as automatic
};

/// A text table (RFC 4180): every row has the same number of fields, quotes may hold separators and
/// line ends, doubled quotes stand for one. Fields are views into the file. UTF-8, or UTF-16 with a
/// byte order mark.
class CsvTable {
 public:
  /// Data Errors, with line numbers from 1: "ragged-row", "short-header" (a first row of names with
  /// one field fewer than the rows below, as R writes it), "unterminated-quote", "bad-quote",
  /// "bad-text" (not UTF-8), "no-rows", "duplicate-key" (two columns of one name), "decimal-comma"
  /// (fields parted by commas that are halves of numbers: "0783" behind "-3"). `key` is the wanted
  /// column: where it stands in the first row, that row is a header.
  static CsvTable parse(const Bytes& bytes, const std::string& where, Separator separator,
                        const std::string& key = {});

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::size_t cols() const { return columns_.size(); }
  /// True if the first row was taken as names. It is if the wanted key stands in it, if a column
  /// has numbers below something that is none, or, for tables of words alone, if its first word is
  /// a usual name of a column (id, label, group, …) or occurs once while all words below it repeat.
  /// So is one that counts the columns ("0", "1", …, as pandas names them) behind an empty first
  /// field or above numbers that are not whole.
  [[nodiscard]] bool header() const { return header_; }
  [[nodiscard]] const std::string& header_reason() const { return header_reason_; }
  /// Names of the columns; "0", "1", … without a header.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] std::string_view cell(std::size_t row, std::size_t col) const {
    return cells_[row * cols() + col];
  }
  [[nodiscard]] std::size_t line(std::size_t row) const { return lines_[row]; }
  [[nodiscard]] char separator() const { return separator_; }
  [[nodiscard]] bool utf16() const { return utf16_; }
  /// True if the numbers of these columns (all but the index_columns() without `col`) have a
  /// decimal comma. Data Errors "thousands-separator", "decimal-comma".
  [[nodiscard]] bool decimal_comma(std::optional<std::size_t> col = {}) const;

  /// Columns at the left that other programs write beside the data: numbers or names of the rows. A
  /// column without a name (or "Unnamed: 0") of whole numbers or of words, or one named "index" or
  /// "level_0" whose whole numbers or words all differ. Never all columns, and none without a
  /// header.
  [[nodiscard]] std::size_t index_columns() const { return index_columns_; }

  /// A column as int64 if all fields are integers, as float64 if all are numbers (with a decimal
  /// point), as text otherwise.
  [[nodiscard]] Array column(std::size_t col) const;
  /// All columns but the index_columns() as float64. Data Errors: "missing-value" (an empty field
  /// or a word such as NA; of a column without any value it says to drop the column),
  /// "not-numeric", "thousands-separator", "decimal-comma" (beside points, or where it may be a
  /// thousands separator; without names of columns also two columns of whole numbers, which may be
  /// the halves of one).
  [[nodiscard]] Array numbers() const;
  /// One column as float64; errors as above.
  [[nodiscard]] Array numbers(std::size_t col) const;

 private:
  void read_rows(std::string_view text, std::size_t first_line,
                 std::vector<std::vector<std::string_view>>& rows);
  void refuse_two_columns() const;
  [[noreturn]] void refuse_gap(std::size_t row, std::size_t col, const std::string& place) const;
  void find_header(const std::vector<std::vector<std::string_view>>& rows, const std::string& key);
  [[nodiscard]] double number(std::size_t row, std::size_t col, bool decimal_comma) const;
  void name_columns(const std::vector<std::vector<std::string_view>>& rows);
  void find_index_columns();
  [[nodiscard]] bool is_index(std::size_t col) const;

  Bytes bytes_;
  std::string where_;
  std::deque<std::string> unescaped_;  // fields whose quotes had to be resolved
  std::vector<std::string_view> cells_;
  std::vector<std::size_t> lines_;
  std::vector<std::string> columns_;
  bool header_ = false;
  std::string header_reason_;
  std::size_t index_columns_ = 0;
  bool utf16_ = false;
  char separator_ = ',';
};

}  // namespace cch
