#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/data/datasets.hpp"
#include "tools/cch/train.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using options::all_named;
using options::either;
using options::FileTable;
using options::FileValue;
using options::FromFile;
using options::kStudyReader;
using options::named;
using options::Table;

bool parse_precision(const std::string& name) {
  if (name == "double") return true;
  if (name == "single") return false;
  refuse_usage("unknown-precision", "there is no precision '" + name + "'", {},
               "Take \"single\" or \"double\"");
}

}  // namespace

Table network_table(NetworkSpec& network) {
  return {
      {"layers", named(network.layers, parse_layers, {"linear", "mlp", "cnn"}), "Of the network"},
      {"widths", &network.widths, "Of hidden layers"},
      {"dropout", &network.dropout, "Share"}};
}

Table training_table(Optimisation& o) {
  return {
      {"optimiser", named(o.optimiser, parse_optimiser, {"sgd", "adam", "adamw"}),
       "Of the training"},
      {"schedule", named(o.schedule, parse_schedule, {"constant", "cosine", "step"}),
       "Of the learning rate"},
      {"learning-rate", &o.learning_rate, "Of the first step"},
      {"momentum", &o.momentum, "Of sgd"},
      {"weight-decay", &o.weight_decay, "A step"},
      {"epochs", &o.epochs, "Or steps"},
      {"steps", &o.steps, "Or epochs"},
      {"batch", &o.batch, "Rows a step, 0 = all"},
      {"validation", &o.validation, "Share of labelled rows held out to tell the best weights"},
      {"precision", named(o.double_precision, parse_precision, {"single", "double"}), "Of numbers"},
  };
}

Table teacher_table(Study& study) {
  Table out = network_table(study.teacher);
  return append(
      out,
      {{"rows",
        all_named(study.teacher_rows, parse_teacher_rows, {"same-rows", "k-fold", "fresh-rows"}),
        "Rows that teachers learn from"},
       {"folds", &study.folds, "Of k-fold"},
       {"allow-chance", &study.allow_chance, "A teacher at chance is no fault"}});
}

Table distil_table(Study& study) {
  return {
      {"loss",
       all_named(study.forms, parse_distil_form,
                 {"kl", "reverse-kl", "logits", "prediction", "fitnet", "cosine", "contrastive"}),
       "Of distillation"},
      {"weighting", named(study.weighting, parse_weighting, {"added", "mixed"}),
       "How it joins the labels' loss"},
      {"lambda", &study.lambdas, "Its weights"},
      {"temperature", &study.temperatures, "Of soft labels"},
      {"scaled", &study.scaled, "Times T²"},
      {"choose",
       named(study.choose, parse_choose, {"all", "inner-folds"}),
       "all: each lambda with each temperature is a cell; inner-folds: each student takes what "
       "does "
       "best on inner folds of its labelled rows",
       {.unless = "all"}},
      {"controls",
       all_named(study.controls, parse_control, {"uniform", "shuffled", "self", "shrinkage"}),
       "Teachers of known worth"},
  };
}

Table criteria_table(Study& study) {
  return {{"seeds", &study.criteria_seeds, "The first so many get criteria"},
          {"estimators", &study.estimators, "Names of the catalog"},
          {"planted-bias",
           &study.planted_bias,
           "Verdicts of the representation level look at planted data, which takes time",
           {.unless = "true"}}};
}

