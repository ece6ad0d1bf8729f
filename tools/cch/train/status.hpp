#pragma once

#include <string>

#include "tools/cch/share/status.hpp"

namespace cch {

/// How far the study of a folder of `cch train` is. Data Errors as read_document().
documents::StudyStatus study_status(const std::string& folder);

}  // namespace cch
