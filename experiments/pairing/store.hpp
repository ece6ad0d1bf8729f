#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cch/experiments/pairing.hpp"
#include "cch/experiments/short_name.hpp"
#include "experiments/pairing/named_numbers.hpp"

namespace cch::detail {

/// What runs share that differ in their seed alone.
struct PairingCell {
  std::uint32_t study = 0;
  std::string cell;
  std::string role;
  std::string control;
  std::uint32_t teacher = 0;  ///< numbers of the texts
  std::uint32_t view = 0;
  std::string teacher_name;
  std::string student_name;
  std::string scenario;

  [[nodiscard]] bool paired() const { return role == "distilled" || role == "control"; }
};

struct PairingRun {
  ShortName key;
  ShortName unit;
  ShortName student;
  ShortName teacher_run;
  std::uint64_t seed = 0;
  NamedNumbers::List metrics;
  NamedNumbers::List predicted;
  std::uint32_t cell = 0;
};

struct PairingCriteria {
  ShortName unit;
  NamedNumbers::List scores;  ///< decisions among them
  std::uint32_t study = 0;
  std::uint32_t teacher = 0;
  std::uint32_t view = 0;
};

/// What RunPairing keeps, and finds again.
class PairingStore {
 public:
  void add(const PairableRun& run);
  void add(const TeacherCriteria& criteria);

  /// Sorts what has been added, so that it can be found; tells studies of one title apart.
  void index(std::vector<Warning>& warnings);

  [[nodiscard]] std::size_t size() const { return runs_.size(); }
  [[nodiscard]] const PairingRun& run(std::uint32_t i) const { return runs_[i]; }
  [[nodiscard]] const PairingCell& cell(std::uint32_t i) const { return cells_[runs_[i].cell]; }
  [[nodiscard]] const std::string& study_of(std::uint32_t i) const {
    return names_[studies_of_name_[cell(i).study]];
  }
  [[nodiscard]] std::map<std::string, double> metrics(std::uint32_t i) const {
    return numbers_[runs_[i].metrics];
  }
  /// The student that a run is paired with.
  [[nodiscard]] std::optional<std::uint32_t> student_of(std::uint32_t i) const;
  /// The run of its teacher: by its key, else by unit and teacher.
  [[nodiscard]] std::optional<std::uint32_t> teacher_of(std::uint32_t i) const;
  /// What was known of its teacher with the labels of the same rows, else of any.
  [[nodiscard]] std::map<std::string, double> criteria_of(std::uint32_t i) const;
  [[nodiscard]] std::map<std::string, double> predicted(std::uint32_t i) const {
    return numbers_[runs_[i].predicted];
  }
  [[nodiscard]] std::size_t bytes() const;

  std::vector<RankedTeacher> ranked;
  std::map<std::string, ShortName> feature_runs;  ///< by the hash of the file
  std::vector<std::string> decisions;

 private:
  using Place = std::tuple<std::uint32_t, ShortName, std::uint32_t>;  ///< study, unit, teacher
  std::uint32_t study_number(const std::string& title, const std::string& key);
  [[nodiscard]] Place teacher_place(std::uint32_t run) const;
  [[nodiscard]] Place place(const PairingCriteria& criteria, bool view) const;
  [[nodiscard]] std::optional<std::uint32_t> with_key(const ShortName& key, const char* role) const;
  [[nodiscard]] const PairingCriteria* criteria_at(const Place& place) const;
  void name_studies(std::vector<Warning>& warnings);
  void index_criteria();

  std::deque<PairingRun> runs_;
  std::deque<PairingCriteria> criteria_;
  NamedNumbers numbers_;
  std::vector<PairingCell> cells_;
  std::map<ShortName, std::uint32_t> cell_numbers_;
  std::map<std::string, std::uint32_t> teachers_;                         ///< numbers of texts
  std::map<std::pair<std::string, std::string>, std::uint32_t> studies_;  ///< by title and key
  std::map<std::string, std::map<std::string, bool>> keys_of_title_;      ///< of runs
  std::vector<std::uint32_t> studies_of_name_;                            ///< in names_
  std::vector<std::string> names_;
  std::vector<std::uint32_t> by_key_;
  std::vector<std::uint32_t> teacher_runs_;
  std::vector<std::uint32_t> by_teacher_;  ///< criteria
  std::vector<std::uint32_t> by_view_;
};

/// A decision may have the name of a score.
std::string decision_name(const std::string& name);

}  // namespace cch::detail
