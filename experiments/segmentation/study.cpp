#include "cch/experiments/segmentation_study.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_pack.hpp"
#include "experiments/segmentation/file_source.hpp"
#include "experiments/segmentation/files.hpp"
#include "experiments/segmentation/image_files.hpp"
#include "experiments/segmentation/images.hpp"

namespace cch {
namespace {

[[noreturn]] void refuse(const std::string& problem, const std::string& why,
                         const std::string& action) {
  refuse_usage("bad-study", problem, why, action);
}

/// The set-up of this name among the first `before`.
std::size_t setup_named(const SegmentationStudy& study, const std::string& name, std::size_t before,
                        const std::string& for_whom) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < before; ++i) {
    names.push_back(study.setups[i].name);
    if (names.back() == name) return i;
  }
  const std::string nearest = nearest_name(name, names);
  refuse_usage("unknown-setup", "set-up '" + for_whom + "' needs '" + name + "'",
               "there is no such set-up before it",
               nearest.empty() ? "Put it before" : "Did you mean '" + nearest + "'?");
}

void check_training(const SegmentationOptimisation& o) {
  if (o.epochs == 0 || o.batch == 0)
    refuse("there is nothing to train", {}, "Give epochs and batch from 1");
  if (!(o.learning_rate > 0.0) || !(o.weight_decay >= 0.0) || !(o.clip >= 0.0)) {
    refuse("a rate of the training has no meaning", {},
           "Give learning-rate above 0, others from 0");
  }
  if (!(o.validation >= 0.0 && o.validation < 1.0)) {
    refuse("a validation share of the training has no meaning", {}, "Give it from 0 to below 1");
  }
  if (o.validation == 0.0 && (o.weights == Checkpoint::best || o.patience > 0)) {
    refuse("without validation images there are no best weights and no early stop", {},
           "Give validation = 0.2, or weights = \"last\" and patience = 0");
  }
  if (!(o.least_scale > 0.0) || !(o.most_scale >= o.least_scale) || o.most_scale > 8.0) {
    refuse("the scales of augmentation have no meaning", {}, "Give scale = [0.5, 2], for example");
  }
}

void check_network(const SegmentationNetwork& n) {
  const std::size_t stages = n.widths.size();
  bool whole = stages > 0 && n.head_width > 0 && n.input_channels > 0;
  for (const auto* list : {&n.depths, &n.heads, &n.reductions, &n.expansions}) {
    whole =
        whole && list->size() == stages && std::find(list->begin(), list->end(), 0U) == list->end();
  }
  if (!whole) {
    refuse("the network's stages do not fit together",
           "widths, depths, heads, reductions and expansions have a number above 0 for each stage",
           "Give lists of one length, or an encoder by its name");
  }
  for (std::size_t i = 0; i < stages; ++i) {
    if (n.widths[i] > 0 && n.widths[i] % n.heads[i] == 0) continue;
    refuse("a width of " + std::to_string(n.widths[i]) + " cannot be shared by " +
               std::to_string(n.heads[i]) + " heads",
           {}, "Make each width a multiple of its heads");
  }
}

/// Of the stream that deals images: the same for all set-ups of a seed.
std::uint64_t order_of(std::uint64_t seed) {
  return derive_seed(seed, "segmentation order");
}

bool on_features(const SegmentationLoss& loss) {
  return !std::holds_alternative<MadLoss>(loss);
}

void check_losses(const SegmentationStudy& study, const SegmentationSetup& s) {
  if (s.losses.empty() != s.teacher.empty()) {
    refuse("set-up '" + s.name + "' has " +
               (s.losses.empty() ? "a teacher without a loss" : "losses without a teacher"),
           {}, "Give both or none");
  }
  if (s.teacher.empty()) return;
  const bool self = s.teacher == "self";
  if (s.distil_on == DistilOn::all && s.labelled == 0) {
    refuse("set-up '" + s.name + "' distils on all images and has labels of all", {},
           "Give 'labelled', or leave 'distil-on' out");
  }
  const std::size_t pupils = s.modalities.size();
  std::size_t masters = pupils;
  bool stages = true;
  if (!self) {
    const auto& t = study.setups[setup_named(study, s.teacher, study.setups.size(), s.name)];
    masters = t.modalities.size();
    stages = t.select.empty();
  }
  for (const WeightedLoss& l : s.losses) {
    const std::string name(loss_name(l.loss));
    if (s.distil_on == DistilOn::all && std::holds_alternative<HpdmLoss>(l.loss)) {
      refuse("'hpdm' of set-up '" + s.name + "' needs the labels of every image",
             "its prototypes are means over the pixels of a class", "Distil on labelled images");
    }
    if (!(l.weight >= 0.0)) refuse("the weight of " + name + " is below 0", {}, "Give it from 0");
    if (!on_features(l.loss)) continue;
    if (self) {
      refuse("'" + name + "' compares a network's features with themselves", {},
             "Take mad for self-distillation");
    }
    if (!stages || !s.select.empty() || masters != pupils) {
      refuse("'" + name + "' of set-up '" + s.name + "' compares features modality by modality",
             "teacher and student need as many of them, and no selection",
             "Take mad, or give both the same modalities");
    }
    if (pupils < 2 && std::holds_alternative<CmdLoss>(l.loss)) {
      refuse("'cmd' compares pairs of modalities", "set-up '" + s.name + "' has one",
             "Leave it out");
    }
  }
}

