#pragma once

#include <cstddef>
#include <vector>

#include "cch/criterion/feasibility.hpp"

namespace cch::detail {

/// For each teacher the one whose planting stands for it: of teachers alike (columns, pairs and
/// effective directions within a fifth) that with the most pairs and directions, whose bias is the
/// largest; with more than two different shapes that with the fewest or with the most, whichever is
/// nearer.
std::vector<std::size_t> stand_ins(const std::vector<TeacherShape>& teachers);

}  // namespace cch::detail
