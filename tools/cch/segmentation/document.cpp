#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cch/experiments/segmentation_summary.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/train/counts.hpp"

namespace cch {
namespace {

using nlohmann::json;

/// kSegmentationLevels, by their names in documents.
constexpr const char* kLevels[] = {"miou_average", "miou_full", "miou_worst", "unimodal_bias"};

json summary_json(const std::optional<GainSummary>& summary) {
  if (!summary) return nullptr;
  return {{"value", summary->mean},
          {"standard_error", optional_json(summary->standard_error)},
          {"interval95", interval_json(summary->interval95)},
          {"seeds", summary->seeds}};
}

ConditionLevels levels_of(const json& condition) {
  ConditionLevels out;
  out.name = condition["name"];
  for (std::size_t l = 0; l < kSegmentationLevels.size(); ++l) {
    out.*kSegmentationLevels[l] = condition[kLevels[l]];
  }
  out.expected = condition["miou_expected"]["0.10"];
  for (const json& subset : condition["subsets"]) {
    SubsetLevel& to = out.subsets.emplace_back();
    to.modalities = subset["modalities"];
    to.miou = subset["miou"];
    for (const json& iou : subset["class_iou"]) {
      to.class_iou.push_back(iou.is_number() ? std::optional<double>(iou) : std::nullopt);
    }
  }
  return out;
}

SegmentationRecord record_of(const json& run) {
  SegmentationRecord out;
  out.key = run["key"];
  out.setup = run["setup"]["name"];
  out.baseline = run["unit"]["setting"].value("student", out.setup);
  out.seed = run["seed"];
  out.done = run["status"] == "done";
  if (!out.done) return out;
  out.images_per_second = run["images_per_second"];
  out.seconds = run["seconds"];
  for (const json& c : run["metrics"]["conditions"]) out.conditions.push_back(levels_of(c));
  return out;
}

json condition_json(const ConditionSummary& condition) {
  json subsets = json::array();
  for (const SubsetLevel& s : condition.subsets) {
    json classes = json::array();
    for (const auto& iou : s.class_iou) classes.push_back(optional_json(iou));
    subsets.push_back({{"modalities", s.modalities}, {"miou", s.miou}, {"class_iou", classes}});
  }
  return {{"name", condition.name},
          {"miou_average", summary_json(condition.average)},
          {"subsets", subsets}};
}

json setup_entry(const SetupSummary& s) {
  json out{{"name", s.name},
           {"baseline", s.baseline},
           {"failed", s.failed},
           {"conditions", json::array()}};
  for (std::size_t l = 0; l < kSegmentationLevels.size(); ++l) {
    out[kLevels[l]] = summary_json(s.levels[l]);
    out["gain"][kLevels[l]] = summary_json(s.gains[l]);
  }
  if (s.gains[0] && s.gains[0]->seeds == 1) {
    out["gain"]["miou_average"]["interval95"] = interval_json(s.gain_by_images);
    out["gain"]["miou_average"]["interval_by"] = "images";
  }
  if (s.conditions.empty()) return out;
  out["miou_expected_0.1"] = summary_json(s.expected);
  for (const ConditionSummary& c : s.conditions) out["conditions"].push_back(condition_json(c));
  out["images_per_second"] = s.images_per_second;
  out["training_seconds"] = s.training_seconds;
  return out;
}

/// Which weights count in the finished runs of a set-up, and what the last ones score.
json weights_entry(const std::vector<json>& runs, const std::string& setup) {
  json out;
  std::vector<double> best;
  std::vector<double> last;
  std::vector<double> temperatures;
  std::size_t stopped = 0;
  std::size_t done = 0;
  for (const json& run : runs) {
    if (run["setup"]["name"] != setup || run["status"] != "done" || !run.contains("weights")) {
      continue;
    }
    ++done;
    out["count"] = run["weights"];
    if (run["best"]["epoch"].is_number()) best.push_back(run["best"]["epoch"]);
    if (run["last"].is_object()) last.push_back(run["last"]["miou_average"]);
    if (run.contains("calibration_temperature")) {
      temperatures.push_back(run["calibration_temperature"]);
    }
    stopped += run["stopped"].is_number() ? 1 : 0;
  }
  if (out.is_null()) return out;
  out["runs"] = done;
  out["best_epoch"] = optional_json(median_of(std::move(best)));
  out["stopped"] = stopped;
  out["calibration_temperature"] = optional_json(median_of(std::move(temperatures)));
  out["last_miou_average"] =
      last.empty() ? json() : summary_json(std::optional(summarise_gains(last)));
  return out;
}

std::string cell(const json& value, bool sign = false) {
  if (!value.is_object()) return "–";
  const double v = 100.0 * value["value"].get<double>();
  std::string out = sign ? fmt::format("{:+.2f}", v) : fmt::format("{:.2f}", v);
  if (value["standard_error"].is_number()) {
    out += fmt::format(" ± {:.2f}", 100.0 * value["standard_error"].get<double>());
  }
  return out;
}

std::string interval_text(const json& value) {
  if (!value.is_object() || !value["interval95"].is_array()) return "";
  return fmt::format("[{:+.2f}, {:+.2f}]", 100.0 * value["interval95"][0].get<double>(),
                     100.0 * value["interval95"][1].get<double>());
}

/// Columns by characters, not bytes.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return text + std::string(width > length ? width - length : 1, ' ');
}

}  // namespace

