#include "tools/cch/segmentation/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/json_text.hpp"
#include "tools/cch/train.hpp"

namespace cch {

void EpochReport::epoch() {
  const std::scoped_lock hold(mutex_);
  ++done_;
  if (terminal_.err_is_terminal) exec_.progress("epochs", done_, epochs_);
}

void EpochReport::finished(const std::string& setup, std::uint64_t seed,
                           const SegmentationRun& run) {
  if (quiet_ || !run.failure.empty()) return;
  const std::scoped_lock hold(mutex_);
  if (terminal_.err_is_terminal) terminal_.err << "\r\033[K";  // the bar
  for (const Warning& w : run.warnings) {
    terminal_.err << fmt::format("warning: seed {}: {}\n", seed, w.message);
  }
  if (!terminal_.err_is_terminal && !pace_.due()) return;
  const double left =
      static_cast<double>(epochs_ - std::min(epochs_, done_)) *
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count() /
      static_cast<double>(std::max<std::size_t>(1, done_));
  terminal_.err << fmt::format(
      "{}, seed {}: mIoU over all subsets {:.2f} %; {:.0f} s, {:.0f} images/s, {:.0f} MB; about "
      "{:.0f} s left\n",
      setup, seed, 100.0 * run.scores->conditions.front().scores.average, run.seconds,
      run.images_per_second, run.peak_megabytes, left);
}

std::optional<documents::SegmentationRunDocument> stored_run(const RunStore& store,
                                                             const SegmentationCell& cell,
                                                             std::vector<Warning>& damage) {
  return stored_run(store, cell, Redo{}, damage);
}

std::optional<documents::SegmentationRunDocument> stored_run(const RunStore& store,
                                                             const SegmentationCell& cell,
                                                             const Redo& redo,
                                                             std::vector<Warning>& damage) {
  const auto text = store.find(cell.key, "result.json", damage, RunStore::Beside::checked);
  const RunState state = text ? run_state(*text, cell.key) : RunState{};
  if (state.stored == Stored::no) return std::nullopt;
  if (state.stored == Stored::failed && !stays(state, redo, store.path(cell.key, "result.json"))) {
    return std::nullopt;
  }
  try {
    return documents::read_segmentation_run(detail::parsed_json(*text));
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    damage.push_back({fault.code, store.path(cell.key, "result.json") + " does not count: " +
                                      fault.problem + " (" + fault.where + ")"});
    return std::nullopt;
  }
}

SegmentationPlan make_plan(const SegmentationStudy& study,
                           const std::vector<documents::FileRecord>& inputs,
                           const std::string& device) {
  SegmentationPlan plan{segmentation_cells(study), {}, {}};
  plan.results.resize(plan.cells.size());
  const std::string study_key = segmentation_study_key(study, inputs);
  std::vector<std::string> keys;  // of the set-ups of one seed
  for (SegmentationCell& cell : plan.cells) {
    const std::size_t i = cell.setup;
    if (i == 0) keys.clear();
    std::vector<std::string> needed;
    for (const std::size_t need : cell.needs) needed.push_back(plan.cells[need].key);
    cell.key = segmentation_key(study, i, cell.seed, inputs, device, needed);
    if (const auto same = std::find(keys.begin(), keys.end(), cell.key); same != keys.end()) {
      refuse_usage("bad-study",
                   fmt::format("set-ups '{}' and '{}' train the same",
                               study.setups[static_cast<std::size_t>(same - keys.begin())].name,
                               study.setups[i].name),
                   {}, "Leave one of them out");
    }
    keys.push_back(cell.key);
    documents::SegmentationQuestion description = run_description(study, i, keys);
    description.study_key = study_key;
    description.unit.seed = cell.seed;
    plan.descriptions.push_back(std::move(description));
  }
  return plan;
}

void describe_again(SegmentationPlan& plan, const RunStore& store) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (!plan.done(i)) continue;
    documents::SegmentationRunDocument fresh = *plan.results[i];
    static_cast<documents::SegmentationQuestion&>(fresh) = plan.descriptions[i];
    if (fresh.metrics && !fresh.metrics->conditions.empty()) {
      fresh.metrics->full = fresh.metrics->conditions.front().full;
      fresh.metrics->worst = fresh.metrics->conditions.front().worst;
    }
    const std::string text = documents::to_text(fresh, 1);
    if (text == documents::to_text(*plan.results[i], 1)) continue;
    store.put_again(plan.cells[i].key, "result.json", text + "\n");
    plan.results[i] = std::move(fresh);
  }
}

SegmentationRecords records_of(const SegmentationStudy& study, SegmentationPlan& plan,
                               const RunStore& store, const documents::StudyHead& head,
                               EpochReport& report, const Redo& redo, StopAfter* stop) {
  SegmentationRecords out;
  out.record = [&](std::size_t i, const SegmentationRun& run) {
    documents::SegmentationRunDocument& made = plan.results[i].emplace();
    made = segmentation_run(plan, i, run);
    made.command = head.command;
    made.inputs = head.inputs;
    return documents::to_text(made, 1) + "\n";
  };
  out.find = [&plan, &store, redo](std::size_t i) {
    std::vector<Warning> told;
    plan.results[i] = stored_run(store, plan.cells[i], redo, told);
    if (!plan.results[i]) return Stored::no;
    return plan.done(i) ? Stored::done : Stored::failed;
  };
  out.epoch = [&] { report.epoch(); };
  out.finished = [&, stop](std::size_t i, const SegmentationRun& run) {
    if (stop != nullptr) stop->finished();
    report.finished(study.setups[plan.cells[i].setup].name, plan.cells[i].seed, run);
  };
  return out;
}

std::vector<std::string> modality_names(const SegmentationSet& set) {
  std::vector<std::string> out;
  for (const ModalityImages& m : set.modalities) out.push_back(m.name);
  return out;
}

}  // namespace cch
