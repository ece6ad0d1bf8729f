#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/samples.hpp"
#include "estimators/criterion/representation.hpp"

namespace cch::detail {

/// For each teacher the others that have all its columns and more. Columns are told apart by a hash
/// of their values. Cost O(N ΣD).
std::vector<std::vector<std::size_t>> wholes_of(const std::vector<const Samples*>& teachers);

/// A part knows no more than the whole: I(T;S) of a teacher counts in the order for no more than
/// that of any teacher that has all its columns (MeasuredTeacher::ordered_nats). Where it reads
/// more by over 2 standard errors of their paired difference, the teacher `breaks_law`, and a
/// warning "law-broken" says so.
void hold_to_wholes(std::vector<MeasuredTeacher>& teachers, const Execution& exec,
                    std::vector<Warning>& warnings);

}  // namespace cch::detail
