#include "cch/data/label_kind.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
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

namespace {

constexpr std::size_t kFewValues = 20;
constexpr const char* kSayKind = "Say --y-kind discrete or --y-kind continuous";

// The distinct finite values of a column, ascending.
std::vector<double> distinct_numbers(const Array& column, std::size_t rows) {
  std::vector<double> values(rows);
  column.to_doubles(0, rows, values);
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

bool whole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::trunc(v) == v; });
}

bool rows_for_codes(std::size_t codes, std::size_t rows) {
  return kRowsACode * static_cast<double>(codes) <= static_cast<double>(rows);
}

// 0, 1, …, K − 1 or 1, 2, …, K.
bool codes(const std::vector<double>& distinct, std::size_t rows) {
  if (distinct.size() < 2 || (distinct.front() != 0.0 && distinct.front() != 1.0)) return false;
  if (distinct.back() - distinct.front() != static_cast<double>(distinct.size() - 1)) return false;
  return rows_for_codes(distinct.size(), rows) || (distinct.size() == 2 && rows >= 4);
}

bool few(std::size_t distinct, std::size_t rows) {
  return rows_for_codes(distinct, rows) || (distinct <= kFewValues && 2 * distinct <= rows) ||
         distinct <= 2;
}

// Rows of 0 and 1 alone, in several columns.
std::optional<LabelDecision> decide_hot(const Array& labels, std::size_t rows) {
  if (labels.cols() < 2 || labels.dtype() == DType::text) return std::nullopt;
  std::vector<double> row(labels.cols());
  bool one_each = true;
  for (std::size_t i = 0; i < rows; ++i) {
    labels.to_doubles(i, 1, row);
    const auto ones = std::count(row.begin(), row.end(), 1.0);
    if (ones + std::count(row.begin(), row.end(), 0.0) != std::ssize(row)) return std::nullopt;
    one_each = one_each && ones == 1;
  }
  const std::string shape = "shape " + shape_text(labels.shape()) + " of ";
  if (one_each) {
    return LabelDecision{std::nullopt, shape + "rows with a single 1 among 0s: one-hot codes",
                         "Save one class a row, e.g. numpy.argmax(y, axis=1), or say --y-kind "
                         "continuous to take the columns as numbers"};
  }
  return LabelDecision{std::nullopt, shape + "0s and 1s: several labels a row, multi-hot",
                       "Save one column of it at a time, e.g. y[:, 0].astype(int), or say --y-kind "
                       "continuous to take the columns as numbers"};
}

LabelDecision decide_floats(const Array& labels, std::size_t rows) {
  if (labels.cols() == 1) {
    const auto distinct = distinct_numbers(labels, rows);
    if (distinct.size() > 1 && whole(distinct) && few(distinct.size(), rows)) {
      return {std::nullopt,
              std::to_string(distinct.size()) + " distinct whole numbers, stored as " +
                  std::string(to_string(labels.dtype())) + ", in " + std::to_string(rows) + " rows",
              kSayKind};
    }
  }
  return {LabelKind::continuous, "floating-point values", {}};
}

LabelDecision decide_integers(const Array& labels, std::size_t rows) {
  const std::size_t distinct = distinct_values(labels, rows);
  const std::string counted =
      std::to_string(distinct) + " distinct integers in " + std::to_string(rows) + " rows";
  if (static_cast<double>(distinct) <= kMaxDistinctShare * static_cast<double>(rows)) {
    return {LabelKind::discrete, counted, {}};
  }
  const auto values = distinct_numbers(labels, rows);
  if (codes(values, rows)) {
    return {LabelKind::discrete,
            counted + ", the codes " + (values.front() == 0.0 ? "from 0" : "from 1"),
            {}};
  }
  return {std::nullopt, counted + " (more than 5 %)", kSayKind};
}

}  // namespace

LabelDecision decide_label_kind(const Array& labels, std::size_t rows) {
  const bool column = labels.cols() == 1 && labels.shape().size() <= 2;
  if (auto hot = decide_hot(labels, rows)) return *hot;
  if (is_float(labels.dtype())) return decide_floats(labels, rows);
  if (!column) {
    return {std::nullopt,
            "shape " + shape_text(labels.shape()) + " of " + std::string(to_string(labels.dtype())),
            kSayKind};
  }
  if (labels.dtype() == DType::text) return {LabelKind::discrete, "strings", {}};
  if (labels.dtype() == DType::boolean) return {LabelKind::discrete, "booleans", {}};
  return decide_integers(labels, rows);
}

}  // namespace cch
