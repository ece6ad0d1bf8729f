#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cch/documents/run.hpp"
#include "tools/cch/train/counts.hpp"
#include "tools/cch/train/kept.hpp"
#include "tools/documents/recorded.hpp"
#include "tools/report/train/model.hpp"

namespace cch {

/// A point of a run's train.jsonl.
struct LossPoint {
  double step = 0.0;
  double hard = 0.0;
  std::optional<double> validation;
};

/// Runs of a study as they are read, one after the other, of which only what a report needs stays.
class GatheredRuns {
 public:
  void add(const documents::RunDocument& run);
  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  /// What they take of memory, without what their cells do.
  [[nodiscard]] std::size_t bytes() const { return kept_.bytes(); }

  /// Means over seeds, gains paired with the students of the same unit: in an order that does not
  /// depend on that of the runs. `curve` gives the losses of a run by its key.
  report::TrainReport report(
      documents::StudyDocument study,
      const std::function<std::vector<LossPoint>(const std::string& key)>& curve);

 private:
  KeptRuns kept_;
  RunTotals totals_;
  bool classes_ = true;
};

/// What a folder of `cch train` holds.
struct TrainFolder {
  documents::StudyHead head;  ///< study.json
  documents::StudyDocument study;
  GatheredRuns runs;
  std::vector<Warning> damage;  ///< records that cannot be read, some by name and the rest counted
};
/// Whether the folder was written by `cch train` on a study of pairs.
bool has_training(const std::string& folder);
/// Data Errors as read_document(). A damaged record is a warning: its run does not count.
TrainFolder read_training(const std::string& folder);
/// The report of such a folder, with its curves.
report::TrainReport report_of(TrainFolder content, const std::string& folder);
/// The whole of such a folder as JSON, run after run: none is kept.
void print_training_document(const documents::TrainDocument& document, const std::string& folder,
                             const KeyList& keys, std::ostream& out);
/// The sentence; then, unless quiet, how many pairs gain and the table.
void print_training(const report::TrainReport& report, bool quiet, bool all, std::ostream& out);
/// Writes report.html beside the runs and into `html` (unless empty); returns the paths.
std::vector<std::string> write_training_page(const report::TrainReport& report,
                                             const std::string& folder, const std::string& html);

}  // namespace cch
