#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/data/source.hpp"
#include "cch/data/split.hpp"
#include "cch/documents/parts.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// Further labelled rows that only the teachers see, in the order of the teachers.
struct ExtraLabelled {
  std::vector<Modality> teachers;
  std::optional<LoadedLabels> labels;
};

/// Everything that a ranking reads, row by row as it is stored: nothing matched yet.
struct RankFiles {
  std::vector<Modality> modalities;  ///< the student, then the teachers
  std::optional<LoadedLabels> labels;
  std::optional<LoadedSplit> split;
  std::optional<LoadedGroups> groups;
  std::map<std::string, std::vector<std::string>> ids;  ///< by name of the input
  ExtraLabelled extra;
  std::vector<documents::InputRecord> record;
  std::vector<Warning> warnings;

  /// Rows of the label file that were read, with and without a label.
  [[nodiscard]] std::size_t label_rows() const {
    return size(labels->labels) + labels->unlabelled.size();
  }
};

/// As read_rank_files for images (--pixels): the rows are the chosen pixels, the groups images.
RankFiles read_rank_pixels(const RankSettings& settings);

/// Reads every file; the faults of all of them come in one Error.
RankFiles read_rank_files(const RankSettings& settings);

/// The extra rows as the pilot takes them: same columns as each teacher, classes in the numbering
/// of the main labels, equal numbers of rows. Every fault in one Error.
ExtraRows checked_extra(const RankFiles& files);

}  // namespace cch
