#include "estimators/classifiers/rule.hpp"

#include <cstddef>

#include "estimators/classifiers/tall_products.hpp"

namespace cch::detail {
namespace {

/// Evidence of linear rules that read the same rows, from one product with all their weights.
void add_linear(const std::vector<Rule>& rules, const Eigen::MatrixXf& rows, bool on_columns,
                std::vector<Eigen::MatrixXf>& out) {
  std::vector<std::size_t> places;
  Eigen::Index width = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto* rule = std::get_if<LinearRule>(&rules[i]);
    if (rule == nullptr || rule->on_columns != on_columns) continue;
    places.push_back(i);
    width += rule->weights.cols();
  }
  if (places.empty()) return;
  Eigen::MatrixXf weights(rows.cols(), width);
  Eigen::Index column = 0;
  for (const std::size_t i : places) {
    const auto& rule = std::get<LinearRule>(rules[i]);
    weights.middleCols(column, rule.weights.cols()) = rule.weights;
    column += rule.weights.cols();
  }
  Execution serial;
  serial.threads = 1;
  const Eigen::MatrixXf product = tall_times(rows, weights, serial);
  column = 0;
  for (const std::size_t i : places) {
    const auto& rule = std::get<LinearRule>(rules[i]);
    out[i] = product.middleCols(column, rule.weights.cols()).rowwise() + rule.bias;
    column += rule.weights.cols();
  }
}

}  // namespace

std::vector<Eigen::MatrixXf> evidence_of_all(const std::vector<Rule>& rules,
                                             const Coordinates& rows) {
  std::vector<Eigen::MatrixXf> out(rules.size());
  add_linear(rules, rows.kept, false, out);
  add_linear(rules, rows.columns, true, out);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (const auto* rule = std::get_if<QuadraticRule>(&rules[i])) out[i] = evidence(*rule, rows);
  }
  return out;
}

}  // namespace cch::detail
