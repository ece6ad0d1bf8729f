#include <algorithm>
#include <array>
#include <string>

#include "cch/core/nearest_name.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "cch/criterion/levels.hpp"
#include "estimators/criterion/gather.hpp"

namespace cch {
namespace {

constexpr std::array<std::string_view, 3> kNames{"feasible", "with_caution", "not_feasible"};
constexpr std::size_t kFewGroups = 40;

class Judge {
 public:
  Judge(const PowerForecast& power, const FeasibilityOptions& options)
      : power_(power), options_(options) {}

  Feasibility run(const Groups& groups, const ConsistencyReport& consistency,
                  const LeakReport& leaks) {
    enough_rows(groups);
    look_at_leaks(leaks);
    minimal_margin();
    wanted_margin();
    look_at_consistency(consistency);
    const std::size_t units = groups.count();
    if (groups.grouped() && units >= kFewestGroups && units < kFewGroups) {
      caution("There are " + std::to_string(units) +
              " groups: error bars rest on groups, and are rough below 40.");
    }
    if (out_.verdict == FeasibilityVerdict::feasible) praise();
    return std::move(out_);
  }

 private:
  void refuse(const std::string& reason) {
    const bool first = out_.verdict != FeasibilityVerdict::not_feasible;
    out_.verdict = FeasibilityVerdict::not_feasible;
    out_.reasons.insert(first ? out_.reasons.begin() : out_.reasons.end(), reason);
  }
  void caution(const std::string& reason) {
    if (out_.verdict == FeasibilityVerdict::feasible) {
      out_.verdict = FeasibilityVerdict::with_caution;
    }
    out_.reasons.push_back(reason);
  }

  void enough_rows(const Groups& groups) {
    const std::size_t count = groups.count();
    if (groups.grouped() ? count >= kFewestGroups : count >= kFewestRows) return;
    refuse("Only " + std::to_string(count) + (groups.grouped() ? " groups" : " rows") +
           ": intervals need at least " + (groups.grouped() ? "20 groups" : "100 rows") +
           ", so every verdict would be 'unreliable'.");
  }

  void look_at_leaks(const LeakReport& leaks) {
    for (const LeakCheck& check : leaks.checks) {
      if (!check.alarm) continue;
      if (check.code == "fitted-on-labels") {
        refuse("Features of '" + check.subject +
               "' know the labels of training rows better than those of held-out rows (" +
               check.words + ") They were fitted on these labels: rank on held-out rows alone.");
      } else {
        caution(check.words + (check.code == "groups-across-splits"
                                   ? " Split whole groups."
                                   : " Drop the copies, or put them into one group."));
      }
    }
  }

  void minimal_margin() {
    double largest = 0.0;
    std::size_t decided = 0;
    std::size_t against = 0;
    std::vector<std::string> curved_fails;
    for (const TeacherPower& teacher : power_.teachers) {
      if (teacher.estimators.empty()) {
        out_.why_no_margin =
            "Nothing could be planted for '" + teacher.shape.name + "'" + why_not_planted() + ".";
        continue;
      }
      for (const FamilyPower& family : teacher.estimators.front().families) {
        if (family.family == PlantedFamily::gaussian) {
          against += family.below.nats ? 1 : 0;
          if (family.above.nats) {
            ++decided;
            largest = std::max(largest, *family.above.nats);
          } else {
            out_.why_no_margin = "'" + teacher.shape.name + "': " + family.above.why_not;
          }
        } else if (!family.above.nats) {
          curved_fails.push_back(teacher.shape.name);
        }
      }
    }
    if (decided == power_.teachers.size()) out_.minimal_margin = largest;
    if (decided == 0) {
      const std::string what = against > 0 ? "No margin that speaks for a teacher can be shown. "
                                           : "No margin can be decided. ";
      refuse(what + out_.why_no_margin);
    } else if (decided < power_.teachers.size()) {
      caution("Only " + std::to_string(decided) + " of " + std::to_string(power_.teachers.size()) +
              " teachers can be decided. " + out_.why_no_margin);
    } else if (!curved_fails.empty()) {
      caution(
          "With curved dependence of the same information the estimators decide no margin of '" +
          curved_fails.front() + "'" +
          (curved_fails.size() > 1 ? " and " + std::to_string(curved_fails.size() - 1) + " more"
                                   : std::string()) +
          ": the smallest margin holds if shared information is near Gaussian.");
    }
  }

  // What was left out first, if anything: ": estimator auto: …".
  [[nodiscard]] std::string why_not_planted() const {
    for (const Warning& warning : power_.warnings) {
      if (warning.code.ends_with("-left-out")) return ": " + warning.message;
    }
    return "";
  }

  void wanted_margin() {
    if (!options_.margin) return;
    std::size_t short_of = 0;
    for (const TeacherPower& teacher : power_.teachers) {
      if (teacher.estimators.empty() ||
          teacher.estimators.front().families.front().right_at_wanted < options_.power) {
        ++short_of;
      }
    }
    const std::string margin = detail::nats_text(*options_.margin);
    if (short_of == 0) {
      out_.reasons.push_back("A margin of " + margin + " nats is decided with the wanted power.");
    } else if (short_of == power_.teachers.size()) {
      refuse("A margin of " + margin +
             " nats is not decided with the wanted power for any teacher.");
    } else {
      caution("A margin of " + margin + " nats is not decided with the wanted power for " +
              std::to_string(short_of) + " of " + std::to_string(power_.teachers.size()) +
              " teachers.");
    }
  }

  void look_at_consistency(const ConsistencyReport& consistency) {
    for (const ConsistencyTest& test : consistency.tests) {
      if (test.passed) continue;
      caution("Self-consistency, " + test.name + " of '" + test.subject + "': " +
              detail::nats_text(test.value) + " nats where " + detail::nats_text(test.expected) +
              (test.at_most ? " at most" : "") + " were due. " + test.words);
    }
  }

  void praise() {
    out_.reasons.insert(out_.reasons.begin(),
                        "Margins from " + detail::nats_text(out_.minimal_margin.value_or(0.0)) +
                            " nats are decided with the wanted power for every teacher.");
  }

  const PowerForecast& power_;
  const FeasibilityOptions& options_;
  Feasibility out_;
};

}  // namespace

std::string_view to_string(FeasibilityVerdict verdict) {
  return kNames[static_cast<std::size_t>(verdict)];
}

FeasibilityVerdict parse_feasibility_verdict(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '-', '_');
  const auto found = std::find(kNames.begin(), kNames.end(), plain);
  if (found != kNames.end()) return static_cast<FeasibilityVerdict>(found - kNames.begin());
  const std::vector<std::string> names{"feasible", "with-caution", "not-feasible"};
  refuse_usage("unknown-verdict", "there is no verdict '" + std::string(name) + "'", {},
               "Did you mean '" + nearest_name(std::string(name), names) + "'?");
}

Feasibility judge_feasibility(const PowerForecast& power, const Groups& groups,
                              const FeasibilityOptions& options,
                              const ConsistencyReport& consistency, const LeakReport& leaks) {
  return Judge(power, options).run(groups, consistency, leaks);
}

}  // namespace cch
