#pragma once

#include <cstddef>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// Rows that information is estimated on, unless all are asked for: an estimate of 1 nat then has
/// a standard error of about .01, the smallest gain that is worthwhile by default.
constexpr std::size_t kMostInformationRows = 20000;

/// At most kMostInformationRows of `rows`, drawn at random and in ascending order; empty if that is
/// all of them. Rows are drawn alone, not in groups, so that as many groups as can be stay.
std::vector<std::size_t> information_rows(std::size_t rows, bool all, std::uint64_t seed);

/// Student, teachers, labels and groups on these rows; extra and unpaired rows are left out. A
/// teacher that shares its values with the student goes on sharing them.
RankInput on_rows(const RankInput& input, const std::vector<std::size_t>& rows);

}  // namespace cch::detail
