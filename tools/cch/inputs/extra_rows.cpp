#include <unordered_map>

#include "cch/core/nearest_name.hpp"
#include "cch/data/source.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/inputs/files.hpp"

namespace cch {
namespace {

// Codes of the extra labels in the numbering of the main ones.
ClassLabels in_classes_of(const ClassLabels& main, const ClassLabels& extra,
                          const std::string& where) {
  std::unordered_map<std::string, int> code;
  for (const std::string& name : main.names()) code.emplace(name, static_cast<int>(code.size()));
  const std::vector<std::size_t> counts = extra.counts();
  for (std::size_t c = 0; c < extra.classes(); ++c) {
    const std::string& name = extra.names()[c];
    if (code.contains(name)) continue;
    refuse_data("unknown-class", "the extra labels have a class '" + name + "'",
                where + "; " + std::to_string(counts[c]) + " rows",
                "no row of --labels is of this class",
                "Write classes alike in both files (the nearest is '" +
                    nearest_name(name, main.names()) + "'), or drop these rows");
  }
  std::vector<int> codes;
  for (const int c : extra.codes()) codes.push_back(code.at(extra.names()[c]));
  return ClassLabels::from(std::move(codes), main.names());
}

Variable extra_labels(const RankFiles& files) {
  const Variable& main = files.labels->labels;
  const LoadedLabels& extra = *files.extra.labels;
  if (const auto* classes = std::get_if<ClassLabels>(&main)) {
    return in_classes_of(*classes, std::get<ClassLabels>(extra.labels), extra.info.source);
  }
  if (dim(main) != dim(extra.labels)) {
    refuse_data("unequal-columns",
                "the extra labels have " + std::to_string(dim(extra.labels)) +
                    " columns, the labels " + std::to_string(dim(main)),
                extra.info.source, "they must be the same quantities", "Give the same columns");
  }
  return extra.labels;
}

}  // namespace

ExtraRows checked_extra(const RankFiles& files) {
  ExtraRows out;
  FaultCollector faults;
  faults.attempt([&] { out.labels = extra_labels(files); });
  const std::size_t rows = size(files.extra.labels->labels);
  for (std::size_t t = 0; t < files.extra.teachers.size(); ++t) {
    const Modality& extra = files.extra.teachers[t];
    const std::size_t columns = files.modalities[t + 1].features.dim();
    if (extra.features.dim() != columns) {
      faults.add(ErrorKind::data,
                 {"unequal-columns",
                  extra.features.name() + " has " + std::to_string(extra.features.dim()) +
                      " columns, the teacher '" + extra.name + "' has " + std::to_string(columns),
                  {},
                  "one model of the teacher must read both",
                  "Export the same features for the extra rows"});
    }
    if (extra.features.size() != rows) {
      faults.add(ErrorKind::data,
                 {"unequal-rows",
                  extra.features.name() + " has " + std::to_string(extra.features.size()) +
                      " rows, the extra labels have " + std::to_string(rows),
                  {},
                  "row i of both must be the same sample",
                  "Export both from the same rows"});
    }
    out.teachers.push_back(extra.features);
  }
  faults.throw_if_any();
  return out;
}

}  // namespace cch
