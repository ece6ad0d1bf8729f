#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cch/core/samples.hpp"

namespace cch {

/// Class labels: codes 0..K−1, one a row, each class with a name. Copies share the codes.
class ClassLabels {
 public:
  ClassLabels();

  /// Codes must lie in 0..names.size()−1; throws a data Error otherwise. Classes without rows are
  /// allowed (they appear when rows are selected).
  static ClassLabels from(std::vector<int> codes, std::vector<std::string> names);

  [[nodiscard]] std::size_t size() const { return codes_->size(); }
  [[nodiscard]] std::size_t classes() const { return names_->size(); }
  [[nodiscard]] std::span<const int> codes() const { return *codes_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return *names_; }
  int operator[](std::size_t i) const { return (*codes_)[i]; }

  /// Rows of each class, K numbers that add up to N.
  [[nodiscard]] std::vector<std::size_t> counts() const;

  /// Plug-in entropy H(Y) = −Σ p_c ln p_c in nats.
  [[nodiscard]] double entropy_nats() const;

  [[nodiscard]] ClassLabels select(std::span<const std::size_t> rows) const;

 private:
  std::shared_ptr<const std::vector<int>> codes_;
  std::shared_ptr<const std::vector<std::string>> names_;
};

/// One side of a mutual information: real vectors or class labels.
using Variable = std::variant<Samples, ClassLabels>;

std::size_t size(const Variable& v);
/// Number of columns; class labels count as 1.
std::size_t dim(const Variable& v);
bool is_discrete(const Variable& v);
Variable select(const Variable& v, std::span<const std::size_t> rows);

}  // namespace cch
