#include "tools/report/kit/text_layout.hpp"

#include <algorithm>
#include <numeric>

#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::string_view kResetColour = "\x1b[0m";

std::size_t width_of(const TextColumn& column) {
  std::size_t width = display_width(column.heading);
  for (const std::string& cell : column.cells) width = std::max(width, display_width(cell));
  return width;
}

std::size_t total_width(const std::vector<TextColumn>& columns) {
  std::size_t total = 0;
  for (const TextColumn& column : columns) total += width_of(column) + kGap;
  return total == 0 ? 0 : total - kGap;
}

/// Width after every cell that may be cut is cut.
std::size_t least_width(const std::vector<TextColumn>& columns) {
  std::size_t total = total_width(columns);
  for (const TextColumn& column : columns) {
    const std::size_t width = width_of(column);
    if (column.shrink_to > 0) total -= width - std::min(width, column.shrink_to);
  }
  return total;
}

bool drop_last(std::vector<TextColumn>& columns, bool TextColumn::*may_go,
               std::vector<std::string>& left_out) {
  const auto last = std::find_if(columns.rbegin(), columns.rend(),
                                 [may_go](const TextColumn& column) { return column.*may_go; });
  if (last == columns.rend()) return false;
  left_out.push_back(last->heading);
  columns.erase(std::next(last).base());
  return true;
}

void shrink(std::vector<TextColumn>& columns, std::size_t width) {
  for (TextColumn& column : columns) {
    const std::size_t total = total_width(columns);
    if (column.shrink_to == 0 || total <= width) continue;
    const std::size_t now = width_of(column);
    const std::size_t over = std::min(total - width, now - std::min(now, column.shrink_to));
    for (std::string& cell : column.cells) cell = fit(cell, now - over);
  }
}

std::string padded(const std::string& cell, std::size_t width, bool right, bool last) {
  const std::size_t used = display_width(cell);
  const std::string space(width > used ? width - used : 0, ' ');
  if (right) return space + cell;
  return last ? cell : cell + space;
}

// `widths`: of the columns, which a long table would pay for in every line.
std::string table_line(const std::vector<TextColumn>& columns,
                       const std::vector<std::size_t>& widths, const std::size_t* row) {
  std::string line;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const TextColumn& column = columns[c];
    const std::string cell = padded(row ? column.cells[*row] : column.heading, widths[c],
                                    column.right, c + 1 == columns.size());
    const bool coloured = row && !column.colours.empty() && !column.colours[*row].empty();
    line += coloured ? column.colours[*row] + cell + std::string(kResetColour) : cell;
    if (c + 1 < columns.size()) line.append(kGap, ' ');
  }
  return line + '\n';
}

std::string without_isolates(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    if (c != 0x2068 && c != 0x2069) append_utf8(out, c);
  }
  return out;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t width, std::string_view first,
                 std::string_view indent) {
  const std::size_t room =
      std::max<std::size_t>(width, display_width(indent) + 10) - display_width(indent);
  std::string out(first);
  std::size_t used = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = fit(without_isolates(text.substr(start, end - start)), room);
    start = end + 1;
    if (word.empty()) continue;
    const std::size_t length = display_width(word);
    if (used > 0 && used + 1 + length > room) {
      out.append("\n").append(indent);
      used = 0;
    }
    if (used > 0) out += ' ';
    out += word;
    used += length + (used > 0 ? 1 : 0);
  }
  return out + '\n';
}

std::string text_table(std::vector<TextColumn> columns, std::size_t width,
                       std::vector<std::string>& left_out) {
  while (total_width(columns) > width && drop_last(columns, &TextColumn::optional, left_out)) {
  }
  while (least_width(columns) > width && drop_last(columns, &TextColumn::last_resort, left_out)) {
  }
  shrink(columns, width);
  std::vector<std::size_t> widths;
  for (const TextColumn& column : columns) widths.push_back(width_of(column));
  std::string out = table_line(columns, widths, nullptr);
  const std::size_t total = total_width(columns);
  for (std::size_t i = 0; i < total; ++i) out += "─";
  out += '\n';
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) out += table_line(columns, widths, &row);
  return out;
}

}  // namespace cch::report
