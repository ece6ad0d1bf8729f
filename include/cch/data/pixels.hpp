#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"
#include "cch/data/array.hpp"
#include "cch/data/source.hpp"

namespace cch {

/// Where the channels of stored images are: N × C × H × W, or N × H × W × C.
enum class ChannelOrder { first, last };
/// "first", "last"; usage Error "unknown-channel-order".
ChannelOrder parse_channel_order(const std::string& name);

struct PixelGrid {
  std::size_t height = 0;
  std::size_t width = 0;
  bool operator==(const PixelGrid&) const = default;
};

/// One place of an image, on some grid.
struct PixelPlace {
  std::size_t image = 0;
  std::size_t y = 0;
  std::size_t x = 0;
};

/// Features of every pixel of N images, as stored; nothing is converted before it is taken.
class PixelFeatures {
 public:
  /// N × C × H × W (or N × H × W × C), or N × H × W: one channel. `name` stands for it in messages.
  /// Errors of load_samples; data Errors "not-images" (other dimensions), "not-numeric".
  static PixelFeatures open(const SourceSpec& source, const std::string& name, ChannelOrder order,
                            const Held& held = {});

  [[nodiscard]] std::size_t images() const { return array_.rows(); }
  [[nodiscard]] std::size_t channels() const { return channels_; }
  [[nodiscard]] PixelGrid grid() const { return grid_; }
  [[nodiscard]] const SourceInfo& info() const { return info_; }

  /// The features at places of another grid, one row each: of the pixel that holds the centre of
  /// the place. Places of one image stand together. Data Error "non-finite-value" (image, channel,
  /// pixel). Cost O(values of the images that have places).
  [[nodiscard]] Samples take(const std::vector<PixelPlace>& places, PixelGrid of) const;

 private:
  Array array_;
  SourceInfo info_;
  std::string name_;
  ChannelOrder order_ = ChannelOrder::first;
  std::size_t channels_ = 0;
  PixelGrid grid_;
};

/// Class labels of every pixel, N × H × W whole numbers.
class PixelLabels {
 public:
  /// Pixels with the value `unlabelled` have none. Data Error "not-images".
  static PixelLabels open(const SourceSpec& source, std::optional<double> unlabelled,
                          const Held& held = {});

  [[nodiscard]] std::size_t images() const { return array_.rows(); }
  [[nodiscard]] PixelGrid grid() const { return grid_; }
  [[nodiscard]] const SourceInfo& info() const { return info_; }

  /// The labels of one image at the centres of a grid's places (nearest resize), row after row;
  /// nothing where a pixel has no label. Data Error "labels-not-whole".
  [[nodiscard]] std::vector<std::optional<int>> of_image(std::size_t image, PixelGrid grid) const;

 private:
  Array array_;
  SourceInfo info_;
  std::string where_;
  std::optional<double> unlabelled_;
  PixelGrid grid_;
};

/// Pixels drawn for a ranking, with their labels.
struct PixelChoice {
  std::vector<PixelPlace> places;  ///< image by image
  ClassLabels labels;              ///< class names are the values as text, ascending
  std::vector<PixelPlace> pairs;   ///< places without a label, image by image; see choose_pixels()
  std::size_t labelled = 0;        ///< places with a label that there were to choose from
  std::size_t images = 0;          ///< images with a chosen place
  std::vector<Warning> warnings;   ///< about 255 as a class
  std::size_t unlabelled = 0;      ///< places without a label that there were to choose from
};

/// Draws about `rows` places of a grid, as many of each class as of the others and, within a class,
/// as many of each image as of the others, as far as there are so many; every place at most once.
/// Mutual information is then that of balanced classes, not of the images' own shares. Two passes
/// over the labels. Data Errors: "no-labelled-rows", "one-class",
/// "soft-mask". A class 255 is a warning.
/// With `pairs` it also draws places without a label, as evenly over images as they allow: for each
/// chosen labelled one as many as there are of them for each labelled place, at most kMostPairs.
PixelChoice choose_pixels(const PixelLabels& labels, PixelGrid grid, std::size_t rows,
                          std::uint64_t seed, bool pairs = false);
inline constexpr double kMostPairs = 4.0;

}  // namespace cch
