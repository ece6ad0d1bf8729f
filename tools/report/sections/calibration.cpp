#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/svg_plot.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

struct BiasPoint {
  double truth = 0.0;
  double mean = 0.0;
  double sd = 0.0;
};

std::vector<BiasPoint> points_of(const json& planted) {
  std::vector<BiasPoint> points;
  for (const json& point : elements(field(planted, "curve"))) {
    const auto truth = number(field(point, "truth"));
    const auto mean = number(field(point, "mean"));
    if (truth && mean) points.push_back({*truth, *mean, number(field(point, "sd")).value_or(0.0)});
  }
  return points;
}

std::string curve_picture(const std::string& id, const json& teacher,
                          const std::vector<BiasPoint>& points) {
  const auto estimate = value_of(field(teacher, "i_teacher_student")).nats;
  const auto truth = number(field(teacher, "planted_bias", "teacher_student", "truth"));
  const std::string name = fit(text(field(teacher, "name")), 60);
  Plot plot{id, "Planted truth against mean estimate, " + name,
            fmt::format("{} planted truths; the estimate {} is what a truth of {} gives.",
                        points.size(), fixed(estimate, 3), fixed(truth, 3)),
            "planted truth, nats", "mean estimate, nats"};
  double most = 0;
  PlotCurve curve;
  for (const BiasPoint& point : points) {
    curve.points.emplace_back(point.truth, point.mean);
    plot.strokes.push_back({point.truth, point.mean - point.sd, point.mean + point.sd, "first"});
    most = std::max(most, point.truth);
  }
  plot.curves.push_back({{{0, 0}, {most, most}}, "plain", false, true});
  plot.curves.push_back(curve);
  if (estimate && truth) plot.marks.push_back({*truth, *estimate, fixed(estimate, 2)});
  return render_plot(plot);
}

std::string bias_html(const json& side) {
  const Value bias{number(field(side, "bias")), number(field(side, "standard_error")), {}, {}};
  std::string html = with_error(bias.nats, bias.standard_error);
  if (boolean(field(side, "resolved")) == false) {
    html += element("span", "or larger: off the curve", "class=\"interval\"");
  }
  return html;
}

std::string reading(const json& planted) {
  const auto flip = boolean(field(planted, "could_flip"));
  if (!flip) return kMissing;
  return *flip ? element("strong", "! could turn the sign", "class=\"k-unreliable\"")
               : "sign holds";
}

std::vector<std::string> row_of(const json& teacher) {
  const json& planted = field(teacher, "planted_bias");
  const Value margin = value_of(field(teacher, "margin"));
  const Value wide = value_of({{"interval95", field(planted, "interval95")}});
  return {teacher_cell(teacher),
          bias_html(field(planted, "teacher_student")),
          bias_html(field(planted, "student_labels")),
          fixed(number(field(planted, "margin_bias")), 3),
          with_error(margin.nats, margin.standard_error),
          interval(wide.low, wide.high, decimals_for(margin.standard_error)),
          reading(planted)};
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

std::string calibration_section(const json& document) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& planted = field(teacher, "planted_bias");
    if (planted.is_null()) continue;
    rows.push_back(row_of(teacher));
    const std::vector<BiasPoint> points = points_of(planted);
    if (points.size() < 2 || pictures.size() == kTeachersWithPictures) continue;
    headings.push_back(name_html(fit_middle(text(field(teacher, "name")), 40)));
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
