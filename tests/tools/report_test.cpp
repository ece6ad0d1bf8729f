// The report as a whole: the sentences, the terminal, markup, hostile text, missing values, size.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "cch/report/estimate.hpp"
#include "cch/report/rank.hpp"
#include "support/full_rank_document.hpp"
#include "support/test.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/text.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using nlohmann::json;
using test::fault_code;
using test::full_rank_document;
using test::holds;
using test::lines_of;
using test::sample_estimate_document;
using test::sample_rank_document;
using test::sample_teacher;
using test::typed;
using test::widest_line;

const std::vector<std::string> kHostileNames = {
    "<script>alert(1)</script>",
    "\"><img src=https://example.org/x onerror='alert(1)'>",
    "a & b < c > d \"e\" 'f'",
    "]]></style></svg>",
    std::string(5000, 'x'),
    "שלום עולם",
    "\u202Eevil\u2066",
    "👩‍🔬 speech 🎤",
    "line\nbreak\ttab\x1b[31m",
    std::string("bad \xC3\x28 bytes \xFF"),
    ""};

/// Every string of the document that a user may choose, set to `name`.
json with_name(const std::string& name) {
  json document = full_rank_document();
  document["student"]["name"] = name;
  document["command"] = "cch rank --student " + name;
  document["labels"]["reason"] = name;
  document["inputs"][0]["name"] = name;
  document["inputs"][0]["source"] = name;
  document["config"]["student"] = name;
  document["machine"]["processor"] = name;
  document["warnings"][0]["message"] = name;
  document["teachers"][0]["name"] = name;
  document["teachers"][0]["reasons"] = {name};
  document["teachers"][0]["verdict"] = name;
  document["teachers"][0]["diagnostics"] = {{name, name}};
  document["teachers"][1]["cch"]["representation"]["outcome"] = name;
  document["top1_stability"] = {{name, 0.9}};
  document["estimators"][0]["teachers"][0]["name"] = name;
  document["estimators"][1]["teacher_student"] = name;
  document["differences"][0]["first"] = name;
  document["decided_by"] = name;
  document["scenario"] = name;
  document["stability_method"] = name;
  document["pilot"]["unit"] = name;
  document["config"]["lambda"] = name;
  document["curves"][0]["name"] = name;
  document["controls"][0]["name"] = name;
  document["controls"][0]["verdict"] = name;
  document["controls"][1]["cch"]["prediction"]["outcome"] = name;
  json& row = document["sensitivity"][0];
  row["estimator"] = row["preprocessing"] = row["teachers"][0]["name"] = name;
  json& teacher = document["teachers"][1];
  teacher["name"] = name;
  teacher["pilot"]["outcome"] = teacher["cch"]["prediction"]["outcome"] = name;
  teacher["i_teacher_labels_given_student"]["estimator"] = name;
  teacher["null"]["scheme"] = teacher["null"]["statistic"] = name;
  return document;
}

/// The same with the rule that makes the pilot decide, so that its rooms are walked too.
json with_name_and_rule(const std::string& name, const char* rule) {
  json document = with_name(name);
  document["decided_by"] = rule;
  return document;
}

/// Addresses in src and href attributes that are neither data: nor #. Quotes in text are escaped,
/// so that the pattern can only be an attribute.
std::vector<std::string> fetched(const std::string& page) {
  std::vector<std::string> found;
  for (const std::string name : {" src=\"", " href=\"", " srcset=\"", " action=\""}) {
    for (std::size_t at = page.find(name); at != std::string::npos; at = page.find(name, at + 1)) {
      const std::string address = page.substr(at + name.size(), 100);
      if (!address.starts_with("data:") && !address.starts_with("#")) found.push_back(address);
    }
  }
  return found;
}

void check_alone(const std::string& page) {
  CHECK(test::tag_fault(page) == "");
  CHECK(fetched(page).empty());
  CHECK_FALSE(holds(page, "<script"));
  CHECK_FALSE(holds(page, "<img"));
  CHECK_FALSE(holds(page, "@import"));
  CHECK_FALSE(holds(page, "url("));
  CHECK(page.size() < 1'000'000);
}

