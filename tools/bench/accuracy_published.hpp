#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace cch::bench {

/// Name of the cells of the Gaussian grid that differ in their truth only.
std::string grid_group(std::size_t ambient, std::size_t rank);

/// Estimators of the published grid, in the order of their errors.
std::span<const char* const> published_estimators();

/// Mean absolute error in bits over ten truths from 0 to 2 bits at N = 2000, one number for each of
/// published_estimators(), aggregated from the raw results of Gowri et al. (2024); empty for a
/// group that is not theirs.
std::span<const double> published_errors(const std::string& group);

}  // namespace cch::bench
