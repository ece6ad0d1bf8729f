// The numbers in the report of Gaussian studies: counts, outcomes, curves, z scores, biases, CSV.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "cch/report/sweep.hpp"
#include "support/test.hpp"
#include "tests/tools/sweep_document.hpp"
#include "tools/report/gaussian/model.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_tiles.hpp"

namespace cch::report {
namespace {

using test::holds;
using test::lines_of;
using test::middle_study;
using test::near;
using test::small_study;
using test::sweep_document;
using test::SweepStudy;

/// Counts of the CCH about the risk, over two λ.
SweepDocument with_confusion(const ConfusionCounts& first, const ConfusionCounts& second) {
  SweepDocument document = sweep_document(small_study());
  document.confusion.clear();
  for (const auto& [lambda, counts] : {std::pair{0.1, first}, std::pair{1.0, second}}) {
    document.confusion.push_back(
        {"cch", About::risk, TruthFrom::simulation, lambda, {2.0, {}}, counts});
  }
  return document;
}

std::string svg_with_id(const std::string& page, const std::string& id) {
  const std::size_t name = page.find("\"" + id + "-title");
  if (name == std::string::npos) return "";
  const std::size_t start = page.rfind("<svg", name);
  return page.substr(start, page.find("</svg>", start) - start);
}

std::vector<std::pair<double, double>> number_pairs(const std::string& text,
                                                    const std::regex& pattern) {
  std::vector<std::pair<double, double>> pairs;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), last; it != last; ++it) {
    pairs.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  }
  return pairs;
}

/// Fields of a line of CSV without line breaks inside.
std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

/// Coordinates of pictures have two decimals; a parabola in 40 chords is as near.
constexpr double kPixel = 0.05;

}  // namespace

TEST_CASE("a known confusion in words, page and terminal") {
  const SweepDocument document = with_confusion({20, 4, 10, 30, 3}, {10, 6, 10, 10, 2});
  const std::string page = render_sweep_html(document);
  CHECK(holds(page, "The CCH was right about risk in 70\u00a0% of the decided cases."));
  CHECK(holds(page, "helped in 30 of 40 cases (75\u00a0%), so that there are 10 false alarms"));
  CHECK(holds(page, "missed 20 of the 50 cases"));
  CHECK(holds(page, "60–78"));
  const std::string table = render_sweep_table(document, SweepDetail::some);
  CHECK(
      holds(table, "CCH     30     10      20        40     5       75\u00a0%  70\u00a0% (60–78)"));
}

TEST_CASE(
    "the picture of the grid counts what is there, and outlines what simulation contradicts") {
  SweepStudy study{{{"teacher-noise", {0.3, 1.0}}, {"n", {50.0, 100.0}}}};
  study.lambdas = {0.5};
  SweepDocument document = sweep_document(study);
  for (SweepCell& cell : document.cells) {
    cell.points[0].says.cch = CchWord::silent;
    cell.points[0].says.risk = Effect::harms;
    cell.points[0].simulated->gain = {-1.0, 0.1};
  }
  document.cells[2].points[0].says.cch = CchWord::helps;
  std::string picture = svg_with_id(render_sweep_html(document), "phase-risk-0");
  CHECK(holds(picture,
              "<desc id=\"phase-risk-0-desc\">CCH holds, but it harms: 1 tiles. CCH "
              "silent, it harms: 3 tiles. </desc>"));
  CHECK(holds(picture, "tile t-square"));
  CHECK_FALSE(holds(picture, "tile t-plus"));
  CHECK_FALSE(holds(picture, "outlined"));
  document.cells[0].points[0].simulated->gain = {0.21, 0.1};
  picture = svg_with_id(render_sweep_html(document), "phase-risk-0");
  CHECK(holds(picture, "class=\"outlined\""));
}

