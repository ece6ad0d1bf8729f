#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cch/documents/sweep.hpp"
#include "cch/estimators/scale.hpp"
#include "cch/experiments/store.hpp"
#include "cch/gaussian/study_result.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/share/status.hpp"
#include "tools/cch/share/study.hpp"
#include "tools/options/study_file.hpp"

namespace cch {

/// A value of a grid: a number, or the name of a teacher.
using GridValue = std::variant<double, std::string>;

struct GridAxis {
  std::string name;
  std::vector<GridValue> values;
};

/// What the finite-sample estimates of a study are.
struct SweepEstimates {
  std::vector<std::string> estimators;
  std::size_t draws = 5;
  std::size_t rows = 0;  ///< 0 = the student's n
  Scale scale = Scale::rank;
};

/// What `cch gaussian sweep` was asked.
struct SweepSettings {
  CommonOptions common;
  std::string study;  ///< STUDY.toml
  std::string out;
  bool force = false;  ///< also into a folder of others
  bool dry_run = false;
  ShareOptions share;    ///< with other processes
  StatusOptions status;  ///< of a folder, if it names one
  // from the file
  std::string title;
  bool intercept = false;
  bool skip_impossible = false;
  std::vector<double> lambdas{0.1, 0.5, 1.0};
  std::size_t simulate = 0;  ///< training sets a cell; 0 = none
  SweepEstimates estimates;
  StudyFamily family = StudyFamily::shared_private;
  std::vector<std::pair<std::string, GridValue>> fixed;  ///< [model]
  std::vector<GridAxis> axes;                            ///< [grid]
  std::vector<documents::FileRecord> inputs;
};

/// Reads a study: title, seed, intercept, skip-impossible, lambda, simulate; [model] with the
/// parameters of its family (study_parameters, family, teacher); [grid] with a list for each
/// parameter that varies, or {from, to, count, spacing = "linear" | "log"}; [estimates] with
/// estimators, draws, rows, scale. Options that are `given` on the command line win. Usage Errors
/// "config-missing", "config-syntax", "config-type", "unknown-key", "unknown-parameter",
/// "parameter-range", "empty-grid", "bad-range", "bad-lambda", "bad-teacher", "unknown-estimator".
void read_sweep_study(SweepSettings& settings, const std::vector<std::string>& given);

/// Its keys, for the reference pages.
options::StudyFile sweep_study_file();

/// The grid's cells, the last axis fastest, and how many were left out because they have no finite
/// risk. Usage Errors: "grid-too-large" (above a million cells), and the first error of a cell,
/// unless it is "infinite-risk" and the study skips such cells.
struct SweepCells {
  std::vector<StudyCell> cells;
  std::size_t skipped = 0;
};
SweepCells make_cells(const SweepSettings& settings);

/// What the study asks of every cell.
StudyQuestion question_of(const SweepSettings& settings);
/// One finished cell as the document holds it.
documents::SweepCell run_cell(const StudyQuestion& question, const StudyCell& cell,
                              const Execution& exec);
/// What distinguishes a cell's result from every other: parameters, question, seed and version.
std::string cell_key(const SweepSettings& settings, const StudyCell& cell);

/// The document of a sweep from its cells, `skipped` others having none; without command and time.
documents::SweepDocument sweep_document(const SweepSettings& settings, std::size_t skipped,
                                        std::vector<documents::SweepCell> cells,
                                        const Execution& exec);

/// A folder with finished cells, one line {"cell": …, "key": …} each in cells.jsonl (LineStore),
/// and what is made of them. Processes that share a sweep have a file cells-….jsonl each:
/// shared file systems do not append for two at once.
class SweepFolder {
 public:
  /// Makes the folder for this process and reads what is there; without a folder nothing is kept.
  /// A run Error "cannot-write", and the Errors of refuse_foreign and claim_study.
  static SweepFolder open(const std::string& folder, bool force = false,
                          const ShareOptions& share = {});
  /// Only what is there, for a plan: nothing is made or changed.
  static SweepFolder look_into(const std::string& folder);

  /// The stored result, or nothing. Data Errors as read_sweep_cell.
  [[nodiscard]] std::optional<documents::SweepCell> find(const std::string& key) const;
  /// Appends a result. A run Error "cannot-write".
  void add(const std::string& key, const documents::SweepCell& result);
  /// Takes in what other processes have stored meanwhile.
  void read_others();
  /// The claim on some cells, by a name that all processes give them; nothing where another process
  /// has it. Then takes in what others have stored.
  std::optional<Claim> claim(const std::string& cells);
  /// Cells that it has, whatever question they answer.
  [[nodiscard]] std::size_t size() const { return stored_.size(); }
  [[nodiscard]] std::vector<Warning> damage() const;
  /// Renders sweep.json, sweep.csv and report.html; returns their paths. `document` says whether
  /// sweep.json itself is written.
  [[nodiscard]] std::vector<std::string> write(const documents::SweepDocument& document,
                                               bool with_document = true) const;

 private:
  SweepFolder(std::string folder, const std::string& own, std::optional<Claim> claim);
  void take(const std::vector<std::string>& records);

  std::string folder_;
  LineStore lines_;
  std::map<std::string, LineStore> others_;  ///< by file
  std::optional<Claim> claim_;
  std::map<std::string, nlohmann::json> stored_;  ///< cells
};

/// How far the sweep of a folder is. Data Errors of read_planned.
documents::StudyStatus sweep_status(const std::string& folder);

/// Whether a folder holds a study, and its renderings again from sweep.json, besides one more
/// report in `html` if that is named. Data Errors as read_document and read_sweep.
bool has_sweep(const std::string& folder);
std::vector<std::string> render_sweep_again(const std::string& folder, const std::string& html,
                                            documents::SweepDocument& document);

}  // namespace cch
