// The report of Gaussian studies as a page: size, hostile strings, missing values, refusals.

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "cch/report/sweep.hpp"
#include "support/test.hpp"
#include "tests/tools/sweep_document.hpp"
#include "tools/documents/json.hpp"

namespace cch::report {
namespace {

using test::check_page;
using test::fault_code;
using test::holds;
using test::large_study;
using test::lines_of;
using test::middle_study;
using test::small_study;
using test::sweep_document;
using test::SweepCell;
using test::SweepDocument;
using test::SweepStudy;

using nlohmann::json;

/// Every node below `node`, by JSON pointer; of long lists the first two elements.
void collect_paths(const json& node, const json::json_pointer& at,
                   std::vector<json::json_pointer>& paths) {
  if (!at.empty()) paths.push_back(at);
  if (node.is_object()) {
    for (const auto& [key, value] : node.items()) collect_paths(value, at / key, paths);
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(node.size(), 2); ++i) {
      collect_paths(node[i], at / i, paths);
    }
  }
}

const std::vector<std::string> kHostile = {"<script>alert(1)</script>",
                                           "\"><img src=https://example.org/x onerror='alert(1)'>",
                                           "]]></style></svg>",
                                           std::string(5000, 'x'),
                                           "\u202Eevil\u2066",
                                           "line\nbreak\ttab\x1b[31m",
                                           std::string("bad \xC3\x28 bytes \xFF"),
                                           ""};

/// Every string of the document that does not come from a closed list.
SweepDocument with_strings(const std::string& s) {
  SweepDocument document = sweep_document(small_study());
  document.title = document.command = document.version = s;
  document.machine = {s, 2, s, s};
  document.inputs[0] = {s, s, s, {}};
  document.warnings[0] = {s, s};
  document.config.title = s;
  document.config.model = {{s, s}, {"family", s}};
  document.config.grid[s] = {s};
  document.axes[0].name = s;
  document.axes[0].values[2] = s;
  document.estimation->estimators[0] = document.estimation->scale = s;
  document.confusion[0].criterion = s;
  document.confusion[3].criterion = "estimated:" + s;
  for (SweepCell& cell : document.cells) {
    cell.parameters[s] = s;
    cell.estimates[0].estimator = s;
    cell.estimates[1].failed = s;
    cell.warnings = {{s, s}};
  }
  return document;
}

}  // namespace

TEST_CASE("the sweep page stays below a megabyte and says what it leaves out") {
  const std::string small = render_sweep_html(sweep_document(small_study()));
  check_page(small);
  CHECK(holds(small, "download=\"sweep.json\""));
  CHECK(holds(small, "download=\"sweep.csv\""));
  CHECK_FALSE(holds(small, "spread over the grid"));
  const std::string middle = render_sweep_html(sweep_document(middle_study()));
  check_page(middle);
  CHECK(holds(middle, "12 of 200 cells, spread over the grid"));
  const SweepDocument large = sweep_document(large_study());
  REQUIRE(large.cells.size() == 10'000);
  const std::string page = render_sweep_html(large);
  check_page(page);
  CHECK(holds(page, "12 of 10,000 cells, spread over the grid"));
  CHECK(holds(page, "of 50,000 points are drawn"));
  CHECK(holds(page, "sweep.json beside it has it"));
  CHECK_FALSE(holds(page, "Left out: "));
  // Thirty cells and nine criteria about risk and direction.
  CHECK(lines_of(render_sweep_table(large, SweepDetail::some)).size() < 90);
  CHECK(lines_of(render_sweep_table(large, SweepDetail::all)).size() > 10000);
}

TEST_CASE("a grid without any smooth region still fits") {
  SweepStudy study{{{"teacher-noise", test::sweep_steps(0.1, 4, 100)},
                    {"student-noise", test::sweep_steps(0.1, 4, 100)}}};
  study.estimated = false;
  study.lambdas = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0};
  SweepDocument document = sweep_document(study);
  std::size_t i = 0;
  for (SweepCell& cell : document.cells) {
    for (StudyPoint& point : cell.points) {
      point.says.risk = test::sweep_wobble(++i) > 0 ? Effect::helps : Effect::harms;
      point.says.direction = test::sweep_wobble(++i) > 0 ? Effect::helps : Effect::harms;
      point.simulated->gain = {test::sweep_wobble(++i), 0.1};
    }
  }
  check_page(render_sweep_html(document));
}

