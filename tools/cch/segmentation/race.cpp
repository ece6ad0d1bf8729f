#include "tools/cch/segmentation/race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "cch/data/written_files.hpp"
#include "cch/experiments/segmentation_ages.hpp"
#include "cch/report/race.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segmentation/plan.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRaceFile = "race.json";
constexpr const char* kRacePage = "race.html";

/// The trainings of a rung as a study of their own.
SegmentationStudy rung_study(const SegmentationStudy& study, const RaceRung& rung) {
  SegmentationStudy out = study;
  out.task.held_out_share = kJudgedShare;
  out.conditions = conditions_named({"emm-dropped"});
  out.seeds.resize(rung.seeds);
  out.training = shortened(study.training, rung.epochs);
  out.setups.clear();
  for (const std::size_t i : with_needs(study, rung.setups)) {
    out.setups.push_back(study.setups[i]);
    out.setups.back().student.clear();  // scores are compared, not gains
  }
  return out;
}

std::optional<double> score_of(const documents::SegmentationRunDocument& run,
                               const RaceMetric& metric) {
  if (!run.done() || !run.metrics || run.metrics->conditions.empty()) return std::nullopt;
  const documents::SegmentedCase& scores = run.metrics->conditions.front();
  switch (metric.kind) {
    case RaceMetric::Kind::average:
      return scores.average;
    case RaceMetric::Kind::full:
      return scores.full;
    case RaceMetric::Kind::worst:
      return scores.worst;
    case RaceMetric::Kind::expected: {
      const auto found = scores.expected.find("0.10");
      return found == scores.expected.end() ? std::nullopt : std::optional(found->second);
    }
    case RaceMetric::Kind::alone:
      for (const SubsetLevel& subset : scores.subsets) {
        if (subset.modalities == metric.modality) return subset.miou;
      }
  }
  return std::nullopt;
}

class Race {
 public:
  Race(const TrainSettings& s, const SegmentationStudy& study, const RaceMetric& metric,
       const documents::StudyHead& head, Terminal& terminal, const Execution& exec)
      : s_(s),
        study_(study),
        metric_(metric),
        head_(head),
        terminal_(terminal),
        exec_(exec),
        store_(s.out),
        all_cost_(full_cost(study)) {}

  /// Rung after rung, until the budget or the set-ups are at their end.
  void run(std::vector<std::size_t> setups) {
    const double budget = s_.race_share * all_cost_;
    const std::size_t rungs = rungs_of(setups.size(), s_.race_rungs);
    for (std::size_t r = 0; r < rungs && setups.size() > 1; ++r) {
      const auto rung = next_rung(study_, setups, budget - spent_, rungs - r);
      if (!rung) {
        document_.warnings.push_back(
            {"budget-spent",
             fmt::format("the budget ended the race with {} set-ups left", setups.size())});
        break;
      }
      spent_ += rung->cost;
      train(*rung);
      setups = better_half(rungs_.back());
    }
    mark_kept();
  }

  documents::RaceDocument document(const SegmentationSet& set) {
    document_.fitted = set.rows(Split::train).size();
    document_.judged = set.rows(Split::test).size();
    document_.warnings.insert(document_.warnings.begin(), head_.warnings.begin(),
                              head_.warnings.end());
    document_.full_epochs = study_.training.epochs;
    document_.full_seeds = study_.seeds.size();
    document_.budget = s_.race_share;
    document_.spent = spent_ / all_cost_;
    document_.race_seconds = seconds_;
    if (spent_ > 0.0) document_.all_seconds = seconds_ / spent_ * all_cost_;
    expect();
    return documents::as_stored(document_);
  }

