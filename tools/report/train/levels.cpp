#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kRows = 80;
constexpr std::size_t kControlRows = 80;
constexpr std::size_t kCloud = 400;  // points of a picture

std::string more_html(const SeedMean& difference) {
  if (!difference || !difference->interval95) return kMissing;
  if (difference->interval95->lo > 0.0) return "yes";
  return difference->interval95->hi < 0.0 ? "! no: the control gains more" : "not shown";
}

std::string rows_words(std::size_t shown, std::size_t of) {
  return shown < of ? fmt::format(" {} of {}, evenly spread over the study.", shown, count(of))
                    : "";
}

}  // namespace

std::string train_levels(const TrainReport& report) {
  const double factor = unit_of(report).factor;
  std::vector<HtmlColumn> columns{
      {"Network"}, {"Trained on"}, {report.classes ? "Accuracy, %" : "Mean square error", true}};
  if (report.classes) {
    columns.insert(columns.end(), {{"Cross-entropy", true}, {"Calibrated", true}});
  }
  const bool calibrated =
      std::any_of(report.levels.begin(), report.levels.end(),
                  [](const TrainLevel& level) { return level.temperature.has_value(); });
  if (calibrated) columns.push_back({"Temperature", true});
  columns.push_back({"Seeds", true});
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t i : spread(report.levels.size(), kRows)) {
    const TrainLevel& level = report.levels[i];
    const std::string teacher = teacher_words(level.place);
    const std::string lacks = level.paired ? escape_html(", " + paired_words(level)) : "";
    rows.push_back(
        {level.teacher ? "teacher " + name_html(fit_middle(teacher, 80)) + lacks : "student",
         name_html(or_missing(fit_middle(setting_words(level.place), 80))),
         mean_html(level.score, factor, 2, false)});
    if (report.classes) {
      rows.back().push_back(mean_html(level.cross_entropy, 1.0, 4, false));
      rows.back().push_back(mean_html(level.calibrated, 1.0, 4, false));
    }
    if (calibrated) rows.back().push_back(mean_html(level.temperature, 1.0, 2, false));
    rows.back().push_back(count(level.score ? level.score->seeds : 0) +
                          (level.failed > 0 ? fmt::format(" ({} failed)", level.failed) : ""));
  }
  if (rows.empty()) return "";
  const std::string caption =
      std::string("On test rows, mean ± standard error over seeds.") +
      (report.classes ? " Cross-entropy in nats a row; calibrated: after one temperature, fitted "
                        "on other test rows. A large difference of the two is a network that is "
                        "too sure of itself."
                      : "") +
      (calibrated
           ? " Temperature: what a teacher's logits were divided by before it taught and was "
             "measured, fitted on rows that it was not fitted on; above 1 it was too sure."
           : "") +
      rows_words(rows.size(), report.levels.size());
  return section("levels", "Teachers beside the student",
                 html_table(escape_html(caption), columns, rows, "cards quiet"));
}

std::string train_controls(const TrainReport& report) {
  const TrainUnit unit = unit_of(report);
  std::vector<std::pair<const TrainPair*, const TrainControl*>> all;
  for (const TrainPair& pair : report.pairs) {
    if (!pair.gain) continue;
    for (const TrainControl& control : pair.controls) all.emplace_back(&pair, &control);
  }
  if (all.empty()) return "";
  std::size_t shown_more = 0;
  for (const auto& [pair, control] : all) {
    const SeedMean& difference = control->difference;
    shown_more += difference && difference->interval95 && difference->interval95->lo > 0.0 ? 1 : 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t i : spread(all.size(), kControlRows)) {
    const auto& [pair, control] = all[i];
    rows.push_back({pair_html(pair->place), escape_html(loss_words(pair->place)),
                    escape_html(control->control),
                    mean_html(pair->gain, unit.factor, unit.decimals, true),
                    mean_html(control->gain, unit.factor, unit.decimals, true),
                    mean_html(control->difference, unit.factor, unit.decimals, true),
                    more_html(control->difference)});
  }
  const std::string caption =
      fmt::format(
          "A control has the teacher's place without its knowledge. uniform: says the same "
          "for every class; shuffled: the teacher's outputs dealt to other rows; self: a "
          "student without distillation; shrinkage: labels scaled by 1/(1 + λ). In {} of "
          "{} comparisons the teacher gains more than the control, paired by seed at 95 %.",
          shown_more, all.size()) +
      rows_words(rows.size(), all.size());
  return section("controls", "Controls",
                 html_table(escape_html(caption),
                            {{"Teacher and setting"},
                             {"Loss"},
                             {"Control"},
                             {"Teacher's gain", true},
                             {"Control's gain", true},
                             {"Difference", true},
                             {"Teacher gains more"}},
                            rows, "cards quiet"));
}

