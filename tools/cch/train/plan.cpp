#include "tools/cch/train/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "data/json_text.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kBlock = 256;  // units that one mark stands for

std::string unit_text(const StudyUnit& unit) {
  std::string out = fmt::format("seed {}", unit.seed);
  for (const auto& [name, value] : unit.setting) {
    const auto* number = std::get_if<double>(&value);
    out += fmt::format(", {} {}", name,
                       number ? fmt::format("{:g}", *number) : std::get<std::string>(value));
  }
  if (unit.labelled > 0) out += fmt::format(", {} labelled", unit.labelled);
  return out + ", " + unit.scenario;
}

std::size_t count_in(const std::vector<RunState>& states, Stored stored) {
  return static_cast<std::size_t>(std::count_if(
      states.begin(), states.end(), [&](const RunState& s) { return s.stored == stored; }));
}

}  // namespace

Redo redo_of(const TrainSettings& s) {
  // By claims a failure is one for all processes, else each would have it once more.
  if (s.share.by_claims() && !s.failed) return {false, true};
  return {true, !s.failed};
}

bool stays(const RunState& state, const Redo& redo, const std::string& path) {
  if (state.stored == Stored::no) return !redo.missing;
  if (state.stored == Stored::done || !redo.failed) return true;
  std::error_code none;
  const auto time = fs::last_write_time(path, none);
  return !none && time > redo.since;
}

RunState run_state(const RunStore& store, const std::string& key, std::vector<Warning>& damage) {
  const auto text = store.find(key, "result.json", damage, RunStore::Beside::checked);
  return text ? run_state(*text, key) : RunState{};
}

RunState run_state(const std::string& text, const std::string& key) {
  const json record = detail::parsed_json(text);
  if (!record.is_object() || detail::text_in(record, "key", "") != key) return {};
  const std::string status = detail::text_in(record, "status", "");
  if (status == "done") return {Stored::done, {}};
  if (status != "failed") return {};
  return {Stored::failed, detail::text_in(record, "failure", "no reason given")};
}

std::size_t TrainPlan::count(Stored one) const {
  std::size_t out = 0;
  for (const auto& of_unit : states) out += count_in(of_unit, one);
  return out;
}

TrainPlan make_plan(const TrainSettings& s, const RunKeys& keys) {
  TrainPlan plan;
  plan.cells = unit_cells(s.study, parse_shard(s.share.shard));
  for (UnitCell& cell : plan.cells) {
    const auto specs = runs(s.study, cell.unit);
    for (std::size_t r = 0; r < specs.size(); ++r) cell.keys[r] = keys.of(cell.unit, specs[r]);
    const auto teachers = criteria_teachers(s.study, cell.unit);
    for (std::size_t t = 0; t < cell.criteria_keys.size(); ++t) {
      cell.criteria_keys[t] = keys.of_criteria(cell.unit, teachers[t]);
    }
    plan.states.emplace_back(cell.keys.size());
    plan.stored.push_back(
        {std::vector<bool>(cell.keys.size(), false), cell.criteria_keys.empty(), false});
    plan.runs += cell.keys.size();
  }
  return plan;
}

UnitStored look(TrainPlan& plan, std::size_t unit, const RunStore& store, const Redo& redo,
                std::vector<Warning>& damage) {
  const UnitCell& cell = plan.cells[unit];
  UnitStored out;
  for (std::size_t r = 0; r < cell.keys.size(); ++r) {
    RunState& state = plan.states[unit][r];
    state = run_state(store, cell.keys[r], damage);
    out.runs.push_back(stays(state, redo, store.path(cell.keys[r], "result.json")));
    out.failed = out.failed || state.stored == Stored::failed;
  }
  for (const std::string& key : cell.criteria_keys) {
    out.criteria = out.criteria &&
                   (!redo.missing || !stored_record(store, key, "criteria.json", damage).is_null());
  }
  return out;
}

