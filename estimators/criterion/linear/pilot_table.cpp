#include "estimators/criterion/linear/pilot_table.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/criterion/stored_teacher.hpp"
#include "estimators/criterion/linear/checks.hpp"

namespace cch::detail {
namespace {

void check_options(const PilotOptions& options) {
  if (options.lambda && (!(*options.lambda > 0.0) || !std::isfinite(*options.lambda))) {
    refuse_usage("bad-lambda", "λ is not a positive number",
                 "λ = 0 is the student alone, which every pilot trains anyway",
                 "Give for example 1, or nothing to have it picked");
  }
  if (!(options.equivalence >= 0.0) || options.max_rows < 2 * kFewestProbeGroups) {
    refuse_usage("bad-pilot-options",
                 "the region of equivalence is negative, or fewer than 20 rows are allowed",
                 "nothing could be decided", "Leave both at their defaults");
  }
}

void check_extra(const PilotInput& input, Scenario scenario) {
  const ExtraRows& extra = input.extra;
  const bool more_labels = scenario == Scenario::more_labels;
  if (extra.teachers.size() != input.teachers.size() ||
      (more_labels ? !extra.labels.has_value() : !extra.student.has_value())) {
    refuse_usage("no-extra-rows",
                 more_labels ? "more-labels needs further labelled rows of every teacher"
                             : "unlabelled-pairs needs unlabelled rows of the student and of "
                               "every teacher",
                 "without them the scenario is same-rows", "Give them, or ask for same-rows");
  }
  const std::size_t rows = more_labels ? size(*extra.labels) : extra.student->size();
  for (std::size_t t = 0; t < extra.teachers.size(); ++t) {
    check_rows("extra rows of teacher " + std::to_string(t), extra.teachers[t].size(), rows);
    check_rows("a row (columns) of the extra rows of teacher " + std::to_string(t),
               extra.teachers[t].dim(), input.teachers[t].dim());
  }
  if (!extra.groups.empty()) check_rows("extra groups", extra.groups.size(), rows);
  if (!more_labels) {
    check_rows("a row (columns) of the student's extra rows", extra.student->dim(),
               input.student.dim());
    return;
  }
  const auto* classes = std::get_if<ClassLabels>(&input.labels);
  const auto* extra_classes = std::get_if<ClassLabels>(&*extra.labels);
  const bool same = classes != nullptr && extra_classes != nullptr
                        ? classes->names() == extra_classes->names()
                        : classes == extra_classes && dim(input.labels) == dim(*extra.labels);
  if (same) return;
  refuse_data("different-labels", "the extra labels are not of the same classes or columns", {},
              "the teacher would learn another task", "Code both with the same classes");
}

bool is_stored(const PilotInput& input, std::size_t teacher) {
  return teacher < input.stored.size() && input.stored[teacher];
}

void check_stored(const PilotInput& input, Scenario scenario) {
  const auto* classes = std::get_if<ClassLabels>(&input.labels);
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    if (!is_stored(input, t)) continue;
    if (classes == nullptr || input.teachers[t].dim() + 1 != classes->classes()) {
      refuse_usage("stored-teacher",
                   "the stored outputs of teacher " + std::to_string(t) +
                       " are not those for the classes of the labels",
                   "they are one log-ratio fewer than there are classes",
                   "Give what log_ratios returns for these labels, or features");
    }
    if (scenario != Scenario::more_labels) continue;
    refuse_usage("stored-teacher",
                 "teacher " + std::to_string(t) +
                     " was trained before, so it cannot learn from the further labelled rows of "
                     "more-labels",
                 "its outputs are what it is",
                 "Ask for same-rows or unlabelled-pairs, or give features");
  }
}

RowIndices whole_groups(const Groups& groups, std::size_t most, std::uint64_t seed) {
  RowIndices rows;
  if (groups.rows() <= most) {
    for (std::size_t i = 0; i < groups.rows(); ++i) rows.push_back(i);
    return rows;
  }
  Random random(seed);
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    if (rows.size() + members.size() > most) continue;
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// The chosen rows of `top` above those of `bottom`; zeros where there is no bottom.
Matrix stacked(const Samples& top, const RowIndices& rows, const Samples* bottom,
               const RowIndices& more) {
  Matrix out(rows.size() + more.size(), top.dim());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < top.dim(); ++j) out(i, j) = top(rows[i], j);
  }
  if (bottom == nullptr) return out;
  for (std::size_t i = 0; i < more.size(); ++i) {
    for (std::size_t j = 0; j < top.dim(); ++j) out(rows.size() + i, j) = (*bottom)(more[i], j);
  }
  return out;
}

