#include "cch/experiments/unit_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "cch/data/safetensors.hpp"

namespace cch {
namespace {

std::string curve_lines(const RunResult& run) {
  std::string out;
  for (const TrainingPoint& p : run.curve) {
    nlohmann::json line{{"step", p.step},
                        {"loss", p.loss},
                        {"hard", p.hard},
                        {"soft", p.soft},
                        {"hard_gradient", p.hard_gradient},
                        {"soft_gradient", p.soft_gradient},
                        {"validation", nullptr}};
    if (p.validation) line["validation"] = *p.validation;
    out += line.dump() + "\n";
  }
  return out;
}

/// The tensors "0.weight", "0.offset", … in double precision.
std::string weights_file(const RunResult& run, std::span<const double> weights) {
  std::vector<TensorBytes> tensors;
  for (std::size_t i = 0; i < run.shapes.size(); ++i) {
    std::size_t size = 1;
    for (const std::size_t n : run.shapes[i]) size *= n;
    tensors.push_back({std::to_string(i / 2) + (run.shapes[i].size() > 1 ? ".weight" : ".offset"),
                       "F64", run.shapes[i], std::as_bytes(weights.first(size))});
    weights = weights.subspan(size);
  }
  return safetensors_bytes(tensors);
}

std::vector<FileContent> files_of(const RunResult& run, bool keep_weights) {
  std::vector<FileContent> files;
  if (!run.curve.empty()) files.push_back({"train.jsonl", curve_lines(run)});
  if (keep_weights && !run.weights.empty()) {
    files.push_back({"last.safetensors", weights_file(run, run.weights)});
  }
  if (keep_weights && run.best) {
    files.push_back({"best.safetensors", weights_file(run, run.best->weights)});
  }
  return files;
}

std::vector<RunResult> train_or_fail(const Study& study, const TaskData& data,
                                     const StudyUnit& unit, const Execution& exec) {
  try {
    return train_unit(study, data, unit, exec);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    std::vector<RunResult> out;
    for (const RunSpec& spec : runs(study, unit)) {
      out.emplace_back();
      out.back().spec = spec;
      out.back().failure = error.what();
    }
    return out;
  }
}

/// None where the unit has no rows for them: its runs say so.
std::vector<CriteriaResult> criteria_or_none(const Study& study, const TaskData& data,
                                             const StudyUnit& unit, const Execution& exec) {
  try {
    return measure_criteria(study, data, unit, exec);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};
  }
}

}  // namespace

bool UnitStored::all() const {
  return criteria && std::find(runs.begin(), runs.end(), false) == runs.end();
}

std::vector<RunTeacher> criteria_teachers(const Study& study, const StudyUnit& unit) {
  std::vector<RunTeacher> out;
  for (const auto& [name, parameters] : teacher_views(study.task, unit.setting)) {
    out.push_back({name, parameters, TeacherRows::same_rows});
  }
  return out;
}

std::vector<UnitCell> unit_cells(const Study& study, const Shard& shard) {
  std::vector<UnitCell> out;
  const auto end = study.seeds.begin() +
                   static_cast<std::ptrdiff_t>(std::min(study.criteria_seeds, study.seeds.size()));
  const auto all = units(study);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!shard.takes(i)) continue;
    UnitCell& cell = out.emplace_back(UnitCell{all[i], {}, {}});
    cell.keys.resize(runs(study, cell.unit).size());
    if (std::find(study.seeds.begin(), end, cell.unit.seed) == end) continue;
    cell.criteria_keys.resize(criteria_teachers(study, cell.unit).size());
  }
  return out;
}

RunCounts run_units(const Study& study, const TaskData& data, const std::vector<UnitCell>& cells,
                    std::vector<UnitStored> stored, const RunStore& store,
                    const UnitRecords& records, bool keep_weights, bool shared,
                    const RunOptions& options, const Execution& exec) {
  std::vector<RunCell> work;
  for (const UnitStored& s : stored) work.push_back({{}, s.all()});
  CellWork of;
  of.run = [&](std::size_t i, const Execution& inner) {
    const UnitCell& cell = cells[i];
    bool counts = true;
    const auto& there = stored[i].runs;
    if (std::find(there.begin(), there.end(), false) != there.end()) {
      const auto trained = train_or_fail(study, data, cell.unit, inner);
      for (std::size_t r = 0; r < trained.size(); ++r) {
        if (there[r]) continue;  // finished before
        counts = counts && trained[r].failure.empty();
        store.put(cell.keys[r], "result.json", records.run(i, r, trained[r]),
                  files_of(trained[r], keep_weights));
      }
    }
    if (stored[i].criteria) return counts;
    const auto measured = criteria_or_none(study, data, cell.unit, inner);
    for (std::size_t t = 0; t < measured.size(); ++t) {
      store.put(cell.criteria_keys[t], "criteria.json", records.criteria(i, t, measured[t]));
    }
    return counts;
  };
  if (shared) {
    of.claim = [&](std::size_t i) { return store.claim(cells[i].keys.front()); };
    const auto found = [&](std::size_t i, const auto& look) {
      stored[i] = look(i);
      if (!stored[i].all()) return Stored::no;
      return stored[i].failed ? Stored::failed : Stored::done;
    };
    of.find = [&, found](std::size_t i) { return found(i, records.find); };
    of.glance = [&, found](std::size_t i) {
      return found(i, records.glance ? records.glance : records.find);
    };
  }
  return run_cells(work, of, options, exec);
}

}  // namespace cch
