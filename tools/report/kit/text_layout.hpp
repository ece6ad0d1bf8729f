#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cch::report {

/// Words over as many lines as `width` columns need, each line with `indent` in front (the first
/// with `first`, of the same width) and a line break behind; words longer than a line are cut. The
/// isolates of name_in_sentence() are taken out: not every terminal knows them.
std::string wrap(std::string_view text, std::size_t width, std::string_view first = "",
                 std::string_view indent = "");

/// A column of a terminal table: heading and one cell a row.
struct TextColumn {
  std::string heading;
  bool right = false;         ///< aligned to the right
  bool optional = false;      ///< may be left out to fit the width; the last of these goes first
  bool last_resort = false;   ///< optional, but only where cutting cells does not suffice
  std::size_t shrink_to = 0;  ///< the cells may be cut to this width (0: never)
  std::vector<std::string> cells = {};
  std::vector<std::string> colours =
      {};  ///< ANSI codes a row ("" for none); empty for a plain column
};

/// A table of aligned columns, two spaces apart, under a ruled heading. Columns marked optional are
/// left out from the last on until it fits `width`, and their headings put into `left_out`; then
/// columns with shrink_to are cut, and those of last resort left out where that is not enough.
std::string text_table(std::vector<TextColumn> columns, std::size_t width,
                       std::vector<std::string>& left_out);

}  // namespace cch::report
