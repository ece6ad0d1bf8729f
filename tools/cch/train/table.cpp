#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cch/experiments/comparison.hpp"
#include "estimators/linalg/quantiles.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

using nlohmann::json;

/// More settings than this have one conclusion together.
constexpr std::size_t kSettingsApart = 6;

/// Runs that differ in their seed alone.
struct Cell {
  std::string setting;  ///< "" where the study has one
  std::string teacher;
  std::string loss;
  std::string control;
  std::vector<double> gains;  ///< one a seed; levels of a network that stands alone
  std::vector<double> predicted;
  std::size_t failed = 0;

  [[nodiscard]] bool pair() const { return control.empty() && !gains.empty(); }
};

/// In order of first appearance.
struct Cells {
  std::vector<std::pair<std::string, Cell>> all;
  std::map<std::string, std::size_t> index;

  Cell& at(const std::string& name, const Cell& like) {
    const auto [found, fresh] = index.try_emplace(name, all.size());
    if (fresh) all.emplace_back(name, like);
    return all[found->second].second;
  }
};

struct Summary {
  Cells gains;
  Cells levels;
  bool classes = true;
};

void append(std::string& words, const std::string& more) {
  if (!more.empty()) words += (words.empty() ? "" : ", ") + more;
}

std::string value_text(const json& value) {
  return value.is_number() ? fmt::format("{:.4g}", value.get<double>()) : value.get<std::string>();
}

std::string values_text(const json& values) {
  std::string out;
  for (const auto& [key, value] : values.items()) {
    out += (out.empty() ? "" : " ") + key + "=" + value_text(value);
  }
  return out;
}

Cell cell_of(const json& run) {
  Cell out;
  const json& unit = run["unit"];
  out.setting = values_text(unit["setting"]);
  if (unit["labelled"].is_number()) append(out.setting, "n=" + unit["labelled"].dump());
  if (unit["scenario"] != "same-rows") append(out.setting, unit["scenario"].get<std::string>());
  if (!run["teacher"].is_null()) {
    append(out.teacher, run["teacher"]["name"].get<std::string>());
    append(out.teacher, values_text(run["teacher"]["parameters"]));
    append(out.teacher, run["teacher"]["labels_from"].get<std::string>());
  }
  if (!run["loss"].is_null()) {
    const json& loss = run["loss"];
    out.loss = fmt::format("{} λ={} T={}", loss["form"].get<std::string>(),
                           value_text(loss["lambda"]), value_text(loss["temperature"]));
  }
  if (!run["control"].is_null()) out.control = run["control"].get<std::string>();
  return out;
}

std::string name_of(const Cell& cell) {
  std::string out;
  for (const std::string& part : {cell.setting, cell.teacher, cell.loss}) append(out, part);
  if (!cell.control.empty()) append(out, "control " + cell.control);
  return out;
}

/// Accuracy in points, or ½ ln of the ratio of square errors.
double gain_of(const json& run, const json& student) {
  const json& m = run["metrics"];
  const json& alone = student["metrics"];
  if (m["accuracy"].is_number()) {
    return 100.0 * (m["accuracy"].get<double>() - alone["accuracy"].get<double>());
  }
  return 0.5 * std::log(alone["mse"].get<double>() / m["mse"].get<double>());
}

double level_of(const json& run) {
  const json& m = run["metrics"];
  return m["accuracy"].is_number() ? 100.0 * m["accuracy"].get<double>() : m["mse"].get<double>();
}

double predicted_of(const json& run, const json& student) {
  const json& p = run["predicted"];
  if (p.is_null()) return NAN;
  if (p["accuracy_gain"].is_number()) return 100.0 * p["accuracy_gain"].get<double>();
  if (!student["metrics"]["mse"].is_number()) return NAN;
  const double alone = student["metrics"]["mse"].get<double>();
  return 0.5 * std::log(alone / (alone - p["mse_gain"].get<double>()));
}

