#include <fmt/format.h>

#include <cmath>
#include <map>

#include "tools/cch/train.hpp"

namespace cch {
namespace {

using nlohmann::json;

struct Cell {
  std::vector<double> gains;
  std::vector<double> predicted;
  std::size_t failed = 0;
};

struct Mean {
  double value = 0.0;
  double error = 0.0;
};

Mean mean_of(const std::vector<double>& values) {
  Mean out;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) out.value += v / n;
  double squares = 0.0;
  for (const double v : values) squares += (v - out.value) * (v - out.value);
  out.error = values.size() > 1 ? std::sqrt(squares / (n - 1.0) / n) : NAN;
  return out;
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

std::string cell_name(const json& run) {
  const json& unit = run["unit"];
  std::string out = values_text(unit["setting"]);
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : ", ") + text;
  };
  if (unit["labelled"].is_number()) add("n=" + unit["labelled"].dump());
  if (unit["scenario"] != "same-rows") add(unit["scenario"].get<std::string>());
  if (!run["teacher"].is_null()) {
    add(run["teacher"]["name"].get<std::string>());
    add(values_text(run["teacher"]["parameters"]));
    add(run["teacher"]["labels_from"].get<std::string>());
  }
  if (!run["loss"].is_null()) {
    const json& loss = run["loss"];
    add(fmt::format("{} λ={} T={}", loss["form"].get<std::string>(), value_text(loss["lambda"]),
                    value_text(loss["temperature"])));
  }
  if (!run["control"].is_null()) add("control " + run["control"].get<std::string>());
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

}  // namespace

std::string train_table(const std::vector<json>& results, bool all) {
  std::map<std::string, const json*> by_key;
  for (const json& run : results) by_key[run["key"].get<std::string>()] = &run;
  std::vector<std::string> order;
  std::map<std::string, Cell> cells;
  std::vector<std::string> level_order;
  std::map<std::string, Cell> levels;
  bool classes = true;
  for (const json& run : results) {
    const bool alone = run["student"].is_null();
    const std::string name = alone ? fmt::format("{}{}{}", run["role"].get<std::string>(),
                                                 cell_name(run).empty() ? "" : ": ", cell_name(run))
                                   : cell_name(run);
    auto& into = alone ? levels : cells;
    if (!into.contains(name)) (alone ? level_order : order).push_back(name);
    Cell& cell = into[name];
    if (run["status"] != "done") {
      ++cell.failed;
      continue;
    }
    classes = run["metrics"]["accuracy"].is_number();
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
  const auto line = [](const std::string& name, const Cell& cell, const char* format) {
    std::string out = "  " + name + "  ";
    if (!cell.gains.empty()) {
      const Mean m = mean_of(cell.gains);
      out += fmt::format(fmt::runtime(format), m.value);
      if (std::isfinite(m.error)) out += fmt::format(" ± {:.3g}", m.error);
      out += fmt::format(" ({} seed{})", cell.gains.size(), cell.gains.size() == 1 ? "" : "s");
    }
    if (!cell.predicted.empty()) {
      out += "; closed form " + fmt::format(fmt::runtime(format), mean_of(cell.predicted).value);
    }
    if (cell.failed > 0) out += fmt::format("; {} failed", cell.failed);
    return out + "\n";
  };
  std::string out = classes ? "accuracy, % (mean ± standard error over seeds)\n"
                            : "mean square error (mean ± standard error over seeds)\n";
  for (const std::string& name : level_order) {
    out += line(name, levels[name], classes ? "{:.2f}" : "{:.5g}");
  }
  out += classes ? "gain over the same student alone, points\n"
                 : "gain over the same student alone, ½ ln of the ratio of square errors\n";
  std::size_t hidden = 0;
  for (const std::string& name : order) {
    if (!all && name.ends_with("control shuffled")) {
      ++hidden;
      continue;
    }
    out += line(name, cells[name], classes ? "{:+.2f}" : "{:+.5f}");
  }
  if (hidden > 0) out += fmt::format("  {} shuffled controls: -v shows them\n", hidden);
  return out;
}

}  // namespace cch
