#include "tools/cch/train/summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "cch/experiments/pairing.hpp"
#include "tools/cch/train/counts.hpp"
#include "tools/report/kit/fact.hpp"

namespace cch {
namespace {

using documents::RunDocument;
using report::TrainCoordinate;
using report::TrainPair;
using report::TrainPlace;
using report::TrainReport;
using Part = TrainCoordinate::Part;
using Gains = std::map<std::string, double>;

/// Settings whose curves are shown.
constexpr std::size_t kCurves = 4;

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

void add(TrainPlace& place, Part part, const documents::Facts& values) {
  for (const auto& [name, value] : values) place.push_back(coordinate(part, name, value));
}

TrainPlace place_of(const RunDocument& run) {
  TrainPlace out;
  add(out, Part::setting, run.unit.setting);
  out.push_back(coordinate(Part::setting, "labelled", run.unit.labelled));
  out.push_back(coordinate(Part::setting, "scenario", run.unit.scenario));
  if (run.teacher) {
    out.push_back(coordinate(Part::teacher, "teacher", run.teacher->name));
    add(out, Part::teacher, run.teacher->parameters);
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

bool before(const TrainCoordinate& a, const TrainCoordinate& b) {
  if (a.name != b.name) return a.name < b.name;
  if (a.number && b.number && *a.number != *b.number) return *a.number < *b.number;
  if (a.number.has_value() != b.number.has_value()) return a.number.has_value();
  return a.words < b.words;
}

struct CellName {
  TrainPlace place;
  std::string control;

  bool operator<(const CellName& other) const {
    const auto less = [](const TrainPlace& a, const TrainPlace& b) {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), before);
    };
    if (less(place, other.place)) return true;
    return !less(other.place, place) && control < other.control;
  }
};

/// The runs of a cell by seed.
using SeedsOfCell = std::map<std::uint64_t, const RunDocument*>;
using CellsOfRole = std::map<CellName, SeedsOfCell>;

std::vector<double> values_of(const std::map<std::uint64_t, double>& by_seed) {
  std::vector<double> out;
  for (const auto& [seed, value] : by_seed) out.push_back(value);
  return out;
}

report::SeedMean mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return summarise_gains(values);
}

report::SeedMean mean_of(const std::map<std::uint64_t, double>& by_seed) {
  return mean_of(values_of(by_seed));
}

class Summary {
 public:
  Summary(const std::vector<RunDocument>& runs, TrainReport& out) : out_(out) {
    for (const RunDocument& run : runs) {
      by_key_[run.key] = &run;
      out_.classes = out_.classes && !run.metrics.mse;
    }
    for (const RunDocument& run : runs) take(run);
    if (repeated_ > 0) {
      out_.warnings.push_back({"repeated-seeds",
                               "runs that repeat a seed of their cell are left "
                               "out: " +
                                   std::to_string(repeated_)});
    }
  }

  void levels() {
    for (const char* role : {"student", "teacher"}) {
      for (const auto& [name, seeds] : cells_[role]) {
        out_.levels.push_back(level(name.place, role == std::string("teacher"), seeds));
      }
    }
  }

  void pairs() {
    for (const auto& [name, seeds] : cells_["control"]) {
      gains_.push_back({});
      out_.controls.push_back(pair(name, seeds, gains_.back()));
    }
    for (const auto& [name, seeds] : cells_["distilled"]) {
      std::map<std::uint64_t, double> gains;
      out_.pairs.push_back(pair(name, seeds, gains));
      add_controls(out_.pairs.back(), gains);
    }
  }

  /// The losses of the student alone and of the pair with the largest gain, a setting.
  void curves(const std::function<std::vector<LossPoint>(const std::string&)>& curve) {
    for (const auto& [student, seeds] : cells_["student"]) {
      if (out_.curves.size() == 2 * kCurves) break;
      const TrainPair* best = nullptr;
      for (const TrainPair& pair : out_.pairs) {
        if (!pair.gain || !starts_with(pair.place, student.place)) continue;
        if (best == nullptr || pair.gain->mean > best->gain->mean) best = &pair;
      }
      if (best == nullptr) continue;
      out_.curves.push_back(mean_curve(student.place, true, seeds, curve));
      const CellName name{best->place, ""};
      out_.curves.push_back(mean_curve(best->place, false, cells_["distilled"].at(name), curve));
    }
  }

