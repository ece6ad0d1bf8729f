#include "tools/documents/echo_schema.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"
#include "tools/documents/subset_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<MeanOverSeeds> auto& x) {
  v("value", x.value, "standard_error", x.standard_error);
  v.interval("interval95", x.interval95);
  v("seeds", x.seeds);
  v.if_there("interval_by", x.interval_by);
}

/// kSegmentationLevels, by their keys.
template <class V>
void describe(V& v, Of<LevelsOverSeeds> auto& x) {
  v("miou_average", x[0], "miou_full", x[1], "miou_worst", x[2], "unimodal_bias", x[3]);
}

template <class V>
void describe(V& v, Of<SegmentedCondition> auto& x) {
  v("name", x.name, "miou_average", x.average, "subsets", x.subsets);
}

template <class V>
void describe(V& v, Of<SegmentedWeights> auto& x) {
  v("count", x.count, "runs", x.runs, "best_epoch", x.best_epoch, "stopped", x.stopped,
    "calibration_temperature", x.calibration_temperature, "last_miou_average", x.last_average);
}

template <class V>
void describe(V& v, Of<SegmentedSetup> auto& x) {
  v("name", x.name, "baseline", x.baseline, "failed", x.failed);
  describe(v, x.levels);
  v.object("gain", [&x](auto& inner) { describe(inner, x.gains); });
  v.if_there("miou_expected_0.1", x.expected);
  v.if_there("images_per_second", x.images_per_second);
  v.if_there("training_seconds", x.training_seconds);
  v("conditions", x.conditions, "setup", x.setup);
  v.if_there("weights", x.weights);
}

template <class V>
void describe(V& v, Of<SegmentedRun> auto& x) {
  v("key", x.key, "setup", x.setup, "seed", x.seed, "status", x.status);
}

template <class V>
void describe(V& v, Of<SegmentationDocument> auto& x) {
  v.schema("cch.segmentation/1");
  v("version", x.version, "command", x.command, "seed", x.seed, "config", x.config, "inputs",
    x.inputs, "device", x.device, "warnings", x.warnings, "setups", x.setups, "results", x.results,
    "runs", x.runs);
  v.if_there("classes", x.classes);
}

std::string SegmentationDocument::title() const {
  const json settings = json::parse(config.json);
  return settings.is_object() ? settings.value("title", std::string()) : std::string();
}

nlohmann::json to_json(const SegmentationDocument& document) {
  return encode(document);
}

std::string to_text(const SegmentationDocument& document, int indent) {
  return text_of(encode(document), indent);
}

SegmentationDocument read_segmentation(const nlohmann::json& document) {
  return read<SegmentationDocument>(document);
}

SegmentationDocument parse_segmentation(std::string_view text) {
  return read_segmentation(parse(text));
}

SegmentationDocument as_stored(const SegmentationDocument& document) {
  return parse_segmentation(to_text(document));
}

}  // namespace cch::documents
