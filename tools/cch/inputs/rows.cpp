#include "tools/cch/inputs/rows.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "cch/criterion/ranking_units.hpp"
#include "cch/criterion/teacher_set.hpp"
#include "cch/data/align.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/labelled_rows.hpp"
#include "tools/cch/inputs/files.hpp"
#include "tools/cch/inputs/ids.hpp"
#include "tools/cch/inputs/looks.hpp"
#include "tools/cch/inputs/named_source.hpp"
#include "tools/cch/inputs/outputs.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

Rows at(const Rows& rows, const Rows& positions) {
  Rows out;
  out.reserve(positions.size());
  for (const std::size_t p : positions) out.push_back(rows[p]);
  return out;
}

// Matches the rows of all files and parts them into those with and without a label.
class Assembly {
 public:
  Assembly(const RankSettings& settings, RankFiles files)
      : settings_(settings), files_(std::move(files)) {
    result_.record = std::move(files_.record);
    result_.warnings = std::move(files_.warnings);
    result_.labels_reason = files_.labels->kind_reason;
  }

  RankInputs run() {
    match_rows();
    part_rows();
    set_labels_aside();
    take_features();
    take_labels_and_groups();
    take_extra();
    take_unpaired();
    take_sets();
    describe();
    add(look_at_rows(result_.input, settings_.groups_named()));
    add(look_at_outputs(result_.input));
    look_for_serial_rows();
    return std::move(result_);
  }

 private:
  void warn(const std::string& code, const std::string& message) {
    result_.warnings.push_back({code, message});
  }

  void add(const std::vector<Warning>& looks) {
    result_.warnings.insert(result_.warnings.end(), looks.begin(), looks.end());
  }

  void match_rows() {
    Rows sizes;
    for (const Modality& modality : files_.modalities) {
      names_.push_back(modality.name);
      sizes.push_back(modality.features.size());
    }
    names_.emplace_back("labels");
    sizes.push_back(files_.label_rows());
    if (files_.split) {
      names_.emplace_back("split");
      sizes.push_back(files_.split->parts.size());
    }
    if (files_.groups) {
      names_.emplace_back("groups");
      sizes.push_back(files_.groups->groups.rows());
    }
    in_order_ = files_.ids.empty();
    if (in_order_) {
      alignment_ = align_by_order(sizes, names_);
      refuse_other_files(result_.record);
      alignment_.verified = of_one_data_set();
      if (!alignment_.verified)
        warn("row-order-unverified",
             "rows were matched by their order, which nothing verifies; give --ids NAME=PATH for "
             "every input to match them by identifier");
    } else {
      const auto ids = ids_in_order(files_, names_, sizes);
      alignment_ = align_by_id(ids, names_);
      if (settings_.first_rows == 0 && !settings_.labelled) {
        unpaired_ = unpaired_rows(files_, names_, ids, alignment_);
      }
    }
    if (files_.split) keep_held_out();
    if (settings_.first_rows == 0) return;
    for (auto& rows : alignment_.rows) rows.resize(std::min(rows.size(), settings_.first_rows));
  }

  void take_unpaired() {
    if (unpaired_.student.empty()) return;
    StudentRows& to = result_.input.unpaired;
    to.student = files_.modalities.front().features.select(unpaired_.student);
    to.labels = select(files_.labels->labels, at(label_index_, unpaired_.labels));
    if (files_.groups) to.groups = group_codes(unpaired_.groups);
    warn("unpaired-rows", std::to_string(unpaired_.student.size()) + " labelled rows of '" +
                              names_.front() +
                              "' lack a teacher: the pilot's students learn their labels, and "
                              "nothing else uses them");
  }

  // --split: features are too good on the rows that they were fitted on.
  void keep_held_out() {
    const Rows& of_split = alignment_.rows[files_.modalities.size() + 1];
    Rows held_out;
    for (std::size_t p = 0; p < of_split.size(); ++p) {
      if (files_.split->parts[of_split[p]] != SplitPart::train) held_out.push_back(p);
    }
    warn("training-rows-left-out",
         std::to_string(held_out.size()) + " of " + std::to_string(of_split.size()) +
             " rows were held out when features were fitted (" + files_.split->reason +
             "); the others are left out, as features are too good on rows they were fitted on");
    for (auto& rows : alignment_.rows) rows = at(rows, held_out);
  }

