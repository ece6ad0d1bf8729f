#include "accuracy_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cch::bench {
namespace {

void add_fits(EstimatorSummary& summary, const AccuracyRow& row, const AccuracyCell& cell) {
  const std::size_t fits = cell.nats.size() + cell.failed;
  summary.seconds += cell.seconds * static_cast<double>(fits);
  summary.fits += fits;
  summary.failed += cell.failed;
  summary.cut += cell.cut;
  if (cell.nats.empty()) return;
  summary.errors.push_back(cell.mean() - row.truth.nats);
  if (const auto above = row.above(cell)) {
    ++summary.above_by_spread.of;
    summary.above_by_spread.count += *above ? 1 : 0;
  }
  const Share own = row.above_by_own(cell);
  summary.above_by_own.of += own.of;
  summary.above_by_own.count += own.count;
}

EstimatorSummary& found_or_new(std::vector<EstimatorSummary>& all, const std::string& name,
                               Source source) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const EstimatorSummary& summary) {
    return summary.name == name && summary.source == source;
  });
  if (found != all.end()) return *found;
  EstimatorSummary& summary = all.emplace_back();
  summary.name = name;
  summary.source = source;
  return summary;
}

}  // namespace

double EstimatorSummary::mean_absolute() const {
  double sum = 0.0;
  for (const double error : errors) sum += std::abs(error);
  return sum / static_cast<double>(errors.size());
}

double EstimatorSummary::mean_signed() const {
  double sum = 0.0;
  for (const double error : errors) sum += error;
  return sum / static_cast<double>(errors.size());
}

double EstimatorSummary::quantile(double p) const {
  std::vector<double> sorted = errors;
  std::sort(sorted.begin(), sorted.end());
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t next = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[next] - sorted[below]);
}

std::vector<EstimatorSummary> summaries_of(const std::vector<AccuracyRow>& rows) {
  std::vector<EstimatorSummary> all;
  for (const AccuracyRow& row : rows) {
    for (const AccuracyCell& cell : row.cells) {
      const Source source = cell.beside ? Source::beside : Source::catalog;
      if (cell.run()) add_fits(found_or_new(all, cell.estimator, source), row, cell);
    }
    for (const Reference& reference : row.task->references) {
      found_or_new(all, reference.name, Source::reference)
          .errors.push_back(reference.nats - row.truth.nats);
    }
  }
  for (EstimatorSummary& summary : all) {
    if (summary.fits > 0) summary.seconds /= static_cast<double>(summary.fits);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return static_cast<int>(a.source) < static_cast<int>(b.source);
  });
  return all;
}

std::optional<double> reference_of(const AccuracyTask& task, const std::string& name) {
  for (const Reference& reference : task.references) {
    if (reference.name == name) return reference.nats;
  }
  return std::nullopt;
}

std::vector<std::string> groups_of(const std::vector<AccuracyRow>& rows) {
  std::vector<std::string> groups;
  for (const AccuracyRow& row : rows) {
    const std::string& group = row.task->group;
    if (group.empty() || std::find(groups.begin(), groups.end(), group) != groups.end()) continue;
    groups.push_back(group);
  }
  return groups;
}

std::optional<GroupError> group_error(const std::vector<AccuracyRow>& rows,
                                      const std::string& group, const std::string& estimator) {
  GroupError error;
  for (const AccuracyRow& row : rows) {
    if (row.task->group != group) continue;
    const AccuracyCell* cell = row.cell_of(estimator);
    if (cell == nullptr) continue;
    for (const double nats : cell->nats) error.bits += std::abs(nats - row.truth.nats);
    error.draws += cell->nats.size();
  }
  if (error.draws == 0) return std::nullopt;
  error.bits /= static_cast<double>(error.draws) * std::numbers::ln2;
  return error;
}

}  // namespace cch::bench