namespace {

/// "all" or numbers of rows.
void read_labelled(Study& study, const FileValue& node, const std::string& key) {
  study.labelled.clear();
  const auto one = [&](const FileValue& value) {
    if (std::holds_alternative<std::string>(value.value) &&
        kStudyReader.text(value, key) == "all") {
      study.labelled.push_back(0);
      return;
    }
    const std::size_t n = kStudyReader.count(value, key);
    if (n == 0) kStudyReader.refuse(key, "numbers of rows above 0, or \"all\"");
    study.labelled.push_back(n);
  };
  if (const auto* list = std::get_if<options::FileList>(&node.value)) {
    for (const FileValue& value : *list) one(value);
  } else {
    one(node);
  }
}

// How many seeds, and the first.
struct Seeds {
  std::size_t count = 5;
  std::size_t first = 1;
};

Table top_table(TrainSettings& s, Seeds& seeds) {
  Study& study = s.study;
  const FromFile labelled{[&study](const FileValue& value, const std::string& key) {
                            read_labelled(study, value, key);
                          },
                          "whole numbers above 0, or \"all\"",
                          R"({"type": ["array", "integer", "string"]})"};
  return {{"title", &study.title, "Of the study"},
          {"seeds", &seeds.count, "How many"},
          {"first-seed", &seeds.first, "Number of the first"},
          {"labelled", labelled, "Numbers of labelled rows"},
          {"scenario",
           &study.scenarios,
           "What teachers see: same-rows, more-labels, unlabelled-pairs",
           {.suggestions = {"same-rows", "more-labels", "unlabelled-pairs"}}},
          {"most-extra", &study.most_extra, "Most rows beside the labelled ones"},
          {"keep-weights", &s.keep_weights, "Networks of every run are kept"}};
}

/// Names a data set: the folder SET of --data, or a source such as fashion-mnist or dir:PATH.
struct DataName {
  std::string set;
  std::string source;
};

Table data_table(DataName& name, TrainSettings& s) {
  return {{"set", &name.set, "Folder of --data"},
          {"source", &name.source, "dir:PATH, or a data set such as fashion-mnist"},
          {"how-to-get", &s.how_to_get, "Shown where the set is missing"}};
}

std::string source_of(const DataName& name, const TrainSettings& s, const std::string& otherwise) {
  if (!name.set.empty() && !name.source.empty()) {
    refuse_usage("bad-task", "the task names its data twice", "'set' and 'source'",
                 "Keep one of them");
  }
  if (!name.source.empty()) {
    if (!name.source.starts_with("dir:") || name.source.starts_with("dir:/")) return name.source;
    return "dir:" + (fs::path(s.path).parent_path() / name.source.substr(4)).string();
  }
  if (name.set.empty()) {
    if (!otherwise.empty()) return otherwise;
    refuse_usage("bad-task", "the task names no data", {},
                 "Give set = \"NAME\" or source = \"dir:PATH\"");
  }
  const std::string how = s.how_to_get.empty() ? "" : " " + s.how_to_get;
  if (s.data.empty()) {
    refuse_usage("no-data-folder", "the study needs the data set '" + name.set + "'",
                 "it is looked for in a folder of data sets",
                 "Give that folder with --data DIR." + how);
  }
  const fs::path folder = fs::path(s.data) / name.set;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::data,
                Fault{"dataset-missing", "the data set '" + name.set + "' is not there",
                      folder.string(), "the study trains on it",
                      s.how_to_get.empty() ? "Give its parent folder with --data" : s.how_to_get});
  }
  return "dir:" + folder.string();
}

/// images = { NAME = [height, width, channels], … }
void read_images(FeaturesTask& task, const FileValue& node, const std::string& key) {
  task.images.clear();
  for (const auto& [name, value] : kStudyReader.table(node, key)) {
    const auto sizes = kStudyReader.counts(value, key + "." + name);
    if (sizes.size() != 3 || std::count(sizes.begin(), sizes.end(), std::size_t{0}) > 0) {
      kStudyReader.refuse(key, "[height, width, channels], each above 0");
    }
    task.images.emplace_back(name, ImageShape{sizes[2], sizes[0], sizes[1]});
  }
}

Table rows_table(std::size_t& rows, std::size_t& fresh, std::size_t& test) {
  return {{"rows", &rows, "Labelled rows of a seed"},
          {"fresh-rows", &fresh, "Rows of the teacher's own"},
          {"test-rows", &test, "Held out"}};
}

Table mfh_table(MfhTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(out, {{"v", &t.v, "Columns shared (γ = v/(20 − v), α = v/(v + 10))"},
                      {"moment-rows", &t.moment_rows, "For the closed form"}});
}

Table gaussian_task_table(GaussianTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(
      out, {{"moment-rows", &t.moment_rows, "For the closed form"},
            {"common-factors", &t.common_factors, "Seen by both"},
            {"teacher-factors", &t.teacher_factors, "Seen by the teacher alone"},
            {"student-factors", &t.student_factors, "Seen by the student alone"},
            {"nuisance-factors", &t.nuisance_factors, "Shared, without information about labels"},
            {"share", &t.share, "Of the signal that is common"},
            {"teacher-noise", &t.teacher_noise, "Standard deviations"},
            {"student-noise", &t.student_noise, "Standard deviation"},
            {"label-noise", &t.label_noise, "Standard deviation"},
            {"teacher-dim", &t.teacher_dim, "Columns"},
            {"student-dim", &t.student_dim, "Columns"}});
}

Table generalised_table(GeneralisedTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(
      out, {{"cases", &t.cases, "1 to 4"}, {"columns", &t.columns, "Of the regular features"}});
}

Table digits_table(DigitsTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(out, {{"blur", &t.blur, "Standard deviations of the teacher's blur, pixels"},
                      {"patches",
                       &t.patches,
                       "Folder of pictures behind the student's digits",
                       {.placed = [](const std::string& text,
                                     const fs::path& folder) { return (folder / text).string(); }}},
                      {"pool-rows", &t.pool_rows, "Rows that seeds draw from"}});
}

Table features_table(FeaturesTask& t) {
  const FromFile images{
      [&t](const FileValue& value, const std::string& key) { read_images(t, value, key); },
      "table of [height, width, channels]",
      R"({"type": "object", "additionalProperties": {"type": "array"}})"};
  return {{"students", &t.students, "Names of arrays, a+b for a fusion"},
          {"teachers", &t.teachers, "Likewise"},
          {"teacher-noise", &t.noise, "Standard deviations of noise added to teachers"},
          {"images", images, "Arrays that are images"},
          {"split", either(t.split_of_file, "split", "random", "file"),
           "Where train and test rows come from"},
          {"test-share", &t.test_share, "Where there is no split"},
          {"test-rows", &t.test_rows, "Held out"},
          {"note", &t.note, "Shown in the page", {.echo = options::Echo::never}}};
}