 private:
  void train(const RaceRung& rung) {
    SegmentationStudy study = rung_study(study_, rung);
    SegmentationPlan plan = make_plan(study, head_.inputs, exec_.device);
    std::vector<bool> there;
    std::vector<Warning> damage;  // such a run is trained again
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      plan.results[i] = stored_run(store_, plan.cells[i], damage);
      there.push_back(plan.done(i));
    }
    const auto open = static_cast<std::size_t>(std::count(there.begin(), there.end(), false));
    if (!s_.common.quiet) {
      terminal_.err << fmt::format(
                           "rung {}: {} set-ups, {} epochs, {} seeds; {} trainings, {} of "
                           "them cached\n",
                           rungs_.size() + 1, rung.setups.size(), rung.epochs, rung.seeds,
                           there.size(), there.size() - open)
                    << std::flush;
    }
    EpochReport report(terminal_, s_.common.quiet, exec_, open * rung.epochs);
    const SegmentationRecords records = records_of(study, plan, store_, head_, report);
    SegmentationSets sets(study.task, exec_);
    run_segmentation_cells(study, plan.cells, there, store_, sets, records, false, {}, exec_);
    take(rung, study, plan);
  }

  void take(const RaceRung& rung, const SegmentationStudy& study, const SegmentationPlan& plan) {
    RungScores scores{rung, {}};
    documents::RacedRung& said = document_.rungs.emplace_back();
    said.epochs = rung.epochs;
    said.seeds = study.seeds;
    said.share = rung.cost / all_cost_;
    for (const std::size_t setup : rung.setups) {
      documents::RacedSetup& one = said.setups.emplace_back();
      one.name = study_.setups[setup].name;
      for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        if (study.setups[plan.cells[i].setup].name != one.name || !plan.results[i]) continue;
        if (const auto score = score_of(*plan.results[i], metric_)) one.scores.push_back(*score);
        if (plan.results[i]->failure) one.failure = plan.results[i]->failure;
      }
      if (one.failure) one.scores.clear();
      if (!one.scores.empty()) {
        one.mean = std::accumulate(one.scores.begin(), one.scores.end(), 0.0) /
                   static_cast<double>(one.scores.size());
      }
      scores.scores.push_back(one.scores);
    }
    for (const auto& result : plan.results) {
      if (result && result->seconds) seconds_ += *result->seconds;
    }
    rungs_.push_back(std::move(scores));
  }

  void mark_kept() {
    for (std::size_t r = 0; r < rungs_.size(); ++r) {
      for (std::size_t k = 0; k < rungs_[r].rung.setups.size(); ++k) {
        const std::size_t setup = rungs_[r].rung.setups[k];
        const bool last = r + 1 == rungs_.size();
        const auto& next = last ? rungs_[r].rung.setups : rungs_[r + 1].rung.setups;
        document_.rungs[r].setups[k].kept =
            !rungs_[r].scores[k].empty() &&
            std::find(next.begin(), next.end(), setup) != next.end();
      }
    }
  }

  void expect() {
    const bool any =
        !rungs_.empty() && std::any_of(rungs_.back().scores.begin(), rungs_.back().scores.end(),
                                       [](const auto& scores) { return !scores.empty(); });
    if (!any) return;
    const RaceForecast f = forecast_race(rungs_, study_.training.epochs, study_.seeds.front());
    document_.level = f.level;
    document_.level95 = Interval{f.low, f.high};
    document_.step = f.step;
    std::vector<std::size_t> order(f.setups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return f.p_best[a] > f.p_best[b]; });
    for (const std::size_t i : order) {
      documents::RaceExpectation& one = document_.setups.emplace_back();
      one.name = study_.setups[f.setups[i]].name;
      one.difference = f.difference[i];
      one.p_best = f.p_best[i];
      for (const RungScores& rung : rungs_) {
        const auto& in = rung.rung.setups;
        one.rungs += std::find(in.begin(), in.end(), f.setups[i]) != in.end() ? 1 : 0;
      }
      const double cost = epoch_cost(study_, {f.setups[i]}) *
                          static_cast<double>(study_.training.epochs * study_.seeds.size());
      one.full_seconds = seconds_ / spent_ * cost;
    }
  }

  const TrainSettings& s_;
  const SegmentationStudy& study_;
  const RaceMetric& metric_;
  const documents::StudyHead& head_;
  Terminal& terminal_;
  const Execution& exec_;
  RunStore store_;
  double all_cost_;
  double spent_ = 0.0;
  double seconds_ = 0.0;
  std::vector<RungScores> rungs_;
  documents::RaceDocument document_;
};

