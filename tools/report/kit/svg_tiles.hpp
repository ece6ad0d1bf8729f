#pragma once

#include <string>
#include <vector>

namespace cch::report {

/// A tile's sign and colour (style.cpp: .tile of each).
enum class TileSign {
  plus,    ///< +
  minus,   ///< −
  square,  ///< ■
  ring,    ///< ○
  dot,     ///< ·
  absent   ///< no tile
};

/// A picture of one sign and colour at every place of two axes with named values.
struct Tiles {
  std::string id;
  std::string title;
  std::string description;
  std::string x_label;
  std::string y_label;
  std::vector<std::string> x_words = {};  ///< a value a column, those too close are left out
  std::vector<std::string> y_words = {};  ///< a value a row, the first at the bottom
  std::vector<TileSign> signs = {};       ///< rows from the bottom, columns.size() each
  std::vector<bool> outlined = {};        ///< likewise; empty for none
};

/// The picture as SVG. Equal neighbours in a row share their commands, so that a picture of
/// thousands of tiles in a few regions takes a few kilobytes.
std::string render_tiles(const Tiles& tiles);

/// One tile alone, for legends.
std::string tile_swatch(TileSign sign, bool outlined = false);

}  // namespace cch::report
