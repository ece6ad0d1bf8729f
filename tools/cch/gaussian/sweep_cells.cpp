#include "cch/core/random.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

using nlohmann::json;

double estimated_nats(const std::string& name, Scale scale, const Samples& x, const Samples& y,
                      const Execution& exec) {
  std::vector<Warning> ignored;  // constant and tied columns do not occur in normal rows
  const Variable a = scaled(x, scale, ignored, exec);
  const Variable b = scaled(y, scale, ignored, exec);
  const Groups groups = Groups::singletons(x.size());
  const EstimatorOptions options =
      name == "auto" ? choose_estimator(a, b, groups).options : default_options(name);
  return estimate(options, a, b, groups, exec).nats;
}

/// The parameters of a cell by name, `teacher` among them.
documents::Facts parameters_of(const StudyCell& cell) {
  documents::Facts out;
  for (const StudyParameter& p : study_parameters(cell.family)) {
    const double value = p.get(cell);
    documents::Fact& fact = out[std::string(p.name)];
    if (p.whole) {
      fact = static_cast<std::uint64_t>(value);
    } else {
      fact = value;
    }
  }
  out["teacher"] = cell.teacher_name;
  return out;
}

/// All that a cell's numbers depend on.
std::string question_of(const SweepSettings& s, const StudyCell& cell) {
  json question = {
      {"family", to_string(cell.family)}, {"parameters", documents::to_json(parameters_of(cell))},
      {"intercept", s.intercept},         {"lambdas", s.lambdas},
      {"simulate", s.simulate},           {"seed", s.common.seed}};
  if (!s.estimates.estimators.empty()) {
    question["estimates"] = {s.estimates.estimators, s.estimates.draws, s.estimates.rows,
                             to_string(s.estimates.scale)};
  }
  return question.dump();
}

}  // namespace

std::string cell_key(const SweepSettings& s, const StudyCell& cell) {
  return digest(version() + question_of(s, cell), 32);
}

StudyQuestion question_of(const SweepSettings& s) {
  StudyQuestion out{s.intercept, s.lambdas, s.simulate, {}, s.estimates.draws, s.estimates.rows};
  for (const std::string& name : s.estimates.estimators) {
    out.estimators.push_back({name, [name, scale = s.estimates.scale](
                                        const Samples& x, const Samples& y, const Execution& exec) {
                                return estimated_nats(name, scale, x, y, exec);
                              }});
  }
  return out;
}

documents::SweepCell run_cell(const StudyQuestion& question, const StudyCell& cell,
                              const Execution& exec) {
  documents::SweepCell out;
  out.parameters = parameters_of(cell);
  // A cell's streams depend on its own question alone, not on its place in a grid.
  const std::string name = documents::to_json(out.parameters).dump();
  static_cast<StudyResult&>(out) =
      study_result(cell, question, exec.with_seed(derive_seed(exec.seed, name)));
  return out;
}

}  // namespace cch
