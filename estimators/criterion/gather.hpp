#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "estimators/criterion/representation.hpp"

namespace cch::detail {

/// Runs one part of the evidence. A data Error (too few groups, a class with too few rows) becomes
/// a warning "`what`-left-out" and the part stays empty, and so does "k-too-large" where a part of
/// the rows is used: they may be too few for a k that suits all of them. Other errors go on.
template <class Part>
auto attempt(const std::string& what, std::vector<Warning>& warnings, Part&& part,
             bool some_rows = true) -> std::optional<decltype(part())> {
  try {
    return part();
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    const bool few_rows = some_rows && fault.code == "k-too-large";
    if (error.kind() != ErrorKind::data && !few_rows) throw;
    warnings.push_back({what + "-left-out",
                        what + ": " + fault.problem + (fault.why.empty() ? "" : ", " + fault.why)});
    return std::nullopt;
  }
}

/// Three decimals, for sentences; a value that rounds to zero has no sign.
std::string nats_text(double nats);

/// An estimator's bias at one estimate, on planted data of the shape of x and y.
NearbyBias planted_side(const EstimatorOptions& options, const Variable& x, const Variable& y,
                        const Groups& groups, double estimate, Scale scale, const Execution& exec);

/// Holm-adjusts both one-sided p values of the margins in place. A null margin, or one without p
/// values, counts as a test with p = 1.
void adjust_by_holm(const std::vector<Margin*>& margins);

/// Both biases, the bias-aware interval of the margin, and whether they could turn its sign.
PlantedMargin planted_margin(const MeasuredTeacher& teacher, NearbyBias teacher_student,
                             const PlantedBias& student_labels, std::size_t groups);

/// What teacher and student know of the labels together and apart, by one estimator: `auto`'s
/// choice for the joint columns.
struct SharedKnowledge {
  LabelInformation given_student;  ///< I(T;Y|S)
  LabelInformation shared;         ///< I(T;S;Y)
};
SharedKnowledge shared_knowledge(const RepresentationLevel& level, const MeasuredTeacher& teacher,
                                 const RankOptions& options, const Execution& exec);

/// I(teacher; student) on the labelled rows and those of `extra` that have no label, or as many of
/// them as information is estimated on.
std::optional<Estimate> on_all_rows(const RankInput& input, std::size_t teacher,
                                    const EstimatorOptions& estimator, const RankOptions& options,
                                    const Execution& exec);

/// Main rows of all modalities followed by the extra ones; groups numbered as ExtraRows says.
struct AllRows {
  Samples student;
  std::vector<Samples> teachers;
  Groups groups;
};
AllRows with_extra_rows(const RankInput& input);

}  // namespace cch::detail
