#include <fmt/format.h>

#include "tools/cch/document_parts.hpp"
#include "tools/cch/segment.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

using nlohmann::json;

json scenes_json(const SceneOptions& o) {
  return {{"images", o.images},   {"test-images", o.test_images},
          {"height", o.height},   {"width", o.width},
          {"classes", o.classes}, {"objects", o.objects},
          {"shared", o.shared},   {"rgb", o.rgb},
          {"depth", o.depth},     {"event", o.event},
          {"lidar", o.lidar},     {"nuisance", o.nuisance},
          {"noise", o.noise},     {"night", o.night},
          {"fog", o.fog},         {"moving", o.moving},
          {"density", o.density}};
}

bool drawn(const SegmentationTask& t) {
  return t.folder.empty() && t.manifest.empty();
}

json colours_json(const std::vector<int>& codes) {
  json out = json::array();
  for (const int code : codes) out.push_back(fmt::format("#{:06x}", code));
  return out;
}

json task_json(const SegmentationTask& t) {
  // Only where they are given, so that runs of other studies keep their keys.
  json given = json::object();
  if (t.held_out_share > 0.0) given["held-out-share"] = t.held_out_share;
  if (drawn(t)) {
    given.update(
        {{"name", "segmentation"}, {"source", "scenes"}, {"scenes", scenes_json(t.scenes)}});
    return given;
  }
  json out{{"name", "segmentation"},
           {"source", t.manifest.empty() ? "dir" : "manifest"},
           {"first-label", t.codes.first},
           {"ignored-labels", t.codes.ignored},
           {"modalities", t.modalities},
           {"class-names", t.classes},
           {"split", t.split_of_file ? "file" : "random"},
           {"validation-share", t.validation_share},
           {"test-share", t.test_share}};
  out.update(given);
  if (t.codes.channels == LabelChannels::colours) {
    out.erase("first-label");
    out.erase("ignored-labels");
    out["label-colours"] = colours_json(t.codes.listed);
    out["ignored-colours"] = colours_json(t.codes.ignored);
  } else if (!t.codes.listed.empty()) {
    out["label-codes"] = t.codes.listed;
  }
  if (t.layout != Layout::none) out["layout"] = to_string(t.layout);
  if (t.size.height > 0) out["size"] = {t.size.height, t.size.width};
  return out;
}

json network_json(const SegmentationNetwork& n) {
  return {{"encoder", n.encoder},         {"widths", n.widths},
          {"depths", n.depths},           {"heads", n.heads},
          {"reductions", n.reductions},   {"expansions", n.expansions},
          {"head-width", n.head_width},   {"input-channels", n.input_channels},
          {"fusion", to_string(n.fusion)}};
}

json training_json(const SegmentationOptimisation& o) {
  json out{{"learning-rate", o.learning_rate},
           {"weight-decay", o.weight_decay},
           {"epochs", o.epochs},
           {"warm-up", o.warm_up},
           {"power", o.power},
           {"batch", o.batch},
           {"clip", o.clip},
           {"scale", {o.least_scale, o.most_scale}},
           {"flip", o.flip},
           {"half", o.half}};
  if (o.crop_height > 0) out["crop"] = {o.crop_height, o.crop_width};
  // Runs by the last weights keep the keys that they had before there were others.
  if (o.validation > 0.0) {
    out.update({{"validation", o.validation},
                {"patience", o.patience},
                {"weights", to_string(o.weights)}});
    if (o.calibrate) out["calibrate"] = true;
  }
  return out;
}

json loss_json(const WeightedLoss& l) {
  json out{{"name", loss_name(l.loss)}, {"form", loss_form(l.loss)}, {"weight", l.weight}};
  if (const auto* mad = std::get_if<MadLoss>(&l.loss)) out["temperature"] = mad->temperature;
  if (const auto* cmd = std::get_if<CmdLoss>(&l.loss)) out["epsilon"] = cmd->epsilon;
  if (const auto* hpdm = std::get_if<HpdmLoss>(&l.loss)) out["hybrid"] = hpdm->hybrid;
  return out;
}