 private:
  static bool starts_with(const TrainPlace& place, const TrainPlace& start) {
    const auto same = [](const TrainCoordinate& a, const TrainCoordinate& b) {
      return !before(a, b) && !before(b, a);
    };
    return place.size() >= start.size() &&
           std::equal(start.begin(), start.end(), place.begin(), same);
  }

  void take(const RunDocument& run) {
    const CellName name{place_of(run), run.control.value_or("")};
    if (!cells_[run.role][name].emplace(run.unit.seed, &run).second) ++repeated_;
  }

  static std::optional<report::TrainLevel::Paired> mean_rows(
      const std::vector<documents::PairedOfRun>& runs) {
    if (runs.empty()) return std::nullopt;
    report::TrainLevel::Paired out;
    const double share = 1.0 / static_cast<double>(runs.size());
    for (const documents::PairedOfRun& run : runs) {
      out.labelled += share * static_cast<double>(run.labelled);
      out.labelled_paired += share * static_cast<double>(run.labelled_paired);
      out.extra += share * static_cast<double>(run.extra);
      out.extra_paired += share * static_cast<double>(run.extra_paired);
    }
    return out;
  }

  static report::TrainLevel level(const TrainPlace& place, bool teacher, const SeedsOfCell& seeds) {
    report::TrainLevel out{place, teacher, 0, {}, {}, {}, {}, {}};
    std::vector<double> score;
    std::vector<double> cross_entropy;
    std::vector<double> calibrated;
    std::vector<double> temperature;
    std::vector<documents::PairedOfRun> paired;
    for (const auto& [seed, run] : seeds) {
      if (!run->done()) {
        ++out.failed;
        continue;
      }
      const documents::RunMetrics& m = run->metrics;
      const auto add_to = [](std::vector<double>& list, const documents::Number& value) {
        if (value && std::isfinite(*value)) list.push_back(*value);
      };
      add_to(score, m.accuracy ? m.accuracy : m.mse);
      add_to(cross_entropy, m.cross_entropy);
      add_to(calibrated, m.calibrated_cross_entropy);
      if (run->calibration_temperature) add_to(temperature, *run->calibration_temperature);
      if (run->paired) paired.push_back(*run->paired);
    }
    out.paired = mean_rows(paired);
    out.score = mean_of(score);
    out.cross_entropy = mean_of(cross_entropy);
    out.calibrated = mean_of(calibrated);
    out.temperature = mean_of(temperature);
    return out;
  }

  /// The closed form's gain in the unit of the observed one.
  [[nodiscard]] std::optional<double> predicted(const RunDocument& run,
                                                const Gains& student) const {
    if (!run.predicted) return std::nullopt;
    if (out_.classes) return run.predicted->accuracy_gain;
    const auto mse = student.find("mse");
    if (mse == student.end() || !run.predicted->mse_gain) return std::nullopt;
    return gains_over({{"mse", mse->second - *run.predicted->mse_gain}}, student).at("mse");
  }

  /// By last weights; nothing where those count, or where one of the two has none.
  static Gains last_gains(const RunDocument& run, const RunDocument& student) {
    const auto has = [](const RunDocument& one) { return one.last && *one.last; };
    if (!has(run) || !has(student)) return {};
    return gains_over(numbers_of((*run.last)->metrics), numbers_of((*student.last)->metrics));
  }

