#include "cch/data/row_order.hpp"

#include <algorithm>

namespace cch {
namespace {

constexpr std::size_t kFewestRows = 8;

bool classes_in_runs(const ClassLabels& labels) {
  const auto n = static_cast<double>(labels.size());
  double equal = 0.0;
  for (const std::size_t count : labels.counts()) {
    const double share = static_cast<double>(count) / n;
    equal += share * share;
  }
  double runs = 1.0;
  for (std::size_t i = 1; i < labels.size(); ++i) runs += labels[i] != labels[i - 1] ? 1.0 : 0.0;
  return runs > 1.0 && runs <= 0.5 * (1.0 + n * (1.0 - equal));
}

bool values_sorted(const Samples& y) {
  bool rises = y.dim() == 1;
  bool falls = rises;
  for (std::size_t i = 1; i < y.size() && (rises || falls); ++i) {
    rises = rises && y(i, 0) >= y(i - 1, 0);
    falls = falls && y(i, 0) <= y(i - 1, 0);
  }
  return rises || falls;
}

}  // namespace

std::vector<std::size_t> columns_in_row_order(const Samples& x) {
  std::vector<std::size_t> out;
  if (x.size() < kFewestRows) return out;
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const bool rises = x(1, j) > x(0, j);
    std::size_t i = 1;
    while (i < x.size() && (rises ? x(i, j) > x(i - 1, j) : x(i, j) < x(i - 1, j))) ++i;
    if (i == x.size()) out.push_back(j);
  }
  return out;
}

bool labels_in_row_order(const Variable& labels) {
  if (size(labels) < kFewestRows) return false;
  if (const auto* classes = std::get_if<ClassLabels>(&labels)) return classes_in_runs(*classes);
  return values_sorted(std::get<Samples>(labels));
}

std::optional<Warning> look_at_row_order(const Samples& x, const std::string& name,
                                         const Variable& labels) {
  const auto columns = columns_in_row_order(x);
  if (columns.empty() || !labels_in_row_order(labels)) return std::nullopt;
  const std::string more =
      columns.size() == 1 ? "" : " and " + std::to_string(columns.size() - 1) + " more";
  return Warning{"column-follows-rows",
                 "column " + std::to_string(columns.front()) + " (from 0)" + more + " of '" + name +
                     "' only rises or only falls from row to row, and the rows lie in the order of "
                     "their labels: it may tell the label by the place in the file alone; leave it "
                     "out if it is a row number, a time or a frame"};
}

}  // namespace cch
