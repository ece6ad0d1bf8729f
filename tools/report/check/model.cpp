#include "tools/report/check/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

std::string plural(std::size_t n, const std::string& one, const std::string& many) {
  return count(n) + ' ' + (n == 1 ? one : many);
}

std::string decided_words(const documents::DecidedFrom& side) {
  return side.nats ? fixed(side.nats, 3) : "none";
}

// Where not every teacher can be decided: which can, from the largest of their smallest margins.
std::string some_decided(const CheckDocument& document) {
  std::vector<std::string> names;
  double largest = 0.0;
  for (const TeacherForecast& teacher : document.teachers) {
    const auto nats = smallest_margin(family_of(deciding(teacher), "gaussian"));
    if (!nats) continue;
    names.push_back(name_in_sentence(teacher.name));
    largest = std::max(largest, *nats);
  }
  if (names.empty()) return "";
  return fmt::format(
      " Margins of {} from {} nats can be decided, those of {} not.", list_in_words(names, 3),
      fixed(largest, 3),
      plural(document.teachers.size() - names.size(), "other teacher", "other teachers"));
}

}  // namespace

std::string check_sentence(const CheckDocument& document) {
  const std::string& verdict = document.verdict;
  const auto margin = document.minimal_margin;
  const std::string from =
      margin ? fmt::format(" Margins from {} nats can be decided.", fixed(margin, 3)) : "";
  if (verdict == "feasible") return "Feasible: these data can decide the question." + from;
  if (verdict == "with_caution") {
    return "Feasible with caution." + (margin ? from : some_decided(document));
  }
  return "Not feasible: these data cannot decide the question.";
}

std::string check_lead(const CheckDocument& document) {
  std::string words = fmt::format(
      "{}, {} rows", plural(document.teachers.size(), "teacher", "teachers"), count(document.rows));
  if (document.groups) words += fmt::format(" in {} groups", count(document.groups->count));
  words += document.classes ? fmt::format(", {} classes", count(*document.classes))
                            : ", real-valued labels";
  if (document.mode == "plan") words += "; a plan, no features were read";
  return words + '.';
}

std::string check_verdict_words(const CheckDocument& document) {
  const std::string& verdict = document.verdict;
  if (verdict == "feasible") return "✓ feasible";
  if (verdict == "with_caution") return "? feasible with caution";
  return "✗ not feasible";
}

std::string check_verdict_class(const CheckDocument& document) {
  const std::string& verdict = document.verdict;
  if (verdict == "feasible") return "distil";
  return verdict == "with_caution" ? "inconclusive" : "do_not_distil";
}

const FamilyForecast* family_of(const EstimatorForecast& estimator, const std::string& name) {
  for (const FamilyForecast& family : estimator.families) {
    if (family.family == name) return &family;
  }
  return nullptr;
}

const EstimatorForecast& deciding(const TeacherForecast& teacher) {
  static const EstimatorForecast none;
  return teacher.estimators.empty() ? none : teacher.estimators.front();
}

documents::Number smallest_margin(const FamilyForecast* family) {
  return family ? family->smallest.nats : std::nullopt;
}

std::string smallest_words(const FamilyForecast* family) {
  return family ? decided_words(family->smallest) : kMissing;
}

std::string against_words(const FamilyForecast* family) {
  return family && family->smallest_against ? decided_words(*family->smallest_against) : kMissing;
}

std::optional<double> forecast_error(const TeacherForecast& teacher) {
  const FamilyForecast* gaussian = family_of(deciding(teacher), "gaussian");
  if (!gaussian) return std::nullopt;
  std::optional<double> error;
  double nearest = 0.0;
  for (const documents::PlantedMargin& point : gaussian->power) {
    if (!point.margin) continue;
    const double away = std::abs(*point.margin - gaussian->smallest.nats.value_or(0.0));
    if (error && away >= nearest) continue;
    nearest = away;
    error = point.standard_error;
  }
  return error;
}

std::string needed_words(const CheckDocument& document, const TeacherForecast& teacher) {
  if (!document.wanted_margin) return "";
  const std::string& note = teacher.needed_why_not;
  if (!teacher.needed) return note.empty() ? "not known" : note;
  std::string words = count(teacher.needed->rows) + " rows";
  if (document.groups) words += " in " + count(teacher.needed->groups) + " groups";
  return (note.empty() ? "about " : "at most ") + words;
}

