#include <algorithm>
#include <filesystem>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "cch/estimators/neural.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/toml_setters.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using Setters = std::map<std::string, TomlSetter>;

const TomlValues kValues("study");
const TomlSetters kSet(kValues);
const TomlSetter kLater = [](const toml::node&, const std::string&) {};

Setters scene_keys(SceneOptions& o) {
  return {{"images", kSet.count(o.images)},   {"test-images", kSet.count(o.test_images)},
          {"height", kSet.count(o.height)},   {"width", kSet.count(o.width)},
          {"classes", kSet.count(o.classes)}, {"objects", kSet.count(o.objects)},
          {"shared", kSet.number(o.shared)},  {"rgb", kSet.number(o.rgb)},
          {"depth", kSet.number(o.depth)},    {"event", kSet.number(o.event)},
          {"lidar", kSet.number(o.lidar)},    {"nuisance", kSet.number(o.nuisance)},
          {"noise", kSet.number(o.noise)},    {"night", kSet.number(o.night)},
          {"fog", kSet.number(o.fog)},        {"moving", kSet.number(o.moving)},
          {"density", kSet.number(o.density)}};
}

/// Where the images of the task lie: a folder of rasters or of a published set, or the manifest
/// that `task` gets (of a set: its manifest.csv).
std::string folder_of(const std::string& set, const std::string& source, const TrainSettings& s,
                      SegmentationTask& task) {
  if (!source.empty() && source != "scenes") {
    const fs::path root = fs::path(s.path).parent_path();
    if (source.starts_with("dir:")) return (root / source.substr(4)).string();
    if (!source.starts_with("manifest:")) {
      refuse_usage("bad-task", "there is no source '" + source + "' of images", {},
                   "Take \"scenes\", \"dir:PATH\" or \"manifest:FILE.csv\"");
    }
    task.manifest = (root / source.substr(9)).string();
    return "";
  }
  if (set.empty()) return "";
  const std::string how = s.how_to_get.empty() ? "" : " " + s.how_to_get;
  if (s.data.empty()) {
    refuse_usage("no-data-folder", "the study needs the data set '" + set + "'",
                 "it is looked for in a folder of data sets", "Give it with --data DIR." + how);
  }
  const fs::path folder = fs::path(s.data) / set;
  if (!fs::is_directory(folder)) {
    refuse_data("dataset-missing", "the data set '" + set + "' is not there", folder.string(),
                "the study trains on it",
                s.how_to_get.empty() ? "Give its parent folder with --data" : s.how_to_get);
  }
  const fs::path table = folder / "manifest.csv";
  if (fs::exists(table) && !fs::exists(folder / "labels.npy")) {
    task.manifest = table.string();
    return "";
  }
  return folder.string();
}

/// Keys of image files that do not go with where the images come from.
void check_files_keys(const toml::table& table, const SegmentationTask& task) {
  const bool published = task.layout != Layout::none;
  if (published && task.folder.empty()) {
    refuse_usage("bad-task", "a layout without a folder", "it says how a folder is read",
                 "Give source = \"dir:PATH\", or set and --data DIR");
  }
  for (const char* key : {"first-label", "ignored-labels", "label-codes"}) {
    if (!published || !table.contains(key)) continue;
    refuse_usage("bad-task", "'" + std::string(key) + "' beside a layout",
                 "the layout says what the codes of labels mean", "Leave it out");
  }
  if (task.size.height > 0 && !published && task.manifest.empty()) {
    refuse_usage("bad-task", "'size' without image files",
                 "scenes have height and width, rasters the size of their arrays",
                 "Leave it out, or read a manifest or a layout");
  }
}

/// Refuses, before anything is read, a study whose images do not fit into memory: one copy for the
/// pages and one for each seed at work.
void check_memory(const SegmentationStudy& study, const TrainSettings& s) {
  if (study.task.layout == Layout::none && study.task.manifest.empty()) return;
  if (!s.write_images.empty()) return check_memory(study.task, 1);
  auto seeds = study.seeds;
  shard_seeds(seeds, s.shard);
  Execution exec;
  exec.threads = resolved_device(s.common.device) == "cpu" ? s.common.threads : 1;
  check_memory(study.task, 1 + std::min<std::size_t>(worker_count(exec), seeds.size()));
}

struct LabelKeys {
  std::size_t first = 0;
  std::vector<std::size_t> ignored;
  std::vector<std::size_t> listed;
};

