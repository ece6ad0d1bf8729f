#pragma once

#include <string>
#include <vector>

#include "accuracy_run.hpp"
#include "accuracy_summary.hpp"

namespace cch::bench {

/// One set of tasks with its fits.
struct SetResults {
  const AccuracySet* set = nullptr;
  std::vector<AccuracyRow> rows;
  std::vector<EstimatorSummary> summaries;
};

/// The plan's fits as one HTML file in the look of the program's reports (below 1 MB, inline SVG,
/// no script, nothing fetched, light and dark): per set the errors of every estimator, estimates
/// against truths, and the tables of accuracy_markdown(). `command` is what reproduces it.
std::string accuracy_html(const AccuracyPlan& plan, const FitStore& store,
                          const std::string& command);

/// The section of one set.
std::string accuracy_set_html(const SetResults& results);

/// Name of the estimator with the mark of its source in the pictures: ● catalog, ■ beside, ▲
/// reference. Markup.
std::string estimator_html(const EstimatorSummary& summary);

/// "3 of 46 (7 %)", "–" for none.
std::string share_html(const Share& share);

}  // namespace cch::bench
