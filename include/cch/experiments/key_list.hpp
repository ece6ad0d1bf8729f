#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace cch {

/// Keys of many runs, one behind the other: their text and eight bytes each.
class KeyList {
 public:
  /// Its place.
  std::uint32_t add(std::string_view key) {
    text_.append(key);
    ends_.push_back(text_.size());
    return static_cast<std::uint32_t>(ends_.size() - 1);
  }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// What it takes of memory, without what is reserved.
  [[nodiscard]] std::size_t bytes() const { return text_.size() + ends_.size() * sizeof(ends_[0]); }

  /// Places in the order of the keys.
  [[nodiscard]] std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> out(size());
    std::iota(out.begin(), out.end(), 0U);
    std::stable_sort(out.begin(), out.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return (*this)[a] < (*this)[b]; });
    return out;
  }
  [[nodiscard]] KeyList sorted() const {
    KeyList out;
    for (const std::uint32_t i : order()) out.add((*this)[i]);
    return out;
  }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

}  // namespace cch
