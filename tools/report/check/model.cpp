#include "tools/report/check/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

std::string plural(std::size_t n, const std::string& one, const std::string& many) {
  return count(static_cast<std::int64_t>(n)) + ' ' + (n == 1 ? one : many);
}

std::string verdict_of(const json& document) {
  return text(field(document, "verdict"));
}

// Where not every teacher can be decided: which can, from the largest of their smallest margins.
std::string some_decided(const json& document) {
  std::vector<std::string> names;
  double largest = 0.0;
  const auto& teachers = elements(field(document, "teachers"));
  for (const json& teacher : teachers) {
    const auto nats =
        number(field(family_of(deciding(teacher), "gaussian"), "smallest_margin", "nats"));
    if (!nats) continue;
    names.push_back(name_in_sentence(text(field(teacher, "name"))));
    largest = std::max(largest, *nats);
  }
  if (names.empty()) return "";
  return fmt::format(" Margins of {} from {} nats can be decided, those of {} not.",
                     list_in_words(names, 3), fixed(largest, 3),
                     plural(teachers.size() - names.size(), "other teacher", "other teachers"));
}

}  // namespace

std::string check_sentence(const json& document) {
  const std::string verdict = verdict_of(document);
  const auto margin = number(field(document, "minimal_margin_nats"));
  const std::string from =
      margin ? fmt::format(" Margins from {} nats can be decided.", fixed(margin, 3)) : "";
  if (verdict == "feasible") return "Feasible: these data can decide the question." + from;
  if (verdict == "with_caution") {
    return "Feasible with caution." + (margin ? from : some_decided(document));
  }
  return "Not feasible: these data cannot decide the question.";
}

std::string check_lead(const json& document) {
  const std::size_t teachers = elements(field(document, "teachers")).size();
  std::string words = fmt::format("{}, {} rows", plural(teachers, "teacher", "teachers"),
                                  count(whole_number(field(document, "rows"))));
  const json& groups = field(document, "groups");
  if (!groups.is_null()) {
    words += fmt::format(" in {} groups", count(whole_number(field(groups, "count"))));
  }
  const auto classes = whole_number(field(document, "labels", "classes"));
  words += classes ? fmt::format(", {} classes", count(classes)) : ", real-valued labels";
  if (text(field(document, "mode")) == "plan") words += "; a plan, no features were read";
  return words + '.';
}

std::string check_verdict_words(const json& document) {
  const std::string verdict = verdict_of(document);
  if (verdict == "feasible") return "✓ feasible";
  if (verdict == "with_caution") return "? feasible with caution";
  return "✗ not feasible";
}

std::string check_verdict_class(const json& document) {
  const std::string verdict = verdict_of(document);
  if (verdict == "feasible") return "distil";
  return verdict == "with_caution" ? "inconclusive" : "do_not_distil";
}

const json& family_of(const json& estimator, const std::string& name) {
  static const json none;
  for (const json& family : elements(field(estimator, "families"))) {
    if (text(field(family, "family")) == name) return family;
  }
  return none;
}

const json& deciding(const json& teacher) {
  static const json none;
  const auto& all = elements(field(teacher, "estimators"));
  return all.empty() ? none : all.front();
}

std::string margin_words(const json& side) {
  if (side.is_null()) return kMissing;
  const auto nats = number(field(side, "nats"));
  return nats ? fixed(nats, 3) : "none";
}

std::optional<double> forecast_error(const json& teacher) {
  const json& gaussian = family_of(deciding(teacher), "gaussian");
  const auto smallest = number(field(gaussian, "smallest_margin", "nats"));
  std::optional<double> error;
  double nearest = 0.0;
  for (const json& point : elements(field(gaussian, "power"))) {
    const auto margin = number(field(point, "margin"));
    if (!margin) continue;
    const double away = std::abs(*margin - smallest.value_or(0.0));
    if (error && away >= nearest) continue;
    nearest = away;
    error = number(field(point, "standard_error"));
  }
  return error;
}

std::string needed_words(const json& document, const json& teacher) {
  const auto margin = number(field(document, "wanted", "margin_nats"));
  if (!margin) return "";
  const json& needed = field(teacher, "needed");
  if (needed.is_null()) {
    return text(field(teacher, "needed_why_not"), "not known");
  }
  std::string words = count(whole_number(field(needed, "rows"))) + " rows";
  if (!field(document, "groups").is_null()) {
    words += " in " + count(whole_number(field(needed, "groups"))) + " groups";
  }
  const std::string note = text(field(teacher, "needed_why_not"));
  return (note.empty() ? "about " : "at most ") + words;
}