void check_selection(const SegmentationStudy& study, const SegmentationSetup& s) {
  if (s.select.empty()) return;
  if (s.select.size() < 2) refuse("a selection needs two set-ups", {}, "Name both in 'select'");
  for (const std::string& name : s.select) {
    const auto& c = study.setups[setup_named(study, name, study.setups.size(), s.name)];
    if (c.modalities != s.modalities || !c.select.empty()) {
      refuse("'" + s.name + "' selects from '" + name + "', which has other modalities or selects",
             "features are compared place by place", "Take networks of the same modalities");
    }
  }
  if (!(s.selection_temperature > 0.0)) {
    refuse("the selection's temperature is not above 0", {}, "Take 0.2");
  }
}

}  // namespace

void check_memory(const SegmentationTask& task, std::size_t copies) {
  if (!detail::is_of_files(task)) return;
  const detail::FileSource source = detail::file_source(task);
  const auto first = detail::first_image(detail::with_slices(source.set.manifest), source.reading);
  detail::check_memory(first.shape, copies, detail::free_memory(), detail::where_of(task));
}

SegmentationSet read_segmentation(const SegmentationTask& task, std::uint64_t seed,
                                  std::vector<std::pair<std::string, SourceInfo>>& inputs,
                                  const Execution& exec) {
  SegmentationSet set;
  bool theirs = task.folder.empty() && task.manifest.empty();  // the split of the publishers
  if (detail::is_of_files(task)) {
    SourceInfo info;
    info.source = detail::where_of(task);
    detail::FileSource source = detail::file_source(task);
    theirs = task.layout != Layout::none;
    set = read_images(source.set.manifest, source.reading, info.sha256, exec);
    set.warnings.insert(set.warnings.begin(), source.set.warnings.begin(),
                        source.set.warnings.end());
    inputs.emplace_back("images", std::move(info));
  } else if (is_packed_folder(task.folder)) {
    if (task.codes.said) {
      refuse_usage("bad-task", "codes of labels beside packed images",
                   "their labels became classes when they were packed",
                   "Leave label-codes, first-label and ignored-labels out, or pack again");
    }
    set = read_packed_folder({task.folder, task.modalities, task.classes, task.codes}, inputs);
    theirs = published_split(task.folder);
  } else if (!task.folder.empty()) {
    if (task.codes.channels == LabelChannels::colours) {
      refuse_usage("bad-task", "'label-colours' beside rasters", "labels.npy holds a code a pixel",
                   "Say label-codes");
    }
    set = read_raster_folder({task.folder, task.modalities, task.classes, task.codes}, inputs);
  } else {
    set = make_scenes(task.scenes, derive_seed(seed, "scenes"), exec);
  }
  const bool drawn = task.folder.empty() && task.manifest.empty();
  if (!drawn && !task.split_of_file) {
    split_at_random(set, task.validation_share, task.test_share, seed);
  }
  check(set, detail::where_of(task), theirs ? Untested::warned : Untested::refused);
  return set;
}

SegmentationSet load_segmentation(const SegmentationTask& task, std::uint64_t seed,
                                  std::vector<std::pair<std::string, SourceInfo>>& inputs,
                                  const Execution& exec) {
  SegmentationSet set = read_segmentation(task, seed, inputs, exec);
  if (task.held_out_share > 0.0) set_test_aside(set, task.held_out_share, seed);
  normalise(set, normalisation_of(set));
  return set;
}