int print_race_plan(const TrainSettings& s, const SegmentationStudy& study,
                    const std::vector<std::size_t>& setups, std::ostream& out) {
  const double all = full_cost(study);
  const std::size_t rungs = rungs_of(setups.size(), s.race_rungs);
  const RaceRung first = *next_rung(study, setups, s.race_share * all, rungs);
  out << fmt::format(
      "{} set-ups race on {} rung{}; the first: {} epochs, {} seeds, {:.1f} % of the cost of "
      "training all. Nothing was run.\n",
      setups.size(), rungs, rungs == 1 ? "" : "s", first.epochs, first.seeds,
      100.0 * first.cost / all);
  return kExitDone;
}

}  // namespace

double parse_race_share(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (read.ec == std::errc{} && unit == "%" && value > 0.0 && value <= 100.0) return value / 100.0;
  refuse_usage("bad-budget", "--budget '" + text + "' is no share above 0 %",
               "it is a share of the cost of training all set-ups of the study",
               "Write for example --budget 20%");
}

std::string race_share_text(double share) {
  return fmt::format("{}%", 100.0 * share);
}

int run_race(const TrainSettings& s, SegmentationStudy study, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  const bool looks = s.list || s.dry_run;
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get(), !looks);
  std::vector<std::pair<std::string, SourceInfo>> files;
  SegmentationTask task = study.task;
  task.held_out_share = kJudgedShare;
  const SegmentationSet set = load_segmentation(task, study.seeds.front(), files, exec);
  check(study, modality_names(set));
  const RaceMetric metric = parse_race_metric(s.race, modality_names(set));
  const auto setups = race_candidates(study, metric);
  const double all = full_cost(study);
  if (!next_rung(study, setups, s.race_share * all, rungs_of(setups.size(), s.race_rungs))) {
    refuse_usage("bad-budget",
                 fmt::format("{} of the cost of all set-ups buys no epoch of each",
                             race_share_text(s.race_share)),
                 fmt::format("one epoch of {} set-ups and what they need costs {:.1f} %",
                             setups.size(), 100.0 * epoch_cost(study, setups) / all),
                 "Give more, or race fewer set-ups");
  }
  if (looks) return print_race_plan(s, study, setups, terminal.out);
  documents::StudyHead head = study_head(s, segmentation_config_json(study), study.seeds.front(),
                                         files, set.warnings, invocation.command_line, exec.device);
  json described = json::array();
  for (const SegmentationSetup& setup : study.setups) described.push_back(setup_json(setup));
  head.setups = documents::Echo{described.dump()};
  const Claim claim = open_study_folder(s, head);
  Race race(s, study, metric, head, terminal, exec);
  race.run(setups);
  documents::RaceDocument document = race.document(set);
  document.title = study.title;
  document.metric = s.race;
  document.inputs = head.inputs;
  document.config = head.config;
  document.device = exec.device;
  document.version = version();
  document.command = invocation.command_line;
  document.seed = study.seeds.front();
  const auto written = write_race(document, s.out, "", true);
  terminal.out << (s.common.json
                       ? documents::to_text(document, 1) + "\n"
                       : report::render_race_table(
                             document, {terminal.colour, terminal.width, s.common.quiet}));
  if (!s.common.quiet && !document.setups.empty()) {
    terminal.err << "cch train with --survivors in place of --race trains the winner fully\n";
  }
  print_written(written, terminal.err);
  return document.setups.empty() ? kExitSomeFailed : kExitDone;
}

bool has_race(const std::string& folder) {
  return path_exists((fs::path(folder) / kRaceFile).string());
}

documents::RaceDocument read_race_folder(const std::string& folder) {
  return documents::read_race(
      read_document((fs::path(folder) / kRaceFile).string(), "cch.race/1", "cch train --race -o"));
}

std::vector<std::string> write_race(const documents::RaceDocument& document,
                                    const std::string& folder, const std::string& html,
                                    bool with_document) {
  const std::string page = report::render_race_html(document);
  const auto in = [&](const char* name) { return (fs::path(folder) / name).string(); };
  std::vector<FileContent> files{{in(kRacePage), page}};
  if (with_document) files.push_back({in(kRaceFile), documents::to_text(document, 1) + "\n"});
  if (!html.empty()) files.push_back({html, page});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

}  // namespace cch
