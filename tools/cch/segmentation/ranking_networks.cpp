// Networks of one modality each, trained as far as an age says, and kept.

#include <fmt/format.h>

#include <algorithm>

#include "tools/cch/segmentation/ranking.hpp"

namespace cch {
namespace {

SegmentationStudy aged_study(const ImageRanking& r, EncoderAge age) {
  SegmentationStudy out =
      study_of_age(r.study, r.modalities, age, r.own.brief.value_or(usual_brief_epochs(r.study)));
  check(out, r.modalities);
  return out;
}

std::vector<bool> take_stored(SegmentationPlan& plan, const RunStore& store) {
  std::vector<Warning> damage;  // such a run is trained again
  std::vector<bool> out;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.results[i] = stored_run(store, plan.cells[i], damage);
    out.push_back(plan.done(i));
  }
  return out;
}

void train(const ImageRanking& r, const SegmentationStudy& study, SegmentationPlan& plan,
           const RunStore& store, Terminal& terminal, const Execution& exec) {
  const std::vector<bool> there = take_stored(plan, store);
  const auto open = static_cast<std::size_t>(std::count(there.begin(), there.end(), false));
  if (open == 0) return;
  EpochReport report(terminal, r.settings.common.quiet, exec, open * study.training.epochs);
  const SegmentationRecords records = records_of(study, plan, store, r.head, report);
  SegmentationSets sets(study.task, exec);
  sets.put(r.seed(), r.set);
  run_segmentation_cells(study, plan.cells, there, store, sets, records, false, {}, exec);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (plan.done(i)) continue;
    throw Error(ErrorKind::run,
                Fault{"training-failed",
                      "the network of '" + study.setups[plan.cells[i].setup].name + "' failed",
                      {},
                      plan.results[i] ? plan.results[i]->failure.value_or("") : "",
                      "Take a lower learning rate, or another --age"});
  }
}

}  // namespace

StoredRuns look_at_networks(const ImageRanking& r, EncoderAge age, const RunStore& store,
                            const std::string& device) {
  if (age == EncoderAge::random) return {};
  SegmentationPlan plan = make_plan(aged_study(r, age), r.head.inputs, device);
  const std::vector<bool> there = take_stored(plan, store);
  return {there.size(), static_cast<std::size_t>(std::count(there.begin(), there.end(), true))};
}

AgedNetworks networks_at(const ImageRanking& r, EncoderAge age, const RunStore& store,
                         Terminal& terminal, const Execution& exec) {
  const SegmentationStudy study = aged_study(r, age);
  SegmentationPlan plan = make_plan(study, r.head.inputs, exec.device);
  AgedNetworks out;
  out.age = age;
  out.said.name = to_string(age);
  const bool first = age == EncoderAge::random;
  out.said.epochs = first ? 0 : study.training.epochs;
  if (!first) train(r, study, plan, store, terminal, exec);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const SegmentationCell& cell = plan.cells[i];
    documents::RankedNetwork& said = out.said.networks.emplace_back();
    said.modality = r.modalities[cell.setup];
    out.keys.push_back(first ? "first weights of " + cell.key : cell.key);
    if (first) {
      out.networks.push_back(
          std::make_shared<const TrainedSegmentation>(first_network(study, cell.setup, *r.set)));
      continue;
    }
    const documents::SegmentationRunDocument& run = *plan.results[i];
    said.key = cell.key;
    said.seconds = run.seconds;
    if (run.metrics) said.miou = run.metrics->full;
    out.networks.push_back(trained_network(study, plan.cells, cell, store));
  }
  return out;
}

}  // namespace cch
