#include "accuracy_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "accuracy_table.hpp"
#include "cch/core/version.hpp"
#include "tools/report/escape.hpp"
#include "tools/report/html_page.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"

namespace cch::bench {
namespace {

using report::element;
using report::escape_html;
using report::fixed;

constexpr std::size_t kLargestBody = 900'000;
constexpr int kDecimals = 3;

std::vector<SetResults> all_results(const AccuracyPlan& plan, const FitStore& store) {
  std::vector<SetResults> all;
  for (const AccuracySet& set : accuracy_sets()) {
    SetResults results{&set, accuracy_rows(plan, store, set.name), {}};
    if (results.rows.empty()) continue;
    results.summaries = summaries_of(results.rows);
    all.push_back(std::move(results));
  }
  return all;
}

const EstimatorSummary* summary_of(const SetResults& results, const EstimatorSummary& wanted) {
  for (const EstimatorSummary& summary : results.summaries) {
    if (summary.name == wanted.name && summary.source == wanted.source) return &summary;
  }
  return nullptr;
}

// Every estimator of any set once, references aside: their tasks are few.
std::vector<const EstimatorSummary*> all_estimators(const std::vector<SetResults>& all) {
  std::vector<const EstimatorSummary*> found;
  for (const SetResults& results : all) {
    for (const EstimatorSummary& summary : results.summaries) {
      if (summary.source == Source::reference) continue;
      const bool known = std::any_of(found.begin(), found.end(), [&](const auto* other) {
        return other->name == summary.name && other->source == summary.source;
      });
      if (!known) found.push_back(&summary);
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
    return static_cast<int>(a->source) < static_cast<int>(b->source);
  });
  return found;
}

std::string overview_table(const std::vector<SetResults>& all) {
  std::vector<report::HtmlColumn> columns = {{"estimator"}};
  for (const SetResults& results : all) columns.push_back({results.set->name, true});
  std::vector<std::vector<std::string>> rows;
  for (const EstimatorSummary* estimator : all_estimators(all)) {
    std::vector<std::string> cells = {estimator_html(*estimator)};
    for (const SetResults& results : all) {
      const EstimatorSummary* summary = summary_of(results, *estimator);
      const bool any = summary != nullptr && !summary->errors.empty();
      cells.push_back(any ? fixed(summary->mean_absolute(), kDecimals) +
                                element("span", fmt::format("{} tasks", summary->errors.size()),
                                        "class=\"interval\"")
                          : report::kMissing);
    }
    rows.push_back(std::move(cells));
  }
  return report::html_table(
      "Mean of |estimate − truth| over the tasks of a set, nats, and over how many tasks: compare "
      "only where these agree. <span class=\"k-first\">●</span> this library; <span "
      "class=\"k-second\">■</span> other programs on the same draws.",
      columns, rows, "cards");
}

std::string headline(const AccuracyPlan& plan, const std::vector<SetResults>& all) {
  std::size_t tasks = 0;
  for (const SetResults& results : all) tasks += results.rows.size();
  const std::size_t estimators = all_estimators(all).size();
  const std::string seeds = plan.seeds == 1 ? "one draw" : fmt::format("{} draws", plan.seeds);
  return element(
             "header",
             element("p", "accuracy · " + escape_html(fmt::format("cch {}", kVersion)),
                     "class=\"kicker\"") +
                 element("h1", fmt::format("{} {} on {} {} with a known answer", estimators,
                                           estimators == 1 ? "estimator" : "estimators", tasks,
                                           tasks == 1 ? "task" : "tasks")) +
                 element("p",
                         fmt::format("Up to {} of each task from seed {}, columns on scale {}, "
                                     "default settings for every task, {:g} s a fit.",
                                     seeds, plan.first_seed, escape_html(plan.scale), plan.budget),
                         "class=\"lead\""),
             "style=\"padding-bottom:30px\"") +
         '\n' + report::section("overview", "Mean absolute error", overview_table(all));
}

std::string without_number(const AccuracyPlan& plan, const std::vector<SetResults>& all) {
  std::vector<std::string> items;
  for (const SetResults& results : all) {
    for (const AccuracyRow& row : results.rows) {
      for (const AccuracyCell& cell : row.cells) {
        if (cell.failed == 0) continue;
        items.push_back(fmt::format("{}, N = {}, {}: {}", row.task->name, row.n, cell.estimator,
                                    fmt::join(cell.reasons, "; ")));
      }
    }
  }
  for (const AccuracyTask& task : plan.tasks) {
    if (!task.unavailable.empty()) items.push_back(task.name + ": " + task.unavailable);
  }
  if (items.empty()) return "";
  return report::section(
      "without-number", "Without a number",
      report::folded(fmt::format("{} in all", items.size()), report::sentences(items)));
}

std::string methods(const std::string& command) {
  const std::string html =
      report::sentences(
          {"Every task is a sampler whose mutual information is known in closed form or by Monte "
           "Carlo; cch-accuracy --check holds each sampler against the mean of its own log density "
           "ratio.",
           "An estimate is “above” when it exceeds truth + 2 SE. By the spread: the mean over "
           "seeds, "
           "SE² = SD²/seeds + that of the truth. By its own error bar: each fit, SE² = the fit's "
           "own "
           "+ that of the truth. Of a right unbiased estimator 2.3 % are above by chance.",
           "Mean absolute errors are of means over seeds; the tables in bits are of single draws, "
           "as "
           "published."}) +
      "<h3>References</h3>\n" +
      report::sentences(
          {"Czyż, Grabowski, Vogt, Beerenwinkel & Marx, Beyond Normal: On the Evaluation of Mutual "
           "Information Estimators, NeurIPS 2023.",
           "Gowri, Lun, Klein & Yin, Approximating mutual information of high-dimensional "
           "variables "
           "using learned representations, NeurIPS 2024.",
           "Belghazi et al., MINE: Mutual Information Neural Estimation, ICML 2018."}) +
      "<h3>Reproduce</h3>\n" + report::code_block(command);
  return report::section("methods", "How it was measured", html);
}

}  // namespace

std::string accuracy_html(const AccuracyPlan& plan, const FitStore& store,
                          const std::string& command) {
  const std::vector<SetResults> all = all_results(plan, store);
  std::vector<report::Room> rooms = {{"headline", headline(plan, all)}};
  for (const SetResults& results : all) {
    rooms.push_back({results.set->name, accuracy_set_html(results), true});
  }
  rooms.push_back({"without-number", without_number(plan, all), true});
  rooms.push_back({"methods", methods(command)});
  std::string body = report::joined(std::move(rooms), kLargestBody,
                                    "<code>cch-accuracy --csv</code> has its numbers");
  const nlohmann::json document = {{"version", kVersion}};
  const std::string title = "Accuracy of estimators";
  std::size_t room =
      report::kLargestPage -
      std::min(report::kLargestPage, report::html_page(document, title, body).size() + 1000);
  body += report::section(
      "downloads", "Downloads",
      element("ul", report::download("accuracy.csv", "text/csv", accuracy_csv(plan, store),
                                     "A line a task and estimator as CSV",
                                     "<code>cch-accuracy --csv</code> writes it", room)));
  return report::html_page(document, title, body);
}

}  // namespace cch::bench
