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
  std::vector<std::vector<double>> values;         // [block]: theirs
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
    auto& values = shared.values.emplace_back();
    if (block.cols() != 1) continue;
    rows.resize(block.rows());
    std::iota(rows.begin(), rows.end(), std::uint32_t{0});
    std::ranges::sort(rows, {}, [&](std::uint32_t row) { return block(row, 0); });
    values.reserve(rows.size());
    for (const std::uint32_t row : rows) values.push_back(block(row, 0));
  }
}

// Counts of one block inside each part of a partition.
class PartCounts {
 public:
  PartCounts(const Shared& shared, std::size_t partition, const Partition& parts, std::size_t block)
      : shared_(shared), radius_(shared.radius[partition]), block_(block) {
    counts_.resize(shared.problem.rows());
    if (shared.problem.blocks[block].cols() == 1) {
      count_sorted(parts, shared.part_of[partition]);
    } else {
      for (const auto& part : parts) count_coded(part);
    }
  }

  // n_x + 1 without the row's group, as ksg1 counts.
  [[nodiscard]] std::size_t of(std::size_t row) const { return counts_[row]; }

 private:
  void put(std::size_t row, std::size_t all) {
    const std::size_t own = own_group(shared_.problem, block_, row, radius_[row], true);
    counts_[row] = static_cast<std::uint32_t>(all - own + 1);
  }

  // Sorted rows are dealt to the parts in one pass.
  void count_sorted(const Partition& parts, const std::vector<std::uint8_t>& part_of) {
    struct Sorted {
      std::vector<std::uint32_t> rows;
      std::vector<double> values;
      std::size_t filled = 0;
    };
    std::vector<Sorted> sorted(parts.size());
    for (std::size_t c = 0; c < parts.size(); ++c) {
      sorted[c].rows.resize(parts[c].size());
      sorted[c].values.resize(parts[c].size());
    }
    const auto& rows = shared_.sorted[block_];
    const auto& values = shared_.values[block_];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Sorted& part = sorted[part_of[rows[i]]];
      part.rows[part.filled] = rows[i];
      part.values[part.filled++] = values[i];
    }
    for (const Sorted& part : sorted) {
      const SortedValues ascending(part.values);
      for (std::size_t place = 0; place < part.rows.size(); ++place) {
        const std::size_t row = part.rows[place];
        put(row, ascending.count_less(place, radius_[row]));
      }
    }
  }

  void count_coded(const std::vector<std::size_t>& part) {
    const MatrixView block = shared_.problem.blocks[block_];
    Matrix columns(part.size(), block.cols());
    for (std::size_t i = 0; i < part.size(); ++i) {
      std::ranges::copy(block.row(part[i]), columns.row(i).begin());
    }
    const CodedRows rows(columns, CodedRows::Order::space);
    std::vector<Code> spread(block.cols() * kLanes);
    std::size_t exact = 0;
    for (std::size_t place = 0; place < part.size(); ++place) {
      const std::size_t row = part[rows.order()[place]];
      put(row,
          coded_kernels().count(rows.view(), place, spread.data(), radius_[row], true, &exact));
    }
  }

  const Shared& shared_;
  const std::vector<double>& radius_;
  std::size_t block_;
  std::vector<std::uint32_t> counts_;
};

std::vector<double> part_values(const Shared& shared, std::size_t partition, const Partition& parts,
                                const DigammaTable& psi) {
  const Groups& groups = *shared.problem.groups;
  const bool grouped = groups.grouped();
  const PartCounts n_x(shared, partition, parts, 0);
  const PartCounts n_y(shared, partition, parts, 1);
  std::vector<double> values;
  for (const auto& part : parts) {
    double sum = 0.0;
    for (const std::size_t row : part) {
      const std::size_t own = grouped ? groups.size_of(row) : 1;
      sum += psi(shared.k) + psi(part.size() - own + 1) - psi(n_x.of(row)) - psi(n_y.of(row));
    }
    values.push_back(sum / static_cast<double>(part.size()));
  }
  return values;
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
  const SearchProblem problem{{x.view(), y.view()}, {{0}, {1}}, &groups};
  if (planned_path(problem) != SearchPath::coded_tree) return std::nullopt;
  if (!choose_queries(problem, SearchPath::automatic, options.queries, options.exact, exec).all ||
      !plain_parts(x, y, groups, partitions, options)) {
    return std::nullopt;
  }
  const SearchProblem joint{problem.blocks, {}, &groups};  // counts are asked of parts alone
  const CodedTreeSearch search(joint);
  if (!search.decides(options.k)) return std::nullopt;
  Shared shared{problem, options.k, {}, {}, {}, {}};
  for (const Partition& partition : partitions) {
    auto& part_of = shared.part_of.emplace_back(n, kNoPart);
    for (std::size_t c = 0; c < partition.size(); ++c) {
      for (const std::size_t row : partition[c]) part_of[row] = static_cast<std::uint8_t>(c);
    }
    shared.radius.emplace_back(n);
  }
  find_radii(shared, search, exec);
  sort_columns(shared);
  const DigammaTable psi(n + 1);
  std::vector<std::vector<double>> by_partition(partitions.size());
  parallel_for(partitions.size(), exec, [&](std::size_t p) {
    by_partition[p] = part_values(shared, p, partitions[p], psi);
  });
  std::vector<double> values;
  for (const auto& part : by_partition) values.insert(values.end(), part.begin(), part.end());
  return values;
}

}  // namespace cch::detail
