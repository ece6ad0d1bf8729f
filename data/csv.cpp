#include "cch/data/csv.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "cch/core/error.hpp"
#include "data/csv_fields.hpp"
#include "data/csv_header.hpp"
#include "data/pack.hpp"
#include "data/recode.hpp"
#include "data/spelling.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

using Row = std::vector<std::string_view>;

using detail::is_number;

std::string in_quotes(std::string_view text) {
  return std::string("'").append(text).append("'");
}

constexpr std::size_t kRowsForHalves = 5;

bool no_numbers(const Row& row) {
  return std::none_of(row.begin(), row.end(), is_number);
}

[[noreturn]] void refuse_decimal_comma(const std::string& pair, const std::string& where) {
  refuse_data("decimal-comma", pair + " look like the halves of a number with a decimal comma",
              where, "commas are taken as separators of columns",
              "Write numbers with a point, or separate columns by semicolons");
}

[[noreturn]] void refuse_short_header(const Row& names, const Row& row, const std::string& where) {
  refuse_data("short-header",
              "the first row has " + std::to_string(names.size()) +
                  " names, the rows below it have " + std::to_string(row.size()) + " fields",
              where,
              "the name of one column is missing; R's write.table leaves out that of the row "
              "names, here " +
                  in_quotes(row[0]),
              "Write with row.names = FALSE, or put a name for the first column in front of the "
              "first line");
}

// Names of columns say how many there are; without them only "-0" and "0783" tell.
void refuse_halves(const std::vector<Row>& rows, const std::string& where) {
  const detail::Halves halves = detail::halves_of(rows, 0);
  if (!halves.certain) return;
  refuse_decimal_comma(in_quotes(halves.mantissa) + " and " + in_quotes(halves.fraction), where);
}

// True if the first fields number the rows or are no numbers.
bool begin_with_row_names(const std::vector<Row>& rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string_view field = rows[i][0];
    if (is_number(field) && field != std::to_string(i) && field != std::to_string(i - 1)) {
      return false;
    }
  }
  return true;
}

// A row with another number of fields than the first one: what may have happened.
[[noreturn]] void refuse_ragged(const std::vector<Row>& rows, const Row& row,
                                detail::Splitter& splitter, char separator,
                                const std::string& where) {
  const std::size_t names = rows[0].size();
  std::vector<Row> sample{rows[0], row};
  for (std::size_t i = 0; i < detail::kLinesForSeparator && !splitter.done(); ++i) {
    Row next = splitter.next();
    if (next.size() == row.size()) sample.push_back(std::move(next));
  }
  if (rows.size() == 1 && no_numbers(rows[0])) {
    if (row.size() == names + 1 && begin_with_row_names(sample)) {
      refuse_short_header(rows[0], row, where);
    }
    const detail::Halves halves = detail::halves_of(sample, 1);
    if (separator == ',' && halves.possible && row.size() == 2 * names) {
      refuse_decimal_comma(in_quotes(halves.mantissa) + " and " + in_quotes(halves.fraction),
                           where);
    }
  }
  refuse_data("ragged-row",
              "a row has " + std::to_string(row.size()) + " fields, the first one has " +
                  std::to_string(names),
              where, "values would slip into other columns",
              "Give every row the same number of fields; where numbers have a decimal comma, "
              "separate fields by semicolons");
}

}  // namespace

CsvTable CsvTable::parse(const Bytes& bytes, const std::string& where, Separator separator,
                         const std::string& key) {
  CsvTable table;
  table.bytes_ = detail::as_utf8(bytes, where);
  table.utf16_ = detail::text_code_of(bytes, where) != detail::TextCode::utf8;
  std::string_view text(reinterpret_cast<const char*>(table.bytes_.view.data()),
                        table.bytes_.size());
  table.where_ = where;
  const std::optional<char> said = detail::said_separator(text, separator);
  if (said) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  table.separator_ = said.value_or(detail::choose_separator(text, separator));
  std::size_t first_line = said ? 2 : 1;
  if (table.separator_ == ' ') {
    std::size_t comments = 0;
    text = detail::without_comments(text, comments);
    first_line += comments;
  }
  std::vector<Row> rows;
  table.read_rows(text, first_line, rows);
  if (rows.empty())
    refuse_data("no-rows", "the table has no rows", where, {}, "Check how it was written");
  table.find_header(rows, key);
  if (table.separator_ == ',' && !table.header_) refuse_halves(rows, where);
  table.name_columns(rows);
  const std::size_t skip = table.header_ ? 1 : 0;
  table.lines_.erase(table.lines_.begin(),
                     table.lines_.begin() + static_cast<std::ptrdiff_t>(skip));
  if (table.lines_.empty()) {
    refuse_data("no-rows", "the table has a header and no rows", where, {},
                "Check how it was written");
  }
  table.cells_.reserve(table.rows() * table.cols());
  for (std::size_t i = skip; i < rows.size(); ++i) {
    table.cells_.insert(table.cells_.end(), rows[i].begin(), rows[i].end());
  }
  table.find_index_columns();
  return table;
}

