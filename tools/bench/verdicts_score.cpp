#include "verdicts_score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>

#include "cch/criterion/decide.hpp"

namespace cch::bench {
namespace {

using nlohmann::json;

/// Standard errors of a true gain that its sign must clear before a verdict can be called wrong.
constexpr double kTruthErrors = 2.0;
constexpr double kClearErrors = 3.0;

struct Row {
  std::string role, scenario, by_pilot, combined;
  std::size_t classes = 0;
  std::size_t rows = 0;
  bool grouped = false;
  double gain = 0.0, gain_se = 0.0;  ///< true
  double pilot_se = 0.0, lo = 0.0, hi = 0.0;
  json at_fold_size;

  [[nodiscard]] bool wrong_distil(const std::string& verdict) const {
    return verdict == "distil" && gain + kTruthErrors * gain_se < 0.0;
  }
  [[nodiscard]] bool wrong_refusal(const std::string& verdict) const {
    return verdict == "do_not_distil" && gain - kTruthErrors * gain_se > kPracticalEquivalence;
  }
  [[nodiscard]] bool clear() const {
    return std::abs(gain) > std::max(kPracticalEquivalence, kClearErrors * pilot_se);
  }
  [[nodiscard]] bool right(const std::string& verdict) const {
    return verdict == (gain > 0.0 ? "distil" : "do_not_distil");
  }
};

std::vector<Row> rows_of(const std::vector<json>& problems) {
  std::vector<Row> rows;
  for (const json& p : problems) {
    for (const json& t : p.at("teachers")) {
      const json& pilot = t.at("pilot");
      rows.push_back({t.at("role"), p.at("scenario"), t.at("by_pilot"), t.at("combined"),
                      p.at("classes"), p.at("rows"), p.at("icc") > 0.0, t.at("truth").at("gain"),
                      t.at("truth").at("se"), pilot.at("se"), pilot.at("lo"), pilot.at("hi"),
                      t.value("truth_at_fold_size", json())});
    }
  }
  return rows;
}

std::string percent(std::size_t count, std::size_t of) {
  if (of == 0) return "–";
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(count) / static_cast<double>(of));
}

template <class Test>
std::size_t count(const std::vector<Row>& rows, Test test) {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), test));
}

std::string line(const std::string& name, const std::vector<Row>& rows, std::string Row::*verdict) {
  const std::size_t n = rows.size();
  auto is = [&](const std::string& what) {
    return count(rows, [&](const Row& r) { return r.*verdict == what; });
  };
  const std::size_t wrong_distil =
      count(rows, [&](const Row& r) { return r.wrong_distil(r.*verdict); });
  const std::size_t wrong_refusal =
      count(rows, [&](const Row& r) { return r.wrong_refusal(r.*verdict); });
  const std::size_t clear = count(rows, [](const Row& r) { return r.clear(); });
  const std::size_t right =
      count(rows, [&](const Row& r) { return r.clear() && r.right(r.*verdict); });
  const std::size_t covered =
      count(rows, [](const Row& r) { return r.lo <= r.gain && r.gain <= r.hi; });
  const std::size_t known = count(rows, [](const Row& r) { return !r.at_fold_size.is_null(); });
  const std::size_t covered_known = count(rows, [](const Row& r) {
    if (r.at_fold_size.is_null()) return false;
    const double gain = r.at_fold_size.at("gain");
    return r.lo <= gain && gain <= r.hi;
  });
  return fmt::format("| {} | {} | {} | {} | {} + {} | {} | {} | {} | {} | {} |\n", name, n,
                     is("distil"), is("do_not_distil"), wrong_distil, wrong_refusal,
                     percent(wrong_distil + wrong_refusal, n), clear, percent(right, clear),
                     percent(covered, n), percent(covered_known, known));
}

struct Part {
  std::string name;
  std::function<bool(const Row&)> holds;
};

std::vector<Part> parts() {
  std::vector<Part> out{{"all", [](const Row&) { return true; }}};
  for (const std::string role : {"good", "weak", "nuisance", "clone", "noise"}) {
    out.push_back({role, [role](const Row& r) { return r.role == role; }});
  }
  for (const std::string scenario : {"same-rows", "unlabelled-pairs", "more-labels"}) {
    out.push_back({scenario, [scenario](const Row& r) { return r.scenario == scenario; }});
    out.push_back({scenario + ", clone", [scenario](const Row& r) {
                     return r.scenario == scenario && r.role == "clone";
                   }});
  }
  out.push_back({"real labels", [](const Row& r) { return r.classes == 0; }});
  out.push_back({"two classes", [](const Row& r) { return r.classes == 2; }});
  out.push_back({"more classes", [](const Row& r) { return r.classes > 2; }});
  out.push_back({"in groups", [](const Row& r) { return r.grouped; }});
  out.push_back({"over 2000 rows", [](const Row& r) { return r.rows > 2000; }});
  return out;
}

