#include "tools/cch/train/kept.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "tools/report/kit/fact.hpp"

namespace cch {
namespace {

using documents::Number;
using documents::RunDocument;
using report::TrainCoordinate;
using report::TrainPlace;
using Part = TrainCoordinate::Part;

TrainCoordinate coordinate(Part part, const std::string& name, const documents::Fact& value) {
  TrainCoordinate out{name, report::plain_value(value), {}, part};
  if (const auto* number = std::get_if<double>(&value)) out.number = *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    out.number = static_cast<double>(*number);
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out.number = static_cast<double>(*number);
  }
  return out;
}

void add_facts(TrainPlace& place, Part part, const documents::Facts& values) {
  for (const auto& [name, value] : values) place.push_back(coordinate(part, name, value));
}

TrainPlace place_of(const RunDocument& run) {
  TrainPlace out;
  add_facts(out, Part::setting, run.unit.setting);
  out.push_back(coordinate(Part::setting, "labelled", run.unit.labelled));
  out.push_back(coordinate(Part::setting, "scenario", run.unit.scenario));
  if (run.teacher) {
    out.push_back(coordinate(Part::teacher, "teacher", run.teacher->name));
    add_facts(out, Part::teacher, run.teacher->parameters);
    if (run.teacher->labels_from) {
      out.push_back(coordinate(Part::teacher, "labels from", *run.teacher->labels_from));
    }
  }
  if (run.loss) {
    out.push_back(coordinate(Part::loss, "loss", run.loss->form));
    out.push_back(coordinate(Part::loss, "lambda", run.loss->lambda));
    out.push_back(coordinate(Part::loss, "temperature", run.loss->temperature));
  }
  return out;
}

double kept_number(const Number& value) {
  return value && std::isfinite(*value) ? *value : std::numeric_limits<double>::quiet_NaN();
}

KeptRun kept_run(const RunDocument& run) {
  KeptRun out;
  out.seed = run.unit.seed;
  out.done = run.done();
  out.accuracy = kept_number(run.metrics.accuracy);
  out.mse = kept_number(run.metrics.mse);
  out.cross_entropy = kept_number(run.metrics.cross_entropy);
  out.calibrated = kept_number(run.metrics.calibrated_cross_entropy);
  out.temperature = kept_number(run.calibration_temperature.value_or(Number()));
  const bool has_last = run.last && *run.last;
  out.last_accuracy = kept_number(has_last ? (*run.last)->metrics.accuracy : Number());
  out.last_mse = kept_number(has_last ? (*run.last)->metrics.mse : Number());
  out.predicted_accuracy = kept_number(run.predicted ? run.predicted->accuracy_gain : Number());
  out.predicted_mse = kept_number(run.predicted ? run.predicted->mse_gain : Number());
  return out;
}

}  // namespace

bool coordinate_before(const TrainCoordinate& a, const TrainCoordinate& b) {
  if (a.name != b.name) return a.name < b.name;
  if (a.number && b.number && *a.number != *b.number) return *a.number < *b.number;
  if (a.number.has_value() != b.number.has_value()) return a.number.has_value();
  return a.words < b.words;
}

bool CellName::operator<(const CellName& other) const {
  if (role != other.role) return role < other.role;
  const auto less = [](const TrainPlace& a, const TrainPlace& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), coordinate_before);
  };
  if (less(place, other.place)) return true;
  return !less(other.place, place) && control < other.control;
}

void KeptRuns::add(const RunDocument& run) {
  const std::uint32_t place = keys_.add(run.key);
  students_.add(run.student.value_or(""));
  KeptRun& kept = runs_.emplace_back(kept_run(run));
  kept.cell = cells_
                  .try_emplace({run.role, place_of(run), run.control.value_or("")},
                               static_cast<std::uint32_t>(cells_.size()))
                  .first->second;
  if (run.done() && run.paired) paired_[place] = *run.paired;
}

std::size_t KeptRuns::sort() {
  by_key_ = keys_.order();
  by_cell_ = by_key_;
  const auto name = [this](std::uint32_t i) { return std::tuple(runs_[i].cell, runs_[i].seed); };
  std::stable_sort(by_cell_.begin(), by_cell_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return name(a) < name(b); });
  const auto same = [&](std::uint32_t a, std::uint32_t b) { return name(a) == name(b); };
  by_cell_.erase(std::unique(by_cell_.begin(), by_cell_.end(), same), by_cell_.end());
  ends_.assign(cells_.size(), 0);
  for (const std::uint32_t i : by_cell_) ++ends_[runs_[i].cell];
  std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
  return runs_.size() - by_cell_.size();
}

std::vector<std::uint32_t> KeptRuns::of_cell(std::uint32_t cell) const {
  const auto at = [&](std::size_t i) { return by_cell_.begin() + static_cast<std::ptrdiff_t>(i); };
  return {at(cell == 0 ? 0 : ends_[cell - 1]), at(ends_[cell])};
}

const KeptRun* KeptRuns::student_of(std::uint32_t run) const {
  const std::string_view student = students_[run];
  // Of several runs with one key the last one counts.
  const auto after =
      std::upper_bound(by_key_.begin(), by_key_.end(), student,
                       [&](std::string_view key, std::uint32_t i) { return key < keys_[i]; });
  if (student.empty() || after == by_key_.begin()) return nullptr;
  const std::uint32_t found = *std::prev(after);
  return keys_[found] == student ? &runs_[found] : nullptr;
}

std::optional<documents::PairedOfRun> KeptRuns::paired(std::uint32_t run) const {
  const auto found = paired_.find(run);
  return found == paired_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t KeptRuns::bytes() const {
  constexpr std::size_t kNode = 48;  // of a map, beside what it holds
  return runs_.size() * sizeof(KeptRun) + keys_.bytes() + students_.bytes() +
         paired_.size() * (sizeof(documents::PairedOfRun) + kNode) +
         (by_key_.size() + by_cell_.size()) * sizeof(std::uint32_t);
}

}  // namespace cch
