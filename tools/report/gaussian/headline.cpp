#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/gaussian/counts.hpp"
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
  if (risk) words = "risk in " + percent(share_right(risk->counts).value);
  if (direction) {
    words += words.empty() ? "" : link;
    words += "direction in " + percent(share_right(direction->counts).value);
  }
  return words;
}

bool simulated_truth(const std::optional<CriterionTally>& tally) {
  return tally && tally->truth == "simulation";
}

/// "About risk, where the CCH held, distillation helped in 240 of 255 cases (94 %): …".
std::string counts_words(const CriterionTally& tally) {
  const Counts& c = tally.counts;
  const std::string open =
      c.undecided > 0 ? fmt::format("; the simulation leaves {} open", count(c.undecided)) : "";
  if (c.hits + c.false_alarms == 0) {
    return fmt::format("About {}, the CCH held nowhere; distillation helped in {} of {} cases{}.",
                       printable(tally.about), count(c.misses), count(c.decided()), open);
  }
  return fmt::format(
      "About {}, where the CCH held, distillation helped in {} of {} cases ({}), so that there are "
      "{} false {}. It missed {} of the {} cases in which distillation helped{}.",
      printable(tally.about), count(c.hits), count(c.hits + c.false_alarms),
      percent(precision(c).value), count(c.false_alarms), c.false_alarms == 1 ? "alarm" : "alarms",
      count(c.misses), count(c.hits + c.misses), open);
}