std::string table(const std::vector<Row>& rows, std::string Row::*verdict) {
  std::string out =
      "| teachers | number | distil | do not distil | wrong: distil + do not | wrong % | clear | "
      "of these right % | true gain in interval % | the same at 4/5 of the rows % |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Part& part : parts()) {
    std::vector<Row> chosen;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen), part.holds);
    out += line(part.name, chosen, verdict);
  }
  return out;
}

/// What was said where the truth is known well enough to have a sign.
std::string by_truth(const std::vector<Row>& rows) {
  struct Kind {
    const char* name;
    std::function<bool(const Row&)> holds;
  };
  auto helps = [](const Row& r) {
    return r.gain - kTruthErrors * r.gain_se > 0.0 && r.gain > kPracticalEquivalence;
  };
  auto harms = [](const Row& r) {
    return r.gain + kTruthErrors * r.gain_se < 0.0 && r.gain < -kPracticalEquivalence;
  };
  const std::vector<Kind> kinds{
      {"helps", helps},
      {"helps, clear", [&](const Row& r) { return helps(r) && r.clear(); }},
      {"harms", harms},
      {"harms, clear", [&](const Row& r) { return harms(r) && r.clear(); }},
      {"neither", [&](const Row& r) { return !helps(r) && !harms(r); }}};
  std::string out =
      "| in truth it | number | distil | do not distil | inconclusive |\n|---|---|---|---|---|\n";
  for (const Kind& kind : kinds) {
    auto said = [&](const std::string& verdict) {
      return count(rows, [&](const Row& r) { return kind.holds(r) && r.combined == verdict; });
    };
    out += fmt::format("| {} | {} | {} | {} | {} |\n", kind.name, count(rows, kind.holds),
                       said("distil"), said("do_not_distil"), said("inconclusive"));
  }
  return out;
}

std::string representations(const std::vector<json>& problems) {
  constexpr std::array<const char*, 3> kOutcomes{"holds", "fails", "undecided"};
  std::array<std::array<std::size_t, 2>, 3> outcomes{};
  std::array<std::size_t, 2> wrong_verdicts{};
  std::size_t covered = 0;
  std::size_t all = 0;
  for (const json& p : problems) {
    for (const json& t : p.value("representations", json::array())) {
      const double margin = t.at("true_margin");
      const std::size_t sign = margin > 0.0 ? 1 : 0;
      for (std::size_t o = 0; o < kOutcomes.size(); ++o) {
        if (t.at("outcome") == kOutcomes[o]) ++outcomes[o][sign];
      }
      if (t.at("verdict") == "distil" && sign == 0) ++wrong_verdicts[0];
      if (t.at("verdict") == "do_not_distil" && sign == 1) ++wrong_verdicts[1];
      // The t quantile of at least 17 degrees of freedom.
      constexpr double kQuantile = 2.1;
      const double se = t.at("se");
      covered += std::abs(t.at("margin").get<double>() - margin) <= kQuantile * se ? 1 : 0;
      ++all;
    }
  }
  std::string out = "| outcome | true margin below 0 | above 0 |\n|---|---|---|\n";
  for (std::size_t o = 0; o < kOutcomes.size(); ++o) {
    out += fmt::format("| {} | {} | {} |\n", kOutcomes[o], outcomes[o][0], outcomes[o][1]);
  }
  return out + fmt::format(
                   "\nWrong verdicts: {} distil, {} do not distil. True margin in the "
                   "interval: {} % of {}.\n",
                   wrong_verdicts[0], wrong_verdicts[1], percent(covered, all), all);
}

}  // namespace

std::string score(const std::vector<json>& problems) {
  const std::vector<Row> rows = rows_of(problems);
  return fmt::format(
      "{} problems, {} teachers\n\nDecided by the pilot and the predictions:\n\n{}\nThe same by "
      "what is true:\n\n{}\nDecided by the pilot alone:\n\n{}\nRepresentations:\n\n{}",
      problems.size(), rows.size(), table(rows, &Row::combined), by_truth(rows),
      table(rows, &Row::by_pilot), representations(problems));
}

}  // namespace cch::bench
