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

void refuse_other_labels(const Variable& labels, const Variable& more, const char* whose) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  const auto* more_classes = std::get_if<ClassLabels>(&more);
  const bool same = classes != nullptr && more_classes != nullptr
                        ? classes->names() == more_classes->names()
                        : classes == more_classes && dim(labels) == dim(more);
  if (same) return;
  refuse_data("different-labels",
              std::string("the ") + whose + " labels are not of the same classes or columns", {},
              "another task would be learned", "Code both with the same classes");
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
  refuse_other_labels(input.labels, *extra.labels, "extra");
}

void check_unpaired(const PilotInput& input) {
  const StudentRows& rows = input.unpaired;
  if (!rows.student && !rows.labels) return;
  if (!rows.student || !rows.labels) {
    refuse_usage("no-extra-rows", "unpaired rows need features of the student and labels",
                 "one of the two is missing", "Give both, or neither");
  }
  check_rows("labels of the unpaired rows", size(*rows.labels), rows.student->size());
  check_rows("a row (columns) of the unpaired rows", rows.student->dim(), input.student.dim());
  if (!rows.groups.empty()) check_rows("unpaired groups", rows.groups.size(), rows.student->size());
  refuse_other_labels(input.labels, *rows.labels, "unpaired rows'");
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

/// Rows of the table that stand together, and where they come from; nothing: rows of zeros.
struct FeaturePart {
  const Samples* from = nullptr;
  const RowIndices& rows;
};

Matrix stacked(std::size_t columns, const std::vector<FeaturePart>& parts) {
  std::size_t all = 0;
  for (const FeaturePart& part : parts) all += part.rows.size();
  Matrix out(all, columns);
  std::size_t next = 0;
  for (const FeaturePart& part : parts) {
    for (const std::size_t i : part.rows) {
      if (part.from != nullptr) {
        const auto row = part.from->view().row(i);
        std::copy(row.begin(), row.end(), out.row(next).begin());
      }
      ++next;
    }
  }
  return out;
}

/// Rows of the table that stand together: their labels, if they have any, and which of these.
struct LabelledPart {
  const Variable* labels = nullptr;
  const RowIndices& rows;
};

/// The labels of all parts that have any, one below the other.
Variable joined_labels(const std::vector<LabelledPart>& parts) {
  if (const auto* first = std::get_if<ClassLabels>(parts.front().labels)) {
    std::vector<int> codes;
    for (const LabelledPart& part : parts) {
      if (part.labels == nullptr) continue;
      for (const std::size_t i : part.rows) codes.push_back(std::get<ClassLabels>(*part.labels)[i]);
    }
    return ClassLabels::from(std::move(codes), first->names());
  }
  std::vector<double> values;
  std::size_t rows = 0;
  for (const LabelledPart& part : parts) {
    if (part.labels == nullptr) continue;
    const Samples& from = std::get<Samples>(*part.labels);
    for (const std::size_t i : part.rows) {
      const auto row = from.view().row(i);
      values.insert(values.end(), row.begin(), row.end());
    }
    rows += part.rows.size();
  }
  const std::size_t columns = dim(*parts.front().labels);
  Matrix out(rows, columns);
  std::copy(values.begin(), values.end(), out.data());
  return Samples::from(std::move(out), "labels");
}

/// Targets of all labels on one scale; 0 in rows of parts without any.
Targets stacked_targets(const std::vector<LabelledPart>& parts) {
  const Targets dense = targets_of(joined_labels(parts));
  Targets out = dense;
  std::size_t all = 0;
  for (const LabelledPart& part : parts) all += part.rows.size();
  out.values = Eigen::MatrixXf::Zero(static_cast<Eigen::Index>(all), dense.outputs());
  out.codes.assign(all, 0);
  Eigen::Index from = 0;
  Eigen::Index to = 0;
  for (const LabelledPart& part : parts) {
    const auto rows = static_cast<Eigen::Index>(part.rows.size());
    if (part.labels != nullptr) {
      out.values.middleRows(to, rows) = dense.values.middleRows(from, rows);
      std::copy_n(dense.codes.begin() + from, rows, out.codes.begin() + to);
      from += rows;
    }
    to += rows;
  }
  return out;
}

/// Groups of rows beside the pairs, in the numbering of the rows that are used.
std::vector<std::size_t> further_groups(const PilotInput& input,
                                        const std::vector<std::size_t>& groups, const Groups& used,
                                        const RowIndices& rows, const RowIndices& more) {
  std::unordered_map<std::size_t, std::size_t> number;
  for (std::size_t i = 0; i < rows.size(); ++i) number[input.groups.of(rows[i])] = used.of(i);
  std::vector<std::size_t> out;
  for (const std::size_t i : more) {
    const auto found = groups.empty() ? number.end() : number.find(groups[i]);
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

RowIndices chosen_unpaired(const PilotInput& input, const PilotOptions& options,
                           std::uint64_t seed) {
  if (!input.unpaired.student) return {};
  return whole_groups(Groups::singletons(input.unpaired.student->size()), options.max_rows,
                      derive_seed(seed, "pilot-unpaired-rows"));
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
  check_unpaired(input);
  if (options.scenario != Scenario::same_rows) check_extra(input, options.scenario);
}

PilotTable make_table(const PilotInput& input, const PilotOptions& options, std::uint64_t seed,
                      PilotResult& result) {
  const RowIndices rows =
      whole_groups(input.groups, options.max_rows, derive_seed(seed, "pilot-rows"));
  const RowIndices more = chosen_extra(input, options, seed);
  const RowIndices alone = chosen_unpaired(input, options, seed);
  const bool teach_more = options.scenario == Scenario::more_labels;
  const StudentRows& unpaired = input.unpaired;
  PilotTable table;
  table.pairs = rows.size();
  table.unpaired = alone.size();
  table.targets = stacked_targets({{&input.labels, rows},
                                   {teach_more ? &*input.extra.labels : nullptr, more},
                                   {alone.empty() ? nullptr : &*unpaired.labels, alone}});
  table.labelled.assign(rows.size() + more.size() + alone.size(), 1);
  table.for_student = table.labelled;
  for (std::size_t i = rows.size(); i < rows.size() + more.size(); ++i) {
    (teach_more ? table.for_student : table.labelled)[i] = 0;
  }
  for (std::size_t i = rows.size() + more.size(); i < table.rows(); ++i) table.labelled[i] = 0;
  const bool more_students = !more.empty() && !teach_more;
  table.student =
      stacked(input.student.dim(), {{&input.student, rows},
                                    {more_students ? &*input.extra.student : nullptr, more},
                                    {alone.empty() ? nullptr : &*unpaired.student, alone}});
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    Matrix columns =
        stacked(input.teachers[t].dim(), {{&input.teachers[t], rows},
                                          {more.empty() ? nullptr : &input.extra.teachers[t], more},
                                          {nullptr, alone}});
    const bool stored = is_stored(input, t);
    table.stored.push_back(stored ? 1 : 0);
    table.teachers.push_back(stored ? cch::log_probabilities(columns.view()) : std::move(columns));
  }
  table.groups = input.groups.select(rows);
  table.extra_group = further_groups(input, input.extra.groups, table.groups, rows, more);
  const auto of_alone = further_groups(input, unpaired.groups, table.groups, rows, alone);
  table.extra_group.insert(table.extra_group.end(), of_alone.begin(), of_alone.end());
  if (rows.size() < input.student.size()) {
    result.warnings.push_back({"pilot-subsample", "the pilot used " + std::to_string(rows.size()) +
                                                      " of " +
                                                      std::to_string(input.student.size()) +
                                                      " rows (whole groups, at random)"});
  }
  result.rows = rows;
  result.extra_rows = more.size();
  result.unpaired_rows = alone.size();
  return table;
}

}  // namespace cch::detail
