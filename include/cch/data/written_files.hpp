#pragma once

#include <string>
#include <vector>

namespace cch {

struct FileContent {
  std::string path;
  std::string content;
};
/// Writes every file under a temporary name in its folder and then renames them all, so that a
/// reader never sees half of one and nothing is left where one cannot be written. Links are
/// followed, devices and pipes written to, and a file that is replaced keeps its mode. A run Error
/// "cannot-write" with the reason otherwise.
void write_files(const std::vector<FileContent>& files);
/// Removes what write_files left in a folder when its process was killed. Nobody else may be
/// writing there.
void remove_unfinished_files(const std::string& folder);
/// Whether something is there; false also where the file system does not say (a name that is too
/// long, links that go round, a folder that may not be read).
bool path_exists(const std::string& path);
/// Creates the folder where it is missing; a run Error "cannot-write" where that fails.
void make_folder(const std::string& path);

/// A run Error "cannot-write" where the file's folder is missing or may not be written to: known
/// before long work instead of after it.
void check_writable(const std::string& path);

}  // namespace cch
