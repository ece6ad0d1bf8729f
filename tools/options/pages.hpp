#pragma once

#include <list>
#include <string>
#include <vector>

#include "tools/options/command_line.hpp"
#include "tools/options/study_file.hpp"

namespace cch::options {

/// docs/reference/commands.md: every option of every command.
std::string commands_page(const std::list<CommandPage>& commands);
/// docs/reference/study-files.md: every key of every study file.
std::string studies_page(const std::vector<StudyFile>& files);
/// An option or a key of study files, in words.
struct OptionEntry {
  std::string key;
  std::string means;
  std::string value;               ///< its type and default
  std::vector<std::string> where;  ///< "cch rank --scale", "studies of rank"
};
/// Every one; those that say the same are one.
std::vector<OptionEntry> option_entries(const std::list<CommandPage>& commands,
                                        const std::vector<StudyFile>& files);

/// A manual page of section 1 (man).
std::string man_page(const std::list<CommandPage>& commands);
/// A cell of a Markdown table: pipes are escaped.
std::string cell(std::string text);

}  // namespace cch::options
