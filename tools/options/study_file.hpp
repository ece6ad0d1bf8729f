#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/cch/fault_collector.hpp"
#include "tools/options/file_value.hpp"
#include "tools/options/option.hpp"

namespace cch::options {

/// Takes values of study files.
inline const FileReader kStudyReader("study");

/// A table of a study file, or an alternative of one.
struct Section {
  /// "" for the top, "training" for [training], "[setup.loss]" for one of a list, "{range}" for a
  /// value in braces.
  std::string place;
  Table table;
  std::string by = {};  ///< key of the table whose value says that it has these keys
  std::vector<std::string> values = {};  ///< those values
  bool listed = true;                    ///< on the page, not in the schema alone
};

/// What a study file may hold, for reference pages and the schema.
struct StudyFile {
  std::string name;                     ///< of the schema: "rank"
  std::string title;                    ///< of its part of the page
  std::vector<Section> sections;        ///< a list before what is in it
  std::string remark;                   ///< behind the table of the page
  std::shared_ptr<void> settings = {};  ///< what the tables are of
};

/// Where a table of a file stands.
struct FilePlace {
  std::string path;  ///< of the file
  std::string what;  ///< "study", "training of the study"
  std::string file = "study";
};

/// Sets every option whose key the table has and that no flag has set (`given` names those). `also`
/// are keys that are read elsewhere. An unknown key is a usage Error "unknown-key" with its line
/// and the nearest name, a value of another type "config-type". What a parser of words refuses is
/// gathered in `faults`, or thrown where there are none.
void read_table(const FileTable& file, const Table& options, const FilePlace& place,
                const std::vector<std::string>& given = {},
                const std::vector<std::string>& also = {}, FaultCollector* faults = nullptr);

}  // namespace cch::options
