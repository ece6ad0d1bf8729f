#include "tools/report/rank/chances.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cch/criterion/teacher_chance.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

/// For the unit.
GainMetric metric_of(const std::string& metric) {
  if (metric == "accuracy") return GainMetric::accuracy;
  if (metric == "f1") return GainMetric::f1;
  return metric == "auc" ? GainMetric::auc : GainMetric::cross_entropy;
}

bool in_points(const ChanceOfGain& of) {
  return in_points(metric_of(of.metric));
}

std::string scenario_words(const std::string& scenario) {
  if (scenario == "same-rows") return "same rows";
  if (scenario == "more-labels") return "more labels";
  if (scenario == "unlabelled-pairs") return "unlabelled pairs";
  return printable(scenario);
}

/// For labels of a picture.
std::string short_scenario(const ChanceOfGain& of) {
  return of.scenario == "unlabelled-pairs" ? "unlabelled" : scenario_words(of.scenario);
}

std::string metric_words(const std::string& metric) {
  if (metric == "accuracy") return "accuracy";
  if (metric == "f1") return "F1";
  if (metric == "auc") return "AUC";
  return metric == "mse" ? "½ ln of the ratio of squared errors" : "cross-entropy";
}

/// "cross-entropy +0.021 nats expected (80 %: +0.009 to +0.034), chance 96 %".
std::string expected(const ChanceOfGain& of) {
  return fmt::format("{} {} expected (80 %: {} to {}), chance {}", metric_words(of.metric),
                     gain_words(of.expected_gain, of), gain_words(of.low, of, false),
                     gain_words(of.high, of, false), chance_percent(of.p_gain));
}

/// The other scenarios of the same student: "On the labelled rows alone, do not (chance 12 %)."
std::string others(const JudgedTeacher& teacher, const ChanceOfGain& decides) {
  std::string out;
  for (const ChanceOfGain& of : *teacher.chances) {
    if (of.student_model != decides.student_model || of.scenario == decides.scenario) continue;
    const std::string& verdict = of.verdict;
    const std::string does = verdict == "distil"          ? "it helps, too"
                             : verdict == "do_not_distil" ? "do not"
                                                          : "it is open";
    out += fmt::format(" {} {}, {} (chance {}).", of.scenario == "same-rows" ? "On" : "With",
                       rows_of_chance(of), does, chance_percent(of.p_gain));
  }
  return out;
}

std::string worth_it_too(const RankDocument& document) {
  std::vector<std::string> names;
  for (std::size_t t = 1; t < document.teachers.size(); ++t) {
    if (document.teachers[t].verdict == "distil") {
      names.push_back(name_in_sentence(document.teachers[t].name));
    }
  }
  if (names.empty()) return "";
  return fmt::format(" {} {} worth it too.", list_in_words(names, 3),
                     names.size() == 1 ? "is" : "are");
}

std::string with_rows(const ChanceOfGain& of) {
  return (of.scenario == "same-rows" ? "on " : "with ") + rows_of_chance(of);
}

/// A row a chance, `most` teachers.
template <class Take>
void each_chance(const RankDocument& document, std::size_t most, Take&& take) {
  for (std::size_t t = 0; t < std::min(most, document.teachers.size()); ++t) {
    const JudgedTeacher& teacher = document.teachers[t];
    if (!teacher.chances) continue;
    for (const ChanceOfGain& of : *teacher.chances) take(teacher, of);
  }
}

std::string as_percent(double share) {
  return share > 0.995 ? "over 99 %" : share < 0.005 ? "below 1 %" : fixed(100 * share, 0) + " %";
}

}  // namespace

const ChanceOfGain* deciding_chance(const JudgedTeacher& teacher) {
  if (!teacher.chances) return nullptr;
  const ChanceOfGain* best = nullptr;
  for (const ChanceOfGain& of : *teacher.chances) {
    if (of.student_model != teacher.chances->front().student_model) continue;
    if (best == nullptr || of.expected_gain > best->expected_gain) best = &of;
  }
  return best;
}

std::string gain_words(const documents::Number& gain, const ChanceOfGain& of, bool unit) {
  if (!gain) return kMissing;
  return gain_in_words(*gain, metric_of(of.metric), unit);
}

std::string worth_words(const ChanceOfGain& of) {
  return worth_in_words(of.worthwhile.value_or(0.0), metric_of(of.metric));
}

std::string chance_percent(const documents::Number& chance) {
  return chance ? as_percent(*chance) : kMissing;
}

std::string rows_of_chance(const ChanceOfGain& of) {
  if (of.scenario == "same-rows") return "the labelled rows alone";
  if (of.scenario == "more-labels") {
    return fmt::format("your {} further labels", count(of.further_rows));
  }
  return fmt::format("your {} unlabelled pairs", count(of.further_rows));
}

std::string chance_sentence(const RankDocument& document) {
  const JudgedTeacher& first = document.teachers.front();
  const ChanceOfGain* of = deciding_chance(first);
  const std::string name = name_in_sentence(first.name);
  if (of == nullptr || first.verdict == "unreliable") return "";
  const bool alone = document.teachers.size() == 1;
  const std::string figures = fmt::format("{}: {}.", with_rows(*of), expected(*of));
  if (first.verdict == "distil") {
    return fmt::format("Distil from {} {}{}{}", name, figures, others(first, *of),
                       worth_it_too(document));
  }
  if (first.verdict == "do_not_distil") {
    const bool harms = of->p_gain.value_or(0.5) < 0.5;
    const std::string why = harms ? "" : " A gain, if any, is too small to pay.";
    if (alone) return fmt::format("Do not distil from {} {}{}", name, figures, why);
    return fmt::format("Do not distil from any of the {} teachers. Best is {} {}{}",
                       document.teachers.size(), name, figures, why);
  }
  if (alone) {
    return fmt::format("Inconclusive: whether to distil from {} is open. With it {}", name,
                       figures);
  }
  return fmt::format("No teacher is shown to be worth distilling from. Best is {} {}", name,
                     figures);
}

