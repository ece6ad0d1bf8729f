#include <array>
#include <set>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

struct Reading {
  std::string_view name;
  std::string_view how;
};

/// By the last part of a diagnostic's name.
constexpr std::array kReadings = {
    Reading{"rung", "the step of the CCA ladder that gave the value: joint, per-pair or copula"},
    Reading{"readings of rungs", "what each step of the ladder gave, nats: kept components, pairs"},
    Reading{"splits", "random splits whose estimates were averaged"},
    Reading{"degrees_of_freedom", "of the t distribution of the 95 % interval"},
    Reading{"search", "how neighbours were found; every way gives the same ones"},
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

/// The name under which a diagnostic is explained: rung_3 as rung, "pca50 cca sum 6" as one of
/// many.
std::string reading_name(const std::string& name) {
  if (name.starts_with("rung_")) return "rung";
  return name.find(" cca ") == std::string::npos ? name : "readings of rungs";
}

std::string list_of(const documents::Facts& diagnostics) {
  std::vector<Fact> facts;
  for (const auto& [name, value] : diagnostics) {
    facts.push_back({fit(name, 120), escape_html(fit(plain_value(value), 300))});
  }
  return facts_list(facts);
}

/// The names that occur and have a reading, once each.
std::string readings(const std::set<std::string>& names) {
  std::vector<Fact> facts;
  for (const Reading& reading : kReadings) {
    if (names.contains(std::string(reading.name))) {
      facts.push_back({std::string(reading.name), escape_html(reading.how)});
    }
  }
  return facts.empty() ? "" : folded("How to read these", facts_list(facts));
}

}  // namespace

std::string diagnostics_section(const RankDocument& document) {
  std::string html;
  std::set<std::string> names;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (teacher.diagnostics.empty()) continue;
    for (const auto& [name, value] : teacher.diagnostics) names.insert(reading_name(name));
    html += folded(name_in_sentence(teacher.name), list_of(teacher.diagnostics));
  }
  return section("diagnostics", "Diagnostics", readings(names) + html);
}

}  // namespace cch::report
