#include "experiments/segmentation/label_codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cch::detail {
namespace {

constexpr int kOutside = -1;

bool is_in(const std::vector<int>& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// The class of a code, kIgnoreLabel or kOutside.
int class_of(int code, const LabelCodes& codes) {
  if (is_in(codes.ignored, code)) return kIgnoreLabel;
  int place = code - codes.first;
  if (!codes.listed.empty()) {
    const auto at = std::find(codes.listed.begin(), codes.listed.end(), code);
    place = at == codes.listed.end() ? kOutside : static_cast<int>(at - codes.listed.begin());
  }
  return place >= 0 && place < static_cast<int>(kMostClasses) ? place : kOutside;
}

std::string text_of(int code, const LabelCodes& codes) {
  return codes.channels == LabelChannels::colours ? fmt::format("#{:06x}", code)
                                                  : std::to_string(code);
}

[[noreturn]] void refuse_code(int code, const LabelCodes& codes, const std::string& where,
                              std::size_t pixel) {
  const std::string keys = codes.channels == LabelChannels::colours ? "colours" : "codes";
  refuse_data(
      "label-outside-classes", "label " + text_of(code, codes),
      where + ": pixel " + std::to_string(pixel),
      codes.listed.empty() ? "codes begin at " + std::to_string(codes.first)
                           : "it is not among the label-" + keys,
      "Say in ignored-" + (keys == "codes" ? "labels" : keys) + " which of them mean no label");
}

}  // namespace

void classes_of(std::span<const float> stored, const LabelCodes& codes, const std::string& where,
                std::span<std::uint8_t> classes, MaskValues& values) {
  std::array<int, 256> table{};
  for (int code = 0; code < 256; ++code)
    table[static_cast<std::size_t>(code)] = class_of(code, codes);
  std::array<std::size_t, 256> count{};
  for (std::size_t p = 0; p < stored.size(); ++p) {
    constexpr float kMostCode = 1e9F;  // whole numbers of an int
    if (!(std::abs(stored[p]) <= kMostCode) || std::floor(stored[p]) != stored[p]) {
      refuse_data("label-outside-classes", "label " + std::to_string(stored[p]),
                  where + ": pixel " + std::to_string(p), "codes are whole numbers",
                  "Store labels as whole numbers, not resampled or scaled");
    }
    const int code = static_cast<int>(stored[p]);
    const bool small = code >= 0 && code < 256;
    const int found = small ? table[static_cast<std::size_t>(code)] : class_of(code, codes);
    if (found == kOutside) refuse_code(code, codes, where, p);
    classes[p] = static_cast<std::uint8_t>(found);
    if (small) {
      ++count[static_cast<std::size_t>(code)];
    } else {
      ++values[code];
    }
  }
  for (int code = 0; code < 256; ++code) {
    const std::size_t pixels = count[static_cast<std::size_t>(code)];
    if (pixels > 0) values[code] += pixels;
  }
}

bool settle(const MaskValues& values, const LabelCodes& codes, const std::string& where,
            SegmentationSet& set) {
  if (!codes.said) {
    refuse_soft_mask(values, where);
    if (is_two_valued(values)) {
      std::replace(set.labels.begin(), set.labels.end(), kIgnoreLabel, std::uint8_t{1});
      set.warnings.push_back(
          {"two-valued-mask",
           "labels are 0 and 255 alone: taken as two classes, 255 with " +
               share_of(values.at(255), values) +
               " of the pixels; say ignored-labels = [255] if it means no label"});
      return true;
    }
  }
  std::size_t ignored = 0;
  std::string which;
  for (const int code : codes.ignored) {
    const auto found = values.find(code);
    if (found == values.end()) continue;
    ignored += found->second;
    which += (which.empty() ? "" : ", ") + text_of(code, codes);
  }
  if (ignored > 0) {
    set.warnings.push_back({"ignored-pixels", share_of(ignored, values) +
                                                  " of the pixels have no label (code " + which +
                                                  "): they are neither learned nor scored"});
  }
  return false;
}

}  // namespace cch::detail
