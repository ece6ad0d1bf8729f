#include <fmt/format.h>

#include <algorithm>

#include "tools/report/compare.hpp"
#include "tools/report/compare_model.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/sweep_model.hpp"
#include "tools/report/text_layout.hpp"
#include "tools/report/utf8.hpp"

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
std::string short_share(const json& share) {
  if (field(share, "value").is_null()) return kMissing;
  return count(whole_number(field(share, "count"))) + '/' + count(whole_number(field(share, "of")));
}

/// Without its interval: JSON and page have it.
std::string value_alone(const json& measured, int decimals, double factor = 1.0) {
  const auto value = number(field(measured, "value"));
  return value ? fixed(*value * factor, decimals) : kMissing;
}

std::string criteria_table(const json& document, std::size_t width) {
  const std::vector<std::string> metrics = metrics_in(document);
  const GainUnit unit = gain_unit(metrics.size() == 1 ? metrics.front() : "");
  std::vector<TextColumn> columns = {{"criterion", false, false, false, 20},
                                     {"AUROC (95 %)", true},
                                     {"right", true},
                                     {"false holds", true, true},
                                     {"regret", true, true},
                                     {"τ in groups", true, true},
                                     {"τ overall", true, true}};
  for (const json& criterion : elements(field(document, "criteria"))) {
    const std::vector<std::string> cells = {
        fit(text(field(criterion, "criterion")), 48),
        measured_words(field(criterion, "sign_auroc"), 2),
        short_share(field(criterion, "hit_rate")),
        short_share(field(criterion, "false_holds")),
        value_alone(field(criterion, "top1_regret"), unit.factor > 1 ? 2 : 3, unit.factor),
        value_alone(field(criterion, "kendall_tau"), 2),
        value_alone(field(criterion, "kendall_tau_overall"), 2)};
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

std::string agreement_word(const json& pair) {
  const auto agrees = boolean(field(pair, "agrees"));
  return agrees ? (*agrees ? "agrees" : "differs") : kMissing;
}

std::string pairs_table(const json& document, std::size_t width) {
  const std::vector<json>& pairs = elements(field(document, "pairs"));
  const std::vector<std::size_t> shown = spread(pairs.size(), kTablePairs);
  std::vector<TextColumn> columns = {{"teacher", false, false, false, 16},
                                     {"where", false, true, false, 10},
                                     {"loss", false, true, false, 8},
                                     {"predicted", false},
                                     {"gain", true},
                                     {"", false},
                                     {"seeds", true, true}};
  for (const std::size_t i : shown) {
    const json& pair = pairs[i];
    const ShownGain gain = shown_gain(field(pair, "observed_gain"), text(field(pair, "metric")));
    const std::vector<std::string> cells = {
        teacher_words(pair),
        unit_words_apart(pair, pairs),
        loss_words(pair),
        fit(text(field(pair, "predicted", "says"), kMissing), 14),
        with_error(gain.mean, gain.standard_error),
        agreement_word(pair),
        count(whole_number(field(pair, "observed_gain", "seeds")))};
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].cells.push_back(cells[c]);
  }
  const std::vector<std::string>& where = columns[1].cells;
  if (std::all_of(where.begin(), where.end(), [](const auto& words) { return words.empty(); })) {
    columns.erase(columns.begin() + 1);
  }
  std::string heading = "\nPairs";
  if (shown.size() < pairs.size()) {
    heading = fmt::format("\n{} of {} pairs, evenly spread", shown.size(), pairs.size());
  }
  std::string units;
  for (const std::string& metric : metrics_in(document)) {
    units += (units.empty() ? "" : "; ") + gain_unit(metric).name;
  }
  return heading + '\n' + with_left_out(columns, width) +
         wrap("Gain ± standard error over seeds: " + units + '.', width);
}

std::string warnings(const json& document, std::size_t width) {
  std::string out;
  for (const std::string& message : messages_of(document).warnings) {
    out += wrap(message, width, "  ! ", "    ");
  }
  return out.empty() ? "" : "\nWarnings\n" + out;
}

}  // namespace

std::string render_compare_table(const json& document, const TerminalStyle& style) {
  require_schema(document, "cch.compare/1");
  const std::size_t width = style.columns();
  const std::string head = wrap(compare_sentence(document), width) +
                           wrap(compare_lead(document) + '.', width) +
                           criteria_table(document, width);
  if (style.quiet) return head;
  return head + pairs_table(document, width) + warnings(document, width);
}

}  // namespace cch::report
