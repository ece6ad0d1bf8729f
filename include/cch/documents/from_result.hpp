#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/documents/estimate.hpp"
#include "cch/documents/rank.hpp"
#include "cch/estimators/scale.hpp"
#include "cch/experiments/best_set.hpp"

// Documents of what the library found, for arrays that are in memory: no part needs a file. Numbers
// are copied, none is estimated; informations stay in nats. The functions throw nothing of their
// own.

namespace cch::documents {

/// Where a result comes from, as far as inputs, options and result do not say it.
struct Provenance {
  std::vector<InputRecord> inputs;          ///< the files; empty: arrays in memory, by their roles
  std::optional<Alignment> alignment = {};  ///< none: rows by their order, which nothing verifies
  std::string labels_reason = {};      ///< why labels count as classes or real values; "": as given
  std::vector<Warning> warnings = {};  ///< of reading and aligning
  std::optional<Facts> config = {};    ///< settings; none: those of the options
  std::string command = {};            ///< the command line; "": there was none
  Number seconds = {};                 ///< that the whole took
};

/// What goes with a ranking.
struct RankBeside : Provenance {
  /// Each class against all others (judged_teachers of a ranking each); empty: not asked for.
  std::vector<ClassAgainstOthers> per_class = {};
  std::optional<::cch::BestSet> best_set = {};  ///< none: not asked for
};

/// The cch.rank/2 document of a ranking: `result` is rank_teachers(input, options, exec). What was
/// not asked for is null, and a warning names it by the option of `cch rank`. Seed and machine are
/// those of `exec`. For pages and tables of what is stored pass it through as_stored. Cost: SHA-256
/// of the arrays, some 0.3 GB a second, where `beside` names no inputs.
RankDocument rank_document(const RankInput& input, const RankOptions& options,
                           const RankResult& result, const Execution& exec,
                           const RankBeside& beside = {});

/// All teachers of a ranking by the estimator that decides, each with its evidence and verdict.
std::vector<JudgedTeacher> judged_teachers(const RankResult& result);

/// The settings of a ranking by the names that `cch rank` has for them, as far as its options say:
/// without those of inputs and chances.
Facts settings_of(const RankOptions& options);

/// The cch.estimate/1 document of I(X;Y); `why` says why its estimator was taken, `scale` what was
/// done to the columns before.
EstimateDocument estimate_document(const Estimate& estimate, const std::string& why, Scale scale,
                                   const Execution& exec, const Provenance& from);

/// An array in memory: N × D values, or the class codes of N rows (N × 1). The hash is that of its
/// values, row after row, as 64-bit floats or 32-bit integers, low byte first: of numpy's
/// x.astype('<f8').tobytes(). Cost O(N D).
InputRecord record_of(const std::string& role, const std::string& name, const Variable& array);

/// The arrays of a ranking by their roles: student, teacher, labels, groups, extra-student,
/// extra-teacher, extra-labels. Features are as `input` has them: those of a teacher with outputs
/// are their log-ratios.
std::vector<InputRecord> records_of(const RankInput& input);

/// Where a run takes place: processor (of /proc/cpuinfo, else "unknown"), threads, device and
/// instruction set.
Machine machine_of(const Execution& exec);

}  // namespace cch::documents
