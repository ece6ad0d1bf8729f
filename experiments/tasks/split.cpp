#include "cch/data/split.hpp"

#include "experiments/tasks/draws.hpp"

namespace cch::detail {

void take_split(TaskData& data, const std::string& set, std::size_t rows) {
  LoadedSplit split = load_split(parse_source(set + ":split"));
  if (split.parts.size() != rows) {
    refuse_data(
        "rows-differ", "the split has another number of rows than the labels",
        set + ":split: " + std::to_string(split.parts.size()) + " and " + std::to_string(rows),
        "row i of every array must be the same sample", "Give one value a row");
  }
  const bool tested = !split.rows(SplitPart::test).empty();
  for (const SplitPart part : split.parts) {
    const bool scored = part == SplitPart::validation && !tested;
    data.split.push_back(static_cast<int>(scored ? SplitPart::test : part));
  }
  if (!split.usual || !tested) {
    data.warnings.push_back(
        {"split-read", "split: " + split.reason + (tested ? "" : ", which is scored here")});
  }
  data.inputs.emplace_back("split", std::move(split.info));
}

}  // namespace cch::detail
