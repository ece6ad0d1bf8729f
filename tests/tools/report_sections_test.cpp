// Every room of the report: what it shows of a full document, and what it says when parts are
// missing.

#include <algorithm>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include "cch/report/estimate.hpp"
#include "cch/report/rank.hpp"
#include "support/full_rank_document.hpp"
#include "support/test.hpp"
#include "tests/tools/text.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using nlohmann::json;
using test::full_rank_document;
using test::holds;
using test::typed;
using test::widest_line;

void check_holds(const std::string& page, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(holds(page, part));
  }
}

/// All sentences of a list in one string.
std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const std::string& sentence : sentences) all += sentence + '\n';
  return all;
}

/// Text of a terminal with its lines joined again.
std::string unwrapped(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

json decided_by(const std::string& rule) {
  json document = full_rank_document();
  document["decided_by"] = rule;
  return document;
}

/// The (x, y) pairs of the first polyline of an SVG.
std::vector<PlotPoint> polyline_of(const std::string& svg) {
  static const std::regex pattern("<polyline [^>]*points=\"([^\"]*)\"");
  std::smatch found;
  if (!std::regex_search(svg, found, pattern)) return {};
  const std::string list = found[1];
  static const std::regex pair("([-0-9.]+),([-0-9.]+)");
  std::vector<PlotPoint> points;
  for (std::sregex_iterator it(list.begin(), list.end(), pair), last; it != last; ++it) {
    points.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  }
  return points;
}

/// x of what carries this value as data-value, in a polygon's first corner or a text's anchor.
double corner_of(const std::string& svg, const std::string& value) {
  const std::regex pattern("points=\"([-0-9.]+),[^>]*data-value=\"" + value + "\"");
  std::smatch found;
  REQUIRE(std::regex_search(svg, found, pattern));
  return std::stod(found[1]);
}

}  // namespace

TEST_CASE("headline: the deciding number, and CCH at both levels under every rule") {
  const json combined = full_rank_document();
  check_holds(headline_section(typed(combined)),
              {"Distil from fac.", "0.0204 ± 0.0051", "from 0.873 without a teacher",
               "holds on representations, holds on predictions", "same rows",
               "gain of the pilot student with the teacher", "moderate"});
  check_holds(headline_section(typed(decided_by("cch"))),
              {"shares <strong>1.620", "I(teacher; student) − I(student; labels), nats",
               "holds on representations, holds on predictions"});
  check_holds(headline_section(typed(decided_by("cch-prediction"))),
              {"On predictions", "0.328 ± 0.030", "I(t;s) − I(s;Y)"});
  json trivial = combined;
  trivial["teachers"][0]["cch"]["representation"]["trivially_satisfied"] = true;
  CHECK(holds(headline_section(typed(trivial)), "holds (trivially) on representations"));
  json squared = combined;
  squared["pilot"]["unit"] = "mse";
  CHECK(holds(headline_section(typed(squared)), "½ ln of the ratio of squared errors"));
}

TEST_CASE("reliability weighs the evidence that decided") {
  json document = full_rank_document();
  document["alignment"]["verified"] = true;
  CHECK(reliability(typed(document)).word == "high");
  CHECK(reliability(typed(document)).reasons.empty());
  json alone = document;
  alone["teachers"][0]["cch"]["prediction"]["outcome"] = "undecided";
  CHECK(holds(joined(reliability(typed(alone)).reasons),
              "undecided for fac: the pilot stands alone"));
  json missing = document;
  missing["teachers"][0]["pilot"] = nullptr;
  CHECK(reliability(typed(missing)).word == "low");
  CHECK(holds(joined(reliability(typed(missing)).reasons), "There is no pilot for fac."));
  json other = document;
  other["teachers"][0]["prediction_level"]["gaussian"]["i_teacher_student"] = 0.1;
  CHECK(holds(joined(reliability(typed(other)).reasons), "another estimator gives"));
  json opposite = document;
  opposite["teachers"][0]["pilot"]["gain_accuracy"] = test::sample_quantity(-0.02, 0.005);
  CHECK(holds(joined(reliability(typed(opposite)).reasons), "accuracy moves against"));
}