Summary summarise(const std::vector<json>& results) {
  std::map<std::string, const json*> by_key;
  for (const json& run : results) by_key[run["key"].get<std::string>()] = &run;
  Summary out;
  for (const json& run : results) {
    const bool alone = run["student"].is_null();
    const Cell like = cell_of(run);
    std::string name = name_of(like);
    if (alone) name = run["role"].get<std::string>() + (name.empty() ? "" : ": ") + name;
    Cell& cell = (alone ? out.levels : out.gains).at(name, like);
    if (run["status"] != "done") {
      ++cell.failed;
      continue;
    }
    out.classes = run["metrics"]["accuracy"].is_number();
    if (alone) {
      cell.gains.push_back(level_of(run));
      continue;
    }
    const auto student = by_key.find(run["student"].get<std::string>());
    if (student == by_key.end() || (*student->second)["status"] != "done") {
      ++cell.failed;
      continue;
    }
    cell.gains.push_back(gain_of(run, *student->second));
    const double predicted = predicted_of(run, *student->second);
    if (std::isfinite(predicted)) cell.predicted.push_back(predicted);
  }
  return out;
}

std::string seeds_words(std::size_t seeds) {
  return fmt::format("{} seed{}", seeds, seeds == 1 ? "" : "s");
}

std::string line(const std::string& name, const Cell& cell, const char* format) {
  std::string out = "  " + name + "  ";
  if (!cell.gains.empty()) {
    const GainSummary m = summarise_gains(cell.gains);
    out += fmt::format(fmt::runtime(format), m.mean);
    if (m.standard_error) out += fmt::format(" ± {:.3g}", *m.standard_error);
    out += " (" + seeds_words(m.seeds) + ")";
  }
  if (!cell.predicted.empty()) {
    out +=
        "; closed form " + fmt::format(fmt::runtime(format), summarise_gains(cell.predicted).mean);
  }
  if (cell.failed > 0) out += fmt::format("; {} failed", cell.failed);
  return out + "\n";
}

std::string gain_words(const GainSummary& gain, bool classes) {
  std::string out = fmt::format(fmt::runtime(classes ? "{:+.2f}" : "{:+.4f}"), gain.mean);
  if (gain.standard_error) {
    out += fmt::format(fmt::runtime(classes ? " ± {:.2f}" : " ± {:.4f}"), *gain.standard_error);
  }
  return out + (classes ? " points of accuracy" : " (½ ln of the ratio of square errors)");
}

/// Whether the gain is above zero as the largest of so many: Student's t of its seeds, Bonferroni.
bool shown_as_largest(const GainSummary& gain, std::size_t of) {
  if (!gain.standard_error) return false;
  const double t = detail::students_t_quantile(static_cast<double>(gain.seeds) - 1.0,
                                               1.0 - 0.025 / static_cast<double>(of));
  return gain.mean > t * *gain.standard_error;
}

/// The control of the same setting and loss that gains most, where that is as much as the pair.
std::string control_words(const Summary& summary, const Cell& best, double gain) {
  std::string out;
  for (const auto& [name, cell] : summary.gains.all) {
    const bool beside = !cell.control.empty() && !cell.gains.empty() &&
                        cell.setting == best.setting && cell.loss == best.loss &&
                        (cell.teacher.empty() || cell.teacher == best.teacher);
    if (!beside) continue;
    const GainSummary other = summarise_gains(cell.gains);
    if (other.mean < gain) continue;
    gain = other.mean;
    out = fmt::format(" The control {} gains as much there: {}.", cell.control,
                      gain_words(other, summary.classes));
  }
  return out;
}

/// Without what is usual: labels from the student's own rows.
std::string teacher_words(const Cell& cell) {
  constexpr std::string_view kUsual = ", same-rows";
  const std::string& name = cell.teacher;
  return name.ends_with(kUsual) ? name.substr(0, name.size() - kUsual.size()) : name;
}

