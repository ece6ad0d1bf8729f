#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kCriteriaInHeadline = 9;
constexpr double kTie = 1e-9;  // nats: rounding of the covariance's factorisation is below it

/// "risk in 71 % and about direction in 88 %" of a pair of criteria; "" without counts.
std::string shares_words(const std::optional<CriterionTally>& risk,
                         const std::optional<CriterionTally>& direction, const char* link) {
  std::string words;
  if (risk) words = "risk in " + percent(share_right(risk->counts));
  if (direction) {
    words += words.empty() ? "" : link;
    words += "direction in " + percent(share_right(direction->counts));
  }
  return words;
}

bool simulated_truth(const std::optional<CriterionTally>& tally) {
  return tally && tally->truth == TruthFrom::simulation;
}

/// "About risk, where the CCH held, distillation helped in 240 of 255 cases (94 %): …".
std::string counts_words(const CriterionTally& tally) {
  const ConfusionCounts& c = tally.counts;
  const std::string open =
      c.undecided > 0 ? fmt::format("; the simulation leaves {} open", count(c.undecided)) : "";
  if (c.hits + c.false_alarms == 0) {
    return fmt::format("About {}, the CCH held nowhere; distillation helped in {} of {} cases{}.",
                       to_string(tally.about), count(c.misses), count(c.decided()), open);
  }
  return fmt::format(
      "About {}, where the CCH held, distillation helped in {} of {} cases ({}), so that there are "
      "{} false {}. It missed {} of the {} cases in which distillation helped{}.",
      to_string(tally.about), count(c.hits), count(c.hits + c.false_alarms), percent(precision(c)),
      count(c.false_alarms), c.false_alarms == 1 ? "alarm" : "alarms", count(c.misses),
      count(c.hits + c.misses), open);
}

/// "The largest bias of estimates of I(x1; x2) is −0.85 nats (ksg1 at p2 40 · n 300)."
std::string bias_words(const Sweep& sweep, std::optional<EstimatedInformation> CellEstimate::*side,
                       const char* name) {
  double largest = 0;
  std::string where;
  for (std::size_t i = 0; i < sweep.document.cells.size(); ++i) {
    for (const CellEstimate& estimate : sweep.document.cells[i].estimates) {
      const auto& information = estimate.*side;
      if (!information || !information->truth) continue;
      const double bias = information->value.mean - *information->truth;
      if (std::abs(bias) <= std::abs(largest)) continue;
      largest = bias;
      where = fit_middle(estimate.estimator, 40);
      const std::string place = cell_words(sweep, i);
      if (!place.empty()) where += " at " + place;
    }
  }
  if (where.empty()) return "";
  return fmt::format("The largest bias of estimates of {} is {} nats ({}). ", name,
                     fixed(largest, 2), where);
}

std::string numbers(const Sweep& sweep, const std::vector<CriterionTally>& all) {
  std::string html;
  for (const About about : kAbouts) {
    const auto tally = tally_of(all, "cch", about);
    if (tally) html += element("p", escape_html(counts_words(*tally))) + '\n';
  }
  const std::string bias = bias_words(sweep, &CellEstimate::teacher_student, "I(x1; x2)") +
                           bias_words(sweep, &CellEstimate::student_labels, "I(x2; y)");
  if (!bias.empty()) html += element("p", escape_html(bias)) + '\n';
  return html;
}

ForestMark mark_of(const CriterionTally& tally, const char* kind) {
  const std::optional<Share> share = share_right(tally.counts);
  if (!share) return {{}, kind, {}};
  const Interval& interval = share->interval95;
  return {{100 * share->value, {}, 100 * interval.lo, 100 * interval.hi}, kind, {}};
}

