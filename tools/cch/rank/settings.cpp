#include "tools/cch/rank/settings.hpp"

#include <cmath>

#include "tools/cch/inputs/outputs.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"

namespace cch {
namespace {

void check_there(const RankSettings& s, FaultCollector& faults) {
  auto missing = [&](bool there, const std::string& option, const std::string& example) {
    if (there) return;
    faults.add(ErrorKind::usage,
               {"option-missing", option + " is missing", {}, {}, "Add " + example});
  };
  missing(!s.student.empty(), "--student", "--student PATH");
  missing(!s.teachers.empty(), "--teacher", "--teacher PATH, once for each candidate");
  missing(!s.labels.empty(), "--labels", "--labels PATH");
}

// Which options go with which scenario.
void check_scenario(const RankSettings& s, FaultCollector& faults) {
  const bool some_extra = !s.extra_teachers.empty() || !s.extra_labels.empty();
  const bool all_extra = !s.extra_teachers.empty() && !s.extra_labels.empty();
  if (some_extra && s.scenario != Scenario::more_labels && !s.all_scenarios()) {
    faults.add(ErrorKind::usage,
               {"option-without-meaning",
                "--extra-teacher and --extra-labels have no use in the scenario " +
                    std::string(to_string(s.own_scenario())),
                {},
                "they are further labelled rows that only the teacher sees",
                "Add --scenario more-labels, or leave them out"});
  }
  const bool asked = s.scenario == Scenario::more_labels || (s.all_scenarios() && some_extra);
  if (!all_extra && asked) {
    faults.add(ErrorKind::usage,
               {"option-missing",
                "the scenario more-labels needs --extra-teacher and --extra-labels",
                {},
                "the teacher's further labels are what it is about",
                "Add --extra-labels PATH, and --extra-teacher NAME=PATH for every teacher"});
  }
  if (!s.unlabelled && !s.labelled && s.scenario == Scenario::unlabelled_pairs) {
    faults.add(ErrorKind::usage,
               {"option-missing",
                "the scenario unlabelled-pairs needs --unlabelled or --labelled",
                {},
                "it must be known which rows have no label",
                "Add --unlabelled VALUE, the label that means none (such as -1 or nan; \"\" for "
                "empty fields alone), or --labelled N to set the labels of all but N rows aside"});
  }
}

// Lengths without a mean, or of rows in another order than theirs.
void check_pool(const RankSettings& s, FaultCollector& faults) {
  const bool other_rows = !s.ids.empty() || !s.extra_teachers.empty();
  if (s.lengths.empty() || (s.pool == Pool::mean && !other_rows)) return;
  faults.add(ErrorKind::usage,
             {"option-without-meaning",
              other_rows ? "--lengths does not go together with --ids or --extra-teacher"
                         : "--lengths has no use without --pool mean",
              {},
              other_rows ? "length i is that of row i of every array"
                         : "it says how many steps the mean is over",
              other_rows ? "Pad sequences with zeros at the end, which are seen"
                         : "Add --pool mean, or leave it out"});
}

// A split's value without a split; what rows of tables have and pixels of images have not.
void check_rows(const RankSettings& s, FaultCollector& faults) {
  if (s.split.empty() && !s.split_train.empty()) {
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--split-train has no use without --split",
                                  {},
                                  "it is a value of the split",
                                  "Add --split PATH, or leave it out"});
  }
  if (s.pixels == 0) {
    if (s.channels == ChannelOrder::first) return;
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--channels has no use without --pixels",
                                  {},
                                  "it says how images are stored",
                                  "Add --pixels N, or leave it out"});
    return;
  }
  const auto refuse = [&](bool given, const std::string& option, const std::string& why) {
    if (!given) return;
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  option + " and --pixels do not go together",
                                  {},
                                  why,
                                  "Leave one of them out"});
  };
  refuse(!s.ids.empty(), "--ids", "images are matched by their order");
  refuse(s.pool != Pool::none, "--pool", "images are no sequences");
  refuse(!s.split.empty(), "--split", "it has a value a row, and rows are drawn pixels");
  refuse(s.first_rows > 0, "--first-rows", "rows are drawn over all images");
  refuse(s.more_labels(), "--scenario more-labels", "pixels are drawn, the same for all");
  refuse(s.y_kind == LabelKind::continuous, "--y-kind continuous", "labels of pixels are classes");
}

// What chances are asked with.
void check_chance_settings(const RankSettings& s, FaultCollector& faults) {
  faults.attempt([&] { (void)chance_limits(s.risk); });
  if (s.worthwhile && !(*s.worthwhile >= 0.0 && std::isfinite(*s.worthwhile))) {
    faults.add(ErrorKind::usage, {"bad-worthwhile",
                                  "--worthwhile must be a number from 0",
                                  {},
                                  "it is the gain that is worth the trouble",
                                  "Give for example 0.01 nats, or 0.005 of accuracy"});
  }
  if (s.quick && s.budget != kUsualBudget) {
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--budget has no use with --quick",
                                  {},
                                  "it is about pilots of networks, of which there are none",
                                  "Leave one of them out"});
  }
  if (s.decide_by == DecideBy::chance) return;
  const auto refuse = [&](bool given, const std::string& option) {
    if (!given) return;
    faults.add(ErrorKind::usage,
               {"option-without-meaning",
                option + " has no use with --decide-by " + std::string(to_string(s.decide_by)),
                {},
                "it is about the chance that distillation helps",
                "Add --decide-by chance, or leave it out"});
  };
  refuse(!s.student_models.empty(), "--student-model");
  refuse(s.teacher_model.has_value(), "--teacher-model");
  refuse(s.metric.has_value(), "--metric");
  refuse(s.worthwhile.has_value(), "--worthwhile");
  refuse(s.risk != kUsualRisk, "--risk");
  refuse(s.budget != kUsualBudget, "--budget");
  refuse(s.best_set, "--best-set");
}

}  // namespace

void check_rank_settings(const RankSettings& settings, FaultCollector faults) {
  check_there(settings, faults);
  if (!faults.has("unknown-scenario")) check_scenario(settings, faults);
  const std::size_t teachers = asked_teachers(settings, faults).read.size();
  const std::size_t stored = stored_teachers(settings, faults).size();
  if (settings.best_set && teachers < 2 + stored) {
    faults.add(ErrorKind::usage, {"best-set-alone",
                                  "--best-set needs at least two teachers with features",
                                  {},
                                  "there is nothing to put together",
                                  "Give more teachers, or leave it out"});
  }
  check_rows(settings, faults);
  check_chance_settings(settings, faults);
  if (!faults.has("unknown-pool")) check_pool(settings, faults);
  faults.throw_if_any();
}

RankOptions rank_options(const RankSettings& s) {
  auto options = measured_with<RankOptions>(s);
  options.decide_by = s.decide_by;
  options.limits = chance_limits(s.risk);
  options.scenario = s.own_scenario();
  options.lambda = s.lambda;
  options.permutations = s.permutations;
  options.controls = s.controls;
  options.coarse = s.quick;
  options.planted_bias = s.measures_planted_bias();
  options.sensitivity = s.measures_sensitivity();
  options.what_decides = !s.quick;
  return options;
}

}  // namespace cch
