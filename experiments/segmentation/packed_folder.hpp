#pragma once

#include <string>
#include <vector>

#include "experiments/segmentation/packed.hpp"

namespace cch::detail {

inline constexpr const char* kPackedFile = "images.json";
inline constexpr const char* kCountsFile = "images.counts";
inline constexpr const char* kMomentsFile = "images.moments";

/// What images.json says.
struct PackedHead {
  std::size_t records = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<PackedModality> modalities;
  std::vector<std::string> classes;
  bool two_valued = false;  ///< labels 0 and 255 are classes 0 and 1
  bool published = false;   ///< the split is that of the publishers
  std::string images_sha256;
  /// Of each image.
  std::vector<std::size_t> record;
  std::vector<std::size_t> groups;
  std::vector<Split> split;
  std::vector<std::string> names;
  std::vector<std::string> conditions;  ///< names
  std::vector<std::size_t> condition;   ///< empty without conditions
  std::vector<Warning> warnings;
};

std::string packed_head_text(const PackedHead& head);
/// Data Error "result-damaged" where a member is missing, of another type or beyond its range.
PackedHead parse_packed_head(std::string_view text, const std::string& where);

}  // namespace cch::detail