/// Targets of both sets of labels on one scale.
Targets stacked_targets(const Variable& labels, const RowIndices& rows, const Variable* more_labels,
                        const RowIndices& more) {
  if (more_labels == nullptr) {
    Targets targets = targets_of(select(labels, rows));
    const auto all = static_cast<Eigen::Index>(rows.size() + more.size());
    targets.values.conservativeResizeLike(Eigen::MatrixXf::Zero(all, targets.outputs()));
    targets.codes.resize(rows.size() + more.size(), 0);
    return targets;
  }
  if (const auto* values = std::get_if<Samples>(&labels)) {
    return targets_of(
        Samples::from(stacked(*values, rows, &std::get<Samples>(*more_labels), more), "labels"));
  }
  const auto& classes = std::get<ClassLabels>(labels);
  const auto& more_classes = std::get<ClassLabels>(*more_labels);
  std::vector<int> codes;
  for (const std::size_t i : rows) codes.push_back(classes[i]);
  for (const std::size_t i : more) codes.push_back(more_classes[i]);
  return targets_of(ClassLabels::from(std::move(codes), classes.names()));
}

/// Extra rows' groups in the numbering of the rows that are used.
std::vector<std::size_t> extra_groups(const PilotInput& input, const Groups& used,
                                      const RowIndices& rows, const RowIndices& more) {
  std::unordered_map<std::size_t, std::size_t> number;
  for (std::size_t i = 0; i < rows.size(); ++i) number[input.groups.of(rows[i])] = used.of(i);
  std::vector<std::size_t> out;
  for (const std::size_t i : more) {
    const auto found =
        input.extra.groups.empty() ? number.end() : number.find(input.extra.groups[i]);
    out.push_back(found == number.end() ? used.count() : found->second);
  }
  return out;
}

RowIndices chosen_extra(const PilotInput& input, const PilotOptions& options, std::uint64_t seed) {
  if (options.scenario == Scenario::same_rows) return {};
  const std::size_t rows = options.scenario == Scenario::more_labels ? size(*input.extra.labels)
                                                                     : input.extra.student->size();
  return whole_groups(Groups::singletons(rows), options.max_rows,
                      derive_seed(seed, "pilot-extra-rows"));
}

}  // namespace

void check_pilot(const PilotInput& input, const PilotOptions& options) {
  check_options(options);
  const std::size_t n = input.student.size();
  check_probe_input(n, size(input.labels), input.groups, options.folds);
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    check_rows("teacher " + std::to_string(t), input.teachers[t].size(), n);
  }
  check_stored(input, options.scenario);
  if (options.scenario != Scenario::same_rows) check_extra(input, options.scenario);
}

PilotTable make_table(const PilotInput& input, const PilotOptions& options, std::uint64_t seed,
                      PilotResult& result) {
  const RowIndices rows =
      whole_groups(input.groups, options.max_rows, derive_seed(seed, "pilot-rows"));
  const RowIndices more = chosen_extra(input, options, seed);
  const bool teach_more = options.scenario == Scenario::more_labels;
  PilotTable table;
  table.pairs = rows.size();
  table.targets =
      stacked_targets(input.labels, rows, teach_more ? &*input.extra.labels : nullptr, more);
  table.labelled.assign(rows.size() + more.size(), 1);
  table.for_student = table.labelled;
  for (std::size_t i = rows.size(); i < table.rows(); ++i) {
    (teach_more ? table.for_student : table.labelled)[i] = 0;
  }
  const bool more_students = !more.empty() && !teach_more;
  table.student =
      stacked(input.student, rows, more_students ? &*input.extra.student : nullptr, more);
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    Matrix columns =
        stacked(input.teachers[t], rows, more.empty() ? nullptr : &input.extra.teachers[t], more);
    const bool stored = is_stored(input, t);
    table.stored.push_back(stored ? 1 : 0);
    table.teachers.push_back(stored ? cch::log_probabilities(columns.view()) : std::move(columns));
  }
  table.groups = input.groups.select(rows);
  table.extra_group = extra_groups(input, table.groups, rows, more);
  if (rows.size() < input.student.size()) {
    result.warnings.push_back({"pilot-subsample", "the pilot used " + std::to_string(rows.size()) +
                                                      " of " +
                                                      std::to_string(input.student.size()) +
                                                      " rows (whole groups, at random)"});
  }
  result.rows = rows;
  result.extra_rows = more.size();
  return table;
}

}  // namespace cch::detail