Task read_task(const FileTable& file, TrainSettings& s) {
  const FileValue* node = find(file, "name");
  const std::string name = node != nullptr ? kStudyReader.text(*node, "name") : "";
  const auto read = [&](const Table& table) {
    read_table(file, table, {s.path, "task of the study"}, {}, {"name"});  // it chose these keys
  };
  if (name == "mfh-gamma" || name == "mfh-alpha") {
    MfhTask t;
    t.alpha = name == "mfh-alpha";
    if (t.alpha) t.v = {0, 10, 20, 30, 40};
    read(mfh_table(t));
    return t;
  }
  if (name == "gaussian") {
    GaussianTask t;
    read(gaussian_task_table(t));
    return t;
  }
  if (name == "generalised-distillation") {
    GeneralisedTask t;
    read(generalised_table(t));
    return t;
  }
  DataName data;
  Table names = data_table(data, s);
  if (name == "digits") {
    DigitsTask t;
    read(append(names, digits_table(t)));
    t.source = source_of(data, s, "fashion-mnist");
    return t;
  }
  if (name == "features") {
    FeaturesTask t;
    read(append(names, features_table(t)));
    t.source = source_of(data, s, "");
    return t;
  }
  const std::vector<std::string> tasks{
      "mfh-gamma", "mfh-alpha", "gaussian", "generalised-distillation", "digits", "features"};
  refuse_usage("unknown-task",
               name.empty() ? "the task has no name" : "there is no task '" + name + "'", {},
               "Did you mean name = \"" + nearest_name(name, tasks) + "\"?");
}

}  // namespace

Table task_table(Task& task) {
  struct Tables {
    Table operator()(MfhTask& t) const { return mfh_table(t); }
    Table operator()(GaussianTask& t) const { return gaussian_task_table(t); }
    Table operator()(GeneralisedTask& t) const { return generalised_table(t); }
    Table operator()(DigitsTask& t) const { return digits_table(t); }
    Table operator()(FeaturesTask& t) const { return features_table(t); }
  };
  return std::visit(Tables{}, task);
}

void read_train_study(TrainSettings& s, const std::vector<std::string>& given) {
  const FileTable file = options::parse_file(s.path, "study", s.overrides);
  Study& study = s.study;
  Seeds seeds;
  read_table(file, top_table(s, seeds), {s.path, "study"}, given,
             {"task", "student", "teacher", "training", "teacher-training", "distil", "criteria"});
  const auto read = [&](const std::string& key, const Table& table, const char* what = "") {
    const FileTable* part = kStudyReader.part(file, key);
    if (part == nullptr) return;
    read_table(*part, table, {s.path, *what == 0 ? key + " of the study" : what});
  };
  read("student", network_table(study.student));
  study.teacher = study.student;
  read("teacher", teacher_table(study));
  read("training", training_table(study.training));
  study.teacher_training = study.training;
  read("teacher-training", training_table(study.teacher_training));
  read("distil", distil_table(study), "distil part of the study");
  read("criteria", criteria_table(study));
  if (std::find(given.begin(), given.end(), "seed") != given.end()) seeds.first = s.common.seed;
  study.seeds.clear();
  for (std::size_t i = 0; i < seeds.count; ++i) study.seeds.push_back(seeds.first + i);
  const FileTable* task = kStudyReader.part(file, "task");
  if (task == nullptr) {
    refuse_usage("bad-study", "the study has no [task]", s.path, "Give [task] with its name");
  }
  study.task = read_task(*task, s);
}

options::StudyFile train_study_file() {
  struct Shown {
    TrainSettings s;
    Seeds seeds;
    DataName data;
    MfhTask mfh;
    GaussianTask gaussian;
    GeneralisedTask generalised;
    DigitsTask digits;
    FeaturesTask features;
  };
  const auto shown = std::make_shared<Shown>();
  auto& [s, seeds, data, mfh, gaussian, generalised, digits, features] = *shown;
  Study& study = s.study;
  Table names = data_table(data, s);
  Table more_names = names;
  return {"train",
          "`cch train STUDY.toml`",
          {{"", top_table(s, seeds)},
           {"student", network_table(study.student)},
           {"teacher", teacher_table(study)},
           {"training", training_table(study.training)},
           {"teacher-training", training_table(study.teacher_training)},
           {"distil", distil_table(study)},
           {"criteria", criteria_table(study)},
           {"task", mfh_table(mfh), "name", {"mfh-gamma", "mfh-alpha"}},
           {"task", gaussian_task_table(gaussian), "name", {"gaussian"}},
           {"task", generalised_table(generalised), "name", {"generalised-distillation"}},
           {"task", append(names, digits_table(digits)), "name", {"digits"}},
           {"task", append(more_names, features_table(features)), "name", {"features"}}},
          "",
          shown};
}

}  // namespace cch
