#include "estimators/classifiers/folds.hpp"

#include <algorithm>
#include <map>

#include "cch/core/random.hpp"

namespace cch::detail {
namespace {

/// Weight of the fold's size beside its classes, so that folds stay equal where classes leave a
/// choice.
constexpr double kSizeWeight = 1e-3;

class Dealer {
 public:
  Dealer(const std::vector<int>& codes, std::size_t classes, std::size_t folds)
      : codes_(codes),
        counts_(folds, std::vector<double>(classes, 0.0)),
        size_(folds, 0.0),
        total_(classes, 0.0) {
    for (const int c : codes) total_[static_cast<std::size_t>(c)] += 1.0;
  }

  std::size_t deal(std::span<const std::size_t> rows) {
    std::map<std::size_t, double> added;
    for (const std::size_t i : rows) added[static_cast<std::size_t>(codes_[i])] += 1.0;
    std::size_t best = 0;
    double least = growth(0, added, rows.size());
    for (std::size_t f = 1; f < counts_.size(); ++f) {
      const double value = growth(f, added, rows.size());
      if (value < least) {
        least = value;
        best = f;
      }
    }
    for (const auto& [c, count] : added) counts_[best][c] += count;
    size_[best] += static_cast<double>(rows.size());
    return best;
  }

 private:
  double growth(std::size_t f, const std::map<std::size_t, double>& added, std::size_t rows) const {
    double sum =
        kSizeWeight * static_cast<double>(rows) * size_[f] / static_cast<double>(codes_.size());
    for (const auto& [c, count] : added) {
      sum += count * (2.0 * counts_[f][c] + count) / total_[c];
    }
    return sum;
  }

  const std::vector<int>& codes_;
  std::vector<std::vector<double>> counts_;  // n_fc
  std::vector<double> size_;
  std::vector<double> total_;  // N_c
};

}  // namespace

std::vector<std::size_t> stratified_folds(const std::vector<int>& codes, std::size_t classes,
                                          const Groups& groups, std::size_t folds,
                                          std::uint64_t seed) {
  Random random(derive_seed(seed, "label-bound-folds"));
  std::vector<std::size_t> order = random.permutation(groups.count());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return groups.members(a).size() > groups.members(b).size();
  });
  Dealer dealer(codes, classes, folds);
  std::vector<std::size_t> fold(codes.size());
  for (const std::size_t g : order) {
    const std::size_t f = dealer.deal(groups.members(g));
    for (const std::size_t i : groups.members(g)) fold[i] = f;
  }
  return fold;
}

}  // namespace cch::detail