void CsvTable::read_rows(std::string_view text, std::size_t first_line, std::vector<Row>& rows) {
  detail::Splitter splitter(text, separator_, where_, unescaped_, first_line);
  while (!splitter.done()) {
    const std::size_t line = splitter.line();
    Row row = splitter.next();
    if (separator_ == ' ' && (row.empty() || row[0].starts_with('#'))) continue;
    const bool blank = row.size() == 1 && row[0].empty();
    // Blank lines at the end carry nothing, unless lines are single fields, where they are empty
    // ones.
    if (blank && !rows.empty() && rows[0].size() > 1 && splitter.done()) break;
    if (!rows.empty() && row.size() != rows[0].size()) {
      refuse_ragged(rows, row, splitter, separator_, where_ + ", line " + std::to_string(line));
    }
    rows.push_back(std::move(row));
    lines_.push_back(line);
  }
}

void CsvTable::find_header(const std::vector<Row>& rows, const std::string& key) {
  const Row& first = rows[0];
  const bool some_number = std::any_of(first.begin(), first.end(), is_number);
  if (!key.empty() && std::find(first.begin(), first.end(), key) != first.end()) {
    header_ = true;
    header_reason_ = "it holds " + in_quotes(key);
    return;
  }
  if (detail::counts_columns(rows)) {
    header_ = true;
    header_reason_ = "it counts the columns";
    return;
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = detail::numbers_below_a_name(rows, col);
    if (header_) header_reason_ = "numbers stand below " + in_quotes(first[col]);
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = detail::usual_name(first[col]);
    if (header_) header_reason_ = in_quotes(first[col]) + " is a usual name of a column";
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = detail::words_repeat_below(rows, col);
    if (header_) header_reason_ = in_quotes(first[col]) + " occurs once, all below it repeat";
  }
  if (!header_) header_reason_ = some_number ? "it holds numbers" : "nothing sets it apart";
}

void CsvTable::name_columns(const std::vector<Row>& rows) {
  std::set<std::string> seen;
  for (std::size_t col = 0; col < rows[0].size(); ++col) {
    columns_.push_back(header_ ? std::string(rows[0][col]) : std::to_string(col));
    if (seen.insert(columns_.back()).second) continue;
    refuse_data("duplicate-key", "two columns are named '" + columns_.back() + "'", where_,
                "it is not clear which is meant", "Rename one of them");
  }
}

bool CsvTable::is_index(std::size_t col) const {
  const std::string name = detail::lower_case(columns_[col]);
  const bool nameless = name.empty() || name.starts_with("unnamed:");
  if (!nameless && name != "index" && name != "level_0") return false;
  std::set<std::string_view> seen;
  bool whole = true;
  bool words = true;
  for (std::size_t i = 0; i < rows(); ++i) {
    const std::string_view field = detail::trimmed(cell(i, col));
    if (field.empty() || (!nameless && !seen.insert(field).second)) return false;
    whole = whole && detail::parse_number<std::int64_t>(field).has_value();
    words = words && !is_number(field);
    if (!whole && !words) return false;
  }
  return true;
}

void CsvTable::find_index_columns() {
  if (!header_) return;
  while (index_columns_ + 1 < cols() && is_index(index_columns_)) ++index_columns_;
}