TEST_CASE("reliability: what representations say counts where they decide") {
  json document = decided_by("cch");
  document["teachers"][0]["planted_bias"]["could_flip"] = true;
  CHECK(reliability(typed(document)).word == "low");
  CHECK(holds(joined(reliability(typed(document)).reasons), "bias of the estimators could turn"));
  document["decided_by"] = "combined";
  CHECK_FALSE(holds(joined(reliability(typed(document)).reasons), "bias of the estimators"));
}

TEST_CASE("what would change it speaks about the number that decided") {
  json document = full_rank_document();
  std::string all = joined(what_would_change_it(typed(document)));
  check_holds(all, {"The pilot gain of fac would have to be 0.0204 nats (4.0 standard errors)",
                    "margin on predictions of fac is 0.328 ± 0.030 nats (holds); if it failed",
                    "--scenario"});
  CHECK_FALSE(holds(all, "I(student; labels)"));
  // Half-width 0.02 around 0.01: the interval shrinks to half at four times the pilot's rows.
  document["pilot"]["rows"] = 500;
  document["teachers"][0]["pilot"]["gain_cross_entropy"]["nats"] = 0.01;
  document["teachers"][0]["pilot"]["gain_cross_entropy"]["interval95"] = {-0.01, 0.03};
  all = joined(what_would_change_it(typed(document)));
  CHECK(holds(all, "about 2,000 rows would decide it (now 500)"));
  document["teachers"][0]["pilot"]["gain_cross_entropy"]["interval95"] = {-0.0004, 0.0006};
  CHECK(holds(joined(what_would_change_it(typed(document))), "counts as no difference"));
  document = decided_by("cch-prediction");
  CHECK(holds(joined(what_would_change_it(typed(document))),
              "The margin on predictions of fac would"));
}

TEST_CASE("inconclusive: the rows that would decide and the scenario stand beside the verdict") {
  json document = full_rank_document();
  document["pilot"]["rows"] = 500;
  document["rows"] = 500;
  json& first = document["teachers"][0];
  json& gain = first["pilot"]["gain_cross_entropy"];
  first["verdict"] = "inconclusive";
  gain["nats"] = 0.01;
  gain["interval95"] = {-0.01, 0.03};
  const auto shown = [](const json& d, const std::string& words) {
    CAPTURE(words);
    CHECK(holds(unwrapped(render_rank_table(typed(d), {false, 80, true})), words));
    CHECK(holds(unwrapped(render_rank_table(typed(d), {false, 80, false})), words));
    CHECK(holds(render_rank_html(typed(d)), words));
  };
  shown(
      document,
      "If the pilot gain of fac stays at 0.0100 nats, about 2,000 rows would decide it (now 500)");
  shown(document, "(--scenario unlabelled-pairs)");
  document["groups"] = {{"count", 50}, {"smallest", 10}, {"largest", 10}};
  document["alignment"]["rows_without_label"] = 3500;
  shown(document, "about 2,000 rows in 200 groups would decide it (now 500 in 50)");
  shown(document, "the 3,500 rows without a label");
  first["pilot"]["teacher_score"] = 0.9;
  shown(document, "Nothing measured here speaks for another scenario");
  // A value of chance alone: no number of rows that anyone has.
  gain["nats"] = 0.00002;
  gain["interval95"] = {-0.4, 0.4};
  shown(document, "not even a thousand times the rows would decide it");
  // Near zero an interval inside ±.001 decides too: (.01 / .0009)² is 124 times the rows.
  gain["nats"] = 0.0001;
  gain["interval95"] = {-0.0099, 0.0101};
  shown(document, "about 62,000 rows in 6,200 groups");
  // The gain is shown, but not over soft labels that know nothing.
  gain["nats"] = 0.02;
  gain["interval95"] = {0.01, 0.03};
  first["pilot"]["gain_over_uninformed"]["nats"] = 0.01;
  first["pilot"]["gain_over_uninformed"]["interval95"] = {-0.01, 0.03};
  shown(document, "the pilot gain of fac over uninformed soft labels stays at");
  first["pilot"]["gain_over_uninformed"]["interval95"] = {0.005, 0.015};
  shown(document, "disagree about fac: more rows need not decide it");
  first["verdict"] = "distil";
  CHECK(what_would_decide(typed(document)).empty());
}

