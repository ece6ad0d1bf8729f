#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cch/report/compare.hpp"
#include "tools/report/compare/model.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kTablePairs = 30;

std::string with_left_out(std::vector<TextColumn> columns, std::size_t width) {
  std::vector<std::string> left_out;
  const std::string out = text_table(std::move(columns), width, left_out);
  if (left_out.empty()) return out;
  return out +
         wrap("Left out at this width: " + list_in_words(left_out, left_out.size()) + '.', width);
}

/// "14/18".
std::string short_share(const MeasuredShare& share) {
  if (!share.value) return kMissing;
  return count(share.count) + '/' + count(share.of);
}

/// Without its interval: JSON and page have it.
std::string value_alone(const Measured& measured, int decimals, double factor = 1.0) {
  const auto value = measured.value;
  return value ? fixed(*value * factor, decimals) : kMissing;
}

std::string criteria_table(const CompareDocument& document, std::size_t width) {
  const std::vector<std::string> metrics = metrics_in(document);
  const GainUnit unit = gain_unit(metrics.size() == 1 ? metrics.front() : "");
  std::vector<TextColumn> columns = {{"criterion", false, false, false, 20},
                                     {"AUROC (95 %)", true},
                                     {"right", true},
                                     {"false holds", true, true},
                                     {"regret", true, true},
                                     {"τ in groups", true, true},
                                     {"τ overall", true, true}};
  for (const ComparedCriterion& criterion : document.criteria) {
    const std::vector<std::string> cells = {
        fit(criterion.score.criterion, 48),
        measured_words(criterion.score.sign_auroc, 2),
        short_share(criterion.score.hits),
        short_share(criterion.score.false_holds),
        value_alone(criterion.score.top1_regret, unit.factor > 1 ? 2 : 3, unit.factor),
        value_alone(criterion.score.kendall_tau, 2),
        value_alone(criterion.score.kendall_tau_overall, 2)};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].cells.push_back(cells[i]);
  }
  return "\nCriteria\n" + with_left_out(columns, width) +
         wrap(
             "AUROC of the sign of the gain; right: pairs whose sign is the score's; false holds: "
             "runs of losing pairs in which the criterion said distil; regret: mean gain lost by "
             "taking its choice of a teacher; intervals by bootstrap over settings and seeds; "
             "those of "
             "the other columns stand in the JSON document and the report.",
             width);
}

std::string agreement_word(const ComparedPair& pair) {
  const auto agrees = pair.agrees;
  return agrees ? (*agrees ? "agrees" : "differs") : kMissing;
}

/// Rows under a line that says once what they share: where and loss, with a row for each teacher;
/// or, where no two teachers meet, teacher and where, with a row for each loss.
struct PairGroups {
  bool by_teacher = false;
  std::vector<std::string> headings;            ///< in order of first appearance
  std::vector<std::vector<std::size_t>> pairs;  ///< of each heading, indices of the document
};

std::string heading_of(const ComparedPair& pair, const std::vector<ComparedPair>& all,
                       bool by_teacher) {
  const std::string where = unit_words_apart(pair, all);
  if (by_teacher) return teacher_words(pair) + (where.empty() ? "" : " · " + where);
  return (where.empty() ? "" : where + " · ") + loss_words(pair);
}

PairGroups grouped(const std::vector<ComparedPair>& all, const std::vector<std::size_t>& shown,
                   bool by_teacher) {
  PairGroups out{by_teacher, {}, {}};
  for (const std::size_t i : shown) {
    const std::string heading = heading_of(all[i], all, by_teacher);
    const auto known = std::find(out.headings.begin(), out.headings.end(), heading);
    const auto at = static_cast<std::size_t>(known - out.headings.begin());
    if (known == out.headings.end()) {
      out.headings.push_back(heading);
      out.pairs.emplace_back();
    }
    out.pairs[at].push_back(i);
  }
  return out;
}

PairGroups pair_groups(const std::vector<ComparedPair>& all,
                       const std::vector<std::size_t>& shown) {
  PairGroups by_loss = grouped(all, shown, false);
  return by_loss.headings.size() < shown.size() ? by_loss : grouped(all, shown, true);
}

std::string grouped_table(const std::vector<ComparedPair>& all, const PairGroups& groups,
                          std::size_t width) {
  std::vector<TextColumn> columns = {
      {groups.by_teacher ? "loss" : "teacher", false, false, false, 16},
      {"predicted", false},
      {"gain", true},
      {"", false},
      {"seeds", true, true}};
  for (const auto& members : groups.pairs) {
    for (const std::size_t i : members) {
      const ComparedPair& pair = all[i];
      const ShownGain gain = shown_gain(pair.observed_gain, pair.metric);
      const std::vector<std::string> cells = {
          "  " + (groups.by_teacher ? loss_words(pair) : teacher_words(pair)),
          fit(pair.predicted ? pair.predicted->says : kMissing, 14),
          with_error(gain.mean, gain.standard_error), agreement_word(pair),
          count(pair.observed_gain.seeds)};
      for (std::size_t c = 0; c < columns.size(); ++c) columns[c].cells.push_back(cells[c]);
    }
  }
  std::istringstream lines(with_left_out(std::move(columns), width));
  std::string out;
  std::string line;
  for (int head = 0; head < 2 && std::getline(lines, line); ++head) out += line + '\n';
  for (std::size_t g = 0; g < groups.headings.size(); ++g) {
    out += wrap(groups.headings[g], width);
    for (std::size_t i = 0; i < groups.pairs[g].size() && std::getline(lines, line); ++i) {
      out += line + '\n';
    }
  }
  while (std::getline(lines, line)) out += line + '\n';
  return out;
}

std::string pairs_table(const CompareDocument& document, std::size_t width) {
  const std::vector<ComparedPair>& pairs = document.pairs;
  const std::vector<std::size_t> shown = spread(pairs.size(), kTablePairs);
  std::string heading = "\nPairs";
  if (shown.size() < pairs.size()) {
    heading = fmt::format("\n{} of {} pairs, evenly spread", shown.size(), pairs.size());
  }
  std::string units;
  for (const std::string& metric : metrics_in(document)) {
    units += (units.empty() ? "" : "; ") + gain_unit(metric).name;
  }
  return heading + '\n' + grouped_table(pairs, pair_groups(pairs, shown), width) +
         wrap("Gain ± standard error over seeds: " + units + '.', width);
}

std::string warnings(const CompareDocument& document, std::size_t width) {
  std::string out;
  for (const std::string& message : messages_of(document.warnings).warnings) {
    out += wrap(message, width, "  ! ", "    ");
  }
  return out.empty() ? "" : "\nWarnings\n" + out;
}

}  // namespace

std::string render_compare_table(const CompareDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  const std::string head = wrap(compare_sentence(document), width) +
                           wrap(compare_lead(document) + '.', width) +
                           criteria_table(document, width);
  if (style.quiet) return head;
  return head + pairs_table(document, width) + warnings(document, width);
}

}  // namespace cch::report