/// "The largest bias of estimates of I(x1; x2) is −0.85 nats (ksg1 at p2 40 · n 300)."
std::string bias_words(const Sweep& sweep, SweepEstimate::Side SweepEstimate::*side,
                       const char* name) {
  double largest = 0;
  std::string where;
  for (const SweepCell& cell : sweep.cells) {
    for (const SweepEstimate& estimate : cell.estimates) {
      const auto& [value, truth] = estimate.*side;
      if (!value.mean || !truth || std::abs(*value.mean - *truth) <= std::abs(largest)) continue;
      largest = *value.mean - *truth;
      where = fit_middle(estimate.estimator, 40);
      const std::string place = cell_words(sweep, cell);
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
    const auto tally = tally_of(all, "cch", name_of(about));
    if (tally) html += element("p", escape_html(counts_words(*tally))) + '\n';
  }
  const std::string bias = bias_words(sweep, &SweepEstimate::teacher_student, "I(x1; x2)") +
                           bias_words(sweep, &SweepEstimate::student_labels, "I(x2; y)");
  if (!bias.empty()) html += element("p", escape_html(bias)) + '\n';
  return html;
}

ForestMark mark_of(const CriterionTally& tally, const char* kind) {
  const Share share = share_right(tally.counts);
  if (!share.value) return {{}, kind, {}};
  return {{100 * *share.value, {}, 100 * *share.low, 100 * *share.high}, kind, {}};
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
      const auto found = tally_of(all, tally.criterion, name_of(about));
      if (!found) continue;
      row.marks.push_back(mark_of(*found, about == About::risk ? "first" : "second"));
      row.words += (row.words.empty() ? "" : " · ") + percent(share_right(found->counts).value);
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

std::string truth_words(const std::vector<CriterionTally>& all) {
  const bool simulated = simulated_truth(tally_of(all, "cch", "risk")) ||
                         simulated_truth(tally_of(all, "cch", "direction"));
  return simulated ? "Compared with simulated training sets: what helps or harms is a mean gain "
                     "more than 2 standard errors from zero."
                   : "Compared with the exact laws of the Gaussian model, which are right by "
                     "definition here: nothing decided was simulated.";
}

/// Cells on the boundary of the CCH, where rounding alone decides what it says.
std::string tie_words(const Sweep& sweep) {
  const auto ties = std::count_if(
      sweep.cells.begin(), sweep.cells.end(),
      [](const SweepCell& cell) { return cell.margin && std::abs(*cell.margin) < kTie; });
  if (ties == 0) return "";
  return fmt::format(
      "In {} of {} cells the two sides of the CCH are equal up to rounding: there its word means "
      "nothing.",
      count(ties), count(static_cast<std::int64_t>(sweep.cells.size())));
}

std::string reading_panel(const Sweep& sweep, const std::vector<CriterionTally>& all) {
  std::vector<std::string> items = {
      "Risk is the student's squared error, direction the cosine between the student and the best "
      "linear prediction s, which decides its accuracy on sign labels.",
      theorem_words(sweep), truth_words(all)};
  if (const std::string ties = tie_words(sweep); !ties.empty()) items.push_back(ties);
  items.push_back(
      "The cells are a grid that someone chose, not a sample: shares and intervals describe this "
      "grid.");
  return element("div", "<h2>How to read this</h2>\n" + sentences(items), "class=\"panel\"") + '\n';
}

std::string agreement_panel(const json& document) {
  const json& check = field(document, "formula_against_simulation");
  const auto points = whole_number(field(check, "points"));
  if (!points) return "";
  return element(
             "div",
             "<h2>Formula against simulation</h2>\n" +
                 sentences({fmt::format(
                     "Of {} simulated values {} lie more than 2 standard errors from the formula "
                     "({} are expected by chance) and {} more than 4; the largest |z| is {}.",
                     count(points), count(whole_number(field(check, "beyond_2se"))),
                     fixed(0.0455 * static_cast<double>(*points), 0),
                     count(whole_number(field(check, "beyond_4se"))),
                     fixed(number(field(check, "largest_z")), 1))}),
             "class=\"panel\"") +
         '\n';
}

std::string warnings(const json& document) {
  const auto [messages, notes] = messages_of(warnings_of(document));
  std::vector<std::string> all = messages;
  all.insert(all.end(), notes.begin(), notes.end());
  return warnings_box(std::move(all), "sweep.json");
}

std::string title_of(const json& document) {
  const std::string title = text(field(document, "title"));
  return title.empty() ? "" : fit(title, 120) + " · ";
}

}  // namespace

std::string percent(std::optional<double> share) {
  if (!share) return kMissing;
  const double value = 100 * *share;
  const bool near_an_end = (value > 99 && value < 100) || (value > 0 && value < 1);
  return fixed(value, near_an_end ? 1 : 0) + "\u00a0%";
}

std::string sweep_sentence(const Sweep& sweep) {
  const auto all = tallies(confusion_rows(*sweep.document));
  const auto risk = tally_of(all, "cch", "risk");
  const auto direction = tally_of(all, "cch", "direction");
  const std::string cch = shares_words(risk, direction, " and about ");
  if (cch.empty()) {
    return fmt::format("A grid of {} {}, each at {} {} of λ.",
                       count(static_cast<std::int64_t>(sweep.cells.size())),
                       sweep.cells.size() == 1 ? "cell" : "cells", sweep.lambdas.size(),
                       sweep.lambdas.size() == 1 ? "value" : "values");
  }
  std::string words = fmt::format("The CCH was right about {} of the decided cases", cch);
  const auto risk_law = tally_of(all, "risk-law", "risk");
  const auto direction_law = tally_of(all, "direction-law", "direction");
  if (simulated_truth(risk_law) || simulated_truth(direction_law)) {
    words += ", the exact laws about " + shares_words(risk_law, direction_law, " and ");
  }
  return words + ".";
}

std::string theorem_words(const Sweep& sweep) {
  std::int64_t holding = 0;
  std::int64_t without = 0;
  for (const SweepCell& cell : sweep.cells) {
    const bool holds = !cell.points.empty() && cell.points.front().says_cch == "helps";
    if (!holds || !cell.exact) continue;
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
  const json& document = *sweep.document;
  std::string words =
      title_of(document) +
      fmt::format("{} {} × {} λ", count(static_cast<std::int64_t>(sweep.cells.size())),
                  sweep.cells.size() == 1 ? "cell" : "cells", sweep.lambdas.size());
  if (const auto repeats = whole_number(field(document, "simulation", "repeats"))) {
    words += fmt::format(" · {} simulated training sets each", count(repeats));
  }
  std::vector<std::string> names;
  for (const json& name : elements(field(document, "estimation", "estimators"))) {
    names.push_back(fit_middle(text(name), 24));
  }
  if (!names.empty()) words += " · estimates by " + list_in_words(names, 4);
  return words;
}

std::string sweep_headline(const Sweep& sweep) {
  const json& document = *sweep.document;
  const auto all = tallies(confusion_rows(document));
  const std::string sentence = sweep_sentence(sweep);
  const std::string words =
      element("p", escape_html(sweep_lead(sweep)), "class=\"lead\"") + '\n' + numbers(sweep, all);
  return "<header>\n<p class=\"kicker\">Gaussian study · cch</p>\n" +
         element("h1", escape_html(sentence), "class=\"long\"") + '\n' +
         element("div", element("div", words) + '\n' + figure(all), "class=\"first\"") +
         "\n</header>\n" +
         element("section",
                 (all.empty() ? "" : reading_panel(sweep, all)) + agreement_panel(document),
                 "class=\"panels\" aria-label=\"How to read this\"") +
         '\n' + warnings(document);
}

}  // namespace cch::report