/// "text distils: +0.62 ± 0.20 points …" of pairs among which one is looked for.
std::string largest_gain(const Summary& summary, const std::vector<const Cell*>& pairs,
                         bool with_setting) {
  const Cell* best = nullptr;
  double most = 0.0;
  for (const Cell* cell : pairs) {
    const double mean = summarise_gains(cell->gains).mean;
    if (best != nullptr && mean <= most) continue;
    best = cell;
    most = mean;
  }
  const GainSummary gain = summarise_gains(best->gains);
  std::string where = best->loss;
  if (with_setting && !best->setting.empty()) where = best->setting + "; " + where;
  const std::string figures =
      fmt::format("{} ({}, {})", gain_words(gain, summary.classes), where, seeds_words(gain.seeds));
  const std::string control = control_words(summary, *best, gain.mean);
  if (shown_as_largest(gain, pairs.size())) {
    return fmt::format(
        "{} distils: {}{}.{}", teacher_words(*best), figures,
        pairs.size() > 1 ? fmt::format(", above zero even as the largest of {} gains", pairs.size())
                         : "",
        control);
  }
  if (pairs.size() == 1) {
    return fmt::format("{} is not shown to distil: {}.{}", teacher_words(*best), figures, control);
  }
  return fmt::format("no teacher is shown to distil; the largest of {} gains is that of {}: {}.{}",
                     pairs.size(), teacher_words(*best), figures, control);
}

}  // namespace

std::string train_conclusion(const std::vector<json>& results) {
  const Summary summary = summarise(results);
  std::vector<const Cell*> pairs;
  std::vector<std::string> settings;
  std::size_t gain = 0;
  std::size_t lose = 0;
  for (const auto& [name, cell] : summary.gains.all) {
    if (!cell.pair()) continue;
    pairs.push_back(&cell);
    const int sign = summarise_gains(cell.gains).sign;
    gain += sign > 0 ? 1 : 0;
    lose += sign < 0 ? 1 : 0;
    if (std::find(settings.begin(), settings.end(), cell.setting) == settings.end()) {
      settings.push_back(cell.setting);
    }
  }
  if (pairs.empty()) return "No teacher was compared with a student alone.\n";
  std::string out;
  if (settings.size() == 1 || settings.size() > kSettingsApart) {
    out = largest_gain(summary, pairs, settings.size() > 1) + "\n";
    if (out.starts_with("no ")) out.front() = 'N';
  } else {
    for (const std::string& setting : settings) {
      std::vector<const Cell*> own;
      std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(own),
                   [&](const Cell* cell) { return cell->setting == setting; });
      out += (setting.empty() ? "" : setting + ": ") + largest_gain(summary, own, false) + "\n";
    }
  }
  return out + fmt::format(
                   "Of {} pair{} {} gain and {} lose by more than 2 standard errors over seeds.\n",
                   pairs.size(), pairs.size() == 1 ? "" : "s", gain, lose);
}

std::string train_table(const std::vector<json>& results, bool all) {
  const Summary summary = summarise(results);
  const bool classes = summary.classes;
  std::string out = classes ? "accuracy, % (mean ± standard error over seeds)\n"
                            : "mean square error (mean ± standard error over seeds)\n";
  for (const auto& [name, cell] : summary.levels.all) {
    out += line(name, cell, classes ? "{:.2f}" : "{:.5g}");
  }
  out += classes ? "gain over the same student alone, points\n"
                 : "gain over the same student alone, ½ ln of the ratio of square errors\n";
  std::size_t hidden = 0;
  for (const auto& [name, cell] : summary.gains.all) {
    if (!all && name.ends_with("control shuffled")) {
      ++hidden;
      continue;
    }
    out += line(name, cell, classes ? "{:+.2f}" : "{:+.5f}");
  }
  if (hidden > 0) out += fmt::format("  {} shuffled controls: -v shows them\n", hidden);
  return out;
}

}  // namespace cch
