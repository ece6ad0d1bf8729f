#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/number.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::int64_t kFewestGroups = 20;  // below, errors by groups are exploratory

struct Caveats {
  std::vector<std::string> severe;
  std::vector<std::string> mild;
};

bool mixes_families(const json& teacher) {
  return boolean(field(teacher, "cch", "representation", "mixed_families")).value_or(false);
}

/// Signs that the estimators give to the margin of one teacher: one entry an estimator with a
/// decision.
std::vector<std::string> outcomes_of(const json& document, const std::string& name) {
  std::vector<std::string> outcomes;
  for (const json& pair : elements(field(document, "estimators"))) {
    for (const json& teacher : elements(field(pair, "teachers"))) {
      if (text(field(teacher, "name")) != name) continue;
      const std::string outcome = text(field(teacher, "cch", "representation", "outcome"));
      if (outcome == "holds" || outcome == "fails") outcomes.push_back(outcome);
    }
  }
  return outcomes;
}

void look_at_first(const json& document, const json& first, Caveats& found) {
  const std::string name = text(field(first, "name"));
  const std::string shown = name_in_sentence(name);
  if (text(field(first, "verdict")) == "unreliable") {
    found.severe.push_back(fmt::format("A check of the estimates for {} failed.", shown));
  }
  const std::vector<std::string> outcomes = outcomes_of(document, name);
  if (std::adjacent_find(outcomes.begin(), outcomes.end(), std::not_equal_to<>()) !=
      outcomes.end()) {
    found.severe.push_back(
        fmt::format("The estimators disagree about the sign of the margin of {}.", shown));
  }
  if (mixes_families(first)) {
    found.mild.push_back(
        "The two sides of the margin come from different estimator families, whose biases differ.");
  }
  if (field(first, "planted_bias").is_null()) {
    found.mild.push_back(
        "The estimators' bias at this size and dimension was not measured; the intervals cover "
        "sampling error only.");
  }
}

void look_at_data(const json& document, Caveats& found) {
  const auto groups = whole_number(field(document, "groups", "count"));
  if (groups && *groups < kFewestGroups) {
    found.severe.push_back(
        fmt::format("There are only {} groups; below {} the intervals are exploratory.", *groups,
                    kFewestGroups));
  }
  if (boolean(field(document, "alignment", "verified")) == false) {
    found.mild.push_back("Rows were paired by their order, which nothing in the files confirms.");
  }
}

void look_at_rule(const json& document, Caveats& found) {
  if (text(field(document, "decided_by")) != "cch") return;
  found.mild.push_back(
      "The CCH on representations decided alone; no student was trained to confirm it.");
}

std::string margin_of(const std::string& name, const Value& margin, bool positive) {
  const double size = std::abs(*margin.nats);
  std::string errors;
  if (margin.standard_error.value_or(0) > 0) {
    errors = fmt::format(" ({} standard errors)",
                         fixed(size / *margin.standard_error, size / *margin.standard_error < 10));
  }
  return fmt::format(
      "The margin of {} would have to be {} nats{} {} than estimated to change sign.", name,
      fixed(size, decimals_for(margin.standard_error)), errors, positive ? "smaller" : "larger");
}

/// Half-widths shrink as 1/√N, so the interval leaves zero at N · (half-width / |margin|)² rows.
std::string rows_needed(const json& document, const std::string& name, const Value& margin) {
  const double half_width = (*margin.high - *margin.low) / 2;
  const double factor = std::pow(half_width / std::abs(*margin.nats), 2);
  const std::string undecided =
      fmt::format("The interval of the margin of {} contains zero.", name);
  const auto rows = whole_number(field(document, "rows"));
  if (!rows || !std::isfinite(factor) || factor > 1000 || factor <= 1) return undecided;
  const double needed = std::pow(10, std::floor(std::log10(factor * double(*rows))) - 1);
  const double rounded = std::ceil(factor * double(*rows) / needed) * needed;
  return fmt::format("{} If the margin stays at {} nats, about {} rows would decide it (now {}).",
                     undecided, fixed(margin.nats, decimals_for(margin.standard_error)),
                     count(static_cast<std::int64_t>(rounded)), count(rows));
}

void add_upper_side(const json& document, const json& first, const std::string& name,
                    std::vector<std::string>& out) {
  const auto entropy = label_entropy(document);
  const Value teacher = value_of(field(first, "i_teacher_student"));
  if (!entropy || !teacher.low) return;
  const std::string limit = fixed(entropy, 3);
  if (*teacher.low > *entropy) {
    out.push_back(
        fmt::format("No value of I(student; labels) would change it: even H(Y) = {} nats lies "
                    "below the interval "
                    "of I({}; student).",
                    limit, name));
  } else {
    out.push_back(
        fmt::format("I(student; labels) can be as large as H(Y) = {} nats; at that value the "
                    "margin of {} would "
                    "not be shown to be positive.",
                    limit, name));
  }
}

/// Where a trained student decided, its gain is what the verdict hangs on.
void add_pilot(const json& document, const json& first, const std::string& name,
               std::vector<std::string>& out) {
  const std::string rule = text(field(document, "decided_by"));
  if (rule != "pilot" && rule != "combined") return;
  const Value gain = value_of(field(first, "pilot", "gain_cross_entropy"));
  if (!gain.nats) return;
  out.push_back(fmt::format(
      "The pilot's gain with {} is {} nats of cross-entropy, 95 % interval {}: an interval on the "
      "other side of zero would turn the verdict.",
      name, with_error(gain.nats, gain.standard_error),
      interval(gain.low, gain.high, decimals_for(gain.standard_error))));
}

void add_runner_up(const json& document, std::vector<std::string>& out) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (teachers.size() < 2) return;
  const std::string first = text(field(teachers[0], "name"));
  const std::string second = text(field(teachers[1], "name"));
  for (const json& pair : elements(field(document, "differences"))) {
    if (text(field(pair, "first")) != first || text(field(pair, "second")) != second) continue;
    const Value gap = value_of(pair);
    if (!gap.low || !gap.high) return;
    const bool settled = *gap.low > 0 || *gap.high < 0;
    out.push_back(fmt::format("The lead of {} over {} is {} nats: the order of the two is {}.",
                              name_in_sentence(first), name_in_sentence(second),
                              with_error(gap.nats, gap.standard_error),
                              settled ? "settled" : "not settled"));
    return;
  }
}

}  // namespace

Reliability reliability(const json& document) {
  Caveats found;
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (teachers.empty()) found.severe.emplace_back("No teacher was ranked.");
  if (!teachers.empty()) look_at_first(document, teachers.front(), found);
  look_at_data(document, found);
  look_at_rule(document, found);
  const std::string word = !found.severe.empty() ? "low" : found.mild.empty() ? "high" : "moderate";
  found.severe.insert(found.severe.end(), found.mild.begin(), found.mild.end());
  return {word, found.severe};
}

std::vector<std::string> what_would_change_it(const json& document) {
  std::vector<std::string> out;
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (teachers.empty()) return out;
  const json& first = teachers.front();
  const std::string name = name_in_sentence(text(field(first, "name")));
  const Value margin = value_of(field(first, "margin"));
  add_pilot(document, first, name, out);
  if (margin.nats && margin.low && margin.high) {
    const bool decided = *margin.low > 0 || *margin.high < 0;
    out.push_back(decided ? margin_of(name, margin, *margin.nats > 0)
                          : rows_needed(document, name, margin));
  }
  if (margin.low && *margin.low > 0) add_upper_side(document, first, name, out);
  add_runner_up(document, out);
  return out;
}

}  // namespace cch::report
