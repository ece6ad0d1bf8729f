#include "cch/estimators/discrete.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using Cell = std::pair<int, int>;

/// More occupied cells than this share of N leave most cells with a handful of rows.
constexpr double kSparseShare = 0.2;

void check_rows(const ClassLabels& x, const ClassLabels& y, const Groups& groups) {
  if (x.size() == y.size() && x.size() == groups.rows() && x.size() > 0) return;
  refuse_data("unequal-rows", "the inputs have different numbers of rows, or none",
              "x: " + std::to_string(x.size()) + ", y: " + std::to_string(y.size()) +
                  ", groups: " + std::to_string(groups.rows()),
              "rows are paired by position", "Align the files on their ids first");
}

std::size_t occupied(const std::vector<std::size_t>& counts) {
  std::size_t m = 0;
  for (const std::size_t count : counts) m += count > 0 ? 1 : 0;
  return m;
}

void warn_if_sparse(Estimate& out, std::size_t cells) {
  if (static_cast<double>(cells) <= kSparseShare * static_cast<double>(out.n)) return;
  out.warnings.push_back({"sparse-cells", std::to_string(cells) + " occupied cells for " +
                                              std::to_string(out.n) +
                                              " rows: the bias correction is not enough"});
}

}  // namespace

Estimate discrete(const ClassLabels& x, const ClassLabels& y, const Groups& groups,
                  const DiscreteOptions& options, const Execution& exec) {
  check_rows(x, y, groups);
  exec.throw_if_stopped();
  const auto n_x = x.counts();
  const auto n_y = y.counts();
  std::map<Cell, std::size_t> n_xy;
  for (std::size_t i = 0; i < x.size(); ++i) ++n_xy[{x[i], y[i]}];
  Estimate out;
  out.n = x.size();
  out.dim_x = out.dim_y = 1;
  out.method = "discrete";
  const auto n = static_cast<double>(out.n);
  out.row_terms.resize(out.n);
  for (std::size_t i = 0; i < out.n; ++i) {
    const auto joint = static_cast<double>(n_xy.at({x[i], y[i]}));
    const double product = static_cast<double>(n_x[static_cast<std::size_t>(x[i])]) *
                           static_cast<double>(n_y[static_cast<std::size_t>(y[i])]);
    out.row_terms[i] = std::log(joint * n / product);
  }
  const auto m_x = static_cast<double>(occupied(n_x));
  const auto m_y = static_cast<double>(occupied(n_y));
  const double bias = (static_cast<double>(n_xy.size()) - m_x - m_y + 1.0) / (2.0 * n);
  out.nats = detail::mean_of(out.row_terms) - (options.bias_correction ? bias : 0.0);
  // At independence the row terms vanish and the plug-in is χ²_ν / (2N): its variance is ν / (2N²).
  const auto g = static_cast<double>(groups.count());
  detail::set_error_bars(out, groups, (m_x - 1.0) * (m_y - 1.0) / (2.0 * g * g));
  out.diagnostics.set("bias_correction", options.bias_correction ? bias : 0.0);
  out.diagnostics.set("occupied_cells", static_cast<double>(n_xy.size()));
  warn_if_sparse(out, n_xy.size());
  return out;
}

}  // namespace cch