/// One row a criterion, a mark each for risk and direction.
std::string figure(const std::vector<CriterionTally>& all) {
  Forest forest{"right-forest", "How often each criterion was right",
                "Share of decided cells and λ in which each criterion was right about the risk and "
                "about the direction, with 95 % intervals of Wilson.",
                "% right"};
  for (const CriterionTally& tally : all) {
    const std::string name = criterion_name(tally.criterion);
    const auto same = [&name](const ForestRow& row) { return row.label == name; };
    if (std::any_of(forest.rows.begin(), forest.rows.end(), same)) continue;
    if (forest.rows.size() == kCriteriaInHeadline) break;
    ForestRow row{name, {}, ""};
    for (const About about : kAbouts) {
      const auto found = tally_of(all, tally.criterion, about);
      if (!found) continue;
      row.marks.push_back(mark_of(*found, about == About::risk ? "first" : "second"));
      row.words += (row.words.empty() ? "" : " · ") + percent(share_right(found->counts));
    }
    forest.rows.push_back(row);
  }
  if (forest.rows.empty()) return "";
  return forest_figure(
      forest, 620,
      "Share of decided cells and λ in which each criterion was right about "
      "<span class=\"k-first\">● risk</span> and <span class=\"k-second\">■ direction</span>, "
      "with 95 % intervals.");
}

std::string reference_words(const std::vector<CriterionTally>& all) {
  const bool simulated = simulated_truth(tally_of(all, "cch", About::risk)) ||
                         simulated_truth(tally_of(all, "cch", About::direction));
  return simulated ? "Compared with simulated training sets: what helps or harms is a mean gain "
                     "more than 2 standard errors from zero."
                   : "Compared with the exact laws of the Gaussian model, which are right by "
                     "definition here: nothing decided was simulated.";
}

/// Cells on the boundary of the CCH, where rounding alone decides what it says.
std::string tie_words(const std::vector<SweepCell>& cells) {
  const auto ties = std::count_if(cells.begin(), cells.end(), [](const SweepCell& cell) {
    return cell.cch_margin && std::abs(*cell.cch_margin) < kTie;
  });
  if (ties == 0) return "";
  return fmt::format(
      "In {} of {} cells the two sides of the CCH are equal up to rounding: there its word means "
      "nothing.",
      count(ties), count(cells.size()));
}

std::string reading_panel(const Sweep& sweep, const std::vector<CriterionTally>& all) {
  std::vector<std::string> items = {
      "Risk is the student's squared error, direction the cosine between the student and the best "
      "linear prediction s, which decides its accuracy on sign labels.",
      theorem_words(sweep), reference_words(all)};
  if (const std::string ties = tie_words(sweep.document.cells); !ties.empty())
    items.push_back(ties);
  items.push_back(
      "The cells are a grid that someone chose, not a sample: shares and intervals describe this "
      "grid.");
  return element("div", "<h2>How to read this</h2>\n" + sentences(items), "class=\"panel\"") + '\n';
}

std::string agreement_panel(const std::optional<FormulaAgreement>& check) {
  if (!check) return "";
  return element(
             "div",
             "<h2>Formula against simulation</h2>\n" +
                 sentences({fmt::format(
                     "Of {} simulated values {} lie more than 2 standard errors from the formula "
                     "({} are expected by chance) and {} more than 4; the largest |z| is {}.",
                     count(check->points), count(check->beyond_2se),
                     fixed(0.0455 * static_cast<double>(check->points), 0),
                     count(check->beyond_4se), fixed(check->largest_z, 1))}),
             "class=\"panel\"") +
         '\n';
}

std::string warnings(const SweepDocument& document) {
  const auto [messages, notes] = messages_of(document.warnings);
  std::vector<std::string> all = messages;
  all.insert(all.end(), notes.begin(), notes.end());
  return warnings_box(std::move(all), "sweep.json");
}

std::string title_of(const SweepDocument& document) {
  return document.title.empty() ? "" : fit(document.title, 120) + " · ";
}

}  // namespace

std::string percent(const std::optional<Share>& share) {
  if (!share) return kMissing;
  const double value = 100 * share->value;
  const bool near_an_end = (value > 99 && value < 100) || (value > 0 && value < 1);
  return fixed(value, near_an_end ? 1 : 0) + "\u00a0%";
}

const char* truth_words(TruthFrom truth) {
  return truth == TruthFrom::simulation ? "the simulation" : "the exact law";
}

