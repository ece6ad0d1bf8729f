#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/execution.hpp"
#include "cch/data/source.hpp"

namespace cch {

/// Pixels with this label take part in no loss, no prototype and no score.
inline constexpr std::uint8_t kIgnoreLabel = 255;
/// At most so many classes, so that every code fits beside kIgnoreLabel.
inline constexpr std::size_t kMostClasses = 255;

/// Of an image whose condition is not known.
inline constexpr std::size_t kNoCondition = static_cast<std::size_t>(-1);

enum class Split : std::uint8_t { train = 0, validation = 1, test = 2 };
std::string_view to_string(Split split);

/// What one sensor saw: N × C × H × W, contiguous.
struct ModalityImages {
  std::string name;
  std::size_t channels = 0;
  std::vector<float> values;
};

namespace detail {
class PackedImages;
}

/// Values of an image: where they lie, or as they were read of a packed set. A span of it lives as
/// long as it does.
template <class T>
class ImageView {
 public:
  explicit ImageView(std::span<const T> there) : view_(there) {}
  explicit ImageView(std::vector<T> read) : own_(std::move(read)), view_(own_) {}
  ImageView(const ImageView&) = delete;
  ImageView(ImageView&&) noexcept = default;
  ImageView& operator=(const ImageView&) = delete;
  ImageView& operator=(ImageView&&) = delete;
  ~ImageView() = default;

  [[nodiscard]] std::size_t size() const { return view_.size(); }
  [[nodiscard]] auto begin() const { return view_.begin(); }
  [[nodiscard]] auto end() const { return view_.end(); }
  const T& operator[](std::size_t i) const { return view_[i]; }
  [[nodiscard]] std::span<const T> subspan(std::size_t first, std::size_t count) const& {
    return view_.subspan(first, count);
  }
  void subspan(std::size_t, std::size_t) const&& = delete;

 private:
  std::vector<T> own_;
  std::span<const T> view_;
};

/// Images of the same places by several sensors, with a class for every pixel. Images of one group
/// (a scene, a slide, a volume) are dependent and never part into train and test.
struct SegmentationSet {
  std::vector<ModalityImages> modalities;
  std::size_t images = 0;            ///< N
  std::size_t height = 0;            ///< H
  std::size_t width = 0;             ///< W
  std::vector<std::uint8_t> labels;  ///< N × H × W, codes 0..K−1 or kIgnoreLabel
  std::vector<std::string> classes;  ///< K names
  std::vector<std::size_t> groups;   ///< N
  std::vector<Split> split;          ///< N
  std::vector<std::string> names;    ///< N, for messages and pictures; may be empty
  /// What is known of each image apart from its classes, such as night or the flood that it shows:
  /// names, and the one of each image (N). Both may be empty.
  std::vector<std::string> conditions = {};
  std::vector<std::size_t> condition = {};
  std::vector<Warning> warnings;
  /// Where the images lie in files (segmentation_pack.hpp): values and labels are empty then, and
  /// image n is record records[n].
  std::shared_ptr<const detail::PackedImages> packed = {};
  std::vector<std::size_t> records = {};

  [[nodiscard]] std::size_t pixels() const { return height * width; }
  [[nodiscard]] ImageView<float> image(std::size_t modality, std::size_t n) const;
  [[nodiscard]] ImageView<std::uint8_t> label(std::size_t n) const;
  /// Pixels of each class of an image, the last (kIgnoreLabel) without one.
  [[nodiscard]] std::array<std::uint64_t, 256> class_pixels(std::size_t n) const;
  /// Images of a split in ascending order.
  [[nodiscard]] std::vector<std::size_t> rows(Split which) const;
};

/// What cannot be trained on is refused, every fault at once. Data Errors: "size-mismatch" (a
/// modality or the labels have other sizes), "label-outside-classes", "non-finite-value",
/// "all-ignored" (an image without a labelled pixel), "class-absent" (a class of the test images
/// that no training image has), "empty-split", "group-in-two-splits". A class that the test images
/// lack is a warning in the set: its IoU does not exist.
/// Fewer than two classes among the training images are refused too ("one-class"), and, unless the
/// split is not the user's to change, a class that is in training images alone.
enum class Untested { refused, warned };
void check(SegmentationSet& set, const std::string& where, Untested untested = Untested::warned);

/// Mean and standard deviation of each channel.
struct Normalisation {
  std::vector<std::vector<double>> mean;  ///< by modality, by channel
  std::vector<std::vector<double>> deviation;
};

/// Of the training images alone, sums in double precision; a constant channel has deviation 1. Of
/// packed images from the mean and squares of each, so that none is read: equal up to rounding.
Normalisation normalisation_of(const SegmentationSet& set);
/// x ← (x − mean)/deviation, for all images.
void normalise(SegmentationSet& set, const Normalisation& normalisation);

/// What is read of a label picture of several channels.
enum class LabelChannels {
  one,     ///< the code, which all of them hold or the first beside zeros; else "label-coloured"
  first,   ///< the code stands in the first, whatever the others hold
  colours  ///< the code is 65536 R + 256 G + B
};

/// What stored labels mean. Class i has the code listed[i], or first + i where none are listed;
/// pixels with an ignored code have no label. Unless somebody said which codes mean what, labels of
/// 0 and 255 alone are two classes (a warning "two-valued-mask" in the set).
struct LabelCodes {
  int first = 0;
  std::vector<int> ignored{255};
  std::vector<int> listed = {};
  bool said = false;
  LabelChannels channels = LabelChannels::one;
};

/// A folder of .npy rasters: labels.npy N×H×W; every other array of N×H×W×C or N×H×W is a modality
/// under the name of its file; groups.npy and split.npy (0 train, 1 validation, 2 test), N each,
/// are optional: without groups every image is its own. `modalities` picks and orders them; empty:
/// all by name. Data Errors: of the readers and of check(); usage Error "unknown-modality" names
/// the nearest.
struct RasterFolder {
  std::string path;
  std::vector<std::string> modalities;
  std::vector<std::string> classes;  ///< names; empty: "class 0", … up to the largest code
  LabelCodes codes = {};
};
SegmentationSet read_raster_folder(const RasterFolder& folder,
                                   std::vector<std::pair<std::string, SourceInfo>>& inputs);

/// Writes the set as such a folder (the modalities as float32, N×H×W×C) with classes.txt. A run
/// Error "cannot-write" where a file cannot be written.
void write_raster_folder(const SegmentationSet& set, const std::string& path);

/// Deals whole groups to train, validation and test at random.
void split_at_random(SegmentationSet& set, double validation_share, double test_share,
                     std::uint64_t seed);

/// For decisions before test images may be looked at: leaves these out, and whole groups of the
/// training images, about `share` of the images in the order of the seed, take their place. Data
/// Error "too-few-groups" where one side would have none. Classes that one of them lacks stay:
/// networks score 0 on what they have not seen.
void set_test_aside(SegmentationSet& set, double share, std::uint64_t seed);

}  // namespace cch
