#include "estimators/kNN/ksg1_parts.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "estimators/kNN/common.hpp"
#include "estimators/repeated_values.hpp"

namespace cch::detail {
namespace {

constexpr std::uint8_t kNoPart = 255;

// What all partitions share.
struct Shared {
  const SearchProblem& problem;
  std::size_t k;
  std::vector<std::vector<std::uint8_t>> part_of;  // [partition][row]
  std::vector<std::vector<double>> radius;         // [partition][row], to the k-th of the own part
  std::vector<std::vector<std::uint32_t>> sorted;  // [block]: rows by value, of single columns
};

// Each row's k-th distance inside its part, for all partitions at once; false for a part whose k-th
// neighbour is not among those found.
bool take_radii(Shared& shared, std::size_t row, std::span<const Neighbour> found) {
  bool all = true;
  for (std::size_t p = 0; p < shared.part_of.size(); ++p) {
    const std::vector<std::uint8_t>& part_of = shared.part_of[p];
    std::size_t left = shared.k;
    for (const Neighbour& neighbour : found) {
      if (part_of[neighbour.row] != part_of[row] || --left > 0) continue;
      shared.radius[p][row] = neighbour.distance;
      break;
    }
    all = all && left == 0;
  }
  return all;
}

void find_radii(Shared& shared, const CodedTreeSearch& search, const Execution& exec) {
  const std::size_t n = shared.problem.rows();
  std::vector<std::size_t> open(n);
  std::iota(open.begin(), open.end(), std::size_t{0});
  for (std::size_t k = std::min(n - 1, 10 * shared.k); !open.empty(); k = std::min(n - 1, 4 * k)) {
    std::vector<char> done(n, 0);
    search.each_query(open, k, exec, [&](std::size_t i, auto& answers) {
      done[i] = take_radii(shared, i, answers.nearest()) ? 1 : 0;
    });
    std::erase_if(open, [&](std::size_t row) { return done[row] != 0; });
  }
}

void sort_columns(Shared& shared) {
  for (const MatrixView& block : shared.problem.blocks) {
    auto& rows = shared.sorted.emplace_back();
    if (block.cols() != 1) continue;
    rows.resize(block.rows());
    std::iota(rows.begin(), rows.end(), std::uint32_t{0});
    std::ranges::sort(rows, {}, [&](std::uint32_t row) { return block(row, 0); });
  }
}

// Counts of one block inside one part, row by row of the part.
class PartCounts {
 public:
  PartCounts(const Shared& shared, std::size_t partition, const std::vector<std::size_t>& part,
             std::size_t block)
      : shared_(shared), partition_(partition), part_(part), block_(block) {}

  // n_x + 1 without the row's group, as ksg1 counts.
  void add(std::vector<std::uint32_t>& counts) const {
    if (shared_.problem.blocks[block_].cols() == 1) {
      add_sorted(counts);
    } else {
      add_coded(counts);
    }
  }

 private:
  void put(std::vector<std::uint32_t>& counts, std::size_t row, std::size_t all, double r) const {
    const SearchProblem& problem = shared_.problem;
    counts[row] = static_cast<std::uint32_t>(all - own_group(problem, block_, row, r, true) + 1);
  }

  void add_sorted(std::vector<std::uint32_t>& counts) const {
    const MatrixView block = shared_.problem.blocks[block_];
    const std::vector<std::uint8_t>& part_of = shared_.part_of[partition_];
    const std::uint8_t own = part_of[part_.front()];
    std::vector<std::uint32_t> rows;
    std::vector<double> values;
    rows.reserve(part_.size());
    values.reserve(part_.size());
    for (const std::uint32_t row : shared_.sorted[block_]) {
      if (part_of[row] != own) continue;
      rows.push_back(row);
      values.push_back(block(row, 0));
    }
    const SortedValues sorted(values);
    for (std::size_t place = 0; place < rows.size(); ++place) {
      const double r = shared_.radius[partition_][rows[place]];
      put(counts, rows[place], sorted.count_less(place, r), r);
    }
  }