std::optional<double> shown_gain(const SweepCell& cell, const StudyPoint& point, About about) {
  std::optional<double> gain = about == About::risk ? point.gain : point.cosine_gain;
  if (!cell.exact()) {
    gain = point.simulated ? std::optional(point.simulated->of(about).mean) : std::nullopt;
  }
  if (about == About::direction || !gain) return gain;
  const auto alone = risk_alone(cell);
  return alone ? std::optional(*gain / *alone) : std::nullopt;
}

std::string sweep_sentence(const Sweep& sweep) {
  const auto all = tallies(sweep.document.confusion);
  const std::size_t cells = sweep.document.cells.size();
  const std::size_t lambdas = sweep.document.lambdas.size();
  const auto risk = tally_of(all, "cch", About::risk);
  const auto direction = tally_of(all, "cch", About::direction);
  const std::string cch = shares_words(risk, direction, " and about ");
  if (cch.empty()) {
    return fmt::format("A grid of {} {}, each at {} {} of λ.", count(cells),
                       cells == 1 ? "cell" : "cells", lambdas, lambdas == 1 ? "value" : "values");
  }
  std::string words = fmt::format("The CCH was right about {} of the decided cases", cch);
  const auto risk_law = tally_of(all, "risk-law", About::risk);
  const auto direction_law = tally_of(all, "direction-law", About::direction);
  if (simulated_truth(risk_law) || simulated_truth(direction_law)) {
    words += ", the exact laws about " + shares_words(risk_law, direction_law, " and ");
  }
  return words + ".";
}

std::string theorem_words(const Sweep& sweep) {
  std::int64_t holding = 0;
  std::int64_t without = 0;
  for (const SweepCell& cell : sweep.document.cells) {
    const bool holds = !cell.points.empty() && cell.points.front().says.cch == CchWord::helps;
    if (!holds || !cell.exact()) continue;
    ++holding;
    without += cell.lambda_star && *cell.lambda_star <= 0;
  }
  std::string words =
      "The theorem claims one direction, at small λ: where the CCH holds, some λ lowers the risk. "
      "A miss does not contradict it, nor does a false alarm at large λ.";
  if (holding == 0) return words;
  if (without == 0) {
    return words +
           fmt::format(" Each of the {} cells in which it holds has such a λ.", count(holding));
  }
  return words + fmt::format(
                     " {} of the {} cells in which it holds have no such λ: that can only be "
                     "where the teacher varies more than the labels (ours).",
                     count(without), count(holding));
}

std::string sweep_lead(const Sweep& sweep) {
  const SweepDocument& document = sweep.document;
  const std::size_t cells = document.cells.size();
  std::string words =
      title_of(document) + fmt::format("{} {} × {} λ", count(cells), cells == 1 ? "cell" : "cells",
                                       document.lambdas.size());
  if (document.simulation) {
    words += fmt::format(" · {} simulated training sets each", count(document.simulation->repeats));
  }
  std::vector<std::string> names;
  if (document.estimation) {
    for (const std::string& name : document.estimation->estimators) {
      names.push_back(fit_middle(name, 24));
    }
  }
  if (!names.empty()) words += " · estimates by " + list_in_words(names, 4);
  return words;
}

std::string sweep_headline(const Sweep& sweep) {
  const SweepDocument& document = sweep.document;
  const auto all = tallies(document.confusion);
  const std::string sentence = sweep_sentence(sweep);
  const std::string words =
      element("p", escape_html(sweep_lead(sweep)), "class=\"lead\"") + '\n' + numbers(sweep, all);
  return "<header>\n<p class=\"kicker\">Gaussian study · cch</p>\n" +
         element("h1", escape_html(sentence), "class=\"long\"") + '\n' +
         element("div", element("div", words) + '\n' + figure(all), "class=\"first\"") +
         "\n</header>\n" +
         element(
             "section",
             (all.empty() ? "" : reading_panel(sweep, all)) + agreement_panel(document.agreement),
             "class=\"panels\" aria-label=\"How to read this\"") +
         '\n' + warnings(document);
}

}  // namespace cch::report
