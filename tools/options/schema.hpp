#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/options/study_file.hpp"

namespace cch::options {

/// The JSON schema (draft 7) of a study file, for editors: `#:schema PATH` at its top.
nlohmann::json schema_of(const StudyFile& file);

}  // namespace cch::options
