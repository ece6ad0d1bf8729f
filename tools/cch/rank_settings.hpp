#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "tools/cch/common_options.hpp"

namespace cch {

/// What `cch rank` was asked for, from its flags or from a study file with the same names.
struct RankSettings {
  CommonOptions common;
  std::string study;
  std::string student;                ///< [NAME=]PATH[:KEY] (named_source.hpp)
  std::vector<std::string> teachers;  ///< likewise
  std::string labels;
  std::string groups;
  std::vector<std::string> ids;  ///< NAME=PATH[:KEY], NAME a modality, "labels" or "groups"
  std::vector<std::string> estimators;
  std::string scale = "rank";
  std::string y_kind = "auto";
  std::optional<std::size_t> k;
  bool exact = false;
  std::string scenario = "same-rows";
  std::string decide_by = "combined";
  std::string lambda = "auto";              ///< "auto" or a positive number
  std::string unlabelled;                   ///< label that means "no label"
  bool unlabelled_given = false;            ///< because "" is such a label as well
  std::optional<std::size_t> labelled;      ///< so many rows keep their label
  std::vector<std::string> extra_teachers;  ///< NAME=PATH[:KEY], further labelled rows of a teacher
  std::string extra_labels;                 ///< their labels
  std::size_t permutations = 0;
  bool controls = false;
  bool planted_bias = true;
  bool sensitivity = true;
  std::string split;        ///< rows that features were fitted on are left out
  std::string split_train;  ///< its value for those
  std::size_t first_rows = 0;
  std::string pool = "none";       ///< of arrays N × T × D
  std::string lengths;             ///< steps of each row, for pool = "mean"
  std::size_t pixels = 0;          ///< inputs are images, of which so many pixels are rows; 0: rows
  std::string channels = "first";  ///< of images: "first" N × C × H × W, "last" N × H × W × C
  bool per_class = false;          ///< also each class against the others
  std::string out;
  bool force = false;  ///< also into a folder of others
  std::string html;
  std::string fail_on;
  bool dry_run = false;

  /// Whether groups are read; "none" says that rows are independent.
  [[nodiscard]] bool groups_named() const { return !groups.empty() && groups != "none"; }
};

/// Every wrong value and every combination that has no meaning, in one usage Error.
void check_rank_settings(const RankSettings& settings);
/// The options of the ranking that checked settings stand for.
RankOptions rank_options(const RankSettings& settings);
/// λ > 0 of "--lambda L", nothing for "auto"; a usage Error "bad-lambda" otherwise.
std::optional<double> parse_lambda(const std::string& text);

/// Reads the TOML study and fills every setting that no flag has set (`given` names those that a
/// flag has set). Paths in it are relative to its folder; data-set names stay as they are. Usage
/// Errors: a file that is not TOML (with line and column), an unknown key (with the nearest one), a
/// value of another type.
void read_rank_study(const std::string& path, const std::vector<std::string>& given,
                     RankSettings& settings);

}  // namespace cch
