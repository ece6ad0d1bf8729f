#include <algorithm>
#include <filesystem>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "cch/estimators/neural.hpp"
#include "tools/cch/segment.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using options::either;
using options::FileTable;
using options::FileValue;
using options::FromFile;
using options::kStudyReader;
using options::named;
using options::Table;

/// Refuses, before anything is read, a study whose images do not fit into memory: one copy for the
/// pages and one for each seed at work.
void check_memory(const SegmentationStudy& study, const TrainSettings& s) {
  if (study.task.layout == Layout::none && study.task.manifest.empty()) return;
  if (!s.write_images.empty()) return;  // they are written one by one
  auto seeds = study.seeds;
  shard_seeds(seeds, s.share.shard);
  Execution exec;
  exec.threads = resolved_device(s.common.device) == "cpu" ? s.common.threads : 1;
  check_memory(study.task, 1 + std::min<std::size_t>(worker_count(exec), seeds.size()));
}

Table network_table(SegmentationNetwork& n, std::string& encoder, std::string& pretrained) {
  return {
      {"encoder", &encoder, "Name of a size: tiny or b0", {.suggestions = {"tiny", "b0"}}},
      {"widths", &n.widths, "By stage"},
      {"depths", &n.depths, "By stage"},
      {"heads", &n.heads, "By stage"},
      {"reductions", &n.reductions, "By stage"},
      {"expansions", &n.expansions, "By stage"},
      {"head-width", &n.head_width, "Of the decoder"},
      {"input-channels", &n.input_channels, "Of one sensor"},
      {"fusion", named(n.fusion, parse_fusion, {"mean", "hub"}), "How features of sensors meet"},
      {"pretrained",
       &pretrained,
       "File of first weights",
       {.placed = [](const std::string& text, const fs::path& folder) {
         return text.empty() ? text : (folder / text).string();
       }}}};
}

void read_network(const FileTable& table, SegmentationStudy& study, const TrainSettings& s) {
  std::string encoder;
  // The size comes first: other keys change it.
  const FileValue* name = find(table, "encoder");
  const auto* text = name != nullptr ? std::get_if<std::string>(&name->value) : nullptr;
  if (text != nullptr) study.network = encoder_named(*text);
  read_table(table, network_table(study.network, encoder, study.pretrained),
             {s.path, "network of the study"}, {"encoder"});
}

Table training_table(SegmentationOptimisation& o) {
  const FromFile scale{[&o](const FileValue& value, const std::string& key) {
                         const auto range = kStudyReader.numbers(value, key);
                         if (range.size() != 2) {
                           kStudyReader.refuse(key, "two numbers, smallest and largest");
                         }
                         o.least_scale = range[0];
                         o.most_scale = range[1];
                       },
                       "[smallest, largest]", R"({"type": "array"})"};
  const FromFile crop{[&o](const FileValue& value, const std::string& key) {
                        const auto size = kStudyReader.counts(value, key);
                        if (size.size() != 2 || size[0] == 0 || size[1] == 0) {
                          kStudyReader.refuse(key, "two numbers from 1, rows and columns");
                        }
                        o.crop_height = size[0];
                        o.crop_width = size[1];
                      },
                      "[rows, columns]", R"({"type": "array"})"};
  return {{"learning-rate", &o.learning_rate, "Of the first step"},
          {"weight-decay", &o.weight_decay, "Of adamw"},
          {"epochs", &o.epochs, "Of the training"},
          {"warm-up", &o.warm_up, "Epochs"},
          {"power", &o.power, "Of the schedule"},
          {"batch", &o.batch, "Images a step"},
          {"clip", &o.clip, "Of the gradient norm"},
          {"flip", &o.flip, "Mirrored at random"},
          {"scale", scale, "Random scales"},
          {"crop", crop, "Part of each scaled image that is learned from; the whole by default"},
          {"half", &o.half, "Half precision on a GPU"},
          {"validation", &o.validation,
           "Share of labelled images (whole groups) held out to find the best weights; a set-up "
           "that sees all labels takes the set's validation split where there is one"},
          {"patience", &o.patience,
           "Validations (after every epoch; 50 in a training at most) without a lower loss until a "
           "network stops, 0 = never"},
          {"weights", named(o.weights, parse_checkpoint, {"best", "last"}),
           "That are judged and teach: those with the least validation loss, or those of the last "
           "epoch; with last, validation and patience are 0 unless the file says so"},
          {"calibrate", &o.calibrate,
           "A teacher's logits are divided by the temperature that fits the images held out of its "
           "training; with last weights false unless the file says so"}};
}

// A loss as it is written: which of its numbers count depends on its name.
struct LossKeys {
  std::string name;
  std::string form;
  double weight = 1.0;
  double temperature = 1.0;
  double epsilon = 1e-3;
  bool hybrid = true;
};

Table loss_table(LossKeys& keys) {
  return {
      {"name", &keys.name, "mad, cmd, umd or hpdm", {.suggestions = {"mad", "cmd", "umd", "hpdm"}}},
      {"form", &keys.form, "Of the loss; the first of its own by default"},
      {"weight", &keys.weight, "In the sum"},
      {"temperature", &keys.temperature, "Of soft targets"},
      {"epsilon", &keys.epsilon, "Of clamps"},
      {"hybrid", &keys.hybrid, "Prototypes of other modalities too"}};
}

