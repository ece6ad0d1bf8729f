#include "gaussian/covariance_checks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>
#include <string_view>

#include "cch/core/error.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "gaussian/eigen.hpp"

namespace cch::detail {
namespace {

/// Entries rounded to float32 differ by a few of its units, 2⁻²³ relative to √(m_ii m_jj); a sum
/// of products in float32 by somewhat more.
constexpr double kAsymmetry = 16.0 * 0x1p-23;
/// The cheap bound on the smallest eigenvalue may be off by a small factor: this is far above it.
constexpr double kNoDoubt = 100.0;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// Two numbers that differ with as many digits as show it.
std::string told_apart(double a, double b) {
  char first[32];
  char second[32];
  for (int digits = 4; digits <= 17; ++digits) {
    std::snprintf(first, sizeof first, "%.*g", digits, a);
    std::snprintf(second, sizeof second, "%.*g", digits, b);
    if (std::string_view(first) != second) break;
  }
  return std::string(first) + " and " + second;
}

std::string place(std::size_t i, std::size_t j) {
  return "row " + std::to_string(i) + ", column " + std::to_string(j) + " (from 0)";
}

std::string quoted(const GaussianBlock& block) {
  return "'" + block.name + "'";
}

void check_blocks(const std::vector<GaussianBlock>& blocks, std::size_t dim) {
  std::set<std::string> names;
  std::size_t sum = 0;
  for (const GaussianBlock& block : blocks) {
    if (block.name.empty() || block.dim == 0 || !names.insert(block.name).second) {
      refuse_usage("bad-blocks", "block " + quoted(block) + " cannot be used",
                   "a block has a name of its own and at least one column",
                   "Name every block once");
    }
    sum += block.dim;
  }
  if (sum == dim && dim > 0) return;
  refuse_usage("block-sizes",
               "the blocks have " + std::to_string(sum) + " columns and the covariance has " +
                   std::to_string(dim),
               "every column belongs to one block", "Give block sizes that add up");
}

void check_finite(const Matrix& m, const std::string& name) {
  std::size_t bad = 0;
  std::string first;
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < m.cols(); ++j) {
      if (std::isfinite(m(i, j))) continue;
      if (bad++ == 0) first = place(i, j);
    }
  }
  if (bad == 0) return;
  refuse_data("non-finite-value", name + " contains NaN or infinite values",
              "first at " + first + "; " + std::to_string(bad) + " values",
              "nothing can be computed from them", "Compute the covariance from complete rows");
}

[[noreturn]] void refuse_definite(const std::string& blocks, double eigenvalue, double smallest,
                                  const std::string& name) {
  const bool indefinite = eigenvalue < -smallest;
  const std::string limit =
      smallest > kSmallestEigenvalue ? ", within the rounding of the entries" : "";
  refuse_data(
      indefinite ? "indefinite-covariance" : "singular-covariance",
      name + " is " + (indefinite ? "not that of any distribution" : "singular") + " in " + blocks,
      "smallest eigenvalue of the correlations there: " + number(eigenvalue) +
          (indefinite ? "" : limit),
      indefinite ? "a variance would be negative"
                 : "a column is a linear function of others, so an information is infinite",
      indefinite ? "Compute all entries from the same complete rows"
                 : "Drop that column, or add the noise that it has");
}

void check_variances(const Matrix& m, const std::vector<GaussianBlock>& blocks,
                     const std::string& name) {
  std::size_t j = 0;
  for (const GaussianBlock& block : blocks) {
    for (std::size_t column = 0; column < block.dim; ++column, ++j) {
      if (m(j, j) > 0.0) continue;
      refuse_data(m(j, j) < 0.0 ? "indefinite-covariance" : "singular-covariance",
                  name + " has a variance that is not positive in block " + quoted(block),
                  "column " + std::to_string(column) +
                      " of the block (from 0); the smallest "
                      "eigenvalue is at most " +
                      number(m(j, j)),
                  "a constant has no density", "Drop that column");
    }
  }
}

void check_symmetric(const Matrix& m, const std::string& name) {
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (std::abs(m(i, j) - m(j, i)) <= kAsymmetry * std::sqrt(m(i, i) * m(j, j))) continue;
      refuse_data("asymmetric-covariance", name + " is not symmetric",
                  place(i, j) + ": " + told_apart(m(i, j), m(j, i)),
                  "a covariance is the same in both orders, up to the rounding of float32",
                  "Check how it was written");
    }
  }
}

double smallest_eigenvalue(const Eigen::MatrixXd& correlations) {
  return symmetric_eigenvalues(correlations)(0);
}

using BlockIndices = std::vector<std::size_t>;

/// Smallest eigenvalue of the correlations of some blocks, ascending indices.
double smallest_eigenvalue(const Eigen::MatrixXd& correlations,
                           const std::vector<GaussianBlock>& blocks, const BlockIndices& chosen) {
  std::vector<Eigen::Index> columns;
  Eigen::Index first = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const bool in = std::binary_search(chosen.begin(), chosen.end(), b);
    for (std::size_t j = 0; j < blocks[b].dim; ++j, ++first) {
      if (in) columns.push_back(first);
    }
  }
  return smallest_eigenvalue(correlations(columns, columns));
}

/// Leaves out, from the last to the first, every block without which the rest is still at fault.
/// `eigenvalue` is that of all blocks and becomes that of the blocks that are left.
BlockIndices blocks_at_fault(const Eigen::MatrixXd& correlations,
                             const std::vector<GaussianBlock>& blocks, double smallest,
                             double& eigenvalue) {
  BlockIndices kept(blocks.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  for (std::size_t b = blocks.size(); b-- > 0 && kept.size() > 1;) {
    BlockIndices fewer = kept;
    std::erase(fewer, b);
    const double without = smallest_eigenvalue(correlations, blocks, fewer);
    if (without >= smallest) continue;
    kept = std::move(fewer);
    eigenvalue = without;
  }
  return kept;
}

std::string in_words(const BlockIndices& chosen, const std::vector<GaussianBlock>& blocks) {
  if (chosen.size() == 1) return "block " + quoted(blocks[chosen.front()]);
  std::string words = "blocks ";
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (i > 0) words += i + 1 == chosen.size() ? " and " : ", ";
    words += quoted(blocks[chosen[i]]);
  }
  return words + " together";
}

}  // namespace

void check_covariance(const Matrix& covariance, const std::vector<GaussianBlock>& blocks,
                      const std::string& name) {
  if (covariance.rows() != covariance.cols()) {
    refuse_data("not-square", name + " is not square",
                std::to_string(covariance.rows()) + " × " + std::to_string(covariance.cols()), {},
                "Give one row and one column for every variable");
  }
  check_blocks(blocks, covariance.rows());
  check_finite(covariance, name);
  check_variances(covariance, blocks, name);
  check_symmetric(covariance, name);
}

void check_definite(const Eigen::MatrixXd& correlations, const std::vector<GaussianBlock>& blocks,
                    double lower_bound, double entry_error, const std::string& name) {
  const double rounding = 2.0 * std::sqrt(static_cast<double>(correlations.rows())) * entry_error;
  const double smallest = std::max(kSmallestEigenvalue, rounding);
  if (lower_bound > kNoDoubt * smallest) return;
  double eigenvalue = smallest_eigenvalue(correlations);
  if (eigenvalue >= smallest) return;
  const BlockIndices chosen = blocks_at_fault(correlations, blocks, smallest, eigenvalue);
  refuse_definite(in_words(chosen, blocks), eigenvalue, smallest, name);
}

}  // namespace cch::detail
