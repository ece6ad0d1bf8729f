#include "tools/cch/train/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "cch/experiments/pairing.hpp"

namespace cch {
namespace {

using report::TrainCoordinate;
using report::TrainPair;
using report::TrainPlace;
using report::TrainReport;
using Gains = std::map<std::string, double>;
/// A number a seed, seeds ascending.
using BySeed = std::vector<std::pair<std::uint64_t, double>>;

/// Settings whose curves are shown.
constexpr std::size_t kCurves = 4;

report::SeedMean mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return summarise_gains(values);
}

report::SeedMean mean_of(const BySeed& by_seed) {
  std::vector<double> values;
  values.reserve(by_seed.size());
  for (const auto& [seed, value] : by_seed) values.push_back(value);
  return mean_of(values);
}

/// Of the seeds that both have, the first less the second.
std::vector<double> differences_of(const BySeed& a, const BySeed& b) {
  std::vector<double> out;
  auto other = b.begin();
  for (const auto& [seed, value] : a) {
    while (other != b.end() && other->first < seed) ++other;
    if (other != b.end() && other->first == seed) out.push_back(value - other->second);
  }
  return out;
}

/// Those that are there.
Gains metrics_of(const KeptRun& run) {
  Gains out;
  const auto add = [&](const char* name, double value) {
    if (!std::isnan(value)) out[name] = value;
  };
  add("accuracy", run.accuracy);
  add("mse", run.mse);
  add("calibrated_cross_entropy", run.calibrated);
  return out;
}

class Summary {
 public:
  Summary(const KeptRuns& runs, TrainReport& out) : runs_(runs), out_(out) {}

  void levels() {
    for (const char* role : {"student", "teacher"}) {
      each_cell(role, [&](const CellName& name, std::uint32_t cell) {
        out_.levels.push_back(level(name.place, role == std::string("teacher"), cell));
      });
    }
  }

  void pairs() {
    each_cell("control", [&](const CellName& name, std::uint32_t cell) {
      out_.controls.push_back(pair(name, cell, gains_.emplace_back()));
    });
    each_cell("distilled", [&](const CellName& name, std::uint32_t cell) {
      BySeed gains;
      out_.pairs.push_back(pair(name, cell, gains));
      add_controls(out_.pairs.back(), gains);
    });
  }

  /// The losses of the student alone and of the pair with the largest gain, a setting.
  void curves(const std::function<std::vector<LossPoint>(const std::string&)>& curve) {
    each_cell("student", [&](const CellName& student, std::uint32_t cell) {
      if (out_.curves.size() == 2 * kCurves) return;
      const TrainPair* best = nullptr;
      for (const TrainPair& pair : out_.pairs) {
        if (!pair.gain || !starts_with(pair.place, student.place)) continue;
        if (best == nullptr || pair.gain->mean > best->gain->mean) best = &pair;
      }
      if (best == nullptr) return;
      out_.curves.push_back(mean_curve(student.place, true, cell, curve));
      const std::uint32_t of_best = runs_.cells().at({"distilled", best->place, ""});
      out_.curves.push_back(mean_curve(best->place, false, of_best, curve));
    });
  }

 private:
  static bool starts_with(const TrainPlace& place, const TrainPlace& start) {
    const auto same = [](const TrainCoordinate& a, const TrainCoordinate& b) {
      return !coordinate_before(a, b) && !coordinate_before(b, a);
    };
    return place.size() >= start.size() &&
           std::equal(start.begin(), start.end(), place.begin(), same);
  }

