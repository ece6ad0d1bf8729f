#include "tools/cch/inputs/ids.hpp"

#include <algorithm>

#include "cch/core/nearest_name.hpp"
#include "data/pattern.hpp"

namespace cch {

std::vector<std::vector<std::string>> ids_in_order(const RankFiles& files,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<std::size_t>& sizes) {
  for (const auto& [name, values] : files.ids) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    refuse_usage("unknown-name", "--ids names '" + name + "', which is no input", {},
                 "Did you mean '" + nearest_name(name, names) + "'?");
  }
  std::vector<std::vector<std::string>> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = files.ids.find(names[i]);
    if (found == files.ids.end()) {
      refuse_usage("ids-missing", "there are no identifiers for '" + names[i] + "'",
                   "rows can be matched by identifier only if every input has them",
                   "Add --ids " + names[i] + "=PATH");
    }
    if (found->second.size() != sizes[i]) {
      refuse_data("unequal-rows",
                  "'" + names[i] + "' has " + std::to_string(sizes[i]) + " rows but " +
                      std::to_string(found->second.size()) + " identifiers",
                  {}, "identifier i must belong to row i", "Give one identifier a row");
    }
    out.push_back(found->second);
  }
  return out;
}

void refuse_other_files(const std::vector<documents::InputRecord>& inputs) {
  std::vector<std::string> names;
  std::string of;
  for (const documents::InputRecord& input : inputs) {
    if (input.source.empty()) continue;  // an array in memory
    const std::string path = parse_source(input.source).path;
    if (!detail::is_pattern(path)) continue;
    const std::vector<std::string> theirs = detail::stems_of(path);
    if (of.empty()) {
      of = input.source;
      names = theirs;
    }
    const auto differ = std::mismatch(names.begin(), names.end(), theirs.begin(), theirs.end());
    if (differ.first == names.end() && differ.second == theirs.end()) continue;
    const std::string one = differ.first == names.end() ? "no more" : "'" + *differ.first + "'";
    const std::string two = differ.second == theirs.end() ? "no more" : "'" + *differ.second + "'";
    refuse_data("other-files", "the files of two inputs have other names",
                of + " and " + input.source,
                "where one has " + one + " the other has " + two +
                    ", and row i must be the same sample everywhere",
                "Match rows by the names: --ids NAME='" + input.source + "' for every input");
  }
}

UnpairedRows unpaired_rows(const RankFiles& files, const std::vector<std::string>& names,
                           const std::vector<std::vector<std::string>>& ids,
                           const Alignment& joined) {
  std::vector<std::vector<std::string>> own{ids.front()};
  std::vector<std::string> own_names{names.front()};
  for (std::size_t i = files.modalities.size(); i < names.size(); ++i) {
    own.push_back(ids[i]);
    own_names.push_back(names[i]);
  }
  const Alignment all = align_by_id(own, own_names);
  std::vector<char> paired(files.modalities.front().features.size(), 0);
  for (const std::size_t row : joined.rows.front()) paired[row] = 1;
  const auto& unlabelled = files.labels->unlabelled;
  UnpairedRows out;
  for (std::size_t p = 0; p < all.rows.front().size(); ++p) {
    const std::size_t label = all.rows[1][p];
    const bool fitted_on = files.split && files.split->parts[all.rows[2][p]] == SplitPart::train;
    if (paired[all.rows.front()[p]] != 0 || fitted_on ||
        std::binary_search(unlabelled.begin(), unlabelled.end(), label)) {
      continue;
    }
    out.student.push_back(all.rows.front()[p]);
    out.labels.push_back(label);
    if (files.groups) out.groups.push_back(all.rows.back()[p]);
  }
  return out;
}

}  // namespace cch
