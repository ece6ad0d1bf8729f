#pragma once

#include <string>
#include <vector>

#include "cch/data/align.hpp"
#include "tools/cch/inputs/files.hpp"

namespace cch {

/// The identifiers of every input, in the order of `names`; `sizes` are its rows. Usage Errors
/// "unknown-name" and "ids-missing", data Error "unequal-rows".
std::vector<std::vector<std::string>> ids_in_order(const RankFiles& files,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<std::size_t>& sizes);

/// Of inputs that are several files each, row i is the same sample only if the files are: data
/// Error "other-files" where their names differ.
void refuse_other_files(const std::vector<documents::InputRecord>& inputs);

/// Labelled rows of the student that some teacher lacks, as rows of the files.
struct UnpairedRows {
  std::vector<std::size_t> student;
  std::vector<std::size_t> labels;
  std::vector<std::size_t> groups;  ///< where groups are named
};

/// Of inputs that are joined by identifiers: `names` and `ids` of each (modalities with the student
/// first, labels, split, groups), `joined` all of them. Rows that features were fitted on are left
/// out.
UnpairedRows unpaired_rows(const RankFiles& files, const std::vector<std::string>& names,
                           const std::vector<std::vector<std::string>>& ids,
                           const Alignment& joined);

}  // namespace cch