json with_teachers(int count) {
  json document = full_rank_document();
  json teachers = json::array();
  json differences = json::array();
  for (int i = 0; i < count; ++i) {
    json teacher =
        sample_teacher("teacher-" + std::to_string(i), i + 1, 768, 2.0 - 0.05 * i, 1.19, 0.03);
    test::complete_teacher(teacher, 0.03 - 0.002 * i, 0.9);
    for (int d = 0; d < 20; ++d)
      teacher["diagnostics"]["number_" + std::to_string(d)] = 1.0 / (d + 3);
    teachers.push_back(teacher);
    for (int j = 0; j < i; ++j) {
      json gap = test::sample_value(0.05 * (i - j), 0.01);
      gap["first"] = teachers[j]["name"];
      gap["second"] = teacher["name"];
      differences.push_back(gap);
    }
  }
  document["teachers"] = teachers;
  document["differences"] = differences;
  document["curves"] = test::sample_curves(teachers);
  document["sensitivity"] = test::sample_sensitivity(teachers);
  for (json& pair : document["estimators"]) pair["teachers"] = test::represented(teachers);
  return document;
}

/// Lists cut to their first two elements: the others are treated alike.
void shorten_lists(json& node) {
  if (!node.is_structured()) return;
  if (node.is_array() && node.size() > 2) node.erase(node.begin() + 2, node.end());
  for (json& child : node) shorten_lists(child);
}

/// Every leaf below `node` (by JSON pointer), and every object and list itself.
void all_paths(const json& node, const json::json_pointer& at,
               std::vector<json::json_pointer>& paths) {
  if (!at.empty()) paths.push_back(at);
  if (node.is_object()) {
    for (const auto& [key, value] : node.items()) all_paths(value, at / key, paths);
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < node.size(); ++i) all_paths(node[i], at / i, paths);
  }
}

}  // namespace

TEST_CASE("sentences") {
  json document = sample_rank_document();
  CHECK(verdict_sentence(typed(document)) == "Distil from fac first; pix is worth it too.");
  for (json& teacher : document["teachers"]) teacher["verdict"] = "do_not_distil";
  CHECK(verdict_sentence(typed(document)) == "Do not distil from any of the 4 teachers.");
  document["teachers"][0]["verdict"] = "inconclusive";
  document["teachers"][1]["verdict"] = "inconclusive";
  document["teachers"][2]["verdict"] = "unreliable";
  CHECK(
      verdict_sentence(typed(document)) ==
      "No teacher is shown to be worth distilling from: of 4, 2 are inconclusive, 1 is unreliable "
      "and 1 should not be used.");
  for (json& teacher : document["teachers"]) teacher["verdict"] = "inconclusive";
  CHECK(verdict_sentence(typed(document)) ==
        "No teacher is shown to be worth distilling from: all 4 are inconclusive.");
  document["teachers"] = json::array({document["teachers"][0]});
  CHECK(verdict_sentence(typed(document)) ==
        "Inconclusive: these data do not decide whether to distil from fac.");
  document["teachers"] = json::array();
  CHECK(verdict_sentence(typed(document)) == "No teacher was ranked.");
}

TEST_CASE("reliability names what it found") {
  const json document = sample_rank_document();
  CHECK(reliability(typed(document)).word == "moderate");
  json few = full_rank_document();
  few["alignment"]["verified"] = true;
  CHECK(reliability(typed(few)).word == "high");
  few["groups"] = {{"count", 12}, {"smallest", 3}, {"largest", 9}};
  CHECK(reliability(typed(few)).word == "low");
  CHECK(holds(reliability(typed(few)).reasons.front(), "12 groups"));
  json split = document;
  split["estimators"][1]["teachers"][0]["cch"]["representation"]["outcome"] = "fails";
  CHECK(reliability(typed(split)).word == "low");
}

TEST_CASE("what would change it: rows that would decide an open margin") {
  json document = sample_rank_document();
  // Half-width 0.2 around 0.1: the interval shrinks to half at four times the rows.
  document["teachers"][0]["margin"]["nats"] = 0.1;
  document["teachers"][0]["margin"]["interval95"] = {-0.1, 0.3};
  const std::vector<std::string> changes = what_would_change_it(typed(document));
  REQUIRE_FALSE(changes.empty());
  CHECK(holds(changes.front(), "about 8,000 rows would decide it (now 2,000)"));
}

TEST_CASE("what would change it: the runner-up, the entropy of the labels") {
  json document = sample_rank_document();
  std::string all = list_in_words(what_would_change_it(typed(document)), 99);
  CHECK(holds(all, "lead of fac over pix is 0.150 ± 0.022 nats: the order of the two is settled"));
  CHECK(holds(all, "can be as large as H(Y) = 2.303"));
  document["teachers"][0]["i_teacher_student"] = test::sample_value(3.0, 0.05);
  document["differences"][0]["interval95"] = {-0.01, 0.31};
  all = list_in_words(what_would_change_it(typed(document)), 99);
  CHECK(holds(all, "No value of I(student; labels) would change it"));
  CHECK(holds(all, "not settled"));
}