TEST_CASE("hostile strings of a sweep reach neither markup nor terminal") {
  for (const std::string& s : kHostile) {
    CAPTURE(s.substr(0, 60));
    const SweepDocument document = with_strings(s);
    check_page(render_sweep_html(document));
    for (const SweepDetail detail : {SweepDetail::counts, SweepDetail::some, SweepDetail::all}) {
      const std::string table = render_sweep_table(document, detail);
      CHECK(test::widest_line(table) <= 80);
      CHECK(table.find('\x1b') == std::string::npos);
      CHECK_FALSE(holds(table, "\u202E"));
    }
    CHECK_FALSE(sweep_csv(document).empty());
  }
  CHECK(
      holds(render_sweep_html(with_strings(kHostile[0])), "&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST_CASE("a value of a sweep that is null is refused, or the page does without it") {
  SweepStudy study{{{"teacher-noise", {0.3, 1.0}}, {"n", {50.0, 100.0}}}};
  study.lambdas = {0.1, 1.0};
  const json whole = documents::to_json(sweep_document(study));
  std::vector<json::json_pointer> paths;
  collect_paths(whole, json::json_pointer(), paths);
  std::size_t taken = 0;
  for (const json::json_pointer& path : paths) {
    CAPTURE(path.to_string());
    json changed = whole;
    changed[path] = nullptr;
    SweepDocument document;
    const std::string fault = fault_code([&] { document = documents::read_sweep(changed); });
    if (!fault.empty()) {
      CHECK(fault.starts_with("document-"));
      continue;
    }
    ++taken;
    const std::string page = render_sweep_html(document);
    CHECK(test::tag_fault(page) == "");
    CHECK_FALSE(test::has_no_number(page));
    CHECK(test::widest_line(render_sweep_table(document, SweepDetail::some)) <= 80);
    CHECK_FALSE(sweep_csv(document).empty());
  }
  CHECK(taken > 50);
}

TEST_CASE("a study without cells has a page") {
  const SweepDocument bare;
  check_page(render_sweep_html(bare));
  CHECK(holds(render_sweep_html(bare), "A grid of 0 cells, each at 0 values of λ."));
  CHECK(lines_of(sweep_csv(bare)).size() == 1);
}

TEST_CASE("a document that is no sweep is refused") {
  json document = documents::to_json(sweep_document(small_study()));
  const auto fault = [&document] {
    return fault_code([&document] { documents::read_sweep(document); });
  };
  CHECK(fault().empty());
  document["cells"][0]["cch_margin"] = "0.4";
  CHECK(fault() == "document-field-type");
  document["cells"][0]["cch_margin"] = 0.4;
  document["cells"][0]["risk"][0]["says"]["risk"] = "heals";
  CHECK(fault() == "document-field-type");
  document.erase("kind");  // what cch gaussian solve writes
  CHECK(fault() == "document-schema");
  document["kind"] = "sweep";
  document["schema"] = "cch.rank/1";
  CHECK(fault() == "document-schema");
}

TEST_CASE("the terminal shows at most thirty cells, fewer words where quiet") {
  const SweepDocument document = sweep_document(middle_study());
  const std::string table = render_sweep_table(document, SweepDetail::some);
  CHECK(test::widest_line(table) <= 80);
  CHECK(holds(table, "30 of 200 cells, spread over the grid"));
  const std::string quiet = render_sweep_table(document, SweepDetail::counts);
  CHECK(holds(quiet, "About the risk, against the simulation"));
  CHECK_FALSE(holds(quiet, "cells, spread"));
  CHECK(table.starts_with(lines_of(quiet).front()));
}

TEST_CASE("the sweep page has headings, citations, descriptions and ids that are unique") {
  const std::string page = render_sweep_html(sweep_document(small_study()));
  for (const char* part :
       {"<html lang=\"en\">", "<h1", "arXiv 2510.13182", "Bartlett (1933)", "Wilson (1927)",
        "prefers-color-scheme: dark", "@media print", "cch gaussian sweep study.toml",
        "<desc id=\"margin-risk-0-desc\">", "silent, helps: ", "SHA-256 00ff"}) {
    CAPTURE(part);
    CHECK(holds(page, part));
  }
  static const std::regex identity(" id=\"([^\"]*)\"");
  std::map<std::string, int> seen;
  for (std::sregex_iterator it(page.begin(), page.end(), identity), last; it != last; ++it) {
    ++seen[(*it)[1]];
  }
  for (const auto& [id, times] : seen) {
    CAPTURE(id);
    CHECK(times == 1);
  }
}

}  // namespace cch::report