std::string needed_sentence(const CheckDocument& document, const TeacherForecast& teacher) {
  if (!document.wanted_margin) return "";
  const std::string words =
      fmt::format("{}: a margin of {} nats needs {}", name_in_sentence(teacher.name),
                  fixed(document.wanted_margin, 3), needed_words(document, teacher));
  if (!teacher.needed) return words;
  const auto& [low, high] = teacher.needed->rows_interval95;
  return words + fmt::format(", 95 % interval {} to {}{}.",
                             low ? count(low) : "less than was planted",
                             high ? count(high) : "more than 16 times the rows",
                             teacher.needed->extrapolated ? " (an extrapolation)" : "");
}

std::string size_margin_words(const documents::TriedSize& size) {
  const auto& [low, high] = size.interval95;
  if (!size.smallest_margin) return "none";
  if (!low) return fixed(size.smallest_margin, 3);
  return fmt::format("{} [{}, {}]", fixed(size.smallest_margin, 3), fixed(low, 3),
                     high ? fixed(high, 3) : "none");
}

std::string leak_subject(const documents::LeakOutcome& check) {
  return check.code + (check.subject.empty() ? "" : " of " + name_in_sentence(check.subject));
}

std::string tried_words(const CheckDocument& document) {
  std::set<std::string> tried;
  for (const documents::ConsistencyOutcome& test : document.consistency) {
    if (test.about == "student") tried.insert(test.subject);
  }
  const std::size_t all = document.teachers.size();
  if (tried.empty() || tried.size() >= all) return "";
  return fmt::format(
      " Of {} teachers those with the fewest and the most columns were tried; --laws tries all.",
      all);
}

std::string consistency_words(const documents::ConsistencyOutcome& test) {
  return fmt::format("{} where {}{} ± {} is due", fixed(test.value, 3),
                     test.at_most ? "at most " : "", fixed(test.expected, 3),
                     fixed(test.tolerance, 3));
}

std::vector<std::string> cost_sentences(const CheckDocument& document) {
  std::vector<std::string> out;
  const std::string& how = document.rank_how;
  if (document.rank_seconds) {
    out.push_back(fmt::format("cch rank: about {} ({}).", duration(document.rank_seconds), how));
  } else if (!how.empty()) {
    out.push_back("cch rank: not timed, " + how + '.');
  }
  if (document.train_seconds) {
    out.push_back(fmt::format("cch train: about {} ({}).", duration(document.train_seconds),
                              document.train_how));
  }
  return out;
}

std::vector<std::string> plan_sentences(const CheckDocument& document) {
  if (!document.plan) return {};
  const auto& [worlds, low, high] = *document.plan;
  if (!low) return {"In none of the worlds that were planted any margin can be decided."};
  return {fmt::format(
      "A plan does not know what the student knows about the labels, nor how many directions it "
      "shares with a teacher. Over {} such worlds the smallest margin lies between {} and {} nats.",
      worlds.size(), fixed(low, 3), high ? fixed(high, 3) : "none at all")};
}

/// How often rankings of such questions were firm; "" without the numbers.
std::string firm_sentence(const CheckDocument& document) {
  if (!document.firm) return "";
  std::string shares;
  for (const documents::FirmRankings& of : *document.firm) {
    shares += fmt::format(
        "{}{} for {} students {} ({} questions of {} to {} rows)", shares.empty() ? "" : ", ",
        fixed(100.0 * of.share.value_or(0.0), 0) + " %", of.student,
        of.scenario == "same-rows" ? "on the labelled rows alone" : "with unlabelled pairs",
        count(of.cells), count(of.least_rows), count(of.most_rows));
  }
  return "On the reference corpus a ranking by chance came out firm in " + shares + '.';
}

std::vector<std::string> size_sentences(const CheckDocument& document) {
  std::vector<std::string> out;
  if (const auto& groups = document.groups) {
    out.push_back(fmt::format(
        "Rows of a group are alike (intra-class correlation {}): a design effect of {}, so {} rows "
        "count as {}.",
        fixed(groups->icc, 2), fixed(groups->design_effect, 1), count(document.rows),
        count(static_cast<std::int64_t>(groups->effective_rows.value_or(0.0)))));
  }
  const auto entropy = document.entropy_labels;
  out.push_back(fmt::format(
      "Ceilings: ln N = {} nats for contrastive bounds{}.", fixed(document.ln_rows, 2),
      entropy ? fmt::format("; H(Y) = {} nats for everything about the labels", fixed(entropy, 3))
              : ""));
  out.push_back(fmt::format("Planted: I(student; labels) = {} nats.",
                            fixed(document.i_student_labels_planted, 3)));
  if (std::string firm = firm_sentence(document); !firm.empty()) out.push_back(std::move(firm));
  return out;
}

}  // namespace cch::report