std::string needed_sentence(const json& document, const json& teacher) {
  const auto margin = number(field(document, "wanted", "margin_nats"));
  if (!margin) return "";
  std::string words = fmt::format("{}: a margin of {} nats needs {}",
                                  name_in_sentence(text(field(teacher, "name"))), fixed(margin, 3),
                                  needed_words(document, teacher));
  const json& needed = field(teacher, "needed");
  if (needed.is_null()) return words;
  const auto& ends = elements(field(needed, "rows_interval95"));
  if (ends.size() == 2) {
    const auto low = whole_number(ends[0]);
    const auto high = whole_number(ends[1]);
    words += fmt::format(", 95 % interval {} to {}", low ? count(low) : "less than was planted",
                         high ? count(high) : "more than 16 times the rows");
  }
  return words + (boolean(field(needed, "extrapolated")) == true ? " (an extrapolation)." : ".");
}

std::string size_margin_words(const json& size) {
  const auto margin = number(field(size, "smallest_margin"));
  if (!margin) return "none";
  const auto& ends = elements(field(size, "interval95"));
  const auto low = ends.size() == 2 ? number(ends[0]) : std::nullopt;
  if (!low) return fixed(margin, 3);
  const auto high = number(ends[1]);
  return fmt::format("{} [{}, {}]", fixed(margin, 3), fixed(low, 3),
                     high ? fixed(high, 3) : "none");
}

std::string consistency_words(const json& test) {
  const bool at_most = boolean(field(test, "at_most")) == true;
  return fmt::format("{} where {}{} ± {} is due", fixed(number(field(test, "value")), 3),
                     at_most ? "at most " : "", fixed(number(field(test, "expected")), 3),
                     fixed(number(field(test, "tolerance")), 3));
}

std::vector<std::string> cost_sentences(const json& document) {
  const json& cost = field(document, "cost");
  std::vector<std::string> out;
  const auto rank = number(field(cost, "rank_seconds"));
  const std::string how = text(field(cost, "rank_how"));
  if (rank) {
    out.push_back(fmt::format("cch rank: about {} ({}).", duration(rank), how));
  } else if (!how.empty()) {
    out.push_back("cch rank: not timed, " + how + '.');
  }
  const auto train = number(field(cost, "train_seconds"));
  if (train) {
    out.push_back(
        fmt::format("cch train: about {} ({}).", duration(train), text(field(cost, "train_how"))));
  }
  return out;
}

std::vector<std::string> plan_sentences(const json& document) {
  const json& plan = field(document, "plan");
  if (plan.is_null()) return {};
  const auto low = number(field(plan, "minimal_margin_low"));
  const auto high = number(field(plan, "minimal_margin_high"));
  const std::size_t scenarios = elements(field(plan, "scenarios")).size();
  std::string words = fmt::format(
      "A plan does not know what the student knows about the labels, nor how many directions it "
      "shares with a teacher. Over {} such worlds the smallest margin lies between {} and {} nats.",
      scenarios, fixed(low, 3), high ? fixed(high, 3) : "none at all");
  if (!low) words = "In none of the worlds that were planted any margin can be decided.";
  return {words};
}

std::vector<std::string> size_sentences(const json& document) {
  std::vector<std::string> out;
  const json& groups = field(document, "groups");
  if (!groups.is_null()) {
    out.push_back(fmt::format(
        "Rows of a group are alike (intra-class correlation {}): a design effect of {}, so {} rows "
        "count as {}.",
        fixed(number(field(groups, "icc")), 2), fixed(number(field(groups, "design_effect")), 1),
        count(whole_number(field(document, "rows"))),
        count(static_cast<std::int64_t>(number(field(groups, "effective_rows")).value_or(0.0)))));
  }
  const auto entropy = number(field(document, "ceilings", "entropy_labels"));
  out.push_back(fmt::format(
      "Ceilings: ln N = {} nats for contrastive bounds{}.",
      fixed(number(field(document, "ceilings", "ln_rows")), 2),
      entropy ? fmt::format("; H(Y) = {} nats for everything about the labels", fixed(entropy, 3))
              : ""));
  out.push_back(fmt::format("Planted: I(student; labels) = {} nats.",
                            fixed(number(field(document, "i_student_labels_planted")), 3)));
  return out;
}

}  // namespace cch::report