  /// In the order of their places.
  void each_cell(const std::string& role,
                 const std::function<void(const CellName&, std::uint32_t)>& take) const {
    for (auto at = runs_.cells().lower_bound({role, {}, {}}); at != runs_.cells().end(); ++at) {
      if (at->first.role != role) break;
      take(at->first, at->second);
    }
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

  [[nodiscard]] report::TrainLevel level(const TrainPlace& place, bool teacher,
                                         std::uint32_t cell) const {
    report::TrainLevel out{place, teacher, 0, {}, {}, {}, {}, {}};
    std::vector<double> score;
    std::vector<double> cross_entropy;
    std::vector<double> calibrated;
    std::vector<double> temperature;
    std::vector<documents::PairedOfRun> paired;
    for (const std::uint32_t i : runs_.of_cell(cell)) {
      const KeptRun& run = runs_[i];
      if (!run.done) {
        ++out.failed;
        continue;
      }
      const auto add_to = [](std::vector<double>& list, double value) {
        if (!std::isnan(value)) list.push_back(value);
      };
      add_to(score, std::isnan(run.accuracy) ? run.mse : run.accuracy);
      add_to(cross_entropy, run.cross_entropy);
      add_to(calibrated, run.calibrated);
      add_to(temperature, run.temperature);
      if (const auto rows = runs_.paired(i)) paired.push_back(*rows);
    }
    out.paired = mean_rows(paired);
    out.score = mean_of(score);
    out.cross_entropy = mean_of(cross_entropy);
    out.calibrated = mean_of(calibrated);
    out.temperature = mean_of(temperature);
    return out;
  }

  /// The closed form's gain in the unit of the observed one.
  [[nodiscard]] std::optional<double> predicted(const KeptRun& run, const KeptRun& student) const {
    if (out_.classes) return run.predicted_accuracy;
    if (std::isnan(student.mse) || std::isnan(run.predicted_mse)) return std::nullopt;
    const Gains found =
        gains_over({{"mse", student.mse - run.predicted_mse}}, {{"mse", student.mse}});
    const auto gain = found.find("mse");
    return gain == found.end() ? std::nullopt : std::optional(gain->second);
  }

  /// By last weights, where both have some.
  static Gains last_gains(const KeptRun& run, const KeptRun& student) {
    KeptRun last;
    last.calibrated = std::nan("");
    KeptRun alone = last;
    last.accuracy = run.last_accuracy;
    last.mse = run.last_mse;
    alone.accuracy = student.last_accuracy;
    alone.mse = student.last_mse;
    return gains_over(metrics_of(last), metrics_of(alone));
  }

  TrainPair pair(const CellName& name, std::uint32_t cell, BySeed& gains) {
    TrainPair out{name.place, name.control, 0, {}, {}, {}, {}, {}};
    BySeed cross_entropy;
    BySeed closed_form;
    BySeed by_last;
    for (const std::uint32_t i : runs_.of_cell(cell)) {
      const KeptRun& run = runs_[i];
      const KeptRun* student = runs_.student_of(i);
      if (!run.done || student == nullptr || !student->done) {
        ++out.failed;
        continue;
      }
      const Gains found = gains_over(metrics_of(run), metrics_of(*student));
      const auto take_from = [&](const Gains& from, const char* metric, BySeed& into) {
        if (const auto at = from.find(metric); at != from.end()) {
          into.emplace_back(run.seed, at->second);
        }
      };
      const char* score = out_.classes ? "accuracy" : "mse";
      take_from(found, score, gains);
      take_from(found, "cross-entropy", cross_entropy);
      take_from(last_gains(run, *student), score, by_last);
      const auto expected = predicted(run, *student);
      if (expected && std::isfinite(*expected)) closed_form.emplace_back(run.seed, *expected);
    }
    out.gain = mean_of(gains);
    out.cross_entropy = mean_of(cross_entropy);
    out.predicted = mean_of(closed_form);
    out.by_last = mean_of(by_last);
    return out;
  }

  /// Controls of the same setting and loss, of this teacher or of none.
  void add_controls(TrainPair& pair, const BySeed& gains) const {
    for (std::size_t i = 0; i < out_.controls.size(); ++i) {
      const TrainPair& control = out_.controls[i];
      if (!control.gain || !beside(control.place, pair.place)) continue;
      pair.controls.push_back(
          {control.control, *control.gain, mean_of(differences_of(gains, gains_[i]))});
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

  /// Sums of losses by step, and how many they are of.
  using Sums = std::map<double, std::pair<double, std::size_t>>;
  static void add_to(Sums& sums, double step, double loss) {
    sums[step].first += loss;
    ++sums[step].second;
  }

  /// Over the steps that all seeds have.
  report::TrainCurve mean_curve(
      const TrainPlace& place, bool alone, std::uint32_t cell,
      const std::function<std::vector<LossPoint>(const std::string&)>& curve) {
    report::TrainCurve out{place, alone, 0, {}, {}};
    Sums hard;
    Sums validation;
    for (const std::uint32_t i : runs_.of_cell(cell)) {
      if (!runs_[i].done) continue;
      const std::vector<LossPoint> points = curve(runs_.key_of(i));
      if (points.empty()) {
        ++out_.without_curve;
        continue;
      }
      ++out.seeds;
      for (const LossPoint& point : points) {
        add_to(hard, point.step, point.hard);
        if (point.validation) add_to(validation, point.step, *point.validation);
      }
    }
    const auto means = [&](const Sums& sums, auto& into) {
      for (const auto& [step, sum] : sums) {
        if (sum.second == out.seeds) {
          into.emplace_back(step, sum.first / static_cast<double>(sum.second));
        }
      }
    };
    means(hard, out.hard);
    means(validation, out.validation);
    return out;
  }

  const KeptRuns& runs_;
  TrainReport& out_;
  std::vector<BySeed> gains_;  ///< of controls
};

}  // namespace

void GatheredRuns::add(const documents::RunDocument& run) {
  totals_.add(run);
  kept_.add(run);
  classes_ = classes_ && !run.metrics.mse;
}

report::TrainReport GatheredRuns::report(
    documents::StudyDocument study,
    const std::function<std::vector<LossPoint>(const std::string& key)>& curve) {
  TrainReport out;
  out.warnings = study.warnings;
  out.study = std::move(study);
  out.classes = classes_;
  totals_.put(out);
  if (const std::size_t repeated = kept_.sort(); repeated > 0) {
    out.warnings.push_back(
        {"repeated-seeds",
         "runs that repeat a seed of their cell are left out: " + std::to_string(repeated)});
  }
  Summary summary(kept_, out);
  summary.levels();
  summary.pairs();
  summary.curves(curve);
  return out;
}

}  // namespace cch
