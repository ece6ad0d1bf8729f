#pragma once

#include <cstddef>

#include "cch/core/matrix.hpp"
#include "data/open.hpp"

namespace cch::detail {

/// The first rows of an array N × T × D as LoadOptions::pool says, or nothing where they are to be
/// flattened. Mean: over the first lengths[i] steps of row i, or without lengths over all but the
/// steps at either end that are zero (or NaN) in every column; a row without any other step is a
/// row of zeros, with a warning. Warnings "pooled", "empty-sequences", and "sequence-flattened" of
/// floats that look like sequences and not like images. Data Errors "bad-lengths", "unequal-rows".
std::optional<Matrix> pooled(Opened& opened, std::size_t rows, const LoadOptions& options);

}  // namespace cch::detail
