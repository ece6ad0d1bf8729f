#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/documents/compare.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/compare/read.hpp"

namespace cch {

struct CompareSettings {
  std::vector<std::string> folders;
  std::string out;
  bool force = false;  ///< also into a folder of others
  std::string html;
  std::string metric;      ///< empty: accuracy for classes, mse for real labels, by study
  std::string predict_by;  ///< the criterion that predicts; empty: the first of a fixed list
  std::size_t draws = 2000;
  CommonOptions common;
};

/// The document of a comparison (without its command). Data Errors: "no-pairs", "no-repeated-cells"
/// (no pair has two seeds in the metric). Usage Error "unknown-criterion" for predict_by.
documents::CompareDocument compare_document(const CompareSettings& settings,
                                            const CompareInputs& inputs, const PairedRuns& paired,
                                            const Execution& exec);

/// compare.json, compare.csv and report.html in a folder (if one is named), the report alone in
/// another file (likewise). Returns their paths.
std::vector<std::string> write_comparison(const documents::CompareDocument& document,
                                          const std::string& folder, const std::string& html,
                                          bool with_document);
/// Makes the folder and checks that everything can be written: a run Error "cannot-write".
void prepare_comparison(const std::string& folder, const std::string& html, bool force);

/// Whether the folder was written by compare -o.
bool has_comparison(const std::string& folder);
/// Renders what such a folder holds again and returns the paths; data Errors as read_document().
std::vector<std::string> render_comparison_again(const std::string& folder, const std::string& html,
                                                 documents::CompareDocument& document);

}  // namespace cch
