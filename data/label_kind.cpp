#include "cch/data/label_kind.hpp"

#include <algorithm>
#include <vector>

namespace cch {

std::size_t distinct_values(const Array& column, std::size_t rows) {
  if (column.dtype() == DType::text || column.rounds_to_double(rows)) {
    std::vector<std::string> values(rows);
    for (std::size_t i = 0; i < rows; ++i) values[i] = column.text_at(i);
    std::sort(values.begin(), values.end());
    return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
  }
  std::vector<double> values(rows);
  column.to_doubles(0, rows, values);
  // NaN has no place in an order; all of them count as one value.
  const auto first_nan =
      std::partition(values.begin(), values.end(), [](double v) { return v == v; });
  const bool some_nan = first_nan != values.end();
  values.erase(first_nan, values.end());
  std::sort(values.begin(), values.end());
  const auto last = std::unique(values.begin(), values.end());
  return static_cast<std::size_t>(last - values.begin()) + (some_nan ? 1 : 0);
}

LabelDecision decide_label_kind(const Array& labels, std::size_t rows) {
  const bool column = labels.cols() == 1 && labels.shape().size() <= 2;
  if (is_float(labels.dtype())) return {LabelKind::continuous, "floating-point values"};
  if (!column) {
    return {std::nullopt, "shape " + shape_text(labels.shape()) + " of " +
                              std::string(to_string(labels.dtype()))};
  }
  if (labels.dtype() == DType::text) return {LabelKind::discrete, "strings"};
  if (labels.dtype() == DType::boolean) return {LabelKind::discrete, "booleans"};
  const std::size_t distinct = distinct_values(labels, rows);
  const std::string counted =
      std::to_string(distinct) + " distinct integers in " + std::to_string(rows) + " rows";
  if (static_cast<double>(distinct) <= kMaxDistinctShare * static_cast<double>(rows)) {
    return {LabelKind::discrete, counted};
  }
  return {std::nullopt, counted + " (more than 5 %)"};
}

}  // namespace cch