WeightedLoss read_loss(const FileTable& table, const TrainSettings& s) {
  LossKeys keys;
  read_table(table, loss_table(keys), {s.path, "loss of the study"});
  WeightedLoss out{loss_named(keys.name, keys.form), keys.weight};
  if (auto* mad = std::get_if<MadLoss>(&out.loss)) mad->temperature = keys.temperature;
  if (auto* cmd = std::get_if<CmdLoss>(&out.loss)) cmd->epsilon = keys.epsilon;
  if (auto* hpdm = std::get_if<HpdmLoss>(&out.loss)) hpdm->hybrid = keys.hybrid;
  return out;
}

Table setup_table(SegmentationSetup& o) {
  return {{"name", &o.name, "Of the set-up"},
          {"modalities", &o.modalities, "That its network takes"},
          {"student", &o.student, "Set-up that its gains are measured from"},
          {"modality-dropout", &o.modality_dropout, "Share of modalities left out in training"},
          {"labelled", &o.labelled, "Training images whose labels it sees, 0: all"},
          {"distil-on", named(o.distil_on, parse_distil_on, {"labelled", "all"}),
           "Images: labelled, or all, also those whose labels it does not see"},
          {"teacher", &o.teacher, "Name of an earlier set-up"},
          {"label-weight", &o.label_weight, "Of the labels' loss"},
          {"ohem", &o.ohem, "Hard pixels alone"},
          {"select", &o.select, "What is chosen among"},
          {"selection",
           named(o.selection, parse_selection, {"softmax", "straight-through", "released"}),
           "How it is chosen"},
          {"selection-temperature", &o.selection_temperature, "Of the choice"}};
}

SegmentationSetup read_setup(const FileTable& table, const TrainSettings& s) {
  SegmentationSetup out;
  read_table(table, setup_table(out), {s.path, "set-up of the study"}, {}, {"loss"});
  const FileValue* losses = find(table, "loss");
  if (losses == nullptr) return out;
  const auto* list = std::get_if<options::FileList>(&losses->value);
  if (list == nullptr) kStudyReader.refuse("loss", "a list of tables with a name");
  for (const FileValue& loss : *list) {
    out.losses.push_back(read_loss(kStudyReader.table(loss, "loss"), s));
  }
  return out;
}

// What the top of a study says in words of its own.
struct TopKeys {
  std::size_t seeds = 3;
  std::size_t first_seed = 1;
  std::vector<std::string> conditions{"emm", "rmm", "nm"};
  bool legacy_zero = false;
};

Table top_table(SegmentationStudy& study, TopKeys& keys) {
  return {{"title", &study.title, "Of the study"},
          {"seeds", &keys.seeds, "How many"},
          {"first-seed", &keys.first_seed, "Number of the first"},
          {"conditions",
           &keys.conditions,
           "Ways of missing modalities: emm (whole subsets), rmm (random elements), nm (noise)",
           {.suggestions = {"emm", "rmm", "nm"}}},
          {"absent-classes", either(keys.legacy_zero, "absent-classes", "excluded", "legacy-zero"),
           "In the mean over classes"}};
}

}  // namespace

bool is_segmentation_study(const TrainSettings& s) {
  const FileTable file = options::parse_file(s.path, "study", s.overrides);
  const FileValue* task = find(file, "task");
  const auto* table = task != nullptr ? std::get_if<FileTable>(&task->value) : nullptr;
  const FileValue* name = table != nullptr ? find(*table, "name") : nullptr;
  const auto* text = name != nullptr ? std::get_if<std::string>(&name->value) : nullptr;
  return text != nullptr && *text == "segmentation";
}

SegmentationStudy read_segmentation_study(TrainSettings& s, const std::vector<std::string>& given) {
  const FileTable file = options::parse_file(s.path, "study", s.overrides);
  SegmentationStudy study;
  TopKeys keys;
  read_table(file, top_table(study, keys), {s.path, "study"}, given,
             {"task", "network", "training", "setup"});
  if (keys.legacy_zero) study.absent = AbsentClass::legacy_zero;
  study.conditions = conditions_named(keys.conditions);
  read_segmentation_task(*kStudyReader.part(file, "task"), study.task, s);
  if (const auto* table = kStudyReader.part(file, "network")) read_network(*table, study, s);
  if (const auto* table = kStudyReader.part(file, "training")) {
    if (says_last(table)) {
      study.training.validation = 0.0;
      study.training.patience = 0;
      study.training.calibrate = false;
    }
    read_table(*table, training_table(study.training), {s.path, "training of the study"});
  }
  for (const FileTable& setup : kStudyReader.parts(file, "setup")) {
    study.setups.push_back(read_setup(setup, s));
  }
  if (std::find(given.begin(), given.end(), "seed") != given.end()) {
    keys.first_seed = s.common.seed;
  }
  study.seeds = consecutive_seeds(keys.first_seed, keys.seeds);
  check_memory(study, s);
  return study;
}

options::StudyFile segmentation_study_file() {
  struct Shown {
    SegmentationStudy study;
    TopKeys top;
    std::string encoder;
    SegmentationSetup setup;
    LossKeys loss;
    std::shared_ptr<void> task;
  };
  const auto shown = std::make_shared<Shown>();
  auto& [study, top, encoder, setup, loss, task] = *shown;
  return {"segment",
          "`cch train STUDY.toml` with the task segmentation",
          {{"", top_table(study, top)},
           {"task", segmentation_task_table(task)},
           {"network", network_table(study.network, encoder, study.pretrained)},
           {"training", training_table(study.training)},
           {"[setup]", setup_table(setup)},
           {"[setup.loss]", loss_table(loss)}},
          "",
          shown};
}

}  // namespace cch