json segmentation_document(const json& head, const std::vector<json>& runs, const RunStore& store) {
  json out = head;
  out["schema"] = "cch.segmentation/1";
  out["runs"] = json::array();
  std::vector<SegmentationRecord> records;
  std::map<std::string, json> setups;
  for (const json& run : runs) {
    const SegmentationRecord& record = records.emplace_back(record_of(run));
    setups[record.setup] = run["setup"];
    out["runs"].push_back({{"key", record.key},
                           {"setup", record.setup},
                           {"seed", record.seed},
                           {"status", run["status"]}});
    if (record.done) out["classes"] = run["metrics"]["classes"];
  }
  out["results"] = json::array();
  for (const SetupSummary& summary : summarise_segmentation(records, store, head["seed"])) {
    out["results"].push_back(setup_entry(summary));
    out["results"].back()["setup"] = setups[summary.name];
    // Studies by the last weights, without images held out, have none.
    json weights = weights_entry(runs, summary.name);
    if (!weights.is_null()) out["results"].back()["weights"] = std::move(weights);
  }
  return out;
}

std::string segmentation_table(const json& document) {
  std::size_t width = 8;
  for (const json& entry : document["results"]) {
    width = std::max(width, entry["name"].get<std::string>().size() + 2);
  }
  std::string out =
      "mIoU in % (mean ± standard error over seeds) over all subsets of modalities, missing ones "
      "dropped\n"
      "gain: over the baseline of the set-up (the first of the same modalities and labels, or the "
      "one\nthat the study names) with the same seed, with its 95 % interval\n";
  out += padded("  set-up", width + 2) + padded("mIoU_Avg", 15) + padded("all there", 15) +
         padded("worst", 15) + padded("bias", 15) + padded("gain of Avg", 34) + "gain, all there\n";
  for (const json& entry : document["results"]) {
    out += "  " + padded(entry["name"], width);
    for (const char* level : kLevels) out += padded(cell(entry[level]), 15);
    const bool base = entry["name"] == entry["baseline"];
    const json& gain = entry["gain"]["miou_average"];
    out += base ? "baseline" : padded(cell(gain, true) + "  " + interval_text(gain), 34);
    if (!base) out += cell(entry["gain"]["miou_full"], true);
    if (entry["failed"].get<int>() > 0)
      out += fmt::format("  {} failed", entry["failed"].get<int>());
    out += '\n';
  }
  out += "\nmIoU_Avg by what happens to the images\n";
  for (const json& entry : document["results"]) {
    if (entry["conditions"].empty()) continue;
    out += "  " + padded(entry["name"], width);
    for (const json& c : entry["conditions"]) {
      out += fmt::format("{} {:.1f}  ", c["name"].get<std::string>(),
                         100.0 * c["miou_average"]["value"].get<double>());
    }
    out += '\n';
  }
  return out;
}

std::string segmentation_conclusion(const json& document) {
  const json* best = nullptr;
  std::size_t compared = 0;
  const auto gain_of = [](const json& entry) -> const json& {
    return entry["gain"]["miou_average"];
  };
  for (const json& entry : document["results"]) {
    if (!gain_of(entry).is_object()) continue;
    ++compared;
    if (best == nullptr || gain_of(entry)["value"] > gain_of(*best)["value"]) best = &entry;
  }
  if (best == nullptr) return "No set-up has a finished baseline to be compared with.\n";
  const json& gain = gain_of(*best);
  const json& ends = gain["interval95"];
  const bool shown = ends.is_array() && ends[0].get<double>() > 0.0;
  const auto seeds = gain["seeds"].get<std::size_t>();
  return fmt::format(
      "{} gains most over {}{}: {} points of mIoU over all subsets of modalities {}({} seed{}{}), "
      "{}. With all modalities there: {} points.\n",
      best->at("name").get<std::string>(), best->at("baseline").get<std::string>(),
      compared > 1 ? fmt::format(", of {} set-ups", compared) : "", cell(gain, true),
      ends.is_array() ? interval_text(gain) + " " : "", seeds, seeds == 1 ? "" : "s",
      gain.contains("interval_by") ? ", interval over test images" : "",
      shown ? "beyond its 95 % interval" : "which is not shown to be above zero",
      cell((*best)["gain"]["miou_full"], true));
}

}  // namespace cch