TEST_CASE("what would change it: two teachers with one verdict") {
  json document = full_rank_document();
  document["teachers"][1]["verdict"] = "distil";
  CHECK(holds(joined(what_would_change_it(typed(document))), "overlap: their order is not shown"));
  document["teachers"][0]["pilot"]["gain_cross_entropy"]["interval95"] = {0.018, 0.023};
  CHECK(holds(joined(what_would_change_it(typed(document))), "do not overlap"));
}

TEST_CASE("terminal: the deciding column and CCH at both levels fit 80 columns") {
  json document = full_rank_document();
  document["teachers"][0]["cch"]["representation"]["trivially_satisfied"] = true;
  document["teachers"][1]["name"] = "a teacher with a rather long name";
  const std::string table = render_rank_table(typed(document), {false, 80, false});
  CHECK(widest_line(table) <= 80);
  check_holds(unwrapped(table),
              {"pilot gain", "CCH pred.", "CCH repr.", "holds (trivially)", "0.0204 ± 0.0051",
               "✓ distil", "same rows; verdicts by the pilot student", "λ auto", "weight 0.5",
               "I(S;Y) = 1.190 ± 0.019", "H(Y) = 2.303", "Left out at this width: margin"});
  const std::string wide = render_rank_table(typed(document), {false, 160, false});
  check_holds(wide, {"95 % of gain", "0.430 ± 0.027", "I(T;Y)"});
  // 50 columns hold no CCH beside the gain and the verdict: then it is named as left out.
  const std::string narrow = render_rank_table(typed(document), {false, 50, false});
  CHECK(widest_line(narrow) <= 50);
  CHECK(holds(narrow, "CCH"));
  CHECK(holds(narrow, "0.0204 ± 0.0051"));
}

TEST_CASE("chances: the sentence says what to do, with which rows, and what not") {
  json document = test::chance_rank_document();
  const std::string sentence = verdict_sentence(typed(document));
  check_holds(sentence, {"Distil from fac with your 4,000 unlabelled pairs",
                         "accuracy +2.1 points expected", "(80 %: +0.9 to +3.3), chance 96 %",
                         "On the labelled rows alone, do not (chance 12 %)"});
  document["teachers"][0]["verdict"] = "do_not_distil";
  check_holds(verdict_sentence(typed(document)), {"Do not distil from any of the 4 teachers"});
  document["teachers"][0]["verdict"] = "inconclusive";
  check_holds(verdict_sentence(typed(document)), {"No teacher is shown", "Best is fac"});
  document["teachers"][0]["verdict"] = "unreliable";
  CHECK(verdict_sentence(typed(document)).find("expected") == std::string::npos);
  // The first student decides, however much another gains.
  document = test::chance_rank_document();
  document["teachers"][0]["chances"][2]["expected_gain"] = 0.5;
  check_holds(verdict_sentence(typed(document)), {"+2.1 points"});
}

TEST_CASE("chances: table, picture and page have every scenario and student") {
  const auto document = typed(test::chance_rank_document());
  const std::string table = render_rank_table(document, {false, 100, false});
  CHECK(widest_line(table) <= 100);
  check_holds(table, {"Chances", "unlabelled pairs", "mlp:64", "+2.1 points", "96 %",
                      "λ = 2 and T = 3", "185 networks on 300 labelled rows",
                      "linear pilot 0.03 (+1.5) and I(T;Y) − I(S;Y) 0.31 (+0.6)"});
  CHECK(widest_line(render_rank_table(document, {false, 50, false})) <= 50);
  const std::string page = render_rank_html(document);
  check_holds(page, {"Chances by scenario and student", "What moved the expected gain",
                     "expected gain of accuracy, points", "✓ 96 %", "✗ 12 %", "worth it",
                     "fac, unlabelled"});
  const std::string csv = render_rank_csv(document);
  check_holds(csv, {"chance_scenario", ",unlabelled-pairs,linear,accuracy,0.021,"});
  CHECK(chances_section(typed(full_rank_document())).empty());
}

