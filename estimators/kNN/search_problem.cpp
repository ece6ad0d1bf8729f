#include "estimators/kNN/search_problem.hpp"

#include <numeric>

namespace cch::detail {

Matrix joined(const SearchProblem& problem, std::span<const std::size_t> blocks) {
  std::size_t dims = 0;
  for (const std::size_t b : blocks) dims += problem.blocks[b].cols();
  Matrix out(problem.rows(), dims);
  for (std::size_t i = 0; i < out.rows(); ++i) {
    double* to = out.row(i).data();
    for (const std::size_t b : blocks) {
      const auto from = problem.blocks[b].row(i);
      to = std::copy(from.begin(), from.end(), to);
    }
  }
  return out;
}

Matrix all_blocks(const SearchProblem& problem) {
  std::vector<std::size_t> numbers(problem.blocks.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  return joined(problem, numbers);
}

std::size_t own_group(const SearchProblem& problem, std::size_t marginal, std::size_t row, double r,
                      bool strict) {
  const Groups& groups = *problem.groups;
  if (!groups.grouped()) return (strict ? 0.0 < r : 0.0 <= r) ? 1 : 0;  // the row itself
  std::size_t count = 0;
  for (const std::size_t member : groups.members(groups.of(row))) {
    const double d = marginal_distance(problem, marginal, row, member);
    count += (strict ? d < r : d <= r) ? 1 : 0;
  }
  return count;
}

}  // namespace cch::detail
