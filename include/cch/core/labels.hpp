#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// Class labels: codes 0..K−1, one a row, each class with a name. Copies share the codes.
class ClassLabels {
 public:
  ClassLabels()
      : codes_(std::make_shared<const std::vector<int>>()),
        names_(std::make_shared<const std::vector<std::string>>()) {}

  /// Codes must lie in 0..names.size()−1; throws a data Error otherwise. Classes without rows are
  /// allowed (they appear when rows are selected).
  static ClassLabels from(std::vector<int> codes, std::vector<std::string> names) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (codes[i] >= 0 && static_cast<std::size_t>(codes[i]) < names.size()) continue;
      refuse_data("label-out-of-range", "label code " + std::to_string(codes[i]),
                  "row " + std::to_string(i),
                  "there are only " + std::to_string(names.size()) + " classes",
                  "Number the classes from 0");
    }
    ClassLabels labels;
    labels.codes_ = std::make_shared<const std::vector<int>>(std::move(codes));
    labels.names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
    return labels;
  }

  [[nodiscard]] std::size_t size() const { return codes_->size(); }
  [[nodiscard]] std::size_t classes() const { return names_->size(); }
  [[nodiscard]] std::span<const int> codes() const { return *codes_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return *names_; }
  int operator[](std::size_t i) const { return (*codes_)[i]; }

  /// Rows of each class, K numbers that add up to N.
  [[nodiscard]] std::vector<std::size_t> counts() const {
    std::vector<std::size_t> counts(classes(), 0);
    for (const int code : *codes_) ++counts[static_cast<std::size_t>(code)];
    return counts;
  }

  /// Plug-in entropy H(Y) = −Σ p_c ln p_c in nats.
  [[nodiscard]] double entropy_nats() const {
    double h = 0.0;
    const auto n = static_cast<double>(size());
    for (const std::size_t count : counts()) {
      if (count == 0) continue;
      const double p = static_cast<double>(count) / n;
      h -= p * std::log(p);
    }
    return h;
  }

  [[nodiscard]] ClassLabels select(std::span<const std::size_t> rows) const {
    std::vector<int> codes(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) codes[i] = (*codes_)[rows[i]];
    ClassLabels out;
    out.codes_ = std::make_shared<const std::vector<int>>(std::move(codes));
    out.names_ = names_;
    return out;
  }

 private:
  std::shared_ptr<const std::vector<int>> codes_;
  std::shared_ptr<const std::vector<std::string>> names_;
};

/// One side of a mutual information: real vectors or class labels.
using Variable = std::variant<Samples, ClassLabels>;

inline std::size_t size(const Variable& v) {
  return std::visit([](const auto& values) { return values.size(); }, v);
}
/// Number of columns; class labels count as 1.
inline std::size_t dim(const Variable& v) {
  const auto* samples = std::get_if<Samples>(&v);
  return samples ? samples->dim() : 1;
}
inline bool is_discrete(const Variable& v) {
  return std::holds_alternative<ClassLabels>(v);
}
inline Variable select(const Variable& v, std::span<const std::size_t> rows) {
  return std::visit([&](const auto& values) { return Variable(values.select(rows)); }, v);
}

}  // namespace cch
