#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/cch.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/data/label_kind.hpp"
#include "cch/data/pixels.hpp"
#include "cch/data/pool.hpp"
#include "cch/experiments/chances.hpp"
#include "cch/experiments/network.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/share/study.hpp"
#include "tools/options/study_file.hpp"

namespace cch {

/// What `cch rank` was asked for, from its flags or from a study file with the same names.
struct RankSettings {
  CommonOptions common;
  std::string study;
  ShareOptions share;                         ///< of many studies, with other processes
  std::string student;                        ///< [NAME=]PATH[:KEY] (named_source.hpp)
  std::vector<std::string> teachers;          ///< likewise
  std::vector<std::string> teacher_kinds;     ///< [NAME=]features, logits or probabilities
  std::vector<std::string> teacher_saw_rows;  ///< [NAME=]yes or no, of those with outputs
  std::string labels;
  std::string groups;
  std::vector<std::string> ids;  ///< NAME=PATH[:KEY], NAME a modality, "labels" or "groups"
  std::vector<std::string> estimators;
  Scale scale = Scale::rank;
  LabelKind y_kind = LabelKind::automatic;
  std::optional<std::size_t> k;
  bool exact = false;
  std::optional<Scenario> scenario;  ///< none: all that the inputs allow
  DecideBy decide_by = DecideBy::chance;
  std::vector<NetworkSpec> student_models;   ///< of chances; none: those that can be trained
  std::optional<NetworkSpec> teacher_model;  ///< none: as the student
  std::optional<GainMetric> metric;          ///< none: the usual one of the labels
  std::optional<double> worthwhile;  ///< gain that is worth the trouble; none: usual_worthwhile
  double risk = kUsualRisk;          ///< share of firm verdicts that may be wrong
  bool best_set = false;             ///< whether fusing teachers pays
  bool quick = false;                ///< no networks, one split
  /// Seconds of pilots of networks; none: all of them, for every teacher.
  std::optional<double> budget = kUsualBudget;
  std::optional<double> lambda;             ///< weight of the teacher's labels; none: picked
  std::optional<std::string> unlabelled;    ///< label that means "no label"; "" is one as well
  std::optional<std::size_t> labelled;      ///< so many rows keep their label
  std::vector<std::string> extra_teachers;  ///< NAME=PATH[:KEY], further labelled rows of a teacher
  std::string extra_labels;                 ///< their labels
  std::size_t permutations = 0;
  bool controls = false;
  std::optional<bool> planted_bias;  ///< none: as measures_planted_bias says
  std::optional<bool> sensitivity;   ///< none: if full
  bool full = false;                 ///< also what decides nothing
  std::string split;                 ///< rows that features were fitted on are left out
  std::string split_train;           ///< its value for those
  std::size_t first_rows = 0;
  Pool pool = Pool::none;  ///< of arrays N × T × D
  std::string lengths;     ///< steps of each row, for Pool::mean
  std::size_t pixels = 0;  ///< inputs are images, of which so many pixels are rows; 0: rows
  ChannelOrder channels = ChannelOrder::first;  ///< of images
  bool per_class = false;                       ///< also each class against the others
  std::string out;
  bool force = false;  ///< also into a folder of others
  std::string html;
  std::optional<Verdict> fail_on;
  bool dry_run = false;
  bool of_one_study = false;  ///< arrays that cch itself has made of the same images

  /// Whether groups are read; "none" says that rows are independent.
  [[nodiscard]] bool groups_named() const { return !groups.empty() && groups != "none"; }
  /// Planted bias can turn a verdict only where representations decide.
  [[nodiscard]] bool measures_planted_bias() const {
    return planted_bias.value_or(full || (decide_by == DecideBy::cch && !quick));
  }
  [[nodiscard]] bool measures_sensitivity() const { return sensitivity.value_or(full); }
  /// The scenario of the levels and of the pilot beside them.
  [[nodiscard]] Scenario own_scenario() const { return scenario.value_or(Scenario::same_rows); }
  /// Whether every scenario that the inputs allow is judged.
  [[nodiscard]] bool all_scenarios() const { return !scenario && decide_by == DecideBy::chance; }
  /// Whether teachers learn from further labelled rows.
  [[nodiscard]] bool more_labels() const {
    return scenario == Scenario::more_labels || (all_scenarios() && !extra_teachers.empty());
  }
};

/// The options of `cch rank`, its study files and the `config` of its documents.
options::Table rank_table(RankSettings& settings);
/// Parts that `cch check` has as well: what is read, and how it is measured.
options::Table rows_table(RankSettings& settings);
options::Table pool_table(Pool& pool, std::string& lengths);
options::Table estimators_table(std::vector<std::string>& estimators, Scale& scale,
                                std::optional<std::size_t>& k, bool& exact);
/// auto and names of the catalog.
options::WordList estimator_names(std::vector<std::string>& names);

/// Fills every setting of the table that no flag has set (`given` names those) from the TOML study;
/// what is no value of an option is gathered. Paths in it are relative to its folder; data-set
/// names stay as they are. Usage Errors: a file that is not TOML (with line and column), an unknown
/// key (with the nearest one), a value of another type.
void read_rank_study(const std::string& path, const std::vector<std::string>& given,
                     const options::Table& table, FaultCollector& refused);
/// Its keys, for the reference pages.
options::StudyFile rank_study_file();
/// What was `refused` and every combination that has no meaning, in one usage Error.
void check_rank_settings(const RankSettings& settings, FaultCollector refused = {});
/// Options of a library call with the estimators, scale and k that were asked for.
template <class Options>
Options measured_with(const RankSettings& s) {
  Options out;
  if (!s.estimators.empty()) out.estimators = s.estimators;
  out.scale = s.scale;
  out.k = s.k;
  out.exact = s.exact;
  return out;
}
/// The options of the ranking that checked settings stand for.
RankOptions rank_options(const RankSettings& settings);

}  // namespace cch