/// "mad reverse + 0.5 cmd bernoulli-kl", or how it selects: pairs of other losses differ in it.
std::string losses_text(const SegmentationSetup& s) {
  if (!s.select.empty()) {
    return fmt::format("selection {} τ {}", to_string(s.selection), s.selection_temperature);
  }
  std::string out;
  for (const WeightedLoss& l : s.losses) {
    if (!out.empty()) out += " + ";
    if (l.weight != 1.0) out += fmt::format("{} ", l.weight);
    out += fmt::format("{} {}", loss_name(l.loss), loss_form(l.loss));
    const auto* mad = std::get_if<MadLoss>(&l.loss);
    const auto* cmd = std::get_if<CmdLoss>(&l.loss);
    const auto* hpdm = std::get_if<HpdmLoss>(&l.loss);
    if (mad != nullptr && mad->temperature != 1.0) out += fmt::format(" T {}", mad->temperature);
    if (cmd != nullptr && cmd->epsilon != CmdLoss().epsilon)
      out += fmt::format(" ε {}", cmd->epsilon);
    if (hpdm != nullptr && !hpdm->hybrid) out += " own modality";
  }
  if (s.label_weight != 1.0) out += fmt::format(", labels {}", s.label_weight);
  return s.ohem ? out + ", ohem" : out;
}

/// Of everything read apart from the study itself.
json hashes_of(const std::vector<documents::FileRecord>& inputs) {
  json out = json::array();
  for (const documents::FileRecord& input : inputs) {
    if (input.role != "study") out.push_back({input.role, input.sha256});
  }
  return out;
}

std::string hash_of(const json& values) {
  return digest(values.dump(), 16);
}

documents::SegmentedCase case_of(const ConditionScores& c,
                                 const std::vector<std::string>& modalities) {
  const SubsetScores& s = c.scores;
  documents::SegmentedCase out;
  out.name = c.name;
  out.average = s.average;
  out.full = s.full;
  out.worst = s.worst;
  out.bias = s.unimodal_bias;
  out.worst_subset = subset_text(s.worst_subset, modalities);
  for (std::size_t i = 0; i < s.miou.size(); ++i) {
    out.subsets.push_back({subset_text(static_cast<Subset>(i + 1), modalities), s.miou[i],
                           class_iou(c.confusions[i])});
  }
  for (std::size_t i = 0; i < s.expected.size(); ++i) {
    out.expected[std::to_string(kMissingShares[i]).substr(0, 4)] = s.expected[i];
  }
  return out;
}

documents::SegmentationMetrics metrics_of(const SegmentationScores& scores,
                                          const std::vector<std::string>& classes) {
  const SubsetScores& first = scores.conditions.front().scores;
  documents::SegmentationMetrics out;
  out.modalities = scores.modalities;
  out.classes = classes;
  out.average = first.average;
  out.full = first.full;
  out.worst = first.worst;
  out.average_interval95 = scores.average_interval;
  for (const ConditionScores& c : scores.conditions) {
    out.conditions.push_back(case_of(c, scores.modalities));
  }
  out.worst_images.emplace();
  for (const WorstImage& w : scores.worst) out.worst_images->push_back({w.image, w.right});
  out.evaluation_seconds = scores.seconds;
  return out;
}

void add_choice(const SegmentationChoice& c, documents::SegmentationRunDocument& out) {
  out.weights = to_string(c.weights);
  out.best = documents::BestEpoch{c.best_epoch, c.best_loss};
  out.stopped = c.stopped;
  out.last.emplace();
  if (c.last) *out.last = documents::LastEpoch{c.last->average, c.last->full, c.last->worst};
  out.calibration_temperature = c.calibration;
}

}  // namespace

json segmentation_config_json(const SegmentationStudy& study) {
  json conditions = json::array();
  for (const Condition& c : study.conditions) conditions.push_back(c.name);
  return {{"title", study.title},
          {"seeds", study.seeds},
          {"task", task_json(study.task)},
          {"network", network_json(study.network)},
          {"pretrained", !study.pretrained.empty()},
          {"training", training_json(study.training)},
          {"conditions", conditions},
          {"absent-classes", study.absent == AbsentClass::excluded ? "excluded" : "legacy-zero"}};
}