void check(SegmentationStudy& study, const std::vector<std::string>& modalities) {
  check_training(study.training);
  if (study.training.calibrate && study.training.validation == 0.0) {
    refuse("teachers are to be calibrated, and no image is held out", {},
           "Give 'validation' above 0, or calibrate = false");
  }
  check_network(study.network);
  if (study.setups.empty()) refuse("the study has no set-up", {}, "Give one [[setup]] at least");
  if (study.seeds.empty()) refuse("the study has no seed", {}, "Give seeds from 1");
  for (std::size_t i = 0; i < study.setups.size(); ++i) {
    SegmentationSetup& s = study.setups[i];
    if (s.name.empty() || s.name == "self")
      refuse("a set-up has no name of its own", {}, "Name it");
    for (std::size_t j = 0; j < i; ++j) {
      if (study.setups[j].name == s.name) {
        refuse("two set-ups are called '" + s.name + "'", {}, "Name them apart");
      }
    }
    if (s.modalities.empty()) s.modalities = modalities;
    for (const std::string& name : s.modalities) {
      if (std::find(modalities.begin(), modalities.end(), name) != modalities.end()) continue;
      refuse_usage("unknown-modality", "there is no modality '" + name + "'",
                   "set-up '" + s.name + "' names it",
                   "Did you mean '" + nearest_name(name, modalities) + "'?");
    }
    if (!(s.modality_dropout >= 0.0 && s.modality_dropout < 1.0)) {
      refuse("the modality dropout of '" + s.name + "' is no share", {}, "Give 0 up to below 1");
    }
    (void)needs_of(study, i);
    (void)student_of(study, i);
    check_losses(study, s);
    check_selection(study, s);
  }
}

void check_validation(const SegmentationStudy& study, const SegmentationSet& set,
                      std::uint64_t seed) {
  for (std::size_t i = 0; i < study.setups.size(); ++i) (void)rows_of(set, job_of(study, i, seed));
}

std::vector<std::size_t> needs_of(const SegmentationStudy& study, std::size_t setup) {
  const SegmentationSetup& s = study.setups[setup];
  std::vector<std::size_t> out;
  if (!s.teacher.empty() && s.teacher != "self") {
    out.push_back(setup_named(study, s.teacher, setup, s.name));
  }
  for (const std::string& name : s.select) {
    out.push_back(setup_named(study, name, setup, s.name));
  }
  return out;
}

std::optional<std::size_t> student_of(const SegmentationStudy& study, std::size_t setup) {
  const SegmentationSetup& s = study.setups[setup];
  std::size_t first = 0;
  if (!s.student.empty()) {
    first = setup_named(study, s.student, setup, s.name);
  } else {
    while (study.setups[first].modalities != s.modalities ||
           study.setups[first].labelled != s.labelled) {
      ++first;
    }
  }
  return first == setup ? std::nullopt : std::optional(first);
}

std::optional<Scenario> scenario_of(const SegmentationStudy& study, std::size_t setup) {
  const SegmentationSetup& s = study.setups[setup];
  if (s.teacher.empty() && s.select.empty()) return std::nullopt;
  if (s.distil_on == DistilOn::all) return Scenario::unlabelled_pairs;
  for (const std::size_t need : needs_of(study, setup)) {
    const std::size_t labels = study.setups[need].labelled;
    if (s.labelled > 0 && (labels == 0 || labels > s.labelled)) return Scenario::more_labels;
  }
  return Scenario::same_rows;
}

std::vector<std::size_t> unseen_rows(const SegmentationStudy& study, const SegmentationSet& set,
                                     std::uint64_t seed) {
  std::size_t most = 0;
  for (const SegmentationSetup& s : study.setups) {
    if (s.labelled == 0) return {};
    most = std::max(most, s.labelled);
  }
  const auto all = set.rows(Split::train);
  const auto seen = labelled_rows(set, most, order_of(seed));
  std::vector<std::size_t> out;
  std::set_difference(all.begin(), all.end(), seen.begin(), seen.end(), std::back_inserter(out));
  return out;
}

SegmentationJob job_of(const SegmentationStudy& study, std::size_t setup, std::uint64_t seed) {
  SegmentationJob job;
  job.network = study.network;
  job.optimisation = study.training;
  job.setup = study.setups[setup];
  job.modalities = job.setup.modalities;
  job.start = derive_seed(seed, "segmentation start");
  job.order = order_of(seed);
  if (!study.pretrained.empty()) job.pretrained = detail::read_weights(study.pretrained);
  return job;
}

}  // namespace cch
