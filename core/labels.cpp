#include "cch/core/labels.hpp"

#include <cmath>
#include <utility>

#include "cch/core/error.hpp"

namespace cch {

ClassLabels::ClassLabels()
    : codes_(std::make_shared<const std::vector<int>>()),
      names_(std::make_shared<const std::vector<std::string>>()) {}

ClassLabels ClassLabels::from(std::vector<int> codes, std::vector<std::string> names) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] >= 0 && static_cast<std::size_t>(codes[i]) < names.size()) continue;
    refuse_data(
        "label-out-of-range", "label code " + std::to_string(codes[i]), "row " + std::to_string(i),
        "there are only " + std::to_string(names.size()) + " classes", "Number the classes from 0");
  }
  ClassLabels labels;
  labels.codes_ = std::make_shared<const std::vector<int>>(std::move(codes));
  labels.names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  return labels;
}

std::vector<std::size_t> ClassLabels::counts() const {
  std::vector<std::size_t> counts(classes(), 0);
  for (const int code : *codes_) ++counts[static_cast<std::size_t>(code)];
  return counts;
}

double ClassLabels::entropy_nats() const {
  double h = 0.0;
  const auto n = static_cast<double>(size());
  for (const std::size_t count : counts()) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / n;
    h -= p * std::log(p);
  }
  return h;
}

ClassLabels ClassLabels::select(std::span<const std::size_t> rows) const {
  std::vector<int> codes(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) codes[i] = (*codes_)[rows[i]];
  ClassLabels out;
  out.codes_ = std::make_shared<const std::vector<int>>(std::move(codes));
  out.names_ = names_;
  return out;
}

std::size_t size(const Variable& v) {
  return std::visit([](const auto& values) { return values.size(); }, v);
}

std::size_t dim(const Variable& v) {
  const auto* samples = std::get_if<Samples>(&v);
  return samples ? samples->dim() : 1;
}

bool is_discrete(const Variable& v) {
  return std::holds_alternative<ClassLabels>(v);
}

Variable select(const Variable& v, std::span<const std::size_t> rows) {
  return std::visit([&](const auto& values) { return Variable(values.select(rows)); }, v);
}

}  // namespace cch