TEST_CASE("terminal: the column of the rule comes first") {
  const auto heading = [](const std::string& rule) {
    const std::string table = render_rank_table(typed(decided_by(rule)), {false, 100, true});
    const std::size_t at = table.find("#  teacher");
    REQUIRE(at != std::string::npos);
    return table.substr(at, table.find('\n', at) - at);
  };
  CHECK(std::regex_search(heading("combined"), std::regex("teacher +pilot gain +CCH pred.")));
  CHECK(std::regex_search(heading("pilot"), std::regex("teacher +pilot gain")));
  CHECK(std::regex_search(heading("cch"), std::regex("teacher +margin +CCH pred.")));
  CHECK(std::regex_search(heading("cch-prediction"), std::regex("teacher +margin \\(pred.\\)")));
}

TEST_CASE("warnings: what was not asked for and what concerns controls are notes") {
  json document = full_rank_document();
  document["warnings"].push_back({{"code", "no-groups"}, {"message", "no groups were given"}});
  document["warnings"].push_back(
      {{"code", "no-gaussian"}, {"message", "predictions of 'control: noise': refused"}});
  // Two families of estimators matter where the margin on representations decides.
  document["decided_by"] = "cch";
  const std::string html = warnings_section(typed(document));
  check_holds(html,
              {"1 warning</h2>", "leans towards distil", "Notes (2)", "no groups were given"});
  const std::string table = render_rank_table(typed(document), {false, 80, false});
  CHECK(table.find("  · no groups were given") > table.find("Notes"));
  CHECK(table.find("  ! I(T;S) comes from") < table.find("Notes"));
  document["decided_by"] = "combined";
  check_holds(warnings_section(typed(document)), {"Notes (3)", "leans towards distil"});
  CHECK(render_rank_table(typed(document), {false, 80, false}).find("  ! ") == std::string::npos);
}

TEST_CASE("diagnostics: what the names of the ladder mean") {
  json document = full_rank_document();
  document["teachers"][0]["diagnostics"] = {{"rung_2", "pca50 cca sum 6"},
                                            {"pca50 cca sum 6", 2.77}};
  check_holds(diagnostics_section(typed(document)),
              {"the step of the CCA ladder", "what each step of the ladder gave"});
}

TEST_CASE("ranking: evidence by level, both forests, informations") {
  check_holds(ranking_section(typed(full_rank_document())),
              {"Pilot gain, nats", "CCH, predictions", "margin 0.328 ± 0.030", "mixed families",
               "Thin line: the interval with the expected bias", "class=\"outer k-distil\"",
               "I(T;Y|S)", "0.410"});
  const std::string by_cch = ranking_section(typed(decided_by("cch")));
  check_holds(by_cch, {"id=\"pilot-forest-wide-title\"", "class=\"band\"", "±0.001 nats"});
  json unlabelled = full_rank_document();
  unlabelled["teachers"][0]["i_teacher_student_all_rows"] = test::sample_value(1.71, 0.02);
  unlabelled["teachers"][0]["i_teacher_student_all_rows"]["rows"] = 9000;
  CHECK(holds(ranking_section(typed(unlabelled)), "1.710 on 9,000 rows"));
}

TEST_CASE("predictions: pilot, both estimators beside, betas, flags") {
  json document = full_rank_document();
  document["teachers"][0]["cch"]["prediction"]["opposed"] = true;
  document["teachers"][1]["cch"]["prediction"]["capped"] = true;
  check_holds(prediction_section(typed(document)),
              {"0.8730 nats of held-out cross-entropy", "71.3 % accuracy", "2,000 rows",
               "the same labelled rows", "0.0204 ± 0.0051", "0.0122 ± 0.0051", "helps", "harms",
               "0.3400", "folds: 0.5, 0.5, 0.3, 0.5, 0.5", "0.800", "0.300", "0.910 ± 0.020",
               "0.0031", "r(t,s) ≤ 0", "r² capped"});
  document["pilot"]["extra_rows"] = 4000;
  CHECK(holds(prediction_section(typed(document)), "with 4,000 further rows"));
}