TEST_CASE("rooms without fields are left out") {
  const std::string page = render_rank_html(typed(sample_rank_document()));
  const std::string full = render_rank_html(typed(full_rank_document()));
  check_alone(full);
  for (const char* id :
       {"prediction", "sensitivity", "curves", "calibration", "null", "controls"}) {
    CAPTURE(id);
    const std::string room = fmt::format("<section id=\"{}\"", id);
    CHECK_FALSE(holds(page, room));
    CHECK(holds(full, room));
  }
}

TEST_CASE("terminal table fits its width and says the same without colour") {
  for (const unsigned width : {50U, 60U, 80U, 100U, 200U}) {
    CAPTURE(width);
    const std::string table =
        render_rank_table(typed(sample_rank_document()), {false, width, false});
    CHECK(widest_line(table) <= width);
    CHECK(table.find('\x1b') == std::string::npos);
    CHECK(table.starts_with("Distil from fac first"));
    CHECK(holds(table, "✗ do not distil"));
    CHECK(widest_line(render_estimate_table(sample_estimate_document(), {false, width, false})) <=
          width);
  }
  const std::string coloured = render_rank_table(typed(sample_rank_document()), {true, 80, false});
  const std::string plain = std::regex_replace(coloured, std::regex("\x1b\\[[0-9]*m"), "");
  CHECK(coloured != plain);
  CHECK(plain == render_rank_table(typed(sample_rank_document()), {false, 80, false}));
}

TEST_CASE("terminal table: columns left out are named, quiet is shorter") {
  const std::string narrow = render_rank_table(typed(sample_rank_document()), {false, 80, false});
  CHECK(holds(narrow, "Left out at this width: I(T;S), I(T;Y) and dim"));
  CHECK_FALSE(
      holds(render_rank_table(typed(sample_rank_document()), {false, 120, false}), "Left out"));
  const std::string quiet = render_rank_table(typed(sample_rank_document()), {false, 80, true});
  CHECK_FALSE(holds(quiet, "Warnings"));
  CHECK(holds(quiet, "0.430 ± 0.027"));
  CHECK(holds(narrow, "planted calibration was not run"));
}

TEST_CASE("terminal estimate") {
  const std::string table = render_estimate_table(sample_estimate_document(), {false, 80, false});
  CHECK(table.starts_with("I(X;Y) = 0.432 ± 0.021 nats\n"));
  CHECK(holds(table, "[0.391, 0.473]"));
  CHECK(holds(table, "ksg1"));
  CHECK(holds(table, "2,000 rows, dimensions 3 and 2, scale rank"));
  CHECK_FALSE(holds(table, "seconds"));  // diagnostics are for --verbose
  CHECK(std::count(table.begin(), table.end(), '\n') <= 5);
}

TEST_CASE("hostile names reach neither markup nor terminal") {
  for (const std::string& name : kHostileNames) {
    CAPTURE(name.substr(0, 60));
    check_alone(render_rank_html(typed(with_name(name))));
    check_alone(render_rank_html(typed(with_name_and_rule(name, "combined"))));
    const json document = with_name_and_rule(name, "cch-prediction");
    check_alone(render_rank_html(typed(document)));
    const std::string table = render_rank_table(typed(document), {false, 80, false});
    CHECK(widest_line(table) <= 80);
    CHECK(table.find('\x1b') == std::string::npos);
    CHECK_FALSE(holds(table, "\u202E"));
  }
}

TEST_CASE("the page shows the names escaped") {
  const std::string page = render_rank_html(typed(with_name(kHostileNames[0])));
  CHECK(holds(page, "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"));
  CHECK(holds(render_rank_html(typed(with_name("שלום"))), "<bdi>שלום</bdi>"));
}

TEST_CASE("any one value that may be null is rendered without it, any other is refused") {
  json whole = full_rank_document();
  shorten_lists(whole);
  std::vector<json::json_pointer> paths;
  all_paths(whole, json::json_pointer(), paths);
  std::size_t refused = 0;
  for (const json::json_pointer& path : paths) {
    if (path == "/schema"_json_pointer) continue;
    CAPTURE(path.to_string());
    json document = whole;
    document[path] = nullptr;
    const std::string fault = fault_code([&] { typed(document); });
    if (!fault.empty()) {
      CHECK(fault == "document-field-type");
      ++refused;
      continue;
    }
    CHECK(test::tag_fault(render_rank_html(typed(document))) == "");
    CHECK(widest_line(render_rank_table(typed(document), {false, 80, false})) <= 80);
  }
  // What is always there: names, counts, flags, words. Every real number may be null.
  CHECK(refused > paths.size() / 4);
  CHECK(refused < paths.size() * 3 / 4);
}

