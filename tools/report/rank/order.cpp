#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

using documents::MarginDifference;

constexpr std::size_t kRowsUnfolded = 6;

std::string share(std::optional<double> value) {
  return value ? fixed(*value * 100, 0) + " %" : kMissing;
}

std::string rank_interval(const documents::Place& place) {
  const std::string best = count(place.best);
  return place.best == place.worst ? best : best + " to " + count(place.worst);
}

std::string places(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.stability) continue;
    const documents::Place& place = *teacher.stability;
    rows.push_back({teacher_cell(teacher.name), share(place.top1), rank_interval(place),
                    fixed(place.mean_rank, 1)});
  }
  if (rows.empty()) return "";
  const std::string& method = document.stability_method;
  std::string caption =
      "Places by I(T;S), which order the margins: how often each teacher comes first, and the 95 % "
      "interval of its place. Sampling error alone; the estimators' biases are not in it.";
  if (!method.empty()) caption += " Method: " + escape_html(fit(method, 200)) + ".";
  return html_table(
      caption,
      {{"Teacher", false}, {"First in", true}, {"Places, 95 %", true}, {"Mean place", true}}, rows,
      "cards");
}

/// Shares alone, where the document has no places of the teachers.
std::string shares(const RankDocument& document) {
  if (!document.top1_stability) return "";
  std::vector<Fact> facts;
  for (const auto& [name, value] : *document.top1_stability) {
    facts.push_back({fit(name, 60), share(value)});
  }
  return "<h3>How often each teacher comes first</h3>\n" + facts_list(facts);
}

/// Pairs that tell about the order: neighbours in the ranking, and every teacher against the first.
bool tells_order(const std::map<std::string, std::size_t>& order, const MarginDifference& pair) {
  const auto first = order.find(pair.first);
  const auto second = order.find(pair.second);
  if (first == order.end() || second == order.end()) return true;
  const std::size_t low = std::min(first->second, second->second);
  return low == 0 || std::max(first->second, second->second) == low + 1;
}

std::vector<std::string> difference_row(const MarginDifference& pair) {
  const Value& gap = pair;
  return {teacher_cell(pair.first) + " − " + teacher_cell(pair.second), value_html(gap),
          interval(gap.low, gap.high, decimals_for(gap.standard_error)),
          excludes_zero(gap) ? "order settled" : "order open"};
}

std::string differences(const RankDocument& document) {
  std::map<std::string, std::size_t> order;
  for (const JudgedTeacher& teacher : document.teachers) {
    order.emplace(teacher.name, order.size());
  }
  const std::vector<MarginDifference>& pairs = document.differences;
  std::vector<std::vector<std::string>> rows;
  for (const MarginDifference& pair : pairs) {
    if (tells_order(order, pair)) rows.push_back(difference_row(pair));
  }
  if (rows.empty()) return "";
  std::string caption = "Differences of margins, nats; I(S;Y) cancels in them.";
  if (rows.size() < pairs.size()) {
    caption += fmt::format(
        " Shown are neighbours in the ranking and every teacher against the first; the JSON "
        "document has all {}.",
        pairs.size());
  }
  return folded(
      "Teacher against teacher",
      html_table(
          caption,
          {{"Pair", false}, {"Difference", true}, {"95 % interval", true}, {"Reading", false}},
          rows, "cards"),
      rows.size() <= kRowsUnfolded);
}

}  // namespace

std::string teacher_cell(const std::string& name) {
  constexpr std::size_t longest_name = 200;
  return name_html(fit(or_missing(name), longest_name));
}

std::string order_section(const RankDocument& document) {
  const std::string table = places(document);
  return section("order", "How firm the order of the margins is",
                 (table.empty() ? shares(document) : table) + differences(document));
}

}  // namespace cch::report
