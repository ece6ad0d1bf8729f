#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch {

/// "depth+audio".
std::string set_name(const RankInput& input, const std::vector<std::size_t>& members);

/// The teacher made of several: their columns side by side, each standardised on the labelled rows
/// (a constant one becomes 0), so that all members count alike whatever their units. Early fusion:
/// probes, pilots and networks learn from all columns at once.
Modality teacher_set(const RankInput& input, const std::vector<std::size_t>& members);

/// Adds that teacher to the input, and its rows to those beside the labelled ones: of the input and
/// `further`, where there are such. Such columns are put on the scale of the labelled rows.
///
/// Usage Errors: "bad-set" (fewer than two members, or one twice), "set-of-outputs" (a member was
/// trained before: class scores are no features to learn from beside others). Cost O(N D).
void add_teacher_set(const std::vector<std::size_t>& members, RankInput& input, ExtraRows& further);

}  // namespace cch
