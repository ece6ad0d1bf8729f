#pragma once

#include <string>
#include <vector>

#include "experiments/tasks/draws.hpp"

/// What reading and drawing of saved features share.
namespace cch::detail {

/// "a+b" as its parts.
std::vector<std::string> parts_of(const std::string& name);
/// One that was read.
const LoadedSamples& array_of(const TaskData& data, const std::string& name);
/// Whether all parts have a row; empty: they have all rows.
std::vector<char> paired_rows(const TaskData& data, const std::string& name);
/// No channels for an array that is no image.
ImageShape shape_of(const FeaturesTask& task, const std::string& name);

}  // namespace cch::detail
