#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch::detail {

/// Refuses x, another side with `other` rows and groups of unequal numbers of rows.
void check_paired_rows(const Samples& x, std::size_t other, const Groups& groups);

/// Refuses labels of one class ("one-class") and classes that cannot be held out ("lone-class"),
/// and names those that nearly cannot ("small-class").
void check_classes(const ClassLabels& y, const Groups& groups, std::vector<Warning>& warnings);

/// Codes of the classes that have rows, numbered from 0 as they first appear, so that the names of
/// classes and their order say nothing; `classes` is their number.
std::vector<int> present_codes(const ClassLabels& y, std::size_t& classes);

}  // namespace cch::detail
