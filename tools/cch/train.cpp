#include "tools/cch/train.hpp"

#include <algorithm>
#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/segmentation/race.hpp"
#include "tools/cch/train/gpus.hpp"
#include "tools/cch/train/pairs.hpp"
#include "tools/cch/train/status.hpp"

namespace cch {
namespace {

void check_budget(const TrainSettings& s, const std::vector<std::string>& given) {
  if (!s.race.empty() || std::find(given.begin(), given.end(), "budget") == given.end()) return;
  refuse_usage("option-without-meaning", "--budget has no use without --race",
               "it is what a race may cost", "Add --race METRIC, or leave it out");
}

void refuse_train_options(const TrainSettings& s) {
  if (!s.write_images.empty() || !s.features.empty()) {
    refuse_usage("bad-task", "the study has no images to write or to look at",
                 "it is no segmentation", "Leave --write-images and --features out");
  }
  if (!s.race.empty() || s.survivors) {
    refuse_usage("bad-task", "the study has no set-ups to race", "it is no segmentation",
                 "Leave --race and --survivors out");
  }
}

int run(TrainSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  if (!s.status.folder.empty()) {
    return show_status({s.status.folder, s.failed, s.status.watch, s.common.json}, study_status,
                       invocation);
  }
  if (s.path.empty()) {
    refuse_usage("no-study", "there is no study to train", {},
                 "Give one, or --status DIR to look at a folder of runs");
  }
  if (asks_all_gpus(s)) return train_on_all_gpus(s, invocation);
  if (is_segmentation_study(s)) return run_segmentation(s, given, invocation);
  refuse_train_options(s);
  read_train_study(s, given);
  return run_pairs(s, invocation);
}

}  // namespace

void shard_seeds(std::vector<std::uint64_t>& seeds, const std::string& text) {
  const Shard shard = parse_shard(text);
  std::vector<std::uint64_t> mine;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (shard.takes(i)) mine.push_back(seeds[i]);
  }
  if (mine.empty()) {
    refuse_usage("bad-shard", "--shard " + text + " has no seed", "a seed trains as a whole",
                 "Give at most as many parts as seeds");
  }
  seeds = std::move(mine);
}

Command setup_train(CommandLine app) {
  auto s = std::make_shared<TrainSettings>();
  app.add(
      {{"study", &s->path, "STUDY.toml", options::kFile},
       {"-o,--out", &s->out, "Folder of the runs; finished ones are not run again",
        options::kFolder},
       {"--force", &s->force, "Overwrite files there that cch did not make"},
       {"--data", &s->data, "Folder of data sets, one folder of .npy files each", options::kFolder},
       {"--write-images", &s->write_images,
        "Write the images of a segmentation study's first seed there, and run nothing",
        options::kFolder},
       {"--features",
        &s->features,
        "Also write what the networks of a segmentation study make of its images, for cch rank: "
        "\"head\" or a stage of the encoder, 1, 2, …",
        {.suggestions = {"head"}}},
       {"--features-of",
        &s->features_of,
        "Of these images: test, train, validation, all; or held-out: test and, without labels, "
        "training images whose labels no set-up sees",
        {.needs = "--features", .one_of = {"test", "held-out", "train", "validation", "all"}}},
       {"--set", &s->overrides,
        "KEY=VALUE in place of the study's, as in the file: task.shared=0.2"},
       {"--race", &s->race,
        "Choose a set-up of a segmentation study by short trainings in place of training all: "
        "average, full, worst, expected (mIoU over subsets of modalities) or the modality that "
        "must work alone"},
       {"--budget",
        options::Words{[s](const std::string& text) { s->race_share = parse_race_share(text); },
                       [s] { return race_share_text(s->race_share); },
                       {}},
        "Of a race: share of the cost of training all set-ups",
        {.suggestions = {"10%", "20%"}}},
       {"--rungs",
        &s->race_rungs,
        "Of a race: rungs at most, 1 spreads the budget evenly over all set-ups; 0: as many as "
        "halving takes",
        {.needs = "--race"}},
       {"--survivors", &s->survivors,
        "Train fully the set-up that the race in the folder has chosen, what it needs and what its "
        "gain is measured from"},
       {"--list", &s->list,
        "Print one line a unit (what trains together), with --json a document, and run nothing"},
       {"--failed", &s->failed,
        "Only runs that failed: run them again; with --list or --status show them"},
       {"--rows", &s->rows,
        "Write the rows that every unit fits, validates and tests on to a CSV file, for training "
        "of your own on the same rows, and run nothing",
        options::kFile},
       {"--evidence", &s->evidence,
        "Measure what is known of every teacher before training, on the first [criteria] seeds, "
        "add it to a file of JSON lines (units that it has are not measured again), and train "
        "nothing of the study",
        options::kFile},
       {"-n,--dry-run", &s->dry_run, "Say how much would be run, and run nothing"}});
  app.add(status_table(s->status, "the study"));
  app.add(share_table(s->share, "the units"));
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) {
    app.refused().throw_if_any();
    check_budget(*s, app.given());
    return run(*s, app.given(), invocation);
  };
}

}  // namespace cch
