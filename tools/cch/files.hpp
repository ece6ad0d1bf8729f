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
/// Creates the folder where it is missing; a run Error "cannot-write" where that fails.
void make_folder(const std::string& path);

/// Usage Error "foreign-folder" where one of these files stands in the folder and nothing there was
/// made by cch (a document with its schema, or finished cells of a sweep), unless forced.
void refuse_foreign(const std::string& folder, const std::vector<std::string>& names, bool force);

/// A run Error "cannot-write" where the file's folder is missing or may not be written to: known
/// before long work instead of after it.
void check_writable(const std::string& path);

/// The command line as one string that a shell takes back.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace cch
