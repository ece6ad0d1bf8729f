#include "tools/cch/rank/per_class.hpp"

#include "cch/core/error.hpp"

namespace cch {
namespace {

/// 1 for rows of the class, 0 for the others.
ClassLabels against_others(const ClassLabels& labels, std::size_t c) {
  std::vector<int> codes;
  codes.reserve(labels.size());
  for (const int code : labels.codes()) codes.push_back(code == static_cast<int>(c) ? 1 : 0);
  return ClassLabels::from(std::move(codes), {"others", labels.names()[c]});
}

RankOptions short_options(RankOptions options) {
  options.estimators.resize(1);
  options.planted_bias = false;
  options.sensitivity = false;
  options.controls = false;
  options.permutations = 0;
  return options;
}

}  // namespace

void check_per_class(const RankInput& input) {
  const auto* labels = std::get_if<ClassLabels>(&input.labels);
  if (labels != nullptr && labels->classes() > 2) return;
  refuse_usage("no-classes", "--per-class has no use here",
               labels == nullptr ? "the labels are real-valued"
                                 : "of two classes each is the other's opposite",
               "Leave it out");
}

std::vector<ClassRanking> rank_per_class(const RankInput& input, const RankOptions& options,
                                         const Execution& exec) {
  check_per_class(input);
  const auto& labels = std::get<ClassLabels>(input.labels);
  const std::vector<std::size_t> counts = labels.counts();
  std::vector<ClassRanking> out;
  for (std::size_t c = 0; c < labels.classes(); ++c) {
    RankInput one = input;
    one.labels = against_others(labels, c);
    for (std::size_t t = 0; t < one.teachers.size(); ++t) {
      if (!one.teachers[t].stored) continue;
      one.teachers[t].features = against_others(one.teachers[t].features, c);
      if (one.extra.teachers.empty()) continue;
      one.extra.teachers[t] = against_others(one.extra.teachers[t], c);
    }
    if (!input.extra.labels) {
      // nothing to recode
    } else if (const auto* extra = std::get_if<ClassLabels>(&*input.extra.labels)) {
      one.extra.labels = against_others(*extra, c);
    }
    if (input.unpaired.labels) {
      one.unpaired.labels = against_others(std::get<ClassLabels>(*input.unpaired.labels), c);
    }
    ClassRanking entry{labels.names()[c], counts[c], {}, {}};
    try {
      entry.result = rank_teachers(one, short_options(options), exec);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      entry.refused = error.faults().front().problem;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace cch