/// What the keys say that label files hold; 255 means no label unless they say otherwise.
LabelCodes codes_of(const toml::table& table, const LabelKeys& keys) {
  LabelCodes out;
  out.first = static_cast<int>(keys.first);
  out.listed.assign(keys.listed.begin(), keys.listed.end());
  const auto both = [&](const std::string& what) {
    refuse_usage("bad-task", what, "a code has one meaning", "Leave one of them out");
  };
  if (table.contains("first-label") && !out.listed.empty())
    both("'first-label' beside 'label-codes'");
  const auto is_listed = [&](int code) {
    return std::find(out.listed.begin(), out.listed.end(), code) != out.listed.end();
  };
  if (table.contains("ignored-labels")) {
    out.ignored.assign(keys.ignored.begin(), keys.ignored.end());
    for (const int code : out.ignored) {
      if (is_listed(code)) both(std::to_string(code) + " in 'ignored-labels' and 'label-codes'");
    }
  } else if (is_listed(255)) {
    out.ignored.clear();
  }
  for (const char* key : {"first-label", "ignored-labels", "label-codes"}) {
    out.said = out.said || table.contains(key);
  }
  return out;
}

void read_task(const toml::table& table, SegmentationTask& task, TrainSettings& s) {
  std::string name;
  std::string set;
  std::string source;
  std::size_t first_label = 0;
  std::vector<std::size_t> ignored;
  std::vector<std::size_t> listed;
  Setters keys = scene_keys(task.scenes);
  keys.merge(Setters{{"name", kSet.text(name)},
                     {"set", kSet.text(set)},
                     {"source", kSet.text(source)},
                     {"how-to-get", kSet.text(s.how_to_get)},
                     {"modalities", kSet.texts(task.modalities)},
                     {"class-names", kSet.texts(task.classes)},
                     {"first-label", kSet.count(first_label)},
                     {"ignored-labels", kSet.counts(ignored)},
                     {"label-codes", kSet.counts(listed)},
                     {"layout", kSet.named(task.layout, layout_named)},
                     {"size",
                      [&](const toml::node& n, const std::string& k) {
                        const auto size = kValues.counts(n, k);
                        if (size.size() != 2 || size[0] == 0 || size[1] == 0) {
                          kValues.refuse(k, "two numbers from 1, rows and columns");
                        }
                        task.size = {size[0], size[1]};
                      }},
                     {"validation-share", kSet.number(task.validation_share)},
                     {"test-share", kSet.number(task.test_share)},
                     {"split", [&](const toml::node& n, const std::string& k) {
                        const std::string how = kValues.text(n, k);
                        if (how != "file" && how != "random")
                          kValues.refuse(k, "\"random\" or \"file\"");
                        task.split_of_file = how == "file";
                      }}});
  apply_toml(table, keys, {}, s.path, "task of the study");
  task.folder = folder_of(set, source, s, task);
  const LabelKeys codes{first_label, ignored, listed};
  task.codes = codes_of(table, codes);
  check_files_keys(table, task);
  if (task.layout == Layout::none) return;
  task.codes = layout_codes(task.layout);
  if (task.classes.empty()) task.classes = layout_classes(task.layout);
}

void read_network(const toml::table& table, SegmentationStudy& study, const TrainSettings& s) {
  SegmentationNetwork& n = study.network;
  const auto encoder = table["encoder"].value<std::string>();
  if (encoder) n = encoder_named(*encoder);
  apply_toml(table,
             {{"encoder", kLater},
              {"widths", kSet.counts(n.widths)},
              {"depths", kSet.counts(n.depths)},
              {"heads", kSet.counts(n.heads)},
              {"reductions", kSet.counts(n.reductions)},
              {"expansions", kSet.counts(n.expansions)},
              {"head-width", kSet.count(n.head_width)},
              {"input-channels", kSet.count(n.input_channels)},
              {"fusion", kSet.named(n.fusion, parse_fusion)},
              {"pretrained", kSet.text(study.pretrained)}},
             {}, s.path, "network of the study");
  if (!study.pretrained.empty()) {
    study.pretrained = (fs::path(s.path).parent_path() / study.pretrained).string();
  }
}

void read_training(const toml::table& table, SegmentationOptimisation& o, const TrainSettings& s) {
  apply_toml(table,
             {{"learning-rate", kSet.number(o.learning_rate)},
              {"weight-decay", kSet.number(o.weight_decay)},
              {"epochs", kSet.count(o.epochs)},
              {"warm-up", kSet.count(o.warm_up)},
              {"power", kSet.number(o.power)},
              {"batch", kSet.count(o.batch)},
              {"clip", kSet.number(o.clip)},
              {"flip", kSet.flag(o.flip)},
              {"scale",
               [&](const toml::node& n, const std::string& k) {
                 const auto range = kValues.numbers(n, k);
                 if (range.size() != 2) kValues.refuse(k, "two numbers, smallest and largest");
                 o.least_scale = range[0];
                 o.most_scale = range[1];
               }},
              {"half", kSet.flag(o.half)}},
             {}, s.path, "training of the study");
}