TEST_CASE("every tile of a run has its sign, none beyond it") {
  for (const std::size_t columns : {1U, 6U, 7U, 23U, 64U}) {
    CAPTURE(columns);
    Tiles tiles{"tiles", "", "", "x", "y"};
    tiles.x_words.assign(columns, "1");
    tiles.y_words = {"1"};
    for (const TileSign sign :
         {TileSign::plus, TileSign::minus, TileSign::square, TileSign::ring}) {
      tiles.signs.assign(columns, sign);
      const std::string picture = render_tiles(tiles);
      static const std::regex dashed(
          "h([0-9.]+)\" stroke-width=\"[0-9.]+\" stroke-dasharray=\"([0-9.]+) ([0-9.]+)\"");
      std::smatch found;
      REQUIRE(std::regex_search(picture, found, dashed));
      const double span = std::stod(found[1]);
      const double dash = std::stod(found[2]);
      const double period = dash + std::stod(found[3]);
      const double others = static_cast<double>(columns - 1) * period;
      CHECK(span >= others + dash);
      CHECK(span < others + period);
    }
  }
}

TEST_CASE("the drawn curve goes through every risk of the document") {
  SweepStudy study = small_study();
  study.lambdas = {0.1, 0.5, 1.0, 3.0};
  SweepDocument document = sweep_document(study);
  for (SweepCell& cell : document.cells) {
    for (StudyPoint& point : cell.points) point.simulated->excess_risk.mean = point.excess_risk;
  }
  const std::string page = render_sweep_html(document);
  static const std::regex pair("(-?[0-9.]+),(-?[0-9.]+)");
  static const std::regex circle("class=\"mark k-second\" cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
  for (std::size_t i = 0; i < document.cells.size(); ++i) {
    CAPTURE(i);
    const std::string picture = svg_with_id(page, fmt::format("curve-{}", i));
    const std::size_t line = picture.find("curve whole k-first");
    REQUIRE(line != std::string::npos);
    const auto path = number_pairs(picture.substr(line, picture.find("/>", line) - line), pair);
    const auto marks = number_pairs(picture, circle);
    REQUIRE(marks.size() == study.lambdas.size());
    for (const auto& [x, y] : marks) {
      std::size_t k = 1;
      while (k + 1 < path.size() && path[k].first < x) ++k;
      const double share = (x - path[k - 1].first) / (path[k].first - path[k - 1].first);
      const double at = path[k - 1].second + share * (path[k].second - path[k - 1].second);
      CHECK(std::abs(at - y) <= kPixel);
    }
  }
}

TEST_CASE("gaps between formula and simulation are counted in standard errors") {
  SweepStudy study{{{"n", {50.0, 100.0}}}};
  study.lambdas = {0.5};
  SweepDocument document = sweep_document(study);
  for (SweepCell& cell : document.cells) {
    cell.points[0].simulated->excess_risk = {cell.points[0].excess_risk, 0.01};
  }
  document.cells[1].points[0].simulated->excess_risk.mean -= 0.03;
  CHECK(holds(render_sweep_html(document), "excess risk: 1 of 2 beyond 2, largest 3.0"));
}

TEST_CASE("bias is averaged over the cells that share dimension and rows") {
  SweepStudy study{{{"teacher-noise", {0.3, 1.0}}, {"p2", {5.0, 20.0}}}};
  SweepDocument document = sweep_document(study);
  for (SweepCell& cell : document.cells) {
    const double shift = cell.parameters["teacher-noise"] == test::Fact(0.3) ? -0.1 : -0.3;
    cell.estimates[0].teacher_student = {{1.0 + shift, 0.01}, 1.0};
  }
  CHECK(holds(render_sweep_html(document),
              "The largest bias of estimates of I(x1; x2) is −0.30 nats (ksg1 at teacher-noise 1"));
  // (−0.1 − 0.3)/2 with a standard error of √2 · 0.01/2.
  CHECK(holds(render_sweep_html(document),
              "<div>−0.2000<span class=\"interval\">± 0.0071</span></div>"));
}

TEST_CASE("an own-row teacher is marked and its simulated gains are counted apart") {
  SweepDocument document = sweep_document(small_study());
  SweepCell& cell = document.cells[0];
  cell.basis = Basis::as_if_fresh;
  cell.points[0].says.risk = Effect::helps;
  cell.points[0].simulated->gain = {-1.0, 0.1};
  const std::string page = render_sweep_html(document);
  CHECK(holds(page, "(curve: fitted on fresh rows)"));
  CHECK(holds(page, "and 1 have the other sign beyond 2 standard errors"));
}

TEST_CASE("chosen cells are spread over every axis, none twice") {
  const SweepDocument document = sweep_document(middle_study());
  const Sweep sweep = placed(document);
  const std::vector<std::size_t> chosen = spread_cells(sweep, 12);
  REQUIRE(chosen.size() == 12);
  CHECK(std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end());
  for (const std::size_t axis : {1U, 2U}) {  // of 4 and 5 values
    std::map<std::size_t, int> seen;
    for (const std::size_t i : chosen) ++seen[sweep.places[i][axis]];
    CHECK(seen.size() == document.axes[axis].values.size());
  }
  CHECK(spread(10, 3) == std::vector<std::size_t>{0, 5, 9});
  CHECK(spread(2, 3) == std::vector<std::size_t>{0, 1});
  CHECK(spread_with(10, 3, 6) == std::vector<std::size_t>{0, 6, 9});
  CHECK(spread_with(10, 3, 5) == std::vector<std::size_t>{0, 5, 9});
  CHECK(spread_with(10, 3, 1) == std::vector<std::size_t>{1, 5, 9});
  CHECK(thinned(100, 1500).size() == 100);
  const std::size_t kept = thinned(10'000, 1500).size();
  CHECK((kept > 1490 && kept < 1510));
}

TEST_CASE("values that a program computed find their place on an axis") {
  SweepDocument document = sweep_document(small_study());
  for (SweepCell& cell : document.cells) {
    std::get<double>(cell.parameters["teacher-noise"]) *= 1 + 1e-15;
  }
  for (const auto& places : placed(document).places) CHECK(places[0] != kNowhere);
}

TEST_CASE("sweep CSV: a line a cell and λ, quotes doubled, numbers in full") {
  SweepDocument document = sweep_document(small_study());
  document.cells[0].parameters["teacher"] = std::string("a,\"b\"");
  document.cells[1].cch_margin = 0.1 + 0.2;
  document.cells[1].lambda_star.reset();
  const std::string csv = sweep_csv(document);
  const std::vector<std::string> lines = lines_of(csv);
  REQUIRE(lines.size() == 1 + document.cells.size() * document.lambdas.size());
  CHECK(holds(lines[1], ",\"a,\"\"b\"\"\","));
  const std::vector<std::string> names = csv_fields(lines[0]);
  for (const std::string& line : lines) {
    CHECK(line.ends_with('\r'));
    CHECK(csv_fields(line).size() == names.size());
  }
  std::map<std::string, std::string> row;
  const std::vector<std::string> fields = csv_fields(lines[1 + 3 + 1]);  // cell 1, second λ
  for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  CHECK(row["cell"] == "1");
  CHECK(std::stod(row["lambda"]) == 0.5);
  CHECK(std::stod(row["cch_margin_nats"]) == 0.1 + 0.2);
  CHECK(row["lambda_star"].empty());
  const SweepCell& cell = document.cells[1];
  CHECK(std::stod(row["simulated_gain_standard_error"]) ==
        cell.points[1].simulated->gain.standard_error);
  CHECK(row["says_cch"] == to_string(cell.points[1].says.cch));
  CHECK(std::stod(row["noise_variance"]) == cell.noise_variance);
  CHECK(std::stod(row["i_blocks_student_labels_nats"]) == *cell.blocks.student_labels);
  CHECK(std::stod(row["cca-ksg_i_student_labels_nats"]) ==
        cell.estimates[1].student_labels->value.mean);
}

}  // namespace cch::report