bool CsvTable::decimal_comma(std::optional<std::size_t> col) const {
  const std::size_t begin = col.value_or(index_columns_);
  const std::size_t end = col ? *col + 1 : cols();
  bool plain = true;  // which costs little to see
  for (std::size_t i = 0; i < rows() && plain; ++i) {
    for (std::size_t j = begin; j < end; ++j) plain = plain && !detail::marked(cell(i, j));
  }
  if (plain) return false;
  detail::Spellings spellings;
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = begin; j < end; ++j) spellings.take(cell(i, j));
  }
  return spellings.decimal_comma(where_);
}

Array CsvTable::column(std::size_t col) const {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows(); ++i) texts.emplace_back(cell(i, col));
  return detail::typed_column(std::move(texts), where_);
}

void CsvTable::refuse_gap(std::size_t row, std::size_t col, const std::string& place) const {
  std::size_t gaps = 0;
  for (std::size_t i = 0; i < rows(); ++i) gaps += detail::is_gap(cell(i, col)) ? 1 : 0;
  const std::string_view field = detail::trimmed(cell(row, col));
  refuse_data("missing-value",
              field.empty() ? "a field is empty" : in_quotes(field) + " stands for no value", place,
              "samples have no gaps; this column has " + std::to_string(gaps) + " in " +
                  std::to_string(rows()) + " rows",
              gaps == rows() ? "Drop the column '" + columns_[col] + "', which has no value at all"
                             : "Impute or drop these rows in all files");
}

double CsvTable::number(std::size_t row, std::size_t col, bool decimal_comma) const {
  if (const auto value = detail::parse_number<double>(cell(row, col))) return *value;
  if (decimal_comma) {
    if (const auto value = detail::parse_decimal_comma(cell(row, col))) return *value;
  }
  const std::string place =
      where_ + ", line " + std::to_string(line(row)) + ", column '" + columns_[col] + "'";
  if (detail::is_gap(cell(row, col))) refuse_gap(row, col, place);
  if (is_number(cell(row, col))) {
    refuse_data("not-numeric",
                in_quotes(cell(row, col)) +
                    " has a comma or marks thousands, and other fields are "
                    "no numbers at all",
                place, "it is not clear how numbers are written here",
                "Choose one column with PATH:COLUMN, or write numbers with a point");
  }
  const std::string_view field = detail::trimmed(cell(row, col));
  const bool several = cols() == 1 && field.find_first_of(" \t") != std::string_view::npos &&
                       is_number(field.substr(0, field.find_first_of(" \t")));
  refuse_data("not-numeric", "'" + std::string(cell(row, col)) + "' is not a number", place,
              several ? "blanks separate columns only where every line has as many numbers"
                      : "samples are numbers",
              several ? "Save tables as .csv (numpy.savetxt with delimiter=',') or .npy"
                      : "Choose one column with PATH:COLUMN, or remove this one");
}

// "12,5" a line may be one number or two; only names of columns can tell.
void CsvTable::refuse_two_columns() const {
  if (header_ || separator_ != ',' || cols() != 2 || rows() < kRowsForHalves) return;
  std::vector<Row> fields;
  for (std::size_t i = 0; i < rows(); ++i) fields.push_back({cell(i, 0), cell(i, 1)});
  const detail::Halves halves = detail::halves_of(fields, 0);
  if (!halves.possible) return;
  refuse_data("decimal-comma",
              in_quotes(std::string(halves.mantissa) + "," + halves.fraction) +
                  " may be two whole numbers or one with a decimal comma",
              where_ + ", line " + std::to_string(line(0)),
              "no line of names says how many columns there are",
              "Put a line of names first (a,b), or write numbers with a point");
}

Array CsvTable::numbers() const {
  refuse_two_columns();
  const bool comma = decimal_comma();
  std::vector<double> values;
  values.reserve(rows() * cols());
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t col = index_columns_; col < cols(); ++col)
      values.push_back(number(i, col, comma));
  }
  return detail::pack(std::span(std::as_const(values)), DType::f64,
                      {rows(), cols() - index_columns_}, where_);
}

Array CsvTable::numbers(std::size_t col) const {
  const bool comma = decimal_comma(col);
  std::vector<double> values(rows());
  for (std::size_t i = 0; i < rows(); ++i) values[i] = number(i, col, comma);
  return detail::pack(std::span(std::as_const(values)), DType::f64, {rows()}, where_);
}

}  // namespace cch