json setup_json(const SegmentationSetup& s) {
  json losses = json::array();
  for (const WeightedLoss& l : s.losses) losses.push_back(loss_json(l));
  json out{{"name", s.name},
           {"modalities", s.modalities},
           {"modality-dropout", s.modality_dropout},
           {"teacher", s.teacher.empty() ? json() : json(s.teacher)},
           {"loss", losses},
           {"label-weight", s.label_weight},
           {"ohem", s.ohem}};
  if (!s.student.empty()) out["student"] = s.student;
  if (s.labelled > 0) out["labelled"] = s.labelled;
  if (s.distil_on != DistilOn::labelled) out["distil-on"] = to_string(s.distil_on);
  if (s.select.empty()) return out;
  out["select"] = s.select;
  out["selection"] = to_string(s.selection);
  out["selection-temperature"] = s.selection_temperature;
  return out;
}

std::string segmentation_study_key(const SegmentationStudy& study,
                                   const std::vector<documents::FileRecord>& inputs) {
  json config = segmentation_config_json(study);
  for (const char* name : {"title", "seeds"}) config.erase(name);
  return hash_of({{"config", config}, {"inputs", hashes_of(inputs)}});
}

documents::SegmentationQuestion run_description(const SegmentationStudy& study, std::size_t setup,
                                                const std::vector<std::string>& keys) {
  const SegmentationSetup& s = study.setups[setup];
  const auto needs = needs_of(study, setup);
  const auto student = student_of(study, setup);
  const auto scenario = scenario_of(study, setup);
  documents::SegmentationQuestion out;
  out.study = study.title;
  out.task = "segmentation";
  out.setup.json = setup_json(s).dump();
  for (const std::size_t need : needs) out.needs.push_back(keys[need]);
  out.unit.task = "segmentation";
  if (drawn(study.task)) {
    out.unit.setting = documents::read_facts(scenes_json(study.task.scenes));
  }
  out.unit.setting["modality-dropout"] = s.modality_dropout;
  if (student) out.unit.setting["student"] = study.setups[*student].name;
  if (scenario) out.unit.scenario = std::string(to_string(*scenario));
  if (s.labelled > 0) out.unit.labelled = std::uint64_t{s.labelled};
  out.role = scenario ? "distilled" : "student";
  if (!scenario) return out;
  const std::string teacher = s.teacher == "self" ? s.teacher : study.setups[needs.front()].name;
  out.teacher = documents::ComparedTeacher{teacher, {}, {}};
  if (!needs.empty()) out.teacher_run = keys[needs.front()];
  out.loss = documents::ComparedLoss{losses_text(s), {}, {}, {}, {}};
  if (student) out.student = keys[*student];
  return out;
}

std::string segmentation_key(const SegmentationStudy& study, std::size_t setup, std::uint64_t seed,
                             const std::vector<documents::FileRecord>& inputs,
                             const std::string& device,
                             const std::vector<std::string>& needed_keys) {
  json config = segmentation_config_json(study);
  for (const char* name : {"title", "seeds"}) config.erase(name);
  json how = setup_json(study.setups[setup]);
  // Their keys say more; gains are no part of a run.
  for (const char* name : {"name", "student", "teacher", "select"}) how.erase(name);
  if (study.setups[setup].teacher == "self") how["teacher"] = "self";
  return hash_of({{"config", config},
                  {"setup", how},
                  {"seed", seed},
                  {"inputs", hashes_of(inputs)},
                  {"device", device == "cpu" ? "cpu" : "cuda"},
                  {"needs", needed_keys}});
}

documents::SegmentationRunDocument segmentation_run(const SegmentationPlan& plan, std::size_t cell,
                                                    const SegmentationRun& run) {
  documents::SegmentationRunDocument out;
  static_cast<documents::SegmentationQuestion&>(out) = plan.descriptions[cell];
  out.version = version();
  out.key = plan.cells[cell].key;
  out.seed = plan.cells[cell].seed;
  out.status = run.failure.empty() ? "done" : "failed";
  if (!run.failure.empty()) out.failure = run.failure;
  out.warnings = documents::distinct(run.warnings);
  if (!run.trained) return out;
  out.seconds = run.seconds;
  out.images_per_second = run.images_per_second;
  out.peak_megabytes = run.peak_megabytes;
  if (run.chosen) add_choice(*run.chosen, out);
  if (run.scores) out.metrics = metrics_of(*run.scores, run.classes);
  return out;
}

}  // namespace cch
