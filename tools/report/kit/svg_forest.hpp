#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/documents/parts.hpp"

namespace cch::report {

using documents::Value;

/// One value with its interval: a mark whose shape and colour tell the kind.
struct ForestMark {
  Value value;
  std::string kind;  ///< distil, do_not_distil, inconclusive, unreliable, other, first or second
  std::optional<std::pair<double, double>> outer = {};  ///< a wider interval, drawn thin
};

struct ForestRow {
  std::string label;
  std::vector<ForestMark> marks;  ///< one, or two above each other
  std::string words;              ///< at the right end of the row
};

struct ReferenceLine {
  double at = 0.0;
  std::string label;
};

/// A forest plot: a row an item, a mark and an interval on a common axis that always holds zero.
struct Forest {
  std::string id;
  std::string title;
  std::string description;
  std::string axis_label;
  std::vector<ForestRow> rows = {};
  std::vector<ReferenceLine> references = {};          ///< drawn where they fall inside the axis
  std::optional<std::pair<double, double>> band = {};  ///< shaded behind the rows
  /// A value that the axis takes in as well if that stretches it by half or less.
  std::optional<double> reach = {};
};

/// Natural size of the picture; with labels_above every label has a line of its own (narrow
/// screens).
struct ForestLayout {
  double width = 720;
  bool labels_above = false;
};

/// The plot as SVG. Rows without a value say "no value"; interval ends outside the axis (infinite)
/// end in an arrow. Every tick and mark carries its value as data-value.
std::string render_forest(const Forest& forest, const ForestLayout& layout);

/// Wide and narrow version in one figure; the style sheet shows the one that fits.
std::string forest_figure(const Forest& forest, double wide, const std::string& caption_html);

}  // namespace cch::report
