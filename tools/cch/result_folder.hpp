#pragma once

#include <string>
#include <vector>

#include "tools/cch/files.hpp"

namespace cch {

/// Where the results of a command go: a folder with a page report.html and files beside it, and the
/// page alone in another file. Either may be "" (not asked for).
struct ResultFolder {
  std::string folder;
  std::string html;

  /// Path of a file of the folder.
  [[nodiscard]] std::string path(const std::string& name) const;
  /// Makes the folder and checks that report.html, `names` and the other file can be written, so
  /// that an error comes before the work: a run Error "cannot-write", and refuse_foreign's.
  void prepare(std::vector<std::string> names, bool force) const;
  /// Writes all or none; `files` have names within the folder. Returns what was written.
  [[nodiscard]] std::vector<std::string> write(std::vector<FileContent> files,
                                               const std::string& page) const;
};

}  // namespace cch
