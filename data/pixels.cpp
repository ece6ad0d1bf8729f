#include "cch/data/pixels.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "cch/data/mask_values.hpp"
#include "data/column.hpp"
#include "data/open.hpp"

namespace cch {
namespace {

using detail::Opened;

Opened open_images(const SourceSpec& source, std::size_t least, std::size_t most,
                   const std::string& wanted, const Held& held) {
  Opened opened = detail::open_source(source, detail::Use::samples, {.held = held});
  detail::refuse_scalar(opened);
  const std::size_t dimensions = opened.info.shape.size();
  if (opened.computed || dimensions < least || dimensions > most ||
      opened.array.dtype() == DType::text) {
    refuse_data("not-images", "the array is not one of images",
                opened.where + ", shape " + shape_text(opened.info.shape),
                "with --pixels every pixel is a row", "Give " + wanted);
  }
  if (opened.array.rows() == 0 || opened.array.cols() == 0) {
    refuse_data("empty-array", "there are no pixels", opened.where, {}, "Give at least one image");
  }
  return opened;
}

/// The pixel of `to` that holds the centre of place `at` of `from` places.
std::size_t nearest(std::size_t at, std::size_t from, std::size_t to) {
  return ((2 * at + 1) * to) / (2 * from);
}

/// Shares `total` among bins that hold so many at most, as evenly as they let it: the same for all,
/// the rest to the first ones that have room.
std::vector<std::size_t> even_shares(const std::vector<std::size_t>& room, std::size_t total) {
  std::vector<std::size_t> share(room.size(), 0);
  std::size_t left = std::min(total, std::accumulate(room.begin(), room.end(), std::size_t{0}));
  while (left > 0) {
    std::size_t open = 0;
    for (std::size_t i = 0; i < room.size(); ++i) open += share[i] < room[i] ? 1 : 0;
    const std::size_t each = std::max<std::size_t>(1, left / open);
    for (std::size_t i = 0; i < room.size() && left > 0; ++i) {
      const std::size_t more = std::min({each, room[i] - share[i], left});
      share[i] += more;
      left -= more;
    }
  }
  return share;
}

/// How many places of each class each image has.
using Counts = std::map<int, std::vector<std::size_t>>;

Counts count_places(const PixelLabels& labels, PixelGrid grid) {
  Counts counts;
  for (std::size_t i = 0; i < labels.images(); ++i) {
    for (const auto& label : labels.of_image(i, grid)) {
      if (!label) continue;
      auto& by_image = counts[*label];
      by_image.resize(labels.images());
      ++by_image[i];
    }
  }
  return counts;
}

std::size_t sum(const std::vector<std::size_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::size_t{0});
}

}  // namespace

ChannelOrder parse_channel_order(const std::string& name) {
  if (name == "first") return ChannelOrder::first;
  if (name == "last") return ChannelOrder::last;
  refuse_usage("unknown-channel-order", "there is no channel order '" + name + "'", {},
               "Say first (N × C × H × W) or last (N × H × W × C)");
}

PixelFeatures PixelFeatures::open(const SourceSpec& source, const std::string& name,
                                  ChannelOrder order, const Held& held) {
  Opened opened = open_images(
      source, 3, 4,
      order == ChannelOrder::first ? "N × C × H × W numbers" : "N × H × W × C numbers", held);
  PixelFeatures out;
  const auto& shape = opened.info.shape;
  const bool plain = shape.size() == 3;
  const std::size_t first = plain || order == ChannelOrder::last ? 1 : 2;
  out.grid_ = {shape[first], shape[first + 1]};
  out.channels_ = plain ? 1 : shape[order == ChannelOrder::first ? 1 : 3];
  out.order_ = plain ? ChannelOrder::first : order;
  out.name_ = name + " (" + opened.where + ")";
  out.array_ = std::move(opened.array);
  out.info_ = std::move(opened.info);
  return out;
}

Samples PixelFeatures::take(const std::vector<PixelPlace>& places, PixelGrid of) const {
  Matrix out(places.size(), channels_);
  const std::size_t pixels = grid_.height * grid_.width;
  std::vector<double> values(array_.cols());
  std::size_t open = images();  // the image whose values are at hand
  for (std::size_t i = 0; i < places.size(); ++i) {
    const PixelPlace& place = places[i];
    if (place.image != open) array_.to_doubles(place.image, 1, values);
    open = place.image;
    const std::size_t y = nearest(place.y, of.height, grid_.height);
    const std::size_t x = nearest(place.x, of.width, grid_.width);
    const std::size_t pixel = y * grid_.width + x;
    for (std::size_t c = 0; c < channels_; ++c) {
      const double value =
          values[order_ == ChannelOrder::first ? c * pixels + pixel : pixel * channels_ + c];
      out(i, c) = value;
      if (std::isfinite(value)) continue;
      refuse_data("non-finite-value", "a chosen pixel is not a finite number",
                  name_ + ", image " + std::to_string(place.image) + ", channel " +
                      std::to_string(c) + ", row " + std::to_string(y) + ", column " +
                      std::to_string(x) + " (all from 0)",
                  "no distance to it exists", "Mark such pixels as unlabelled, or repair them");
    }
  }
  return Samples::from(std::move(out), name_);
}

PixelLabels PixelLabels::open(const SourceSpec& source, std::optional<double> unlabelled,
                              const Held& held) {
  Opened opened = open_images(source, 3, 3, "N × H × W whole numbers", held);
  PixelLabels out;
  out.grid_ = {opened.info.shape[1], opened.info.shape[2]};
  out.where_ = opened.where;
  out.unlabelled_ = unlabelled;
  out.array_ = std::move(opened.array);
  out.info_ = std::move(opened.info);
  return out;
}