  TrainPair pair(const CellName& name, const SeedsOfCell& seeds,
                 std::map<std::uint64_t, double>& gains) {
    TrainPair out{name.place, name.control, 0, {}, {}, {}, {}, {}};
    std::map<std::uint64_t, double> cross_entropy;
    std::map<std::uint64_t, double> closed_form;
    std::map<std::uint64_t, double> by_last;
    for (const auto& [seed, run] : seeds) {
      const auto student = run->student ? by_key_.find(*run->student) : by_key_.end();
      if (!run->done() || student == by_key_.end() || !student->second->done()) {
        ++out.failed;
        continue;
      }
      const Gains alone = numbers_of(student->second->metrics);
      const Gains found = gains_over(numbers_of(run->metrics), alone);
      const auto take_from = [s = seed](const Gains& from, const char* metric, auto& into) {
        if (const auto at = from.find(metric); at != from.end()) into[s] = at->second;
      };
      const char* score = out_.classes ? "accuracy" : "mse";
      take_from(found, score, gains);
      take_from(found, "cross-entropy", cross_entropy);
      take_from(last_gains(*run, *student->second), score, by_last);
      const auto expected = predicted(*run, alone);
      if (expected && std::isfinite(*expected)) closed_form[seed] = *expected;
    }
    out.gain = mean_of(gains);
    out.cross_entropy = mean_of(cross_entropy);
    out.predicted = mean_of(closed_form);
    out.by_last = mean_of(by_last);
    return out;
  }

  /// Controls of the same setting and loss, of this teacher or of none.
  void add_controls(TrainPair& pair, const std::map<std::uint64_t, double>& gains) const {
    for (std::size_t i = 0; i < out_.controls.size(); ++i) {
      const TrainPair& control = out_.controls[i];
      if (!control.gain || !beside(control.place, pair.place)) continue;
      std::vector<double> differences;
      for (const auto& [seed, gain] : gains) {
        if (const auto other = gains_[i].find(seed); other != gains_[i].end()) {
          differences.push_back(gain - other->second);
        }
      }
      pair.controls.push_back({control.control, *control.gain, mean_of(differences)});
    }
  }

  /// Whether every coordinate of the control is one of the pair.
  static bool beside(const TrainPlace& control, const TrainPlace& pair) {
    return std::all_of(control.begin(), control.end(), [&](const TrainCoordinate& one) {
      return std::any_of(pair.begin(), pair.end(), [&](const TrainCoordinate& other) {
        return one.name == other.name && one.words == other.words;
      });
    });
  }

  /// Over the steps that all seeds have.
  report::TrainCurve mean_curve(
      const TrainPlace& place, bool alone, const SeedsOfCell& seeds,
      const std::function<std::vector<LossPoint>(const std::string&)>& curve) {
    report::TrainCurve out{place, alone, 0, {}, {}};
    std::map<double, std::vector<double>> hard;
    std::map<double, std::vector<double>> validation;
    for (const auto& [seed, run] : seeds) {
      if (!run->done()) continue;
      const std::vector<LossPoint> points = curve(run->key);
      if (points.empty()) {
        ++out_.without_curve;
        continue;
      }
      ++out.seeds;
      for (const LossPoint& point : points) {
        hard[point.step].push_back(point.hard);
        if (point.validation) validation[point.step].push_back(*point.validation);
      }
    }
    const auto means = [&](const std::map<double, std::vector<double>>& losses, auto& into) {
      for (const auto& [step, values] : losses) {
        if (values.size() == out.seeds) into.emplace_back(step, summarise_gains(values).mean);
      }
    };
    means(hard, out.hard);
    means(validation, out.validation);
    return out;
  }

  TrainReport& out_;
  std::map<std::string, const RunDocument*> by_key_;
  std::map<std::string, CellsOfRole> cells_;
  std::vector<std::map<std::uint64_t, double>> gains_;  ///< of controls, by seed
  std::size_t repeated_ = 0;
};

}  // namespace

report::TrainReport train_report(
    documents::StudyDocument study, std::vector<documents::RunDocument> runs,
    const std::function<std::vector<LossPoint>(const std::string& key)>& curve) {
  std::sort(runs.begin(), runs.end(),
            [](const RunDocument& a, const RunDocument& b) { return a.key < b.key; });
  TrainReport out;
  out.warnings = study.warnings;
  out.study = std::move(study);
  count_over_runs(runs, out);
  Summary summary(runs, out);
  summary.levels();
  summary.pairs();
  summary.curves(curve);
  return out;
}

}  // namespace cch