  // All inputs are views of one data set, whose rows have one order by construction.
  [[nodiscard]] bool of_one_data_set() const {
    if (settings_.of_one_study) return true;
    const SourceSpec labels = parse_source(settings_.labels);
    if (!is_dataset(labels.path) || labels.path.starts_with("dir:")) return false;
    std::vector<std::string> pairs{settings_.student};
    const std::vector<std::string> teachers = asked_teachers(settings_).read;
    pairs.insert(pairs.end(), teachers.begin(), teachers.end());
    return !settings_.groups_named() && settings_.split.empty() &&
           std::all_of(pairs.begin(), pairs.end(), [&](const std::string& pair) {
             return named_source("--teacher", pair, Naming::optional).source.path == labels.path;
           });
  }

  // Positions in the common order of the rows with a label and of the others.
  void part_rows() {
    label_index_.assign(files_.label_rows(), 0);
    for (const std::size_t row : files_.labels->unlabelled) label_index_[row] = kNone;
    std::size_t next = 0;
    for (std::size_t& index : label_index_) {
      if (index != kNone) index = next++;
    }
    const Rows& label_rows = alignment_.rows[files_.modalities.size()];
    for (std::size_t p = 0; p < label_rows.size(); ++p) {
      (label_index_[label_rows[p]] == kNone ? unlabelled_ : labelled_).push_back(p);
    }
    if (!labelled_.empty()) return;
    refuse_data("no-labelled-rows", "no row that all inputs share has a label", settings_.labels,
                "there is nothing to rank teachers for",
                "Check --unlabelled, --ids and --first-rows");
  }

  // --labelled: all but so many labelled rows go to the others.
  void set_labels_aside() {
    if (!settings_.labelled) return;
    const Rows kept = choose_labelled(labels_of(labelled_), groups_of(labelled_),
                                      *settings_.labelled, settings_.common.seed);
    const Rows had = std::exchange(labelled_, at(labelled_, kept));
    set_aside_ = had.size() - kept.size();
    if (set_aside_ == 0) return;
    const auto middle = static_cast<Rows::difference_type>(unlabelled_.size());
    std::set_difference(had.begin(), had.end(), labelled_.begin(), labelled_.end(),
                        std::back_inserter(unlabelled_));
    std::inplace_merge(unlabelled_.begin(), unlabelled_.begin() + middle, unlabelled_.end());
    warn("labels-set-aside", std::to_string(kept.size()) + " of " + std::to_string(had.size()) +
                                 " rows keep their label, drawn by the seed, because --labelled " +
                                 std::to_string(*settings_.labelled) +
                                 " asks so; the others count as rows without a label");
  }

  // Nothing has to move when the files are already what is needed.
  [[nodiscard]] bool as_stored() const { return in_order_ && unlabelled_.empty() && !files_.split; }

  void take_features() {
    RankInput& input = result_.input;
    for (std::size_t i = 0; i < files_.modalities.size(); ++i) {
      Modality& from = files_.modalities[i];
      Modality& to = i == 0 ? input.student : input.teachers.emplace_back();
      to.name = from.name;
      to.stored = from.stored;
      to.features =
          as_stored() ? from.features : from.features.select(at(alignment_.rows[i], labelled_));
    }
  }

  void take_labels_and_groups() {
    RankInput& input = result_.input;
    input.labels = as_stored() ? files_.labels->labels : labels_of(labelled_);
    refuse_constant(input.labels);
    input.groups = files_.groups && as_stored() ? files_.groups->groups : groups_of(labelled_);
  }

  // Of positions in the common order.
  [[nodiscard]] Variable labels_of(const Rows& positions) const {
    const Rows& label_rows = alignment_.rows[files_.modalities.size()];
    return select(files_.labels->labels, at(label_index_, at(label_rows, positions)));
  }
  [[nodiscard]] Groups groups_of(const Rows& positions) const {
    if (!files_.groups) return Groups::singletons(positions.size());
    return files_.groups->groups.select(at(alignment_.rows.back(), positions));
  }

  // One class is refused by the ranking; this is the same for real values.
  void refuse_constant(const Variable& labels) const {
    const auto* values = std::get_if<Samples>(&labels);
    if (values == nullptr || values->size() < 2 || !all_rows_equal(*values)) return;
    refuse_data("constant-labels", "all labels are equal", settings_.labels,
                "there is nothing to know about such labels", "Check the column or the array");
  }

  void take_extra() {
    const Scenario scenario = settings_.own_scenario();
    if (settings_.more_labels()) take_further();
    if (scenario == Scenario::more_labels) return warn_about_unlabelled("the scenario more-labels");
    if (unlabelled_.empty()) {
      if (scenario != Scenario::unlabelled_pairs) return;
      refuse_usage(
          "no-unlabelled-rows", "every row has a label",
          "the scenario unlabelled-pairs is about rows that have none",
          "Check the value of --unlabelled, give --labelled N to set labels aside, or leave "
          "out --scenario");
    }
    take_unlabelled();
    if (scenario == Scenario::unlabelled_pairs || settings_.all_scenarios()) return;
    warn_about_unlabelled("the pilot and the labels");
  }

