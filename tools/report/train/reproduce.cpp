#include <fmt/format.h>

#include "cch/report/train.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kReasonsShown = 30;

std::string inputs_html(const TrainReport& report) {
  std::vector<Fact> facts;
  for (const documents::FileRecord& input : report.study.inputs) {
    facts.push_back({fit_middle(input.role, 40),
                     name_html(or_missing(input.source)) + "<br>SHA-256 " +
                         escape_html(or_missing(input.sha256)) +
                         (input.sha256_of ? " (" + escape_html(*input.sha256_of) + ')' : "")});
  }
  return facts.empty() ? "" : folded("Files that entered", facts_list(facts));
}

const std::vector<std::string>& train_method_words() {
  static const std::vector<std::string> words{
      "A student, the same student with a teacher and its controls start from the same weights and "
      "see the same batches; gains are differences within a seed, their mean and Student's t "
      "interval are over seeds.",
      "A pair is said to help or to harm where its gain lies beyond Student's t at 2.5 %, divided "
      "by the number of pairs among which it was looked for (Bonferroni). The error of a gain of "
      "accuracy is taken as at least that of rounding to whole test rows.",
      "Accuracy, or ½ ln of the ratio of mean square errors for real labels, on test rows, which "
      "no choice has seen. The weights that count are those that the configuration names: the best "
      "ones on validation rows, or the last."};
  return words;
}

}  // namespace

std::string train_failures(const TrainReport& report) {
  if (report.failures.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const auto& [reason, times] : report.failures) {
    if (rows.size() == kReasonsShown) break;
    rows.push_back({escape_html(fit(reason, 300)), count(times)});
  }
  std::string caption = "Failed runs count nowhere. They are run again by the same command.";
  if (rows.size() < report.failures.size()) {
    caption += fmt::format(" The first {} of {} reasons.", rows.size(), report.failures.size());
  }
  return section("failures", "Failures",
                 html_table(escape_html(caption), {{"Reason"}, {"Runs", true}}, rows, "quiet"));
}

std::string train_cost(const TrainReport& report) {
  std::vector<std::vector<std::string>> rows;
  double all = 0.0;
  std::size_t runs = 0;
  for (const TrainCost& cost : report.costs) {
    rows.push_back({escape_html(cost.role), count(cost.runs), escape_html(duration(cost.seconds))});
    all += cost.seconds;
    runs += cost.runs;
  }
  if (rows.empty()) return "";
  rows.push_back({"all", count(runs), escape_html(duration(all))});
  return section("cost", "Cost",
                 html_table("Seconds of one thread; networks that train together share theirs. "
                            "Criteria are not among them.",
                            {{"Role"}, {"Runs", true}, {"Time", true}}, rows, "quiet"));
}

std::string train_methods(const TrainReport& report) {
  std::string html = sentences(train_method_words()) + "<h3>Reproduce</h3>\n";
  if (!report.study.command.empty()) html += code_block(report.study.command);
  std::string seeds;
  for (const auto& [name, value] : report.study.settings) {
    if (name == "seeds") seeds = value;
  }
  html += facts_list({{"Version", escape_html("cch " + or_missing(report.study.version))},
                      {"Seeds", escape_html(or_missing(seeds))},
                      {"Device", escape_html(or_missing(report.study.device))}});
  return section("methods", "How this is measured",
                 html + inputs_html(report) +
                     folded("Resolved configuration", code_block(report.study.config)));
}

std::string train_downloads(const TrainReport& report, std::size_t room) {
  return section(
      "downloads", "Downloads",
      element("ul", download("gains.csv", "text/csv", train_csv(report), "A line a pair as CSV",
                             "<code>cch compare</code> writes one of these runs", room)) +
          '\n');
}

}  // namespace cch::report
