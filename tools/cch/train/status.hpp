#pragma once

#include <string>

#include "tools/cch/command.hpp"
#include "tools/documents/progress.hpp"

namespace cch {

/// How far the study of a folder is: what is stored and what claims say; nothing is changed. Data
/// Errors as read_document().
documents::StudyStatus study_status(const std::string& folder);
/// As text: counts, processes, why runs failed (each of them, if `failed`).
void print_status(const documents::StudyStatus& status, bool failed, std::ostream& out);

struct StatusOptions {
  std::string folder;
  bool failed = false;  ///< each failed run
  bool watch = false;   ///< again and again, until all is finished or it is stopped
  bool json = false;
};
int show_status(const StatusOptions& options, Invocation& invocation);

}  // namespace cch