  void take_further() {
    const bool alone = settings_.scenario.has_value() || unlabelled_.empty();
    (alone ? result_.input.extra : result_.further) = checked_extra(files_);
    if (!settings_.groups_named()) return;
    warn("extra-groups-unknown",
         "the extra rows of the teachers are taken as of other groups than the labelled pairs; "
         "where they share a person, video or image with them, the gain of distillation is "
         "overstated");
  }

  void warn_about_unlabelled(const std::string& where) {
    if (unlabelled_.empty()) return;
    warn("unlabelled-rows", std::to_string(unlabelled_.size()) +
                                " rows have no label and do not enter " + where +
                                "; --scenario unlabelled-pairs lets the teacher label them");
  }

  void take_unlabelled() {
    ExtraRows& extra = result_.input.extra;
    for (std::size_t i = 0; i < files_.modalities.size(); ++i) {
      Samples rows = files_.modalities[i].features.select(at(alignment_.rows[i], unlabelled_));
      if (i == 0) {
        extra.student = std::move(rows);
      } else {
        extra.teachers.push_back(std::move(rows));
      }
    }
    if (files_.groups) extra.groups = group_codes(at(alignment_.rows.back(), unlabelled_));
  }

  // In the numbering of the labelled rows' groups; a group without a labelled row gets a new code.
  [[nodiscard]] Rows group_codes(const Rows& group_rows) const {
    const Groups& stored = files_.groups->groups;
    const Groups& labelled = result_.input.groups;
    const Rows& rows = alignment_.rows.back();
    Rows number(stored.count(), kNone);
    for (std::size_t i = 0; i < labelled_.size(); ++i) {
      number[stored.of(rows[labelled_[i]])] = labelled.of(i);
    }
    std::size_t next = labelled.count();
    Rows codes;
    for (const std::size_t row : group_rows) {
      std::size_t& code = number[stored.of(row)];
      if (code == kNone) code = next++;
      codes.push_back(code);
    }
    return codes;
  }

  // Unless groups are named (of pixels they are the images), or are said to be none.
  void look_for_serial_rows() {
    if (!settings_.groups.empty() || result_.input.groups.grouped()) return;
    const auto serial = look_at_serial_rows(result_.input, settings_.common.seed);
    if (!serial) return;
    result_.warnings.push_back(*serial);
    result_.input.doubts.emplace_back(
        "Neighbouring rows resemble each other and no groups are named, so error bars are too "
        "small: give --groups, or --groups none if rows are independent.");
  }

  // After matching: a set has the rows that all of its members have.
  void take_sets() {
    for (const AskedSet& set : asked_teachers(settings_).sets) {
      add_teacher_set(set.members, result_.input, result_.further);
    }
  }

  void describe() {
    documents::Alignment& out = result_.alignment;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out.lost.push_back({names_[i], alignment_.lost[i]});
      if (alignment_.lost[i] == 0) continue;
      warn("rows-left-out", std::to_string(alignment_.lost[i]) + " rows of '" + names_[i] +
                                "' have identifiers that do not occur in every input; they were "
                                "left out");
    }
    out.by = !in_order_ ? "id" : alignment_.verified ? "data-set" : "row-order";
    out.verified = alignment_.verified;
    out.rows = alignment_.rows.front().size();
    out.rows_without_label = unlabelled_.size();
    out.labels_set_aside = set_aside_;
  }

  const RankSettings& settings_;
  RankFiles files_;
  std::vector<std::string> names_;  // of every input: modalities, labels, split, groups
  Alignment alignment_;
  bool in_order_ = true;
  Rows labelled_;          // positions in the common order
  Rows unlabelled_;        // likewise
  UnpairedRows unpaired_;  // rows of the files
  std::size_t set_aside_ = 0;
  Rows label_index_;  // row of the label file → row of the labels read, kNone without one
  RankInputs result_{.input = {{}, {}, {}, Groups::singletons(0)},
                     .further = {},
                     .record = {},
                     .alignment = {},
                     .labels_reason = {},
                     .warnings = {}};
};

}  // namespace

RankInputs load_rank_inputs(const RankSettings& settings) {
  RankInputs inputs = Assembly(settings, read_rank_files(settings)).run();
  put_in_usual_units(inputs.input, &inputs.further, settings.scale);
  return inputs;
}

}  // namespace cch
