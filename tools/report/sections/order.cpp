#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kRowsUnfolded = 6;

std::string share(std::optional<double> value) {
  return value ? fixed(*value * 100, 0) + " %" : kMissing;
}

std::string rank_interval(const json& place) {
  const auto best = whole_number(field(place, "best"));
  const auto worst = whole_number(field(place, "worst"));
  if (!best || !worst) return kMissing;
  return *best == *worst ? count(best) : count(best) + " to " + count(worst);
}

std::string places(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& place = field(teacher, "stability");
    if (place.is_null()) continue;
    rows.push_back({teacher_cell(teacher), share(number(field(place, "top1"))),
                    rank_interval(place), fixed(number(field(place, "mean_rank")), 1)});
  }
  if (rows.empty()) return "";
  const std::string method = text(field(document, "stability_method"));
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
std::string shares(const json& document) {
  const json& top = field(document, "top1_stability");
  if (top.is_null()) return "";
  std::vector<Fact> facts;
  for (const auto& [name, value] : top.items()) {
    facts.push_back({fit(name, 60), share(number(value))});
  }
  return "<h3>How often each teacher comes first</h3>\n" + facts_list(facts);
}

/// Pairs that tell about the order: neighbours in the ranking, and every teacher against the first.
bool tells_order(const std::map<std::string, std::size_t>& order, const json& pair) {
  const auto first = order.find(text(field(pair, "first")));
  const auto second = order.find(text(field(pair, "second")));
  if (first == order.end() || second == order.end()) return true;
  const std::size_t low = std::min(first->second, second->second);
  return low == 0 || std::max(first->second, second->second) == low + 1;
}

std::vector<std::string> difference_row(const json& pair) {
  const Value gap = value_of(pair);
  return {teacher_cell(pair, "first") + " − " + teacher_cell(pair, "second"), value_html(pair),
          interval(gap.low, gap.high, decimals_for(gap.standard_error)),
          excludes_zero(gap) ? "order settled" : "order open"};
}

std::string differences(const json& document) {
  std::map<std::string, std::size_t> order;
  for (const json& teacher : elements(field(document, "teachers"))) {
    order.emplace(text(field(teacher, "name")), order.size());
  }
  const std::vector<json>& pairs = elements(field(document, "differences"));
  std::vector<std::vector<std::string>> rows;
  for (const json& pair : pairs) {
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

std::string teacher_cell(const json& node, const char* key) {
  constexpr std::size_t longest_name = 200;
  return name_html(fit(text(field(node, key), kMissing), longest_name));
}

std::string order_section(const json& document) {
  const std::string table = places(document);
  return section("order", "How firm the order of the margins is",
                 (table.empty() ? shares(document) : table) + differences(document));
}

}  // namespace cch::report
