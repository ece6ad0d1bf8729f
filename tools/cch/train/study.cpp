#include <algorithm>
#include <numeric>

#include "cch/core/error.hpp"
#include "tools/cch/train.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

using options::all_named;
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
      {"weight-decay", &o.weight_decay,
       "A step; of several, each network takes the one that does best on the validation rows"},
      {"epochs", &o.epochs, "Or steps"},
      {"steps", &o.steps, "Or epochs"},
      {"batch", &o.batch, "Rows a step, 0 = all"},
      {"validation", &o.validation,
       "Share of labelled rows (whole groups) held out to find the best weights"},
      {"patience", &o.patience,
       "Points of the curve (50 in a full run) without a lower validation loss until a network "
       "stops, 0 = never"},
      {"weights", named(o.weights, parse_checkpoint, {"best", "last"}),
       "That are judged and teach: those with the least validation loss, or those of the last "
       "step; with last, validation and patience are 0 and teachers are not calibrated unless the "
       "file says so"},
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
       {"allow-chance", &study.allow_chance, "A teacher at chance is no fault"},
       {"calibrate", &study.calibrate,
        "Teachers of classes get a temperature on rows that they were not fitted on"}});
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
       named(study.choose, parse_choose, {"all", "inner-folds", "validation"}),
       "all: each lambda with each temperature is a cell; inner-folds, validation: each student "
       "takes what does best on inner folds of its labelled rows, or on its validation rows",
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

}  // namespace

bool says_last(const FileTable* training) {
  const FileValue* weights = training != nullptr ? find(*training, "weights") : nullptr;
  const auto* text = weights != nullptr ? std::get_if<std::string>(&weights->value) : nullptr;
  return text != nullptr && *text == "last";
}

std::vector<std::uint64_t> consecutive_seeds(std::uint64_t first, std::size_t count) {
  constexpr std::size_t kMost = 1'000'000;
  if (count > kMost) {
    refuse_usage("bad-study", "the study has " + std::to_string(count) + " seeds",
                 "each is at least one run, and a million are as many as can be kept",
                 "Give fewer seeds, and another first-seed for further ones");
  }
  std::vector<std::uint64_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
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
  const auto read_training = [&](const std::string& key, Optimisation& o) {
    if (says_last(kStudyReader.part(file, key))) {
      o.validation = 0.0;
      o.patience = 0;
    }
    read(key, training_table(o));
  };
  read_training("training", study.training);
  study.teacher_training = study.training;
  read_training("teacher-training", study.teacher_training);
  const FileTable* teacher = kStudyReader.part(file, "teacher");
  if (teacher == nullptr || find(*teacher, "calibrate") == nullptr) {
    study.calibrate = study.teacher_training.weights == Checkpoint::best;
  }
  read("distil", distil_table(study), "distil part of the study");
  read("criteria", criteria_table(study));
  if (std::find(given.begin(), given.end(), "seed") != given.end()) seeds.first = s.common.seed;
  study.seeds = consecutive_seeds(seeds.first, seeds.count);
  const FileTable* task = kStudyReader.part(file, "task");
  if (task == nullptr) {
    refuse_usage("bad-study", "the study has no [task]", s.path, "Give [task] with its name");
  }
  study.task = read_train_task(*task, s);
}

options::StudyFile train_study_file() {
  struct Shown {
    TrainSettings s;
    Seeds seeds;
    std::shared_ptr<void> task;
  };
  const auto shown = std::make_shared<Shown>();
  auto& [s, seeds, task] = *shown;
  Study& study = s.study;
  options::StudyFile out{"train",
                         "`cch train STUDY.toml`",
                         {{"", top_table(s, seeds)},
                          {"student", network_table(study.student)},
                          {"teacher", teacher_table(study)},
                          {"training", training_table(study.training)},
                          {"teacher-training", training_table(study.teacher_training)},
                          {"distil", distil_table(study)},
                          {"criteria", criteria_table(study)}},
                         "",
                         shown};
  for (options::Section& section : train_task_sections(task)) {
    out.sections.push_back(std::move(section));
  }
  return out;
}

}  // namespace cch
