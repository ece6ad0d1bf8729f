// `cch explain`, and that every code, flag and key of the sources is documented.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cch/criterion/decide.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/estimators/catalog.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/text.hpp"
#include "tools/cch/explain.hpp"

namespace cch {
namespace {

using test::content;

namespace fs = std::filesystem;

const fs::path kSources = CCH_SOURCE_DIR;

std::vector<fs::path> sources() {
  std::vector<fs::path> out;
  for (const char* folder : {"include", "core", "data", "estimators", "gaussian", "experiments",
                             "tools/cch", "tools/documents", "tools/options", "tools/report"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSources / folder)) {
      const std::string ending = entry.path().extension();
      if (ending == ".cpp" || ending == ".hpp") out.push_back(entry.path());
    }
  }
  return out;
}

/// Names between quotes where sources make a fault or a warning.
std::set<std::string> codes_of(const std::string& text) {
  const std::string code = R"re("([a-z0-9]+(?:-[a-z0-9]+)*)")re";
  static const std::vector<std::regex> places{
      std::regex(R"re(refuse_(?:usage|data)\(\s*)re" + code),
      std::regex(R"re(Fault\{\s*)re" + code),
      std::regex(R"re([wW]arnings?_?(?:\(\))?(?:\.|->)(?:push_back|emplace_back)\(\s*\{\s*)re" +
                 code + ","),
      std::regex(R"re([fF]aults?_?(?:\.|->)(?:push_back|add)\(\s*(?:ErrorKind::\w+,\s*)?\{\s*)re" +
                 code + ","),
      std::regex(R"re(\bwarn\(\s*)re" + code)};
  std::set<std::string> out;
  for (const std::regex& place : places) {
    for (std::sregex_iterator it(text.begin(), text.end(), place), end; it != end; ++it) {
      out.insert((*it)[1]);
    }
  }
  return out;
}

TEST_CASE("every code of the sources has an explanation") {
  std::size_t found = 0;
  for (const fs::path& path : sources()) {
    for (const std::string& code : codes_of(content(path))) {
      ++found;
      CAPTURE(path.string());
      CAPTURE(code);
      CHECK(find_code(code) != nullptr);
    }
  }
  CHECK(found > 200);  // the patterns still find what they are made for
}

TEST_CASE("an undocumented code would be found") {
  const auto codes = codes_of(R"(refuse_data("no-such-code", "x");
    warnings.push_back({"other-code", message}); throw Error(kind, Fault{"third-code", "y"});)");
  CHECK(codes == std::set<std::string>{"no-such-code", "other-code", "third-code"});
  CHECK(find_code("no-such-code") == nullptr);
}

TEST_CASE("codes are sorted, once each, and say what, why and what to do") {
  std::string before;
  for (const CodeEntry& entry : all_codes()) {
    CAPTURE(entry.code);
    CHECK(before < entry.code);
    before = entry.code;
    for (const std::string_view words : {entry.means, entry.why, entry.action}) {
      REQUIRE(words.size() > 3);
      CHECK((words.back() == '.' || words.back() == '"'));
    }
  }
}

TEST_CASE("the page of codes is the one that the program makes") {
  CHECK(content(kSources / "docs/reference/codes.md") == codes_page());
}

TEST_CASE("words are sorted, told apart from each other and from codes, and say how to be read") {
  std::set<std::string> spellings;
  for (const CodeEntry& entry : all_codes()) spellings.insert(squeezed(entry.code));
  std::string before;
  for (const WordEntry& entry : all_words()) {
    CAPTURE(entry.word);
    CHECK(before < squeezed(entry.word));
    before = squeezed(entry.word);
    CHECK(spellings.insert(before).second);
    for (const std::string& other : entry.also) {
      CAPTURE(other);
      CHECK_FALSE(squeezed(other).empty());
      CHECK(spellings.insert(squeezed(other)).second);
    }
    for (const std::string& words : {entry.means, entry.read}) {
      REQUIRE(words.size() > 3);
      CHECK(words.back() == '.');
    }
  }
  // The file itself is in this order, too.
  const std::string table = content(kSources / "tools/cch/explain_words.inc");
  static const std::regex place(R"re(\{"([^"]+)", Kind::)re");
  before.clear();
  std::size_t found = 0;
  for (std::sregex_iterator it(table.begin(), table.end(), place), end; it != end; ++it, ++found) {
    CHECK(before < squeezed((*it)[1].str()));
    before = squeezed((*it)[1].str());
  }
  CHECK(found + catalog().size() + 1 == all_words().size());
}

TEST_CASE("explain knows verdicts, rules, scenarios and every estimator") {
  for (const char* word :
       {"distil",         "do-not-distil",  "inconclusive",   "unreliable", "feasible",
        "with-caution",   "not-feasible",   "holds",          "fails",      "undecided",
        "pilot",          "representation", "prediction",     "cch",        "margin",
        "I(T;S)",         "I(S;Y)",         "I(T;Y)",         "H(Y)",       "planted bias",
        "mixed families", "Holm",           "standard error", "interval",   "ksg-conditional"}) {
    CAPTURE(word);
    const auto run = test::run_cch({"explain", word});
    CHECK(run.code == 0);
    CHECK(run.out_has("  means  "));
  }
  for (const char* kind : {"same-rows", "more-labels", "unlabelled-pairs"}) {
    parse_scenario(kind);
    CHECK(find_word(kind)->kind == "scenario");
  }
  for (const char* rule : {"chance", "combined", "cch", "cch-prediction", "pilot"}) {
    parse_decide_by(rule);
    CHECK(find_word("decide-by " + std::string(rule)) == find_word(rule));
  }
  for (const CatalogEntry& entry : catalog()) {
    CAPTURE(entry.name);
    const WordEntry* word = find_word(entry.name);
    REQUIRE(word != nullptr);
    CHECK(word->kind == "estimator");
    CHECK(word->means.find(entry.summary) != std::string::npos);
    CHECK(word->read.find(entry.paper) != std::string::npos);
  }
}

/// What these patterns find in a source.
std::set<std::string> found_in(const fs::path& source, const std::vector<std::string>& patterns) {
  const std::string text = content(kSources / "tools/report" / source);
  REQUIRE_FALSE(text.empty());
  std::set<std::string> out;
  for (const std::string& pattern : patterns) {
    const std::regex place(pattern);
    for (std::sregex_iterator it(text.begin(), text.end(), place), end; it != end; ++it) {
      out.insert((*it)[1]);
    }
  }
  return out;
}

TEST_CASE("explain knows every column of the tables of rank, check and compare") {
  const std::string literal = R"re(\{"([^"]+)",\s*(?:true|false))re";
  std::set<std::string> headings =
      found_in("rank/columns.cpp", {R"re(column\(document,\s*"([^"]+)")re",
                                    R"re(\badd\("([^"]+)")re", R"re([?:] "([^"\\]+)"\s*[:;,])re"});
  headings.merge(found_in("check/table.cpp", {literal}));
  headings.merge(found_in("compare/table.cpp", {literal}));
  headings.erase("#");
  CHECK(headings.size() > 25);
  for (const char* known : {"pilot gain", "CCH pred.", "if curved", "false holds"}) {
    CHECK(headings.contains(known));  // the patterns still find what they are made for
  }
  for (const std::string& heading : headings) {
    CAPTURE(heading);
    CHECK(find_word(heading) != nullptr);
  }
}

TEST_CASE("explain takes words in any spelling, several at once and words of several words") {
  const auto word = test::run_cch({"explain", "trivially", "satisfied"});
  CHECK(word.code == 0);
  CHECK(word.out.starts_with("trivially satisfied (outcome)"));
  for (const char* spelling :
       {"trivially-satisfied", "TRIVIALLY SATISFIED", "trivially_satisfied"}) {
    CHECK(test::run_cch({"explain", spelling}).out == word.out);
  }
  CHECK(test::run_cch({"explain", "I(teacher; student)"}).out ==
        test::run_cch({"explain", "i(t;s)"}).out);
  CHECK(test::run_cch({"explain", "do_not_distil"}).out_has("do-not-distil (verdict)"));
  CHECK(test::run_cch({"explain", "Non Finite Value"}).out_has("non-finite-value (error)"));
  // Two codes and a word of two words, one after the other.
  const auto several =
      test::run_cch({"explain", "non-finite-value", "pilot", "gain", "duplicate-id"});
  CHECK(several.code == 0);
  const auto first = several.out.find("non-finite-value (error)");
  const auto second = several.out.find("pilot gain (column)");
  const auto third = several.out.find("duplicate-id (error)");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
  CHECK_FALSE(several.out_has("pilot (level)"));
  const auto left_out = test::run_cch({"explain", "duplicate-id", "pilot-left-out"});
  CHECK(left_out.out_has("duplicate-id (error)"));
  CHECK(left_out.out_has("pilot-left-out (warning)"));
}

TEST_CASE("explain: the nearest of codes and words, lists, one document") {
  const auto code = test::run_cch({"explain", "unrelyable"});
  CHECK(code.code == 2);
  CHECK(code.err_has("'unreliable'"));
  CHECK(test::run_cch({"explain", "Incnclusive"}).err_has("'inconclusive'"));
  CHECK(test::run_cch({"explain", "trivialy", "satisfied"}).err_has("'trivially satisfied'"));
  const auto second = test::run_cch({"explain", "distil", "non-finite-valeu"});
  CHECK(second.code == 2);
  CHECK(second.out.empty());
  CHECK(second.err_has("'non-finite-valeu'"));
  const auto lists = test::run_cch({"explain"});
  CHECK(lists.out.starts_with("Words\n"));
  CHECK(lists.out.find("\nunreliable: ") < lists.out.find("\nCodes of errors"));
  CHECK(lists.out.find("\nCodes of errors") < lists.out.find("\nnon-finite-value: "));
  const auto document = test::run_cch({"explain", "ksg1", "duplicate-id", "--json"}).document();
  CHECK(document["schema"] == "cch.explain/1");
  REQUIRE(document["codes"].size() == 1);
  CHECK(document["codes"][0]["code"] == "duplicate-id");
  REQUIRE(document["words"].size() == 1);
  CHECK(document["words"][0]["word"] == "ksg1");
  CHECK(document["words"][0]["kind"] == "estimator");
  for (const char* field : {"means", "read"}) CHECK(document["words"][0].contains(field));
}

TEST_CASE("explain prints codes, one code, and refuses others with the nearest") {
  const auto one = test::run_cch({"explain", "non-finite-value"});
  CHECK(one.code == 0);
  for (const char* words : {"error", "means", "why", "do", "NaN"}) CHECK(one.out_has(words));
  const auto part = test::run_cch({"explain", "pilot-left-out"});
  CHECK(part.code == 0);
  CHECK(part.out_has("part of the evidence"));
  const auto wrong = test::run_cch({"explain", "non-finite-valeu"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err_has("[unknown-code]"));
  CHECK(wrong.err_has("non-finite-value"));
  const auto all = test::run_cch({"explain", "--json"}).document();
  CHECK(all["codes"].size() == all_codes().size() + 1);
  CHECK(all["words"].size() == all_words().size());
}

}  // namespace
}  // namespace cch
