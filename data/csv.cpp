#include "cch/data/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "cch/core/error.hpp"
#include "data/pack.hpp"
#include "data/recode.hpp"
#include "data/spelling.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

using Row = std::vector<std::string_view>;

std::string in_quotes(std::string_view text) {
  return std::string("'").append(text).append("'");
}

bool is_number(std::string_view text) {
  return detail::spelling_of(text) != detail::Spelling::none;
}

constexpr std::size_t kLinesForSeparator = 50;
constexpr std::size_t kRowsForHalves = 5;

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

char choose_separator(std::string_view text, Separator separator) {
  if (separator == Separator::tab) return '\t';
  if (separator == Separator::none) return '\0';  // refused in text, so it never occurs
  const std::string_view first = text.substr(0, text.find('\n'));
  const bool commas = first.find(',') != std::string_view::npos;
  for (const char other : {';', '\t'}) {
    if (!commas && first.find(other) != std::string_view::npos) return other;
    if (separates(text, other)) return other;
  }
  return ',';
}

// A first line "sep=;" says what separates the fields of the others.
std::optional<char> said_separator(std::string_view text, Separator separator) {
  if (separator != Separator::automatic || text.size() < 6 || !text.starts_with("sep=")) return {};
  const bool line_ends = text[5] == '\n' || text[5] == '\r';
  return line_ends ? std::optional(text[4]) : std::nullopt;
}

// Splits text into records of fields, counting lines from 1.
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

  Row next() {
    Row row;
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

  std::string_view quoted() {
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
      refuse_data(
          "bad-quote", "text follows a closing quote", where_ + ", line " + std::to_string(line_),
          "it is not clear where the field ends", "Double the quotes inside a quoted field");
    }
    unescaped_.push_back(std::move(out));
    return unescaped_.back();
  }

  std::string_view text_;
  char separator_;
  const std::string& where_;
  std::deque<std::string>& unescaped_;
  std::size_t at_ = 0;
  std::size_t line_;
};

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
[[noreturn]] void refuse_ragged(const std::vector<Row>& rows, const Row& row, Splitter& splitter,
                                char separator, const std::string& where) {
  const std::size_t names = rows[0].size();
  std::vector<Row> sample{rows[0], row};
  for (std::size_t i = 0; i < kLinesForSeparator && !splitter.done(); ++i) {
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

std::string lower_case(std::string_view text) {
  std::string lower(detail::trimmed(text));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool usual_name(std::string_view text) {
  constexpr std::array<std::string_view, 22> kNames = {
      "id",     "ids",     "key",      "name",    "index",  "y",     "label", "labels",
      "class",  "target",  "category", "group",   "groups", "split", "file",  "filename",
      "sample", "patient", "subject",  "speaker", "video",  "image"};
  return std::find(kNames.begin(), kNames.end(), lower_case(text)) != kNames.end();
}

// True if the first field of the column is no number and every field below it is one.
bool numbers_below_a_name(const std::vector<Row>& rows, std::size_t col) {
  if (rows[0][col].empty() || is_number(rows[0][col])) return false;
  bool some = false;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i][col].empty()) continue;
    if (!is_number(rows[i][col])) return false;
    some = true;
  }
  return some;
}

// True if the first word occurs once and every other word of the column at least twice.
bool words_repeat_below(const std::vector<Row>& rows, std::size_t col) {
  std::map<std::string_view, std::size_t> count;
  for (const Row& row : rows) ++count[row[col]];
  if (count.size() < 2 || count[rows[0][col]] != 1) return false;
  return std::all_of(count.begin(), count.end(), [&](const auto& entry) {
    return entry.second > 1 || entry.first == rows[0][col];
  });
}

// True if the first row is "0", "1", … (after an empty field, or above numbers that are not whole).
bool counts_columns(const std::vector<Row>& rows) {
  const Row& first = rows[0];
  const std::size_t begin = first[0].empty() ? 1 : 0;
  if (first.size() < begin + 2) return false;
  for (std::size_t col = begin; col < first.size(); ++col) {
    if (first[col] != std::to_string(col - begin)) return false;
  }
  if (begin == 1 || rows.size() < 2) return begin == 1;
  return std::none_of(rows[1].begin(), rows[1].end(), [](std::string_view field) {
    return detail::parse_number<std::int64_t>(field).has_value();
  });
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
  const std::optional<char> said = said_separator(text, separator);
  if (said) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  table.separator_ = said.value_or(choose_separator(text, separator));
  std::vector<Row> rows;
  table.read_rows(text, said ? 2 : 1, rows);
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
  Splitter splitter(text, separator_, where_, unescaped_, first_line);
  while (!splitter.done()) {
    const std::size_t line = splitter.line();
    Row row = splitter.next();
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
  if (counts_columns(rows)) {
    header_ = true;
    header_reason_ = "it counts the columns";
    return;
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = numbers_below_a_name(rows, col);
    if (header_) header_reason_ = "numbers stand below " + in_quotes(first[col]);
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = usual_name(first[col]);
    if (header_) header_reason_ = in_quotes(first[col]) + " is a usual name of a column";
  }
  for (std::size_t col = 0; col < first.size() && !header_ && !some_number; ++col) {
    header_ = words_repeat_below(rows, col);
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
  const std::string name = lower_case(columns_[col]);
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

double CsvTable::number(std::size_t row, std::size_t col, bool decimal_comma) const {
  if (const auto value = detail::parse_number<double>(cell(row, col))) return *value;
  if (decimal_comma) {
    if (const auto value = detail::parse_decimal_comma(cell(row, col))) return *value;
  }
  const std::string place =
      where_ + ", line " + std::to_string(line(row)) + ", column '" + columns_[col] + "'";
  if (detail::trimmed(cell(row, col)).empty()) {
    refuse_data("missing-value", "a field is empty", place, "samples have no gaps",
                "Impute or drop these rows in all files");
  }
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
              several ? "blanks separate no columns, and a .txt file has one number a line"
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
