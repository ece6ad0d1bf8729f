#include "tools/report/kit/svg_tiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "tools/report/kit/svg.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr double kWidth = 340;
constexpr double kTop = 24;  // the name of the y axis stands above
constexpr double kFoot = 44;
constexpr double kRight = 334;
constexpr double kCharacter = 7.2;
constexpr std::size_t kLongestTick = 14;
constexpr std::array kSigns = {TileSign::plus, TileSign::minus, TileSign::square, TileSign::ring,
                               TileSign::dot};
constexpr std::array kStyles = {"plus", "minus", "square", "ring", "dot"};

/// Where the tiles stand and how large one is, in pixels.
struct Grid {
  double left = 0;
  double top = 0;
  double width = 1;   // of a tile
  double height = 1;  // of a tile
  std::size_t columns = 0;
  std::size_t rows = 0;
  [[nodiscard]] double x(std::size_t column) const {
    return left + width * static_cast<double>(column);
  }
  [[nodiscard]] double y(std::size_t row) const {  // the upper edge; row 0 is at the bottom
    return top + height * static_cast<double>(rows - 1 - row);
  }
};

/// Equal tiles next to each other in a row.
struct Run {
  std::size_t row;
  std::size_t from;
  std::size_t length;
};

std::vector<Run> runs_of(const Tiles& tiles, const Grid& grid, TileSign sign) {
  std::vector<Run> runs;
  for (std::size_t row = 0; row < grid.rows; ++row) {
    for (std::size_t column = 0; column < grid.columns; ++column) {
      if (tiles.signs[row * grid.columns + column] != sign) continue;
      const bool goes_on = !runs.empty() && runs.back().row == row &&
                           runs.back().from + runs.back().length == column;
      if (goes_on) {
        ++runs.back().length;
      } else {
        runs.push_back({row, column, 1});
      }
    }
  }
  return runs;
}

std::string boxes(const std::vector<Run>& runs, const Grid& grid) {
  std::string commands;
  for (const Run& run : runs) {
    commands +=
        fmt::format("M{} {}h{}v{}H{}z", svg_length(grid.x(run.from)), svg_length(grid.y(run.row)),
                    svg_length(grid.width * static_cast<double>(run.length)),
                    svg_length(grid.height), svg_length(grid.x(run.from)));
  }
  return commands;
}

/// A dash of `length` and `thickness` in the middle of every tile of the runs: a line along the
/// run, dashed with the width of a tile.
void draw_dashes(Svg& svg, const std::vector<Run>& runs, const Grid& grid, double length,
                 double thickness, const char* style) {
  const double gap = grid.width - length;
  std::string commands;
  for (const Run& run : runs) {
    const double start = grid.x(run.from) + gap / 2;
    // Ends within the gap after the last dash: rounded lengths must not cost that dash.
    const double span = grid.width * static_cast<double>(run.length - 1) + length + gap / 4;
    commands += fmt::format("M{} {}h{}", svg_length(start),
                            svg_length(grid.y(run.row) + grid.height / 2), svg_length(span));
  }
  svg.path(commands, style,
           fmt::format("stroke-width=\"{}\" stroke-dasharray=\"{:.5g} {:.6g}\"",
                       svg_length(thickness), length, gap));
}

void draw_sign(Svg& svg, const std::vector<Run>& runs, const Grid& grid, TileSign sign) {
  const double size = std::min({0.5 * grid.width, 0.5 * grid.height, 9.0});
  switch (sign) {
    case TileSign::plus:
      draw_dashes(svg, runs, grid, size, 0.24 * size, "sign s-plus");
      draw_dashes(svg, runs, grid, 0.24 * size, size, "sign s-plus");
      return;
    case TileSign::minus:
      draw_dashes(svg, runs, grid, size, 0.24 * size, "sign s-minus");
      return;
    case TileSign::square:
      draw_dashes(svg, runs, grid, 0.8 * size, 0.8 * size, "sign s-square");
      return;
    case TileSign::ring:
      draw_dashes(svg, runs, grid, 0.01, 1.1 * size, "sign s-ring");
      draw_dashes(svg, runs, grid, 0.01, 0.6 * size, "sign s-hole");
      return;
    case TileSign::dot:
      draw_dashes(svg, runs, grid, 0.01, 0.35 * size, "sign s-dot");
      return;
    case TileSign::absent:
      return;
  }
}

