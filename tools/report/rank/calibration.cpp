#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

using documents::PlantedCalibration;

/// The points that have both coordinates.
std::vector<documents::PlantedCurvePoint> points_of(const PlantedCalibration& planted) {
  std::vector<documents::PlantedCurvePoint> points;
  std::copy_if(planted.curve.begin(), planted.curve.end(), std::back_inserter(points),
               [](const auto& point) { return point.truth && point.mean; });
  return points;
}

std::string curve_picture(const std::string& id, const JudgedTeacher& teacher,
                          const std::vector<documents::PlantedCurvePoint>& points) {
  const auto estimate = teacher.i_teacher_student.nats;
  const auto truth = teacher.planted_bias->teacher_student.truth;
  const std::string name = fit(teacher.name, 60);
  Plot plot{id, "Planted truth against mean estimate, " + name,
            fmt::format("{} planted truths; the estimate {} is what a truth of {} gives.",
                        points.size(), fixed(estimate, 3), fixed(truth, 3)),
            "planted truth, nats", "mean estimate, nats"};
  double most = 0;
  PlotCurve curve;
  for (const auto& point : points) {
    const double sd = point.sd.value_or(0.0);
    curve.points.emplace_back(*point.truth, *point.mean);
    plot.strokes.push_back({*point.truth, *point.mean - sd, *point.mean + sd, "first"});
    most = std::max(most, *point.truth);
  }
  plot.curves.push_back({{{0, 0}, {most, most}}, "plain", false, true});
  plot.curves.push_back(curve);
  if (estimate && truth) plot.marks.push_back({*truth, *estimate, fixed(estimate, 2)});
  return render_plot(plot);
}

std::string bias_html(const documents::PlantedSide& side) {
  std::string html = with_error(side.bias, side.standard_error);
  if (!side.resolved) {
    html += element("span", "or larger: off the curve", "class=\"interval\"");
  }
  return html;
}

std::vector<std::string> row_of(const JudgedTeacher& teacher) {
  const PlantedCalibration& planted = *teacher.planted_bias;
  const Value& margin = teacher.margin;
  return {teacher_cell(teacher.name),
          bias_html(planted.teacher_student),
          bias_html(planted.student_labels),
          fixed(planted.margin_bias, 3),
          with_error(margin.nats, margin.standard_error),
          interval(planted.low, planted.high, decimals_for(margin.standard_error)),
          planted.could_flip ? element("strong", "! could turn the sign", "class=\"k-unreliable\"")
                             : "sign holds"};
}

std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  return html_table(
      "Expected bias where the estimators said what they said, nats, ± standard error; negative: "
      "the estimate is too low. The estimates themselves are not corrected.",
      {{"Teacher", false},
       {"Bias of I(T;S)", true},
       {"Bias of I(S;Y)", true},
       {"Bias of the margin", true},
       {"Margin", true},
       {"95 % interval with bias", true},
       {"Reading", false}},
      rows, "cards");
}

}  // namespace

std::string calibration_section(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.planted_bias) continue;
    rows.push_back(row_of(teacher));
    const auto points = points_of(*teacher.planted_bias);
    if (points.size() < 2 || pictures.size() == kTeachersWithPictures) continue;
    headings.push_back(name_html(fit_middle(teacher.name, 40)));
    pictures.push_back(curve_picture(fmt::format("planted-{}", pictures.size()), teacher, points));
  }
  if (rows.empty()) return "";
  const std::string grid =
      pictures.empty()
          ? ""
          : plot_grid(headings, pictures,
                      "I(T;S) of planted data: mean estimate against truth, upright lines ± one "
                      "standard deviation, dashed: no bias; ◆ this teacher's estimate." +
                          first_only(rows.size()));
  return section(
      "calibration", "What the estimators miss at this size",
      "<p>Gaussian data of known information, with the rows, groups and dimensions of these data, "
      "read by the same estimators. Data of another shape have another bias: this is a check of "
      "what the estimators can see here, not a correction.</p>\n" +
          grid + table_of(rows));
}

}  // namespace cch::report
