#include "cch/data/split.hpp"

#include "experiments/tasks/draws.hpp"

namespace cch::detail {
namespace {

/// Nobody can learn a class that only test rows have; one that none has merely is not scored.
void check_classes(TaskData& data, const std::string& set) {
  std::vector<std::size_t> fitted(data.classes, 0);
  std::vector<std::size_t> scored(data.classes, 0);
  for (std::size_t i = 0; i < data.y.size(); ++i) {
    const bool test = data.split[i] == static_cast<int>(SplitPart::test);
    ++(test ? scored : fitted)[static_cast<std::size_t>(data.y[i])];
  }
  for (std::size_t c = 0; c < data.classes; ++c) {
    const std::string name = c < data.class_names.size() ? data.class_names[c] : std::to_string(c);
    if (fitted[c] == 0 && scored[c] > 0) {
      refuse_data("class-absent", "class '" + name + "' is in test rows alone",
                  set + ":split: " + std::to_string(scored[c]) + " rows",
                  "no student can learn it, and all of its rows count as wrong",
                  "Split the rows anew, or leave the class out");
    }
    if (scored[c] == 0 && fitted[c] > 0) {
      data.warnings.push_back({"class-absent", "class '" + name + "' is in no test row"});
    }
  }
}

}  // namespace

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
  check_classes(data, set);
  if (!split.usual || !tested) {
    data.warnings.push_back(
        {"split-read", "split: " + split.reason + (tested ? "" : ", which is scored here")});
  }
  data.inputs.emplace_back("split", std::move(split.info));
}

}  // namespace cch::detail
