#include <fmt/format.h>

#include <array>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

struct Reading {
  std::string_view name;
  std::string_view how;
};

/// By the last part of a diagnostic's name.
constexpr std::array kReadings = {
    Reading{"rung", "the step of the CCA ladder that gave the value: joint, per-pair or copula"},
    Reading{"pairs", "canonical pairs that entered; 0 means that nothing linear was found"},
    Reading{"components", "principal components kept of each side"},
    Reading{"k", "neighbours; larger is smoother and more biased"},
    Reading{"queries", "rows used as query points; fewer than all rows adds the error below"},
    Reading{"query_standard_error", "extra standard error from using a sample of query points"},
    Reading{"folds", "parts of the cross-fit; no row is scored by a model that saw it"},
    Reading{"cross_entropy", "held-out cross-entropy, nats; H(Y) minus this is the bound"},
    Reading{"entropy", "H(Y) of the same rows, nats; the bound cannot exceed it"},
    Reading{"temperature", "1 is a calibrated classifier; above 1 it was too sure of itself"},
    Reading{"classifier", "the classifier that won on inner training rows"},
    Reading{"dropped_rows", "rows without a neighbour in their class, left out"},
    Reading{"shrinkage", "weight of the shrinkage target in the covariance; 0 is none, 1 is all"},
    Reading{"seconds", "wall time of the estimate alone, without reading, scaling, error bars"},
    Reading{"seconds_error_bars", "wall time of the error bars"},
    Reading{"error_bars", "how the standard error was obtained"},
    Reading{"saturated", "the estimate sits at the ceiling of its bound and is too low"},
    Reading{"ceiling", "the most that the bound can show, nats"},
};

std::string_view how_to_read(std::string_view path) {
  constexpr std::string_view separator = " · ";
  const std::size_t at = path.rfind(separator);
  const std::string_view name =
      at == std::string_view::npos ? path : path.substr(at + separator.size());
  for (const Reading& reading : kReadings) {
    if (reading.name == name) return reading.how;
  }
  return "";
}

std::string table_of(const json& diagnostics) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : leaves(diagnostics)) {
    rows.push_back({element("code", escape_html(fit(name, 120))), escape_html(fit(value, 300)),
                    std::string(how_to_read(name))});
  }
  return html_table("Facts recorded by the estimators",
                    {{"Name", false}, {"Value", true}, {"How to read", false}}, rows,
                    "cards quiet");
}

}  // namespace

std::string diagnostics_section(const json& document) {
  std::string html;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& diagnostics = field(teacher, "diagnostics");
    if (diagnostics.is_null() || diagnostics.empty()) continue;
    html += folded(name_in_sentence(text(field(teacher, "name"))), table_of(diagnostics));
  }
  return section("diagnostics", "Diagnostics", html);
}

}  // namespace cch::report
