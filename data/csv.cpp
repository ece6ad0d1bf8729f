#include "cch/data/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "cch/core/error.hpp"
#include "data/pack.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

using Row = std::vector<std::string_view>;

std::string in_quotes(std::string_view text) {
  return std::string("'").append(text).append("'");
}

bool is_number(std::string_view text) {
  return detail::parse_number<double>(text).has_value();
}

char choose_separator(std::string_view text, Separator separator) {
  if (separator == Separator::tab) return '\t';
  if (separator == Separator::none) return '\0';  // refused in text, so it never occurs
  const std::string_view first = text.substr(0, text.find('\n'));
  const bool semicolons =
      first.find(',') == std::string_view::npos && first.find(';') != std::string_view::npos;
  return semicolons ? ';' : ',';
}

// Splits text into records of fields, counting lines from 1.
class Splitter {
 public:
  Splitter(std::string_view text, char separator, const std::string& where,
           std::deque<std::string>& unescaped)
      : text_(text), separator_(separator), where_(where), unescaped_(unescaped) {}

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
  std::size_t line_ = 1;
};

bool usual_name(std::string_view text) {
  constexpr std::array<std::string_view, 22> kNames = {
      "id",     "ids",     "key",      "name",    "index",  "y",     "label", "labels",
      "class",  "target",  "category", "group",   "groups", "split", "file",  "filename",
      "sample", "patient", "subject",  "speaker", "video",  "image"};
  std::string lower(detail::trimmed(text));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
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

}  // namespace

CsvTable CsvTable::parse(const Bytes& bytes, const std::string& where, Separator separator,
                         const std::string& key) {
  std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.size());
  if (!detail::is_utf8(text)) {
    refuse_data("bad-text", "the file is not UTF-8 text", where,
                "names could not be shown or compared", "Save it as UTF-8");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  table.bytes_ = bytes;
  table.where_ = where;
  table.separator_ = choose_separator(text, separator);
  std::vector<Row> rows;
  table.read_rows(text, rows);
  if (rows.empty())
    refuse_data("no-rows", "the table has no rows", where, {}, "Check how it was written");
  table.find_header(rows, key);
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
  return table;
}

void CsvTable::read_rows(std::string_view text, std::vector<Row>& rows) {
  Splitter splitter(text, separator_, where_, unescaped_);
  while (!splitter.done()) {
    const std::size_t line = splitter.line();
    Row row = splitter.next();
    const bool blank = row.size() == 1 && row[0].empty();
    // Blank lines at the end carry nothing, unless lines are single fields, where they are empty
    // ones.
    if (blank && !rows.empty() && rows[0].size() > 1 && splitter.done()) break;
    if (!rows.empty() && row.size() != rows[0].size()) {
      refuse_data("ragged-row",
                  "a row has " + std::to_string(row.size()) + " fields, the first one has " +
                      std::to_string(rows[0].size()),
                  where_ + ", line " + std::to_string(line), "values would slip into other columns",
                  "Give every row the same number of fields");
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

Array CsvTable::column(std::size_t col) const {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows(); ++i) texts.emplace_back(cell(i, col));
  return detail::typed_column(std::move(texts), where_);
}

double CsvTable::number(std::size_t row, std::size_t col) const {
  if (const auto value = detail::parse_number<double>(cell(row, col))) return *value;
  const std::string place =
      where_ + ", line " + std::to_string(line(row)) + ", column '" + columns_[col] + "'";
  if (detail::trimmed(cell(row, col)).empty()) {
    refuse_data("missing-value", "a field is empty", place, "samples have no gaps",
                "Impute or drop these rows in all files");
  }
  refuse_data("not-numeric", "'" + std::string(cell(row, col)) + "' is not a number", place,
              "samples are numbers", "Choose one column with PATH:COLUMN, or remove this one");
}

Array CsvTable::numbers() const {
  std::vector<double> values(rows() * cols());
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t col = 0; col < cols(); ++col) values[i * cols() + col] = number(i, col);
  }
  return detail::pack(std::span(std::as_const(values)), DType::f64, {rows(), cols()}, where_);
}

Array CsvTable::numbers(std::size_t col) const {
  std::vector<double> values(rows());
  for (std::size_t i = 0; i < rows(); ++i) values[i] = number(i, col);
  return detail::pack(std::span(std::as_const(values)), DType::f64, {rows()}, where_);
}

}  // namespace cch
