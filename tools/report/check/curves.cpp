#include <fmt/format.h>

#include <algorithm>

#include "tools/report/check/model.hpp"
#include "tools/report/check/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kPictures = 8;

std::string name_of(const TeacherForecast& teacher) {
  return fit_middle(teacher.name, 40);
}

// One column of the curve of verdicts: 1 right, 2 wrong.
PlotCurve shares(const FamilyForecast* family, std::size_t column, const std::string& kind,
                 bool dashed) {
  PlotCurve curve;
  curve.kind = kind;
  curve.dashed = dashed;
  curve.marks = false;
  if (!family) return curve;
  for (const auto& point : family->verdict_curve) {
    curve.points.emplace_back(point[0], 100.0 * point[column]);
  }
  return curve;
}

std::string power_picture(const TeacherForecast& teacher, std::size_t i) {
  const EstimatorForecast& estimator = deciding(teacher);
  Plot plot{fmt::format("power-{}", i), "Right verdicts by margin, " + name_of(teacher),
            "Share of right and wrong verdicts at each planted margin.", "true margin, nats",
            "verdicts, %"};
  plot.curves.push_back(shares(family_of(estimator, "gaussian"), 1, "first", false));
  plot.curves.push_back(shares(family_of(estimator, "curved"), 1, "second", false));
  plot.curves.push_back(shares(family_of(estimator, "gaussian"), 2, "fifth", true));
  plot.y_reach = {0.0, 100.0};
  return render_plot(plot);
}

PlotCurve bias_curve(const EstimatorForecast& estimator, const char* name,
                     const std::string& kind) {
  PlotCurve curve;
  curve.kind = kind;
  const FamilyForecast* family = family_of(estimator, name);
  if (!family) return curve;
  for (const documents::PlantedMean& point : family->bias) {
    if (point.truth && point.mean) curve.points.emplace_back(*point.truth, *point.mean);
  }
  return curve;
}

std::string bias_picture(const EstimatorForecast& estimator, std::size_t i,
                         const std::string& title) {
  Plot plot{fmt::format("bias-{}", i), "Planted truth against mean estimate, " + title,
            "Mean estimate of I(T;S) at each planted truth; dashed: no bias.",
            "planted I(T;S), nats", "mean estimate, nats"};
  PlotCurve gaussian = bias_curve(estimator, "gaussian", "first");
  PlotCurve curved = bias_curve(estimator, "curved", "second");
  double most = 0.0;
  for (const auto& [truth, mean] : gaussian.points) most = std::max(most, truth);
  for (const auto& [truth, mean] : curved.points) most = std::max(most, truth);
  plot.curves.push_back({{{0, 0}, {most, most}}, "plain", false, true});
  plot.curves.push_back(gaussian);
  plot.curves.push_back(curved);
  return render_plot(plot);
}

std::string margins_table(const CheckDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const TeacherForecast& teacher : document.teachers) {
    for (const EstimatorForecast& estimator : teacher.estimators) {
      const FamilyForecast* gaussian = family_of(estimator, "gaussian");
      rows.push_back({name_html(name_of(teacher)),
                      escape_html(estimator.name + " − " + estimator.student_labels),
                      smallest_words(gaussian), smallest_words(family_of(estimator, "curved")),
                      against_words(gaussian)});
    }
  }
  return html_table(
      "Smallest margins by estimator pair, nats; the first of each teacher decides. "
      "Against: margins below zero, for “do not distil”.",
      {{"Teacher", false},
       {"Estimators", false},
       {"Smallest", true},
       {"If curved", true},
       {"Against", true}},
      rows, "cards");
}

std::string why_not(const CheckDocument& document) {
  std::vector<std::string> lines;
  for (const TeacherForecast& teacher : document.teachers) {
    const auto add = [&](const char* side, const std::string& words) {
      if (!words.empty()) lines.push_back(name_of(teacher) + side + words);
    };
    if (const FamilyForecast* gaussian = family_of(deciding(teacher), "gaussian")) {
      add(": ", gaussian->smallest.why_not);
      if (gaussian->smallest_against) add(", against: ", gaussian->smallest_against->why_not);
    }
    add(": ", teacher.why);
  }
  return sentences(lines);
}

}  // namespace

std::string check_margins(const CheckDocument& document) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const TeacherForecast& teacher : document.teachers) {
    if (pictures.size() == kPictures) break;
    const FamilyForecast* gaussian = family_of(deciding(teacher), "gaussian");
    if (!gaussian || gaussian->power.size() < 2) continue;
    headings.push_back(name_html(name_of(teacher)));
    pictures.push_back(power_picture(teacher, pictures.size()));
  }
  if (pictures.empty()) return "";
  return section("margins", "Which margins would show",
                 plot_grid(headings, pictures,
                           "Share of verdicts by margin: <span class=\"k-first\">blue: "
                           "right</span>, <span class=\"k-second\">orange: right if dependence is "
                           "curved</span>, <span class=\"k-fifth\">dashed: wrong</span>.") +
                     margins_table(document) + why_not(document));
}

std::string check_bias(const CheckDocument& document) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const TeacherForecast& teacher : document.teachers) {
    for (const EstimatorForecast& estimator : teacher.estimators) {
      if (pictures.size() == kPictures) break;
      headings.push_back(name_html(name_of(teacher)) + ", " + escape_html(estimator.name));
      pictures.push_back(bias_picture(estimator, pictures.size(), estimator.name));
    }
  }
  if (pictures.empty()) return "";
  std::vector<std::string> labels;
  for (const FamilyForecast& family : deciding(document.teachers.front()).families) {
    const documents::PlantedMean& bias = family.bias_student_labels;
    labels.push_back(fmt::format("I(S;Y), {}: planted {}, read {} on the mean.", family.family,
                                 fixed(bias.truth, 3), with_error(bias.mean, bias.standard_error)));
  }
  return section("bias", "What the estimators miss at this shape",
                 plot_grid(headings, pictures,
                           "Mean estimate of I(T;S) against what was planted: <span "
                           "class=\"k-first\">● Gaussian</span>, <span class=\"k-second\">● "
                           "curved</span>; dashed: no bias.") +
                     sentences(labels));
}

std::string check_sizes(const CheckDocument& document) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> needs;
  for (const TeacherForecast& teacher : document.teachers) {
    for (const documents::TriedSize& size : teacher.sizes) {
      rows.push_back({name_html(name_of(teacher)), count(size.rows), count(size.groups),
                      escape_html(size_margin_words(size)),
                      size.extrapolated ? "extrapolated" : "planted"});
    }
    const std::string words = needed_sentence(document, teacher);
    if (!words.empty()) needs.push_back(words);
  }
  if (rows.empty()) return "";
  return section(
      "sizes", "Rows needed",
      sentences(needs) +
          html_table("Smallest margin by rows, Gaussian family, nats, with its 95 % interval. "
                     "Beyond the planted rows errors fall as 1/√n, and biases by a "
                     "power of the rows that all planted sizes weigh.",
                     {{"Teacher", false},
                      {"Rows", true},
                      {"Groups", true},
                      {"Smallest margin", true},
                      {"", false}},
                     rows, "cards"));
}

}  // namespace cch::report
