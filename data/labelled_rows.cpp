#include "cch/data/labelled_rows.hpp"

#include <algorithm>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"

namespace cch {
namespace {

std::size_t distance(std::size_t a, std::size_t b) {
  return a > b ? a - b : b - a;
}

std::size_t classes_that_occur(const Variable& labels) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  if (classes == nullptr) return 1;
  const auto counts = classes->counts();
  return static_cast<std::size_t>(
      std::count_if(counts.begin(), counts.end(), [](std::size_t n) { return n > 0; }));
}

void check_wanted(const Variable& labels, std::size_t wanted) {
  const std::size_t rows = size(labels);
  if (wanted > rows) {
    refuse_usage("bad-labelled",
                 "--labelled " + std::to_string(wanted) + " is more than the " +
                     std::to_string(rows) + " rows that have a label",
                 "labels can be set aside, not made",
                 "Give at most " + std::to_string(rows) + ", or leave it out");
  }
  const std::size_t classes = classes_that_occur(labels);
  if (wanted >= kFewestLabelsAClass * classes) return;
  refuse_usage("bad-labelled",
               "--labelled " + std::to_string(wanted) + " leaves fewer than " +
                   std::to_string(kFewestLabelsAClass) + " rows for each of " +
                   std::to_string(classes) + (classes == 1 ? " class" : " classes"),
               "a class must have rows to learn from and rows to test on",
               "Give at least " + std::to_string(kFewestLabelsAClass * classes) +
                   "; below 100 rows no verdict is firm");
}

// The class that most rows of the group have, the first of equals; 0 for real values.
std::size_t class_of(const Variable& labels, std::span<const std::size_t> rows) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  if (classes == nullptr) return 0;
  std::vector<std::size_t> counts(classes->classes(), 0);
  for (const std::size_t row : rows) ++counts[static_cast<std::size_t>((*classes)[row])];
  return static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

struct Place {
  double at;
  std::size_t group;
};

// Groups in the order in which they are taken.
std::vector<Place> places(const Variable& labels, const Groups& groups, std::uint64_t seed) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  std::vector<std::size_t> rows_of_class(classes == nullptr ? 1 : classes->classes(), 0);
  std::vector<std::size_t> class_of_group(groups.count());
  for (std::size_t g = 0; g < groups.count(); ++g) {
    class_of_group[g] = class_of(labels, groups.members(g));
    rows_of_class[class_of_group[g]] += groups.members(g).size();
  }
  std::vector<std::size_t> before(rows_of_class.size(), 0);
  std::vector<Place> out;
  for (const std::size_t g : Random(derive_seed(seed, "labelled")).permutation(groups.count())) {
    std::size_t& placed = before[class_of_group[g]];
    const std::size_t own = groups.members(g).size();
    const double middle = static_cast<double>(placed) + 0.5 * static_cast<double>(own);
    const bool first = placed < kFewestLabelsAClass;
    out.push_back(
        {first ? 0.0 : middle / static_cast<double>(rows_of_class[class_of_group[g]]), g});
    placed += own;
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Place& a, const Place& b) { return a.at < b.at; });
  return out;
}

}  // namespace

std::vector<std::size_t> choose_labelled(const Variable& labels, const Groups& groups,
                                         std::size_t wanted, std::uint64_t seed) {
  check_wanted(labels, wanted);
  std::vector<std::size_t> out;
  for (const Place& place : places(labels, groups, seed)) {
    const auto rows = groups.members(place.group);
    const bool nearer = distance(out.size() + rows.size(), wanted) < distance(out.size(), wanted);
    if (!nearer && !out.empty()) break;
    out.insert(out.end(), rows.begin(), rows.end());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace cch
