#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kForestRows = 24;
constexpr std::size_t kTableRows = 150;
constexpr std::size_t kOpenRows = 40;  // more are folded

/// Above, below or around zero at 95 %.
std::string mark_kind(const GainSummary& gain) {
  if (!gain.interval95) return "other";
  if (gain.interval95->lo > 0.0) return "distil";
  return gain.interval95->hi < 0.0 ? "do_not_distil" : "inconclusive";
}

std::vector<const TrainPair*> with_gain(const std::vector<TrainPair>& pairs) {
  std::vector<const TrainPair*> out;
  for (const TrainPair& pair : pairs) {
    if (pair.gain) out.push_back(&pair);
  }
  return out;
}

/// Those that there is room for: evenly spread, and the largest gain, of which the headline speaks.
template <class Pairs, class Gain>
std::vector<std::size_t> shown_pairs(const Pairs& pairs, std::size_t room, Gain&& gain) {
  const auto before = [&](const auto& a, const auto& b) {
    return gain(a) && (!gain(b) || gain(a)->mean > gain(b)->mean);
  };
  const auto best = std::min_element(pairs.begin(), pairs.end(), before);
  return spread_with(pairs.size(), room, static_cast<std::size_t>(best - pairs.begin()));
}

/// "3 of 20 pairs, evenly spread over the study"; "" of all.
std::string shown_words(std::size_t shown, std::size_t of) {
  if (shown >= of) return "";
  return fmt::format(" {} of {} pairs: the largest gain, and others evenly spread over the study.",
                     shown, count(of));
}

/// "text → audio": the named coordinates of teacher and student.
std::string row_words(const TrainPlace& place, const std::vector<std::string>& names) {
  TrainPlace parts[2];
  for (const TrainCoordinate& one : place) {
    parts[one.part == TrainCoordinate::Part::setting ? 1 : 0].push_back(one);
  }
  std::string teacher = place_words(parts[0], names);
  const std::string student = place_words(parts[1], names);
  if (teacher.empty()) teacher = teacher_words(place);
  return student.empty() ? teacher : teacher + " → " + student;
}

std::string forest(const TrainReport& report) {
  const TrainUnit unit = unit_of(report);
  const auto pairs = with_gain(report.pairs);
  std::vector<std::string> names = varying(report.pairs);
  std::vector<std::string> words;
  for (const char* name : {"lambda", "temperature", "loss"}) {
    if (std::erase(names, name) > 0) words.emplace_back(name);
  }
  Forest forest{"gain-forest", "Gains of the pairs",
                "Gain over the student alone of each pair with its 95 % interval over seeds.",
                report.classes ? "gain over the student alone, points of accuracy"
                               : "gain over the student alone, ½ ln of the ratio of square errors"};
  for (const std::size_t i :
       shown_pairs(pairs, kForestRows, [](const TrainPair* pair) { return pair->gain; })) {
    const GainSummary& gain = *pairs[i]->gain;
    Value value{unit.factor * gain.mean, {}, {}, {}};
    if (gain.standard_error) value.standard_error = unit.factor * *gain.standard_error;
    if (gain.interval95) {
      value.low = unit.factor * gain.interval95->lo;
      value.high = unit.factor * gain.interval95->hi;
    }
    forest.rows.push_back({row_words(pairs[i]->place, names),
                           {{value, mark_kind(gain)}},
                           place_words(pairs[i]->place, words)});
  }
  if (forest.rows.empty()) return "";
  return forest_figure(
      forest, 1024,
      "Mean gain over seeds with the 95 % interval of Student's t: <span "
      "class=\"k-distil\">● above zero</span>, <span class=\"k-do_not_distil\">■ below "
      "zero</span>, <span class=\"k-inconclusive\">◆ not decided</span>; teacher → student." +
          shown_words(forest.rows.size(), pairs.size()));
}

std::string gains_table(const TrainReport& report) {
  const TrainUnit unit = unit_of(report);
  std::vector<HtmlColumn> columns{
      {"Teacher and setting"}, {"Loss"}, {report.classes ? "Gain, points" : "Gain", true}};
  if (report.classes) columns.push_back({"Cross-entropy gain, nats", true});
  const bool by_last = std::any_of(report.pairs.begin(), report.pairs.end(),
                                   [](const TrainPair& pair) { return pair.by_last.has_value(); });
  if (by_last) columns.push_back({"By last weights", true});
  columns.insert(columns.end(), {{"Seeds", true}, {"Failed", true}});
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t i :
       shown_pairs(report.pairs, kTableRows, [](const TrainPair& pair) { return pair.gain; })) {
    const TrainPair& pair = report.pairs[i];
    rows.push_back({pair_html(pair.place), escape_html(loss_words(pair.place)),
                    mean_html(pair.gain, unit.factor, unit.decimals, true)});
    if (report.classes) rows.back().push_back(mean_html(pair.cross_entropy, 1.0, 4, true));
    if (by_last) {
      rows.back().push_back(mean_html(pair.by_last, unit.factor, unit.decimals, true));
    }
    rows.back().push_back(count(pair.gain ? pair.gain->seeds : 0));
    rows.back().push_back(pair.failed > 0 ? count(pair.failed) : "");
  }
  const std::string caption =
      std::string(
          "Gain ± standard error over seeds, paired with the same student alone; below it "
          "the 95 % interval.") +
      (report.classes ? " Cross-entropy is that of the student less that of the distilled one, "
                        "each after one temperature was fitted on other test rows."
                      : " ½ ln of the ratio of mean square errors, the student's over the "
                        "distilled one's.") +
      (by_last ? " By last weights: the gain of the same two students after their last step."
               : "") +
      shown_words(rows.size(), report.pairs.size());
  return html_table(escape_html(caption), columns, rows, "cards quiet");
}

}  // namespace

std::string mean_html(const SeedMean& mean, double factor, int decimals, bool gain) {
  if (!mean) return kMissing;
  std::string html =
      gain ? gain_words(*mean, {factor, decimals, ""})
           : with_error(factor * mean->mean, mean->standard_error
                                                 ? std::optional(factor * *mean->standard_error)
                                                 : std::nullopt);
  html = escape_html(html);
  if (!gain || !mean->interval95) return html;
  return html +
         element("span",
                 interval(factor * mean->interval95->lo, factor * mean->interval95->hi, decimals),
                 "class=\"interval\"");
}

std::string pair_html(const TrainPlace& place) {
  const std::string setting = setting_words(place);
  const std::string teacher = teacher_words(place);
  if (teacher.empty()) return name_html(or_missing(fit_middle(setting, 80)));
  std::string html = name_html(fit_middle(teacher, 80));
  if (setting.empty()) return html;
  return html +
         element("span", escape_html("student: " + fit_middle(setting, 80)), "class=\"interval\"");
}

std::string train_gains(const TrainReport& report) {
  if (report.pairs.empty()) return "";
  return section(
      "gains", "Gains",
      forest(report) + folded("Every pair", gains_table(report), report.pairs.size() <= kOpenRows));
}

}  // namespace cch::report
