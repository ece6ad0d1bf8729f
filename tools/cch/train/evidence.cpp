#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "cch/core/parallel.hpp"
#include "cch/experiments/chance_evidence.hpp"
#include "data/json_text.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

using nlohmann::json;

/// What the evidence of a unit depends on beside the study.
json unit_key(const Study& study, const StudyUnit& unit, std::string_view scenario) {
  json out = unit_json(study, unit);
  out["scenario"] = scenario;
  out["format"] = kEvidenceFormat;
  return out;
}

/// The study with those of its scenarios whose evidence is missing.
Study missing_part(const Study& study, const StudyUnit& unit, const std::set<std::string>& stored) {
  Study out = study;
  std::erase_if(out.scenarios, [&](const std::string& scenario) {
    return stored.contains(unit_key(study, unit, scenario).dump());
  });
  return out;
}

json gain_json(const std::optional<MeasuredGain>& gain) {
  if (!gain) return nullptr;
  return {gain->value, gain->standard_error};
}
json number_json(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

json line_of(const Study& study, const StudyUnit& unit, const UnitEvidence& of) {
  const ChanceEvidence& e = of.evidence;
  return {{"unit", unit_key(study, unit, to_string(e.scenario))},
          {"teacher", teacher_json(of.teacher, false)},
          {"student_kind", to_string(e.student)},
          {"scenario", to_string(e.scenario)},
          {"labelled", e.labelled},
          {"further", e.further},
          {"classes", e.classes},
          {"groups", e.groups},
          {"linear_nats", gain_json(e.linear_nats)},
          {"linear_accuracy", gain_json(e.linear_accuracy)},
          {"linear_informed", gain_json(e.linear_informed)},
          {"network_nats", gain_json(e.network_nats)},
          {"network_accuracy", gain_json(e.network_accuracy)},
          {"network_informed", gain_json(e.network_informed)},
          {"information_difference", number_json(e.information_difference)},
          {"network_difference", number_json(e.network_difference)},
          {"network_accuracy_difference", number_json(e.network_accuracy_difference)},
          {"prediction_margin", number_json(e.prediction_margin)},
          {"beta_difference", number_json(e.beta_difference)},
          {"closed_form_gain", number_json(e.closed_form_gain)}};
}

/// Units whose evidence the file has. A line that a kill cut short is cut off.
std::set<std::string> stored_units(const std::string& path) {
  std::set<std::string> out;
  std::ifstream in(path);
  std::uintmax_t whole = 0;
  for (std::string line; std::getline(in, line);) {
    const json read = detail::parsed_json(line);
    if (in.eof() || read.is_discarded() || !read.contains("unit")) break;
    out.insert(read["unit"].dump());
    whole += line.size() + 1;
  }
  in.close();
  if (std::filesystem::exists(path)) std::filesystem::resize_file(path, whole);
  return out;
}

}  // namespace

void write_evidence(const TrainSettings& s, const TaskData& data, const Execution& exec) {
  const std::set<std::string> stored = stored_units(s.evidence);
  const std::size_t seeds = std::max<std::size_t>(1, s.study.criteria_seeds);
  std::vector<std::pair<StudyUnit, Study>> missing;
  for (const StudyUnit& unit : units(s.study)) {
    const auto seed = std::find(s.study.seeds.begin(), s.study.seeds.end(), unit.seed);
    const bool early = seed < s.study.seeds.begin() + static_cast<std::ptrdiff_t>(seeds);
    if (!early || unit.scenario != s.study.scenarios.front()) continue;
    Study part = missing_part(s.study, unit, stored);
    if (!part.scenarios.empty()) missing.emplace_back(unit, std::move(part));
  }
  std::ofstream out(s.evidence, std::ios::app);
  std::mutex mutex;
  std::atomic<std::size_t> done{0};
  parallel_for(missing.size(), exec, [&](std::size_t i) {
    const auto& [unit, part] = missing[i];
    std::string lines;
    for (const UnitEvidence& one : measure_evidence(part, data, unit, exec)) {
      lines += line_of(s.study, unit, one).dump() + "\n";
    }
    const std::scoped_lock lock(mutex);
    out << lines << std::flush;
    exec.progress("evidence", ++done, missing.size());
  });
  if (out) return;
  throw Error(ErrorKind::run, {"cannot-write", "the evidence could not be written", s.evidence, "",
                               "Look at the folder and the space on its disk."});
}

}  // namespace cch
