#include "tools/report/gaussian/counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cch/core/proportion.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestName = 40;

std::int64_t whole(const json& node, const char* key) {
  return whole_number(field(node, key)).value_or(0);
}

Counts read_counts(const json& node) {
  return {whole(node, "hits"), whole(node, "false_alarms"), whole(node, "misses"),
          whole(node, "correct_rejections"), whole(node, "undecided")};
}

std::optional<std::pair<double, double>> read_range(const json& node) {
  const std::vector<json>& ends = elements(node);
  if (ends.size() != 2) return std::nullopt;
  const auto low = number(ends[0]);
  if (!low) return std::nullopt;
  return std::pair{*low, number(ends[1]).value_or(std::numeric_limits<double>::infinity())};
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  hits += other.hits;
  false_alarms += other.false_alarms;
  misses += other.misses;
  correct_rejections += other.correct_rejections;
  undecided += other.undecided;
  return *this;
}

std::vector<ConfusionRow> confusion_rows(const json& document) {
  std::vector<ConfusionRow> rows;
  for (const json& node : elements(field(document, "confusion"))) {
    rows.push_back({text(field(node, "criterion")), text(field(node, "about")),
                    text(field(node, "truth")), number(field(node, "lambda")),
                    read_range(field(node, "n_over_p")), read_counts(node)});
  }
  return rows;
}

std::vector<CriterionTally> tallies(const std::vector<ConfusionRow>& rows) {
  std::vector<CriterionTally> all;
  for (const ConfusionRow& row : rows) {
    const auto found = std::find_if(all.begin(), all.end(), [&row](const CriterionTally& tally) {
      return tally.criterion == row.criterion && tally.about == row.about &&
             tally.truth == row.truth;
    });
    if (found == all.end()) {
      all.push_back({row.criterion, row.about, row.truth, row.counts});
    } else {
      found->counts += row.counts;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const CriterionTally& a, const CriterionTally& b) {
    return (a.about == "risk") > (b.about == "risk");
  });
  return all;
}

std::optional<CriterionTally> tally_of(const std::vector<CriterionTally>& all,
                                       const std::string& criterion, const std::string& about) {
  std::optional<CriterionTally> found;
  for (const CriterionTally& tally : all) {
    if (tally.criterion != criterion || tally.about != about) continue;
    if (!found || tally.truth == "simulation") found = tally;
  }
  return found;
}

Share wilson(std::int64_t k, std::int64_t n) {
  if (n <= 0) return {};
  const Interval interval = *wilson95(static_cast<std::size_t>(k), static_cast<std::size_t>(n));
  return {static_cast<double>(k) / static_cast<double>(n), interval.lo, interval.hi};
}

Share share_right(const Counts& counts) {
  return wilson(counts.hits + counts.correct_rejections, counts.decided());
}

Share sensitivity(const Counts& counts) {
  return wilson(counts.hits, counts.hits + counts.misses);
}

Share precision(const Counts& counts) {
  return wilson(counts.hits, counts.hits + counts.false_alarms);
}

std::string criterion_name(const std::string& criterion) {
  if (criterion == "cch") return "CCH";
  if (criterion == "cch-blocks") return "CCH on blocks";
  if (criterion == "beta-e") return "β_e < 1";
  if (criterion == "beta-s") return "β_s > β_e";
  if (criterion == "risk-law") return "risk law";
  if (criterion == "direction-law") return "direction law";
  if (criterion == "always") return "always distil";
  if (criterion.starts_with("estimated:")) {
    return "CCH by " + fit_middle(criterion.substr(10), kLongestName);
  }
  return fit_middle(criterion, kLongestName);
}

}  // namespace cch::report