Glances::Glances(TrainPlan& plan, const RunStore& store)
    : plan_(plan), store_(store), seen_(plan.cells.size(), 0) {
  const std::size_t n = plan.cells.size();
  blocks_.resize((n + kBlock - 1) / kBlock);
  for (std::size_t i = 0; i < n; ++i) ++blocks_[i / kBlock].open;
}

std::string Glances::mark(std::size_t block) const {
  const std::size_t first = block * kBlock;
  const std::size_t last = std::min(plan_.cells.size(), first + kBlock) - 1;
  const std::string name = plan_.cells[first].keys.front() + plan_.cells[last].keys.back();
  return (fs::path(store_.root()) / "finished" / digest(name, 16)).string();
}

void Glances::see(std::size_t unit) {
  if (seen_[unit] != 0) return;
  seen_[unit] = 1;
  --blocks_[unit / kBlock].open;
}

UnitStored Glances::of(std::size_t unit) {
  const UnitCell& cell = plan_.cells[unit];
  const std::scoped_lock hold(mutex_);
  const std::size_t at = unit / kBlock;
  Block& block = blocks_[at];
  std::error_code none;
  if (!block.looked) {
    block.looked = true;
    const bool marked = fs::exists(mark(at), none);
    const std::size_t end = std::min(plan_.cells.size(), (at + 1) * kBlock);
    for (std::size_t i = at * kBlock; marked && i < end; ++i) see(i);
  }
  const bool there =
      seen_[unit] != 0 ||
      (cell.criteria_keys.empty()
           ? fs::exists(store_.path(cell.keys.back(), "result.json"), none)
           : fs::exists(store_.path(cell.criteria_keys.back(), "criteria.json"), none));
  if (!there)
    return {std::vector<bool>(cell.keys.size(), false), cell.criteria_keys.empty(), false};
  const bool news = seen_[unit] == 0;
  see(unit);
  if (news && block.open == 0) {
    fs::create_directory(fs::path(store_.root()) / "finished", none);
    std::ofstream file(mark(at));  // one that cannot be written costs others a look
  }
  for (RunState& state : plan_.states[unit]) state.stored = Stored::done;
  return {std::vector<bool>(cell.keys.size(), true), true, false};
}

void look(TrainPlan& plan, const RunStore& store, const Redo& redo, std::vector<Warning>& damage) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.stored[i] = look(plan, i, store, redo, damage);
  }
}

std::size_t planned_runs(const Study& study) {
  std::size_t out = 0;
  for (const UnitCell& cell : unit_cells(study, {})) out += cell.keys.size();
  return out;
}

documents::UnitList unit_list(const TrainPlan& plan, bool failed) {
  documents::UnitList out;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const UnitCell& cell = plan.cells[i];
    documents::UnitList::Unit unit{i + 1,
                                   unit_text(cell.unit),
                                   cell.unit.seed,
                                   cell.keys.size(),
                                   count_in(plan.states[i], Stored::done),
                                   count_in(plan.states[i], Stored::failed),
                                   cell.keys,
                                   {}};
    out.runs += unit.runs;
    out.done += unit.done;
    out.failed += unit.failed;
    if (!failed || unit.failed > 0) out.units.push_back(std::move(unit));
  }
  return out;
}

void describe(documents::UnitList& list, const std::string& title,
              const documents::StudyHead& head) {
  list.title = title;
  list.inputs = head.inputs;
  list.warnings = head.warnings;
  list.version = head.version;
  list.command = head.command;
  list.seed = head.seed;
}

void print_units(const documents::UnitList& list, std::ostream& out) {
  for (const auto& unit : list.units) {
    out << fmt::format("{}\t{}\t{} runs\t{} cached", unit.unit, unit.name, unit.runs, unit.done);
    if (unit.failed > 0) out << fmt::format("\t{} failed", unit.failed);
    out << '\n';
  }
}

}  // namespace cch
