#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cch/data/bytes.hpp"
#include "cch/experiments/segmentation_set.hpp"
#include "experiments/segmentation/raster.hpp"

namespace cch::detail {

/// How a modality lies in its file: record after record of H × W × C numbers.
struct PackedModality {
  std::string name;
  std::size_t channels = 0;
  StoredValues stored;

  [[nodiscard]] std::size_t number_bytes() const;
};

/// What is known of the records without reading them.
struct ImageFacts {
  std::vector<std::uint32_t> counts;  ///< records × 256: pixels of each stored label
  /// Records × channels of all modalities × 2: mean of the values of an image and the sum of their
  /// squared distances from it.
  std::vector<double> moments;
};

/// Rows and columns of an image that are read.
struct Window {
  std::size_t top = 0;
  std::size_t left = 0;
  std::size_t height = 0;
  std::size_t width = 0;
};

/// Images in mapped files (README: packed images). A read turns numbers into values, normalised
/// where the set is, and lets go of the pages that it touched, so that the memory of a process does
/// not grow with what it has read: pages stay with the system, which drops them when others need
/// room. Any number of threads may read at once.
class PackedImages {
 public:
  struct Parts {
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t records = 0;
    std::vector<PackedModality> modalities;
    std::vector<Bytes> arrays;  ///< numbers of each modality, records · H · W · C
    Bytes labels;               ///< records · H · W
    ImageFacts facts;
    /// Class of a stored label, kIgnoreLabel where it has none.
    std::array<std::uint8_t, 256> classes{};
  };

  explicit PackedImages(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  PackedImages(const PackedImages& other, const Normalisation& normalisation);

  [[nodiscard]] const Parts& parts() const { return *parts_; }
  /// C × window of a modality to `to`.
  void read(std::size_t modality, std::size_t record, const Window& window, float* to) const;
  /// H × W classes.
  void read_labels(std::size_t record, const Window& window, std::uint8_t* to) const;
  /// Pixels of each class of a record, the last (255) without one.
  [[nodiscard]] std::array<std::uint64_t, 256> class_pixels(std::size_t record) const;
  /// Mean of a channel (counted over all modalities) of a record, and its squared distances.
  [[nodiscard]] std::span<const double> moments(std::size_t record) const;

 private:
  /// Of a stored number; empty tables for float32, whose numbers are values.
  struct Channel {
    std::vector<float> of_number;
    double mean = 0.0;
    double deviation = 1.0;
  };

  std::shared_ptr<const Parts> parts_;
  std::vector<std::vector<Channel>> channels_;  ///< by modality
};

/// Numbers that give back the values; data Error "size-mismatch" where the image is of another
/// kind than the modality.
std::string packed_numbers(const Raster& image, const PackedModality& as, const std::string& where);

}  // namespace cch::detail