std::vector<std::optional<int>> PixelLabels::of_image(std::size_t image, PixelGrid grid) const {
  std::vector<double> values(array_.cols());
  array_.to_doubles(image, 1, values);
  std::vector<std::optional<int>> out;
  out.reserve(grid.height * grid.width);
  for (std::size_t y = 0; y < grid.height; ++y) {
    for (std::size_t x = 0; x < grid.width; ++x) {
      const double value = values[nearest(y, grid.height, grid_.height) * grid_.width +
                                  nearest(x, grid.width, grid_.width)];
      if (unlabelled_ &&
          (value == *unlabelled_ || (std::isnan(value) && std::isnan(*unlabelled_)))) {
        out.emplace_back();
        continue;
      }
      if (!std::isfinite(value) || std::trunc(value) != value || std::abs(value) > 1e9) {
        refuse_data("labels-not-whole", "a pixel has a label that is no whole number",
                    where_ + ", image " + std::to_string(image), "classes have numbers",
                    "Say --unlabelled VALUE if it means that a pixel has no label");
      }
      out.emplace_back(static_cast<int>(value));
    }
  }
  return out;
}

namespace {

void choose_pairs(const PixelLabels& labels, PixelGrid grid, std::uint64_t seed, PixelChoice& out) {
  std::vector<std::vector<std::size_t>> cells(labels.images());
  std::vector<std::size_t> room;
  for (std::size_t i = 0; i < labels.images(); ++i) {
    const auto found = labels.of_image(i, grid);
    for (std::size_t cell = 0; cell < found.size(); ++cell) {
      if (!found[cell]) cells[i].push_back(cell);
    }
    room.push_back(cells[i].size());
  }
  out.unlabelled = sum(room);
  const double ratio = static_cast<double>(out.unlabelled) / static_cast<double>(out.labelled);
  const auto wanted = static_cast<std::size_t>(
      std::llround(std::min(ratio, kMostPairs) * static_cast<double>(out.places.size())));
  const std::vector<std::size_t> share = even_shares(room, wanted);
  for (std::size_t i = 0; i < labels.images(); ++i) {
    const auto order = Random(derive_seed(seed, "pairs", i)).permutation(cells[i].size());
    for (std::size_t k = 0; k < share[i]; ++k) {
      const std::size_t cell = cells[i][order[k]];
      out.pairs.push_back({i, cell / grid.width, cell % grid.width});
    }
  }
}

/// 255 is a class of masks of 0 and 255, and the usual mark of "no label" elsewhere.
void warn_about_white(const MaskValues& values, PixelChoice& out) {
  const auto white = values.find(255);
  if (white == values.end()) return;
  if (is_two_valued(values)) {
    out.warnings.push_back(
        {"two-valued-mask", "labels are 0 and 255 alone: taken as two classes, 255 with " +
                                share_of(white->second, values) +
                                " of the places; say --unlabelled 255 if it means no label"});
    return;
  }
  out.warnings.push_back(
      {"label-may-mean-none", share_of(white->second, values) +
                                  " of the labelled places have the class 255, which often means "
                                  "that a pixel has no label; if so, say --unlabelled 255"});
}

}  // namespace

PixelChoice choose_pixels(const PixelLabels& labels, PixelGrid grid, std::size_t rows,
                          std::uint64_t seed, bool pairs) {
  const Counts counts = count_places(labels, grid);
  MaskValues values;
  std::vector<std::size_t> of_class;
  std::vector<std::string> names;
  for (const auto& [value, by_image] : counts) {
    of_class.push_back(sum(by_image));
    values[value] = of_class.back();
    names.push_back(std::to_string(value));
  }
  if (of_class.empty()) {
    refuse_data("no-labelled-rows", "no pixel has a label", labels.info().source, {},
                "Check the value of --unlabelled");
  }
  if (of_class.size() == 1) {
    refuse_data("one-class", "all labelled pixels have the class " + names.front(),
                labels.info().source, "there is nothing to tell apart", "Give other labels");
  }
  refuse_soft_mask(values, labels.info().source);
  std::map<int, std::vector<std::size_t>> wanted;
  std::map<int, int> code;
  const std::vector<std::size_t> class_share = even_shares(of_class, rows);
  for (const auto& [value, by_image] : counts) {
    const auto c = code.size();
    wanted[value] = even_shares(by_image, class_share[c]);
    code[value] = static_cast<int>(c);
  }
  PixelChoice out;
  warn_about_white(values, out);
  out.labelled = sum(of_class);
  std::vector<int> codes;
  for (std::size_t i = 0; i < labels.images(); ++i) {
    const std::size_t before = codes.size();
    std::map<int, std::vector<std::size_t>> cells;
    const auto found = labels.of_image(i, grid);
    for (std::size_t cell = 0; cell < found.size(); ++cell) {
      if (found[cell]) cells[*found[cell]].push_back(cell);
    }
    Random random(derive_seed(seed, "pixels", i));
    for (auto& [value, own] : cells) {
      const auto order = random.permutation(own.size());
      for (std::size_t k = 0; k < wanted[value][i]; ++k) {
        const std::size_t cell = own[order[k]];
        out.places.push_back({i, cell / grid.width, cell % grid.width});
        codes.push_back(code[value]);
      }
    }
    out.images += codes.size() > before ? 1 : 0;
  }
  out.labels = ClassLabels::from(std::move(codes), std::move(names));
  if (pairs) choose_pairs(labels, grid, seed, out);
  return out;
}

}  // namespace cch
