#pragma once

#include "cch/data/source.hpp"
#include "data/open.hpp"

namespace cch::detail {

/// Opens DATASET:VIEW. Data Error "dataset-missing", usage Errors "key-needed", "unknown-key".
Opened open_dataset(const SourceSpec& source, Use use, const LoadOptions& options);

/// Opens PATH[:KEY] of a file.
Opened open_file(const SourceSpec& source, Use use, const LoadOptions& options);

}  // namespace cch::detail
