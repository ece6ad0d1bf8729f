#include <algorithm>
#include <map>

#include "cch/documents/from_result.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/sweep.hpp"

namespace cch {
namespace {

using documents::Fact;
using documents::SweepCell;
using documents::SweepDocument;

Fact fact_of(const GridValue& value) {
  return std::visit([](const auto& v) { return Fact(v); }, value);
}

std::vector<Fact> facts_of(const GridAxis& axis) {
  std::vector<Fact> out;
  for (const GridValue& value : axis.values) out.push_back(fact_of(value));
  return out;
}

documents::SweepConfig config_of(const SweepSettings& s) {
  documents::SweepConfig out;
  out.title = s.title;
  out.model["family"] = std::string(to_string(s.family));
  for (const auto& [name, value] : s.fixed) out.model[name] = fact_of(value);
  for (const GridAxis& axis : s.axes) out.grid[axis.name] = facts_of(axis);
  out.lambda = s.lambdas;
  out.simulate = s.simulate;
  out.intercept = s.intercept;
  out.seed = s.common.seed;
  out.skip_impossible = s.skip_impossible;
  const SweepEstimates& e = s.estimates;
  if (!e.estimators.empty()) {
    out.estimates = {e.estimators, e.draws, e.rows, std::string(to_string(e.scale))};
  }
  return out;
}

void set_answers(SweepDocument& out) {
  std::vector<CriterionCase> cases;
  FormulaAgreement agreement;
  for (const SweepCell& cell : out.cells) {
    add_cases(cell, cases);
    add_agreement(cell, agreement);
  }
  out.confusion = count_confusion(cases);
  if (agreement.points > 0) out.agreement = agreement;
}

std::vector<Warning> warnings_of(std::size_t skipped, const std::vector<SweepCell>& cells) {
  std::vector<Warning> out;
  if (skipped > 0) {
    out.push_back(
        {"cells-skipped",
         std::to_string(skipped) + " cells have no finite risk (n ≤ p + 1) and were left out"});
  }
  std::map<std::string, std::pair<std::string, std::size_t>> told;  // one line a code
  for (const SweepCell& cell : cells) {
    for (const Warning& warning : cell.warnings) {
      auto& entry = told[warning.code];
      entry.first = warning.message;
      ++entry.second;
    }
  }
  for (const auto& [code, entry] : told) {
    out.push_back({code, std::to_string(entry.second) + " of " + std::to_string(cells.size()) +
                             " cells: " + entry.first});
  }
  const auto own_rows = std::count_if(cells.begin(), cells.end(),
                                      [](const SweepCell& cell) { return !cell.exact(); });
  if (own_rows > 0) {
    out.push_back(
        {"dependent-teacher", std::to_string(own_rows) +
                                  " cells have a teacher that is fitted on the student's own rows, "
                                  "which no formula covers: what the laws say there is said of "
                                  "one fitted on as many fresh rows"});
  }
  return out;
}

}  // namespace

SweepDocument sweep_document(const SweepSettings& s, std::size_t skipped,
                             std::vector<SweepCell> cells, const Execution& exec) {
  SweepDocument out;
  out.title = s.title;
  for (const GridAxis& axis : s.axes) {
    if (axis.values.size() > 1) out.axes.push_back({axis.name, facts_of(axis)});
  }
  out.lambdas = s.lambdas;
  if (s.simulate > 0) out.simulation = documents::SweepSimulation{s.simulate};
  const SweepEstimates& e = s.estimates;
  if (!e.estimators.empty()) {
    out.estimation = {e.estimators, e.draws, e.rows > 0 ? std::optional(e.rows) : std::nullopt,
                      std::string(to_string(e.scale))};
  }
  out.cells = std::move(cells);
  for (std::size_t i = 0; i < out.cells.size(); ++i) out.cells[i].number = i;
  set_answers(out);
  out.warnings = warnings_of(skipped, out.cells);
  out.inputs = s.inputs;
  out.config = config_of(s);
  out.machine = documents::machine_of(exec);
  out.version = version();
  out.seed = s.common.seed;
  return out;
}

}  // namespace cch
