#include <algorithm>
#include <string>

#include "cch/estimators/catalog.hpp"
#include "estimators/repeated_values.hpp"

namespace cch {
namespace {

using detail::kRepeatedShare;
using detail::repeated_share;

constexpr std::size_t kTieDraws = 4;

// Nothing to put in an order: an order would make noise of no information.
EstimatorChoice for_constant(const std::string& dims) {
  return {MixedKsgOptions{}, dims + ", a constant side: an estimator for mixtures"};
}

EstimatorChoice choose_for_labels(const Samples& x, const ClassLabels& y) {
  const std::string dims = std::to_string(x.dim()) + " real columns against class labels";
  const auto counts = y.counts();
  const bool small_class =
      std::any_of(counts.begin(), counts.end(), [](std::size_t c) { return c > 0 && c < 10; });
  if (x.dim() <= 2 && !small_class && repeated_share(x) > kRepeatedShare) {
    if (all_rows_equal(x)) return for_constant(dims);
    return {RossOptions{.tie_draws = kTieDraws},
            dims + " with repeated values: neighbours, in a random order inside ties"};
  }
  if (x.dim() <= 2 && !small_class) {
    return {RossOptions{}, dims + ": neighbours are accurate in one or two dimensions"};
  }
  return {LabelBoundOptions{}, dims +
                                   ": neighbour estimates collapse there, a cross-fitted "
                                   "classifier's bound does not"};
}

// From here on cca-ksg is nearer to the truth than ksg1 on the tasks of `cch-accuracy --set
// beyond-normal` with more than two columns, and its interval holds it more often.
constexpr std::size_t kLeastRows = 50;

EstimatorChoice choose_for_real(const Samples& x, const Samples& y, const Groups& groups) {
  const std::string dims = std::to_string(x.dim()) + " + " + std::to_string(y.dim()) + " columns";
  if (x.dim() + y.dim() == 2) {
    if (std::max(repeated_share(x), repeated_share(y)) > kRepeatedShare) {
      if (all_rows_equal(x) || all_rows_equal(y)) return for_constant(dims);
      return {Ksg1Options{.tie_draws = kTieDraws},
              dims + " with repeated values: nearest neighbours, in a random order inside ties"};
    }
    return {Ksg1Options{}, dims + ": nearest neighbours are accurate there"};
  }
  if (x.size() < kLeastRows || groups.count() < 8) {
    return {Ksg1Options{}, dims + ", but only " + std::to_string(x.size()) + " rows in " +
                               std::to_string(groups.count()) +
                               " groups: too few to fit canonical pairs on one half"};
  }
  return {CcaKsgOptions{}, dims +
                               ": neighbour estimates collapse there, held-out canonical pairs "
                               "do not"};
}

}  // namespace

EstimatorChoice choose_estimator(const Variable& x, const Variable& y, const Groups& groups) {
  if (is_discrete(x) && is_discrete(y)) return {DiscreteOptions{}, "both sides are labels"};
  if (is_discrete(y)) return choose_for_labels(std::get<Samples>(x), std::get<ClassLabels>(y));
  if (is_discrete(x)) return choose_for_labels(std::get<Samples>(y), std::get<ClassLabels>(x));
  return choose_for_real(std::get<Samples>(x), std::get<Samples>(y), groups);
}

EstimatorChoice label_partner(const EstimatorOptions& teacher_student, const Variable& labels) {
  const CatalogEntry& entry = entry_of(teacher_student);
  const bool takes_them =
      entry.y == Accepts::either || is_discrete(labels) == (entry.y == Accepts::labels);
  if (takes_them) return {teacher_student, "the same estimator on both sides"};
  if (const auto* ksg = std::get_if<Ksg1Options>(&teacher_student)) {
    return {RossOptions{ksg->k, ksg->queries, ksg->exact, ksg->tie_draws},
            "the partner of ksg1 for class labels"};
  }
  if (const auto* ksg = std::get_if<Ksg2Options>(&teacher_student)) {
    return {RossOptions{ksg->k, ksg->queries, ksg->exact}, "the partner of ksg2 for class labels"};
  }
  return {LabelBoundOptions{}, "'" + std::string(entry.name) + "' takes no class labels"};
}

}  // namespace cch