  void add_coded(std::vector<std::uint32_t>& counts) const {
    const MatrixView block = shared_.problem.blocks[block_];
    Matrix columns(part_.size(), block.cols());
    for (std::size_t i = 0; i < part_.size(); ++i) {
      std::ranges::copy(block.row(part_[i]), columns.row(i).begin());
    }
    const CodedRows rows(columns, CodedRows::Order::space);
    std::vector<Code> spread(block.cols() * kLanes);
    std::size_t exact = 0;
    for (std::size_t place = 0; place < part_.size(); ++place) {
      const std::size_t row = part_[rows.order()[place]];
      const double r = shared_.radius[partition_][row];
      const std::size_t all =
          coded_kernels().count(rows.view(), place, spread.data(), r, true, &exact);
      put(counts, row, all, r);
    }
  }

  const Shared& shared_;
  std::size_t partition_;
  const std::vector<std::size_t>& part_;
  std::size_t block_;
};

double part_value(const Shared& shared, std::size_t partition, const std::vector<std::size_t>& part,
                  const DigammaTable& psi) {
  const Groups& groups = *shared.problem.groups;
  std::vector<std::uint32_t> n_x(shared.problem.rows());
  std::vector<std::uint32_t> n_y(shared.problem.rows());
  PartCounts(shared, partition, part, 0).add(n_x);
  PartCounts(shared, partition, part, 1).add(n_y);
  double sum = 0.0;
  for (const std::size_t row : part) {
    sum +=
        psi(shared.k) + psi(part.size() - groups.size_of(row) + 1) - psi(n_x[row]) - psi(n_y[row]);
  }
  return sum / static_cast<double>(part.size());
}

// Whether ksg1 would take the values of every part as they are, each row a query.
bool plain_parts(const Samples& x, const Samples& y, const Groups& groups,
                 std::span<const Partition> partitions, const Ksg1Options& options) {
  std::size_t largest_group = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    largest_group = std::max(largest_group, groups.members(g).size());
  }
  std::size_t smallest_part = x.size();
  for (const Partition& partition : partitions) {
    if (partition.size() >= kNoPart) return false;
    for (const auto& part : partition) smallest_part = std::min(smallest_part, part.size());
  }
  if (options.k == 0 || smallest_part < largest_group + options.k) return false;
  if (options.tie_draws == 0) return true;
  const double share = std::max(repeated_share(x), repeated_share(y));
  return share * static_cast<double>(x.size()) <=
         kRepeatedShare * static_cast<double>(smallest_part);
}

}  // namespace

std::optional<std::vector<double>> ksg1_on_parts(const Samples& x, const Samples& y,
                                                 const Groups& groups,
                                                 std::span<const Partition> partitions,
                                                 const Ksg1Options& options,
                                                 const Execution& exec) {
  const std::size_t n = x.size();
  if (y.size() != n || groups.rows() != n || n < 2) return std::nullopt;
  const SearchProblem problem{{x.view(), y.view()}, {}, &groups};
  if (planned_path(problem) != SearchPath::coded_tree) return std::nullopt;
  if (!choose_queries(problem, SearchPath::automatic, options.queries, options.exact, exec).all ||
      !plain_parts(x, y, groups, partitions, options)) {
    return std::nullopt;
  }
  const CodedTreeSearch search(problem);
  if (!search.decides(options.k)) return std::nullopt;
  Shared shared{problem, options.k, {}, {}, {}};
  for (const Partition& partition : partitions) {
    auto& part_of = shared.part_of.emplace_back(n, kNoPart);
    for (std::size_t c = 0; c < partition.size(); ++c) {
      for (const std::size_t row : partition[c]) part_of[row] = static_cast<std::uint8_t>(c);
    }
    shared.radius.emplace_back(n);
  }
  find_radii(shared, search, exec);
  sort_columns(shared);
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  for (std::size_t p = 0; p < partitions.size(); ++p) {
    for (std::size_t c = 0; c < partitions[p].size(); ++c) parts.emplace_back(p, c);
  }
  const DigammaTable psi(n + 1);
  std::vector<double> values(parts.size());
  parallel_for(parts.size(), exec, [&](std::size_t i) {
    const auto [p, c] = parts[i];
    values[i] = part_value(shared, p, partitions[p][c], psi);
  });
  return values;
}

}  // namespace cch::detail
