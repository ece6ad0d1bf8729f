// What is asked of the images of a study: who is a student, who may teach it, on which images.

#include <fmt/format.h>

#include <algorithm>

#include "cch/core/nearest_name.hpp"
#include "cch/experiments/segmentation_features.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/segmentation/ranking.hpp"
#include "tools/cch/train.hpp"
#include "tools/options/echo.hpp"

namespace cch {
namespace {

using nlohmann::json;

std::size_t modality_named(const std::vector<std::string>& names, const std::string& name,
                           const std::string& option) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  refuse_usage("unknown-modality", "there is no modality '" + name + "'",
               option + " names one of the study's",
               "Did you mean '" + nearest_name(name, names) + "'?");
}

/// All modalities, or those that options name.
void find_pairs(ImageRanking& r) {
  const RankSettings& s = r.settings;
  if (s.student.empty()) {
    for (std::size_t m = 0; m < r.modalities.size(); ++m) r.students.push_back(m);
  } else {
    r.students.push_back(modality_named(r.modalities, s.student, "--student"));
  }
  std::vector<bool> teaches(r.modalities.size(), s.teachers.empty());
  for (const std::string& name : s.teachers) {
    teaches[modality_named(r.modalities, name, "--teacher")] = true;
  }
  for (const std::size_t student : r.students) {
    std::vector<std::size_t>& teachers = r.teachers.emplace_back();
    for (std::size_t m = 0; m < r.modalities.size(); ++m) {
      if (m != student && teaches[m]) teachers.push_back(m);
    }
  }
  // A modality that alone may teach has no teacher itself.
  for (std::size_t i = r.students.size(); i-- > 0;) {
    if (!r.teachers[i].empty()) continue;
    r.students.erase(r.students.begin() + static_cast<std::ptrdiff_t>(i));
    r.teachers.erase(r.teachers.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!r.students.empty()) return;
  refuse_usage("same-modality", "student and teacher are the same modality",
               "it has nothing to learn from itself", "Name another teacher, or none for all");
}

void check_asked(const ImageRanking& r) {
  (void)parse_stage(r.own.stage, r.study.network.widths.size());
  if (r.own.per_condition && r.set->conditions.empty()) {
    refuse_usage("no-conditions", "--per-condition has no use here",
                 "the study does not say under which condition an image was taken",
                 "Give condition-column in [task], or leave it out");
  }
  if (r.settings.per_class && r.set->classes.size() == 2) {
    refuse_usage("no-classes", "--per-class has no use here",
                 "of two classes each is the other's opposite", "Leave it out");
  }
}

std::string held_name(std::size_t modality) {
  return std::string(kHeldScheme) + fmt::format("features-{}", modality);
}

}  // namespace

ImageRanking read_image_ranking(RankSettings settings, ImageRankSettings own,
                                const std::vector<std::string>& given, Invocation& invocation,
                                const Execution& exec) {
  ImageRanking out;
  TrainSettings t;
  t.path = settings.study;
  t.data = own.data;
  t.overrides = own.overrides;
  t.common = settings.common;
  std::vector<std::string> of_study;
  if (std::find(given.begin(), given.end(), "seed") != given.end()) of_study = {"seed"};
  out.study = read_segmentation_study(t, of_study);
  out.settings = std::move(settings);
  out.own = std::move(own);
  if (out.study.seeds.empty()) {
    refuse_usage("bad-study", "the study has no seed", {}, "Give seeds from 1");
  }
  out.study.seeds.resize(1);
  SegmentationTask task = out.study.task;
  task.held_out_share = kRankedShare;
  std::vector<std::pair<std::string, SourceInfo>> files;
  out.set =
      std::make_shared<const SegmentationSet>(load_segmentation(task, out.seed(), files, exec));
  out.modalities = modality_names(*out.set);
  for (const EncoderAge age : out.own.ages) {
    SegmentationStudy aged = study_of_age(out.study, out.modalities, age,
                                          out.own.brief.value_or(usual_brief_epochs(out.study)));
    check(aged, out.modalities);
    if (age == EncoderAge::trained) check_validation(aged, *out.set, out.seed());
  }
  find_pairs(out);
  check_asked(out);
  out.head = study_head(t, segmentation_config_json(out.study), out.seed(), files,
                        out.set->warnings, invocation.command_line, exec.device);
  return out;
}

std::vector<ImageQuestion> questions_at(const ImageRanking& r, bool decides) {
  std::vector<ImageQuestion> out;
  for (std::size_t i = 0; i < r.students.size(); ++i) {
    const ImageQuestion all{r.students[i],
                            r.teachers[i],
                            {},
                            decides && r.settings.per_class,
                            decides && !r.settings.quick};
    out.push_back(all);
    if (!decides || !r.own.per_condition) continue;
    for (std::size_t c = 0; c < r.set->conditions.size(); ++c) {
      ImageQuestion one{r.students[i], r.teachers[i], c, false, false};
      out.push_back(one);
    }
  }
  return out;
}

RankSettings question_settings(const ImageRanking& r, const ImageQuestion& q) {
  RankSettings out = r.settings;
  out.study.clear();
  out.out.clear();
  out.html.clear();
  out.force = false;
  out.student = r.modalities[q.student] + "=" + held_name(q.student);
  out.teachers.clear();
  for (const std::size_t t : q.teachers) {
    out.teachers.push_back(r.modalities[t] + "=" + held_name(t));
  }
  out.labels = std::string(kHeldScheme) + "labels";
  out.unlabelled = std::to_string(static_cast<int>(kIgnoreLabel));
  out.groups = r.settings.groups == "image" ? "" : std::string(kHeldScheme) + "groups";
  out.channels = ChannelOrder::first;
  out.of_one_study = true;
  out.per_class = q.per_class;
  if (q.networks) {
    if (out.budget) *out.budget /= static_cast<double>(r.students.size());
    return out;
  }
  out.quick = true;
  out.budget = kUsualBudget;
  if (q.condition) {
    out.best_set = false;
    out.controls = false;
    out.permutations = 0;
  }
  return out;
}

std::string question_key(const ImageRanking& r, const AgedNetworks& networks,
                         const ImageQuestion& q) {
  RankSettings s = question_settings(r, q);
  json inputs = json::array();
  for (const documents::FileRecord& file : r.head.inputs) {
    if (file.role != "study") inputs.push_back(file.sha256);
  }
  json rows;
  if (q.condition) {
    rows = {{"condition", r.set->conditions[*q.condition]}, {"images", r.set->condition}};
  }
  const json all{{"schema", "cch.image-rank/1"},
                 {"version", version()},
                 {"inputs", inputs},
                 {"networks", networks.keys},
                 {"stage", r.own.stage},
                 {"rows", rows},
                 {"settings", options::echo(rank_table(s))}};
  return digest(all.dump(), 16);
}

}  // namespace cch