std::string train_curves(const TrainReport& report) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  bool validation = false;
  for (std::size_t i = 0; i + 1 < report.curves.size(); i += 2) {
    Plot plot{fmt::format("curve-{}", i / 2), "Loss by step",
              "Mean hard loss over seeds of the student alone and of the distilled one.", "step",
              "loss"};
    std::size_t seeds = 0;
    for (const TrainCurve* curve : {&report.curves[i], &report.curves[i + 1]}) {
      const std::string kind = curve->alone ? "second" : "first";
      PlotCurve hard{curve->hard, kind, false};
      plot.curves.push_back(hard);
      if (!curve->validation.empty()) {
        validation = true;
        PlotCurve held_out{curve->validation, kind, false, true};
        plot.curves.push_back(held_out);
      }
      seeds = std::max(seeds, curve->seeds);
    }
    if (report.curves[i].hard.empty() || report.curves[i + 1].hard.empty()) continue;
    const TrainPlace& place = report.curves[i + 1].place;
    const std::string setting = setting_words(place);
    headings.push_back(
        name_html(fit_middle(setting.empty() ? "student" : setting, 60)) +
        element("span",
                "<span class=\"k-second\">━</span> alone · <span class=\"k-first\">━</span> with " +
                    name_html(fit_middle(teacher_words(place) + ", " + loss_words(place), 70)) +
                    fmt::format(" · {} seeds", seeds),
                "class=\"legend-line\""));
    pictures.push_back(render_plot(plot));
  }
  const std::string missing =
      report.without_curve == 0
          ? ""
          : fmt::format(
                "{} of the runs whose mean would stand here have no stored curve "
                "(train.jsonl); they are left out.",
                report.without_curve);
  if (pictures.empty()) {
    return section("curves", "Learning curves",
                   missing.empty() ? "" : element("p", escape_html(missing)));
  }
  return section(
      "curves", "Learning curves",
      plot_grid(headings, pictures,
                escape_html(std::string("Mean over seeds of the hard loss on training rows (labels "
                                        "alone, without its weight), of the student alone and of "
                                        "the distilled one with the largest gain of its setting.") +
                            (validation ? " Dashed: the same on validation rows." : "") +
                            " Settings beyond the fourth are left out. " + missing)));
}

std::string train_closed_form(const TrainReport& report) {
  const TrainUnit unit = unit_of(report);
  Plot plot{"closed-form-plot", "Predicted against observed gain",
            "A point a pair: the gain that the closed form predicts, and the observed mean.",
            report.classes ? "predicted, points" : "predicted",
            report.classes ? "observed, points" : "observed"};
  PlotCloud cloud;
  std::vector<const TrainPair*> pairs;
  for (const TrainPair& pair : report.pairs) {
    if (pair.predicted && pair.gain) pairs.push_back(&pair);
  }
  if (pairs.empty()) return "";
  double low = 0.0;
  double high = 0.0;
  std::size_t same_sign = 0;
  std::size_t decided = 0;
  for (const TrainPair* pair : pairs) {
    const double predicted = unit.factor * pair->predicted->mean;
    low = std::min({low, predicted, unit.factor * pair->gain->mean});
    high = std::max({high, predicted, unit.factor * pair->gain->mean});
    if (pair->gain->sign == 0) continue;
    ++decided;
    same_sign += (predicted > 0.0) == (pair->gain->sign > 0) ? 1 : 0;
  }
  for (const std::size_t i : spread(pairs.size(), kCloud)) {
    cloud.points.emplace_back(unit.factor * pairs[i]->predicted->mean,
                              unit.factor * pairs[i]->gain->mean);
  }
  plot.clouds = {cloud};
  PlotCurve diagonal{{{low, low}, {high, high}}, "plain", false, true};
  plot.curves = {diagonal};
  plot.quadrants = true;
  return section(
      "closed-form", "Closed form against training",
      plot_grid({"Gain, predicted and observed"}, {render_plot(plot)},
                escape_html(fmt::format(
                    "A point a pair; on the dashed line prediction and training agree. Of {} pairs "
                    "with a prediction {} gain or lose by more than 2 standard errors, {} of them "
                    "with the predicted sign. The closed form takes its moments from held-out rows "
                    "and holds for teachers that are independent of the student's rows.",
                    pairs.size(), decided, same_sign))));
}

}  // namespace cch::report
