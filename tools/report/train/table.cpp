#include <fmt/format.h>

#include <algorithm>

#include "cch/report/train.hpp"
#include "tools/report/kit/number.hpp"

namespace cch::report {
namespace {

std::string cell_name(const TrainPlace& place, const std::string& control) {
  std::string out;
  const auto more = [&](const std::string& words) {
    if (!words.empty()) out += (out.empty() ? "" : ", ") + words;
  };
  more(setting_words(place));
  more(teacher_words(place));
  more(loss_words(place));
  if (!control.empty()) more("control " + control);
  return out;
}

std::string failed_words(std::size_t failed) {
  return failed > 0 ? fmt::format("; {} failed", failed) : "";
}

std::string level_line(const TrainLevel& level, const TrainUnit& unit, bool classes) {
  const std::string place = cell_name(level.place, "");
  std::string out = level.teacher ? "  teacher" : "  student";
  if (!place.empty()) out += ": " + place;
  if (level.score) {
    out += "  " + fmt::format(fmt::runtime(classes ? "{:.2f}" : "{:.5g}"),
                              unit.factor * level.score->mean);
    if (level.score->standard_error) {
      out += fmt::format(" ± {:.3g}", unit.factor * *level.score->standard_error);
    }
    out += fmt::format(" ({} seed{})", level.score->seeds, level.score->seeds == 1 ? "" : "s");
  }
  if (level.paired) out += ", " + paired_words(level);
  return out + failed_words(level.failed) + '\n';
}

std::string gain_line(const TrainPair& pair, const TrainUnit& unit) {
  std::string out = "  " + cell_name(pair.place, pair.control);
  if (pair.gain) {
    out += "  " + gain_words(*pair.gain, unit) +
           fmt::format(" ({} seed{})", pair.gain->seeds, pair.gain->seeds == 1 ? "" : "s");
  }
  if (pair.predicted) {
    GainSummary mean;
    mean.mean = pair.predicted->mean;
    out += "; closed form " + gain_words(mean, unit);
  }
  return out + failed_words(pair.failed) + '\n';
}

}  // namespace

std::string render_train_table(const TrainReport& report, bool all) {
  const TrainUnit unit = unit_of(report);
  std::string out = report.classes ? "accuracy, % (mean ± standard error over seeds)\n"
                                   : "mean square error (mean ± standard error over seeds)\n";
  for (const TrainLevel& level : report.levels) out += level_line(level, unit, report.classes);
  out += report.classes ? "gain over the same student alone, points\n"
                        : "gain over the same student alone, ½ ln of the ratio of square errors\n";
  for (const TrainPair& pair : report.pairs) out += gain_line(pair, unit);
  std::size_t hidden = 0;
  for (const TrainPair& control : report.controls) {
    if (!all && control.control == "shuffled") {
      ++hidden;
    } else {
      out += gain_line(control, unit);
    }
  }
  for (const Warning& warning : report.warnings) {
    if (warning.code == "still-improving") out += "warning: " + warning.message + '\n';
  }
  if (hidden > 0) out += fmt::format("  {} shuffled controls: -v shows them\n", hidden);
  return out;
}

}  // namespace cch::report
