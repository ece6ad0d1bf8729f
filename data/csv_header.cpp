#include "data/csv_header.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>

#include "data/csv_fields.hpp"
#include "data/text.hpp"

namespace cch::detail {
namespace {

using Row = std::vector<std::string_view>;

}  // namespace

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

bool numbers_below_a_name(const std::vector<Row>& rows, std::size_t col) {
  if (is_gap(rows[0][col]) || is_number(rows[0][col])) return false;
  bool some = false;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (is_gap(rows[i][col])) continue;
    if (!is_number(rows[i][col])) return false;
    some = true;
  }
  return some;
}

bool words_repeat_below(const std::vector<Row>& rows, std::size_t col) {
  std::map<std::string_view, std::size_t> count;
  for (const Row& row : rows) ++count[row[col]];
  if (count.size() < 2 || count[rows[0][col]] != 1) return false;
  return std::all_of(count.begin(), count.end(), [&](const auto& entry) {
    return entry.second > 1 || entry.first == rows[0][col];
  });
}

bool counts_columns(const std::vector<Row>& rows) {
  const Row& first = rows[0];
  const std::size_t begin = first[0].empty() ? 1 : 0;
  if (first.size() < begin + 2) return false;
  for (std::size_t col = begin; col < first.size(); ++col) {
    if (first[col] != std::to_string(col - begin)) return false;
  }
  if (begin == 1 || rows.size() < 2) return begin == 1;
  return std::none_of(rows[1].begin(), rows[1].end(), [](std::string_view field) {
    return parse_number<std::int64_t>(field).has_value();
  });
}

}  // namespace cch::detail
