#pragma once

#include <cstdint>
#include <span>

#include "accuracy_task.hpp"

namespace cch::bench {

/// Every sampler against its truth: the mean of ln p(x,y)/(p(x)p(y)) over drawn rows, by densities
/// and inverse maps, must lie within 4.5 standard errors (of the mean and of the truth) plus
/// rounding of the truth; one that throws has failed too. Prints one line a task; returns how many
/// failed. Tasks that cannot run here are named and not counted.
std::size_t check_samplers(std::span<const AccuracyTask> tasks, std::uint64_t seed);

}  // namespace cch::bench