std::string best_set_sentence(const RankDocument& document) {
  if (!document.best_set) return "";
  const documents::BestSet& of = *document.best_set;
  const auto taken = [](const documents::SetStep& step) { return step.taken; };
  const auto last = std::find_if(of.steps.rbegin(), of.steps.rend(), taken);
  const bool pays = last != of.steps.rend();
  if (of.steps.empty()) return "Fusing teachers: not measured. " + printable(of.stopped);
  const documents::TriedSet& set = pays ? last->tried.front() : of.steps.front().tried.front();
  const std::string whether = pays ? "Fusing teachers pays" : "Fusing teachers is not shown to pay";
  if (!set.over_single || !set.over_single->value) return whether + ": " + printable(of.stopped);
  return fmt::format("{}: {} over {} alone, {} {}, chance {} that it is better.", whether,
                     name_in_sentence(set.name), name_in_sentence(of.single),
                     metric_words(of.metric),
                     gain_in_words(*set.over_single->value, metric_of(of.metric)),
                     chance_percent(set.over_single->p_better));
}

std::string moved_by(const JudgedTeacher& teacher, std::size_t most) {
  const ChanceOfGain* of = deciding_chance(teacher);
  if (of == nullptr) return "";
  std::vector<std::string> parts;
  for (const documents::ChancePart& part : of->contributions) {
    parts.push_back(fmt::format("{} {} ({})", printable(part.evidence), general(part.value),
                                gain_words(part.effect, *of, false)));
  }
  return list_in_words(parts, most);
}

std::string rests_on(const ChanceOfGain& of) {
  if (of.networks == 0) return "the linear pilot and probes";
  const std::size_t repeats = of.repeats.value_or(1);
  return fmt::format("{} networks on {} labelled rows{}, the linear pilot and probes",
                     count(of.networks), count(of.network_rows),
                     repeats == 1 ? "" : fmt::format(" in {} repeats", repeats));
}

std::string spending_words(const RankDocument& document) {
  if (!document.network_pilots) return "";
  const documents::NetworkSpending& of = *document.network_pilots;
  const std::string budget =
      of.budget ? fmt::format(" of a budget of {:.0f} s", *of.budget) : std::string();
  std::string until = "every teacher with all repeats";
  if (of.ended == "settled") until = "until every chance was firm";
  if (of.ended == "repeats") until = "with all repeats of teachers that are still open";
  if (of.ended == "budget") until = "until the budget was too small for those still open";
  return fmt::format("Pilots of networks: {} networks, about {:.0f} s of two cores{}, {}.",
                     count(of.networks), of.spent.value_or(0.0), budget, until);
}

std::string chance_table(const RankDocument& document, std::size_t width) {
  std::vector<TextColumn> columns(7);
  const char* headings[] = {"teacher", "scenario", "student", "gain", "80 %", "chance", "worth it"};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].heading = headings[c];
    columns[c].right = c > 2;
  }
  columns[0].shrink_to = 8;
  columns[1].shrink_to = 8;
  columns[2].shrink_to = 6;
  for (const std::size_t c : {4, 6}) columns[c].optional = true;
  each_chance(document, kTeachersInHeadline, [&](const JudgedTeacher& t, const ChanceOfGain& of) {
    const std::string cells[] = {
        fit_middle(t.name, 24),
        scenario_words(of.scenario),
        fit(of.student_model, 16),
        gain_words(of.expected_gain, of),
        gain_words(of.low, of, false) + " to " + gain_words(of.high, of, false),
        chance_percent(of.p_gain),
        chance_percent(of.p_worthwhile)};
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].cells.push_back(cells[c]);
  });
  if (columns[0].cells.empty()) return "";
  std::vector<std::string> left_out;
  return text_table(columns, width, left_out);
}

std::string chance_figure(const RankDocument& document, const std::string& id, std::size_t most,
                          double wide) {
  Forest forest{id, "Expected gains of students", chance_sentence(document), ""};
  double worthwhile = 0.0;
  bool points = false;
  std::string metric;
  each_chance(document, most, [&](const JudgedTeacher& teacher, const ChanceOfGain& of) {
    if (of.student_model != teacher.chances->front().student_model) return;
    points = in_points(of);
    metric = metric_words(of.metric);
    const double unit = points ? 100.0 : 1.0;
    const auto scaled = [&](const documents::Number& x) {
      return x ? documents::Number(unit * *x) : x;
    };
    Value value;
    value.nats = scaled(of.expected_gain);
    value.low = scaled(of.low);
    value.high = scaled(of.high);
    worthwhile = unit * of.worthwhile.value_or(0.0);
    const std::string& verdict = of.verdict;
    forest.rows.push_back(
        {fmt::format("{}, {}", fit_middle(teacher.name, 12), short_scenario(of)),
         {{value, verdict_class(verdict), {}}},
         fmt::format("{} {}", verdict_symbol(verdict), chance_percent(of.p_gain))});
  });
  if (forest.rows.empty()) return "";
  forest.axis_label =
      points ? fmt::format("expected gain of {}, points", metric) : "expected gain, nats";
  forest.references = {{worthwhile, "worth it"}};
  return forest_figure(forest, wide,
                       "Expected gain of the first student with its 80 % interval, and the chance "
                       "that there is one; ✓ distil, ✗ do "
                       "not, ? open. Right of zero the student gains.");
}

}  // namespace cch::report