TEST_CASE("all parts of a ranking and of a teacher may be empty") {
  documents::RankDocument bare;
  check_alone(render_rank_html(bare));
  CHECK(holds(render_rank_html(bare), "No teacher was ranked."));
  CHECK(holds(render_rank_table(bare, {}), "No teacher was ranked."));
  bare.teachers.resize(2);
  bare.controls.resize(1);
  bare.curves.resize(1);
  bare.sensitivity.resize(1);
  bare.per_class.resize(1);
  bare.estimators.resize(2);
  bare.differences.resize(1);
  bare.pilot.emplace();
  for (const char* rule : {"chance", "combined", "pilot", "cch", "cch-prediction", ""}) {
    bare.decided_by = rule;
    check_alone(render_rank_html(bare));
    CHECK(widest_line(render_rank_table(bare, {false, 80, false})) <= 80);
  }
  documents::JudgedTeacher& teacher = bare.teachers.front();
  teacher.prediction.emplace();
  teacher.prediction_level.emplace();
  teacher.pilot.emplace();
  teacher.planted_bias.emplace();
  teacher.null.emplace();
  teacher.stability.emplace();
  check_alone(render_rank_html(bare));
  CHECK(widest_line(render_rank_table(bare, {false, 80, false})) <= 80);
  CHECK(holds(render_estimate_table({}, {}), "I(X;Y) = – nats"));
}

TEST_CASE("infinite interval ends are drawn and written") {
  documents::RankDocument document = typed(sample_rank_document());
  const double infinity = std::numeric_limits<double>::infinity();
  document.teachers[0].margin.low = -infinity;
  document.teachers[0].margin.high = infinity;
  const std::string page = render_rank_html(document);
  check_alone(page);
  CHECK(holds(page, "[−∞, ∞]"));
  CHECK(holds(page, "class=\"end k-distil\""));
}

TEST_CASE("a document of another schema or type is refused") {
  json other = sample_rank_document();
  other["schema"] = "cch.rank/3";
  CHECK(fault_code([&] { typed(other); }) == "document-schema");
  CHECK(fault_code([&] { typed(json::array()); }) == "document-field-type");
  json broken = sample_rank_document();
  broken["teachers"][0]["margin"]["nats"] = "0.4";
  CHECK(fault_code([&] { typed(broken); }) == "document-field-type");
}

TEST_CASE("many teachers stay below a megabyte") {
  const std::string twenty = render_rank_html(typed(with_teachers(20)));
  check_alone(twenty);
  CHECK(holds(twenty, "download=\"rank.json\""));
  const std::string forty = render_rank_html(typed(with_teachers(40)));
  check_alone(forty);
  CHECK(holds(forty, "First 8 of 40 teachers."));
  CHECK(holds(forty, "teacher-39"));
  CHECK(holds(forty, "the JSON document has all 780"));
  const std::string hundred = render_rank_html(typed(with_teachers(100)));
  check_alone(hundred);
  CHECK(holds(hundred, "is too large for this page"));
  CHECK(holds(hundred, "download=\"ranking.csv\""));
  CHECK(holds(hundred, "Left out: "));
  CHECK_FALSE(holds(twenty, "Left out: "));
}

TEST_CASE("the page has headings, captions and descriptions") {
  const std::string page = render_rank_html(typed(full_rank_document()));
  for (const char* part :
       {"<html lang=\"en\">", "<h1>", "<caption>", "<title id=\"headline-forest-wide-title\">",
        "<desc id=\"sides-forest-narrow-desc\">", "prefers-color-scheme: dark", "@media print",
        "default-src 'none'", "Physical Review E 69"}) {
    CAPTURE(part);
    CHECK(holds(page, part));
  }
  CHECK_FALSE(holds(page, "Ross (2014)"));  // not used by this document
  static const std::regex identity(" id=\"([^\"]*)\"");
  std::map<std::string, int> seen;
  for (std::sregex_iterator it(page.begin(), page.end(), identity), last; it != last; ++it)
    ++seen[(*it)[1]];
  for (const auto& [id, times] : seen) {
    CAPTURE(id);
    CHECK(times == 1);
  }
}

TEST_CASE("CSV: a line a teacher, quotes doubled") {
  json document = sample_rank_document();
  document["teachers"][0]["name"] = "a,\"b\"";
  const std::string csv = render_rank_csv(typed(document));
  const std::vector<std::string> lines = lines_of(csv);
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].starts_with("1,\"a,\"\"b\"\"\",216,"));
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  CHECK(commas(lines[0]) == commas(lines[2]));
}

}  // namespace cch::report
