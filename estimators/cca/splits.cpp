#include "estimators/cca/splits.hpp"

#include <algorithm>
#include <iterator>

#include "cch/core/random.hpp"

namespace cch::detail {

std::vector<std::vector<std::size_t>> deal_groups(const Groups& groups,
                                                  const std::vector<std::size_t>& rows,
                                                  std::size_t most, std::uint64_t seed) {
  const Groups chosen = groups.select(rows);
  std::vector<std::vector<std::size_t>> blocks(std::min(most, chosen.count()));
  const auto order = Random(seed).permutation(chosen.count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t place : chosen.members(order[i])) {
      blocks[i % blocks.size()].push_back(rows[place]);
    }
  }
  return blocks;
}

std::vector<std::size_t> without_block(const std::vector<std::size_t>& rows,
                                       std::vector<std::size_t> block) {
  std::sort(block.begin(), block.end());
  std::vector<std::size_t> kept;
  std::set_difference(rows.begin(), rows.end(), block.begin(), block.end(),
                      std::back_inserter(kept));
  return kept;
}

std::vector<char> split_in_half(const Groups& groups, std::uint64_t seed) {
  Random random(seed);
  std::vector<char> half(groups.rows(), 0);
  std::size_t rows[2] = {0, 0};
  for (const std::size_t g : random.permutation(groups.count())) {
    const char to = rows[1] < rows[0] ? 1 : 0;
    for (const std::size_t row : groups.members(g)) half[row] = to;
    rows[static_cast<std::size_t>(to)] += groups.members(g).size();
  }
  return half;
}

Eigen::MatrixXd rows_of(const Eigen::MatrixXd& m, const std::vector<std::size_t>& rows) {
  Eigen::MatrixXd out(static_cast<Eigen::Index>(rows.size()), m.cols());
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out(static_cast<Eigen::Index>(i), j) = m(static_cast<Eigen::Index>(rows[i]), j);
    }
  }
  return out;
}

}  // namespace cch::detail