TEST_CASE("order: places, or shares where there are none") {
  json document = full_rank_document();
  document["teachers"][2]["stability"] = {
      {"top1", 0.02}, {"best", 2}, {"worst", 4}, {"mean_rank", 2.6}};
  check_holds(order_section(typed(document)),
              {"97 %", "2 to 4", "2.6", "multivariate t about the estimates", "order settled"});
  for (json& teacher : document["teachers"]) teacher["stability"] = nullptr;
  check_holds(order_section(typed(document)), {"How often each teacher comes first", "3 %"});
  document["top1_stability"] = nullptr;
  document["differences"] = json::array();
  CHECK(order_section(typed(document)) == "");
}

TEST_CASE("agreement: rank correlation of the second pair") {
  const std::string html = agreement_section(typed(full_rank_document()));
  check_holds(html, {"same CCH outcome for 3 of 4 teachers", "They differ on kar",
                     "rank correlation 1.00 with the deciding pair"});
}

TEST_CASE("sensitivity: sign by symbol, first by row, how often it stays") {
  json document = full_rank_document();
  std::string html = sensitivity_section(typed(document));
  check_holds(html, {"has the largest margin in 6 of 6 rows", "sign of its margin in 6 of 6",
                     "but on the pilot", "★ ▲ 0.470", "▼ −0.510", "above-3", "below-3",
                     "rank, 16 components"});
  document["sensitivity"][2]["teachers"][0]["margin"] = -0.3;
  html = sensitivity_section(typed(document));
  check_holds(html, {"largest margin in 5 of 6 rows", "sign of its margin in 5 of 6"});
  document["sensitivity"] = nullptr;
  CHECK(sensitivity_section(typed(document)) == "");
}

TEST_CASE("curves: straight in 1/N where the bias falls as 1/N, all rows marked") {
  const json document = full_rank_document();
  const std::string html = curves_section(typed(document));
  check_holds(html, {"rows-0-title", "neighbours-3-title", ">∞</text>", ">2,000</text>",
                     "I(T;S) against 1/rows"});
  // The sample's values are a − b/N: its points lie on a line.
  const std::vector<PlotPoint> line = polyline_of(html);
  REQUIRE(line.size() == 4);
  const double slope = (line[3].second - line[0].second) / (line[3].first - line[0].first);
  constexpr double two_decimals = 0.02;  // coordinates are written with two decimals
  for (const auto& [x, y] : line) {
    CHECK(std::abs(y - (line[0].second + slope * (x - line[0].first))) < two_decimals);
  }
  json none = document;
  none["curves"] = nullptr;
  CHECK(curves_section(typed(none)) == "");
  json no_neighbours = document;
  for (json& curve : no_neighbours["curves"]) curve["by_neighbours"] = json::array();
  CHECK_FALSE(holds(curves_section(typed(no_neighbours)), "neighbours-0"));
}

TEST_CASE("calibration: curve, the user's estimate, bias of both sides") {
  json document = full_rank_document();
  document["teachers"][1]["planted_bias"]["could_flip"] = true;
  document["teachers"][1]["planted_bias"]["teacher_student"]["resolved"] = false;
  const std::string html = calibration_section(typed(document));
  check_holds(html, {"planted-0-title", "5 planted truths; the estimate 1.620", ">1.62</text>",
                     "−0.440 ± 0.020", "−0.090 ± 0.010", "−0.350", "[−0.280, 1.140]",
                     "! could turn the sign", "off the curve", "class=\"curve dashed k-plain\""});
  document["teachers"][0]["planted_bias"]["curve"] = json::array();
  CHECK_FALSE(holds(calibration_section(typed(document)), "the estimate 1.620"));
  CHECK(holds(calibration_section(typed(document)), "−0.440 ± 0.020"));
  for (json& teacher : document["teachers"]) teacher["planted_bias"] = nullptr;
  CHECK(calibration_section(typed(document)) == "");
}