WeightedLoss read_loss(const toml::table& table, const TrainSettings& s) {
  std::string name;
  std::string form;
  double weight = 1.0;
  double temperature = 1.0;
  double epsilon = 1e-3;
  bool hybrid = true;
  apply_toml(table,
             {{"name", kSet.text(name)},
              {"form", kSet.text(form)},
              {"weight", kSet.number(weight)},
              {"temperature", kSet.number(temperature)},
              {"epsilon", kSet.number(epsilon)},
              {"hybrid", kSet.flag(hybrid)}},
             {}, s.path, "loss of the study");
  WeightedLoss out{loss_named(name, form), weight};
  if (auto* mad = std::get_if<MadLoss>(&out.loss)) mad->temperature = temperature;
  if (auto* cmd = std::get_if<CmdLoss>(&out.loss)) cmd->epsilon = epsilon;
  if (auto* hpdm = std::get_if<HpdmLoss>(&out.loss)) hpdm->hybrid = hybrid;
  return out;
}

SegmentationSetup read_setup(const toml::table& table, const TrainSettings& s) {
  SegmentationSetup out;
  apply_toml(table,
             {{"name", kSet.text(out.name)},
              {"modalities", kSet.texts(out.modalities)},
              {"student", kSet.text(out.student)},
              {"modality-dropout", kSet.number(out.modality_dropout)},
              {"labelled", kSet.count(out.labelled)},
              {"distil-on", kSet.named(out.distil_on, parse_distil_on)},
              {"teacher", kSet.text(out.teacher)},
              {"label-weight", kSet.number(out.label_weight)},
              {"ohem", kSet.flag(out.ohem)},
              {"select", kSet.texts(out.select)},
              {"selection", kSet.named(out.selection, parse_selection)},
              {"selection-temperature", kSet.number(out.selection_temperature)},
              {"loss",
               [&](const toml::node& n, const std::string& k) {
                 const toml::array* list = n.as_array();
                 if (list == nullptr) kValues.refuse(k, "a list of tables with a name");
                 for (const toml::node& loss : *list) {
                   out.losses.push_back(read_loss(kValues.table(loss, k), s));
                 }
               }}},
             {}, s.path, "set-up of the study");
  return out;
}

const toml::table* part(const toml::table& study, const char* name) {
  const toml::node* node = study.get(name);
  return node != nullptr ? &kValues.table(*node, name) : nullptr;
}

}  // namespace

bool is_segmentation_study(const TrainSettings& s) {
  const toml::table table = parse_toml(s.path, "study", s.overrides);
  return table["task"]["name"].value_or<std::string>("") == "segmentation";
}

SegmentationStudy read_segmentation_study(TrainSettings& s, const std::vector<std::string>& given) {
  const toml::table table = parse_toml(s.path, "study", s.overrides);
  SegmentationStudy study;
  std::size_t seeds = 3;
  std::size_t first_seed = 1;
  std::vector<std::string> conditions{"emm", "rmm", "nm"};
  std::string absent = "excluded";
  Setters keys{{"title", kSet.text(study.title)},
               {"seeds", kSet.count(seeds)},
               {"first-seed", kSet.count(first_seed)},
               {"conditions", kSet.texts(conditions)},
               {"absent-classes", kSet.text(absent)}};
  for (const char* name : {"task", "network", "training", "setup"}) keys[name] = kLater;
  apply_toml(table, keys, given, s.path, "study");
  if (absent != "excluded" && absent != "legacy-zero") {
    kValues.refuse("absent-classes", "\"excluded\" or \"legacy-zero\"");
  }
  if (absent == "legacy-zero") study.absent = AbsentClass::legacy_zero;
  study.conditions = conditions_named(conditions);
  read_task(*part(table, "task"), study.task, s);
  if (const auto* t = part(table, "network")) read_network(*t, study, s);
  if (const auto* t = part(table, "training")) read_training(*t, study.training, s);
  if (const toml::array* list = table["setup"].as_array()) {
    for (const toml::node& setup : *list) {
      study.setups.push_back(read_setup(kValues.table(setup, "setup"), s));
    }
  }
  if (std::find(given.begin(), given.end(), "seed") != given.end()) first_seed = s.common.seed;
  study.seeds.clear();
  for (std::size_t i = 0; i < seeds; ++i) study.seeds.push_back(first_seed + i);
  check_memory(study, s);
  return study;
}

}  // namespace cch