void draw_outlines(Svg& svg, const Tiles& tiles, const Grid& grid) {
  std::string commands;
  for (std::size_t i = 0; i < tiles.outlined.size(); ++i) {
    if (!tiles.outlined[i]) continue;
    const double inset = 1;
    commands += fmt::format("M{} {}h{}v{}h-{}z", svg_length(grid.x(i % grid.columns) + inset),
                            svg_length(grid.y(i / grid.columns) + inset),
                            svg_length(grid.width - 2 * inset), svg_length(grid.height - 2 * inset),
                            svg_length(grid.width - 2 * inset));
  }
  if (!commands.empty()) svg.path(commands, "outlined");
}

void draw_tiles(Svg& svg, const Tiles& tiles, const Grid& grid) {
  for (std::size_t i = 0; i < kSigns.size(); ++i) {
    const std::vector<Run> runs = runs_of(tiles, grid, kSigns[i]);
    if (runs.empty()) continue;
    svg.path(boxes(runs, grid), fmt::format("tile t-{}", kStyles[i]));
    draw_sign(svg, runs, grid, kSigns[i]);
  }
  draw_outlines(svg, tiles, grid);
}

void draw_x_words(Svg& svg, const Tiles& tiles, const Grid& grid) {
  const double bottom = grid.y(0) + grid.height;
  double free_from = -1e9;
  for (std::size_t c = 0; c < tiles.x_words.size(); ++c) {
    const std::string words = fit_middle(tiles.x_words[c], kLongestTick);
    const double half = kCharacter * static_cast<double>(display_width(words)) / 2;
    const double centre = centre_within(grid.x(c) + grid.width / 2, half, 0, kWidth);
    if (centre - half < free_from) continue;
    free_from = centre + half + 5;
    svg.text(centre, bottom + 17, "tick", words, "text-anchor=\"middle\"");
  }
  svg.text((grid.left + kRight) / 2, bottom + 37, "axis", tiles.x_label, "text-anchor=\"middle\"");
}

void draw_y_words(Svg& svg, const Tiles& tiles, const Grid& grid) {
  double free_below = 1e9;
  for (std::size_t r = 0; r < tiles.y_words.size(); ++r) {
    const double middle = grid.y(r) + grid.height / 2;
    if (middle + 7 > free_below) continue;
    free_below = middle - 7;
    svg.text(grid.left - 7, middle + 4.5, "tick", fit_middle(tiles.y_words[r], kLongestTick),
             "text-anchor=\"end\"");
  }
  svg.text(2, 13, "axis", tiles.y_label);
}

Grid grid_of(const Tiles& tiles) {
  std::size_t widest = 0;
  for (const std::string& words : tiles.y_words) {
    widest = std::max(widest, display_width(fit_middle(words, kLongestTick)));
  }
  Grid grid;
  grid.columns = tiles.x_words.size();
  grid.rows = tiles.y_words.size();
  grid.left = 12 + kCharacter * static_cast<double>(widest);
  grid.top = kTop;
  grid.width = (kRight - grid.left) / static_cast<double>(std::max<std::size_t>(grid.columns, 1));
  grid.height =
      std::clamp(190 / static_cast<double>(std::max<std::size_t>(grid.rows, 1)), 5.0, 26.0);
  return grid;
}

}  // namespace

std::string render_tiles(const Tiles& tiles) {
  const Grid grid = grid_of(tiles);
  Svg svg(tiles.id, kWidth, kTop + grid.height * static_cast<double>(grid.rows) + kFoot,
          tiles.title, tiles.description);
  draw_tiles(svg, tiles, grid);
  draw_x_words(svg, tiles, grid);
  draw_y_words(svg, tiles, grid);
  return svg.finish("plot");
}

std::string tile_swatch(TileSign sign, bool outlined) {
  const Grid grid{0, 0, 20, 16, 1, 1};
  Tiles one;
  one.signs = {sign};
  one.outlined = {outlined};
  Svg svg("", 20, 16, "", "");
  draw_tiles(svg, one, grid);
  return svg.finish_hidden("swatch");
}

}  // namespace cch::report