TEST_CASE("null: histogram, the observed value, p") {
  json document = full_rank_document();
  document["teachers"][0]["null"]["rows_left_out"] = 35;
  std::string html = null_section(typed(document));
  check_holds(html, {"null-0-title", "p .001", "observed 1.620", "class=\"bar\"", "wilks", "999",
                     "35 rows left out", "not that distillation helps"});
  // 1.62 nats are far right of the null, which ends at 0.16: an arrow instead of an empty axis.
  CHECK(holds(html, "class=\"end k-second\""));
  document["teachers"][0]["null"]["observed"] = 0.2;
  html = null_section(typed(document));
  CHECK(corner_of(html, "0.2") > 0);
  for (json& teacher : document["teachers"]) teacher["null"] = nullptr;
  CHECK(null_section(typed(document)) == "");
}

TEST_CASE("controls: their verdicts, and an alarm where one came out as distil") {
  json document = full_rank_document();
  std::string html = controls_section(typed(document));
  check_holds(html, {"<bdi>student clone</bdi>", "<bdi>shuffled teacher</bdi>", "inconclusive",
                     "must not come out as distil", "holds (trivially)"});
  CHECK_FALSE(holds(html, "class=\"alarm\""));
  document["controls"][0]["verdict"] = "distil";
  check_holds(controls_section(typed(document)), {"class=\"alarm\"", "Do not trust the verdicts"});
  CHECK(reliability(typed(document)).word == "low");
  CHECK(holds(unwrapped(render_rank_table(typed(document), {false, 80, false})),
              "no student can gain from it"));
  // A copy of the student shares all with the student: under the pure CCH that is no alarm.
  document["decided_by"] = "cch";
  html = controls_section(typed(document));
  CHECK_FALSE(holds(html, "class=\"alarm\""));
  CHECK(holds(html, "holds by definition"));
  document["controls"] = nullptr;
  CHECK(controls_section(typed(document)) == "");
}

TEST_CASE("methods: what was used is cited, nothing else") {
  const json document = full_rank_document();
  const std::string html = methods_section(typed(document));
  check_holds(html, {"arXiv 2510.13182", "arXiv 1503.02531", "On calibration of modern",
                     "Phipson, Smyth (2010)", "Holm (1979)", "Spearman (1904)", "Gao, Kannan",
                     "the pilot&#39;s 95 % interval lies above zero"});
  CHECK_FALSE(holds(html, "Ross (2014)"));
  CHECK_FALSE(holds(html, "Liang, Zeger"));
  json grouped = document;
  grouped["groups"] = {{"count", 40}, {"smallest", 3}, {"largest", 9}};
  CHECK(holds(methods_section(typed(grouped)), "Liang, Zeger (1986)"));
  const std::string bare = methods_section(typed(test::sample_rank_document()));
  for (const char* paper : {"1503.02531", "Phipson", "Spearman", "Guo"}) {
    CHECK_FALSE(holds(bare, paper));
  }
  CHECK(holds(methods_section(typed(decided_by("cch"))), "not trivially"));
}

TEST_CASE("data: the scenario in words") {
  json document = full_rank_document();
  CHECK(holds(data_section(typed(document)), "same rows. Teacher and student learn from the same"));
  document["scenario"] = "unlabelled-pairs";
  CHECK(holds(data_section(typed(document)), "paired rows that have no label"));
  document["scenario"] = "";
  CHECK(holds(data_section(typed(document)), "not stated"));
}

