// Every option of `cch check`, said once; the inputs are those of `cch rank`.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "tools/cch/check/settings.hpp"

namespace cch {
namespace {

using options::Table;
using options::Words;

template <class T>
bool read_all(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc{} && result.ptr == end;
}

// `instead` of what cannot be read suits every other number, so that it is the only fault.
Words plan_number(std::optional<std::size_t>& to, const std::string& option,
                  const std::string& code, std::size_t instead) {
  const auto set = [&to, option, code, instead](const std::string& text) {
    to = instead;
    to = plan_count(option, text, code);
  };
  return {set, [&to] { return to ? fmt::format("{}", *to) : ""; }, {}, true};
}

Words plan_icc(std::optional<double>& to) {
  const auto set = [&to](const std::string& text) {
    double value = 0.0;
    to = value;
    if (!read_all(text, value)) {
      refuse_usage("plan-icc", "--icc '" + text + "' is not a number", {}, "Give for example 0.3");
    }
    to = value;
  };
  return {set, [&to] { return to ? fmt::format("{}", *to) : ""; }, {}, true};
}

options::WordList plan_dimensions(std::vector<std::size_t>& to) {
  const auto add = [&to](const std::string& text) {
    to.push_back(1);
    to.back() = plan_count("--dim-teacher", text, "plan-dimension");
  };
  const auto print = [&to] {
    std::vector<std::string> out;
    for (const std::size_t dim : to) out.push_back(std::to_string(dim));
    return out;
  };
  return {[&to] { to.clear(); }, add, print, {}};
}

Words verdict(std::optional<FeasibilityVerdict>& to) {
  return {[&to](const std::string& text) { to = parse_feasibility_verdict(text); },
          [&to] { return to ? std::string(to_string(*to)) : ""; },
          {"feasible", "with-caution", "not-feasible"}};
}

Table plan_table(CheckSettings& s) {
  return {
      {"--n", plan_number(s.n, "--n", "plan-rows", 1'000'000),
       "Rows of a plan, in place of features"},
      {"--dim-student", plan_number(s.dim_student, "--dim-student", "plan-dimension", 1),
       "Columns of the student in a plan"},
      {"--dim-teacher",
       plan_dimensions(s.dims_teacher),
       "Columns of a teacher in a plan; repeat for each",
       {.one_each = true}},
      {"--classes",
       plan_number(s.classes, "--classes", "plan-classes", 2),
       "Classes in a plan, 0 for a real-valued label",
       {.standard = "2"}},
      {"--icc",
       plan_icc(s.icc),
       "Intra-class correlation by group in a plan",
       {.standard = "0.3 where there are groups"}},
  };
}

Table questions_table(CheckSettings& s) {
  return {
      {"--margin", &s.margin, "Margin in nats that should be decided: asks for the rows"},
      {"--power", &s.power, "Wanted share of right verdicts"},
      {"--wrong", &s.wrong, "Most wrong verdicts, as a share"},
      {"--draws", &s.draws, "Planted data sets, 0 = 4, or 8 where 4 leave it open"},
      {"--curved", &s.curved, "Also plant curved dependence"},
      {"--sizes", &s.sizes, "Also plant a half and a quarter of the rows"},
      {"--consistency", &s.consistency, "Self-consistency of the estimators on these data"},
      {"--laws", &s.laws, "Self-consistency by every law, of every teacher and the labels too"},
      {"--cost", &s.cost, "Say what a ranking will take"},
  };
}

}  // namespace

std::size_t plan_count(const std::string& option, const std::string& text,
                       const std::string& code) {
  std::size_t value = 0;
  if (read_all(text, value)) return value;
  refuse_usage(code, option + " '" + text + "' is not a whole number", "a plan is made of numbers",
               "Give for example " + option + " 100");
}

Table check_table(CheckSettings& s) {
  RankSettings& r = s.rank;
  Table out = rows_table(r);
  at(out, "study").help = "STUDY.toml of `cch rank`";
  at(out, "groups").help += "; in a plan their number";
  append(out, {{"--split", &s.split,
                "PATH[:KEY] of the split by which features were fitted: looks for leaks",
                options::kFile},
               {"--split-train", &s.split_train, "Its value for rows that were fitted on"}});
  append(out, plan_table(s));
  append(out, questions_table(s));
  append(out, estimators_table(r.estimators, r.scale, r.k, r.exact));
  at(out, "estimator").help +=
      "; by default auto beside gaussian-copula and ksg1 where columns are few";
  append(out, {{"-o,--out", &r.out, "Folder for check.json and report.html", options::kFolder},
               {"--force", &r.force, "Overwrite files there that cch did not make"},
               {"--html", &r.html, "File for the report alone", options::kFile},
               {"--fail-on", verdict(s.fail_on), "Exit with 4 if the verdict is this one"},
               {"-n,--dry-run", &r.dry_run, "Read and check the inputs, plant nothing"}});
  return append(out, common_table(r.common));
}

Table check_study_table(CheckSettings& s) {
  Table out = rank_table(s.rank);
  at(out, "fail-on").target = verdict(s.fail_on);  // its own verdicts
  return out;
}

}  // namespace cch