TEST_CASE("CSV: pilot, both levels of CCH and the planted bias") {
  const json document = full_rank_document();
  const std::string csv = render_rank_csv(typed(document));
  const std::string heading = csv.substr(0, csv.find("\r\n"));
  const std::string first = csv.substr(csv.find("\r\n") + 2);
  std::vector<std::string> names;
  std::vector<std::string> values;
  for (auto [from, to] : {std::pair{&heading, &names}, {&first, &values}}) {
    std::size_t start = 0;
    const std::size_t end = from->find("\r\n");
    const std::string line = from->substr(0, end);
    while (start <= line.size()) {
      const std::size_t comma = std::min(line.find(',', start), line.size());
      to->push_back(line.substr(start, comma - start));
      start = comma + 1;
    }
  }
  REQUIRE(names.size() == values.size());
  const auto value = [&](const std::string& name) {
    CAPTURE(name);
    const auto found = std::find(names.begin(), names.end(), name);
    REQUIRE(found != names.end());
    return values[std::size_t(found - names.begin())];
  };
  CHECK(value("teacher") == "fac");
  CHECK(value("verdict") == "distil");
  CHECK(std::stod(value("pilot_gain_nats")) == 0.0204);
  CHECK(std::stod(value("pilot_gain_standard_error")) == 0.0051);
  CHECK(std::stod(value("pilot_gain_low95")) > 0.0);
  CHECK(std::stod(value("i_teacher_student_nats")) ==
        document["teachers"][0]["i_teacher_student"]["nats"].get<double>());
  CHECK(value("pilot_outcome") == "helps");
  CHECK(value("cch_prediction") == "holds");
  CHECK(value("cch_representation") == "holds");
  CHECK(value("cch_trivially_satisfied") == "false");
  CHECK(std::stod(value("predicted_gain")) == 0.0031);
  CHECK(std::stod(value("planted_margin_bias_nats")) == -0.35);
}

TEST_CASE("plot: points, ticks and marks on one scale, unusual values left out") {
  Plot plot{"p", "title", "description", "x", "y"};
  plot.curves.push_back({{{0.0, 0.0}, {1.0, 2.0}, {std::nan(""), 1.0}, {2.0, 4.0}}});
  plot.marks.push_back({1.0, 1.0, "here"});
  const std::string svg = render_plot(plot);
  const std::vector<PlotPoint> line = polyline_of(svg);
  REQUIRE(line.size() == 3);
  constexpr double two_decimals = 0.011;  // coordinates are written with two decimals
  CHECK(std::abs(line[1].first - (line[0].first + line[2].first) / 2) < two_decimals);
  CHECK(std::abs(line[1].second - (line[0].second + line[2].second) / 2) < two_decimals);
  CHECK(line[2].second < line[0].second);
  CHECK(std::abs(corner_of(svg, "1") - line[1].first) < two_decimals);
  plot.marks = {{1000.0, 1.0, "far"}};
  CHECK(holds(render_plot(plot), "class=\"end k-second\""));
}

TEST_CASE("forest: a band behind the rows, an outer interval that the axis holds") {
  Forest forest{"f", "title", "description", "nats"};
  forest.rows = {{"a", {{{0.5, 0.1, 0.3, 0.7}, "distil", {{-1.0, 2.0}}}}, ""}};
  forest.band = {-0.1, 0.1};
  const std::string svg = render_forest(forest, {});
  CHECK(holds(svg, "class=\"band\""));
  CHECK(holds(svg, "class=\"outer k-distil\""));
  CHECK_FALSE(holds(svg, "class=\"end"));  // both ends are inside: no arrow
  CHECK(holds(svg, "data-value=\"-1\""));
  // Marks keep a quarter of the axis: far ends become arrows.
  forest.rows[0].marks[0].outer = {-100.0, 100.0};
  CHECK(holds(render_forest(forest, {}), "class=\"end k-distil\""));
}

TEST_CASE("text table: columns of last resort go after cells were cut") {
  TextColumn name;
  name.heading = "name";
  name.shrink_to = 4;
  name.cells = {"abcdefghij"};
  TextColumn kept;
  kept.heading = "kept";
  kept.last_resort = true;
  kept.cells = {"1234"};
  TextColumn extra = kept;
  extra.heading = "extra";
  extra.last_resort = false;
  extra.optional = true;
  std::vector<std::string> left_out;
  CHECK(holds(text_table({name, kept, extra}, 10, left_out), "kept"));
  CHECK(left_out == std::vector<std::string>{"extra"});
  left_out.clear();
  CHECK_FALSE(holds(text_table({name, kept}, 9, left_out), "kept"));
  CHECK(left_out == std::vector<std::string>{"kept"});
}

}  // namespace cch::report
