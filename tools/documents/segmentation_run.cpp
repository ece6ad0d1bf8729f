#include "tools/documents/segmentation_run.hpp"

#include "tools/documents/recorded_schema.hpp"
#include "tools/documents/subset_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<SegmentationQuestion> auto& x) {
  v("setup", x.setup);
  v.later("study", x.study, "study_key", x.study_key, "task", x.task, "needs", x.needs, "unit",
          x.unit, "role", x.role, "teacher", x.teacher, "teacher_run", x.teacher_run, "loss",
          x.loss, "student", x.student);
}

template <class V>
void describe(V& v, Of<SegmentedCase> auto& x) {
  v("name", x.name, "miou_average", x.average, "miou_expected", x.expected, "miou_full", x.full,
    "miou_worst", x.worst, "worst_subset", x.worst_subset, "unimodal_bias", x.bias, "subsets",
    x.subsets);
}

template <class V>
void describe(V& v, Of<WorstSegmented> auto& x) {
  v("image", x.image, "right", x.right);
}

template <class V>
void describe(V& v, Of<SegmentationMetrics> auto& x) {
  v("modalities", x.modalities, "classes", x.classes, "miou_average", x.average, "conditions",
    x.conditions, "evaluation_seconds", x.evaluation_seconds);
  v.interval("miou_average_interval95", x.average_interval95);
  v.if_there("miou_full", x.full);
  v.if_there("miou_worst", x.worst);
  v.if_there("worst_images", x.worst_images);
}

template <class V>
void describe(V& v, Of<BestEpoch> auto& x) {
  v("epoch", x.epoch, "validation_loss", x.validation_loss);
}

template <class V>
void describe(V& v, Of<LastEpoch> auto& x) {
  v("miou_average", x.average, "miou_full", x.full, "miou_worst", x.worst);
}

template <class V>
void describe(V& v, Of<SegmentationRunDocument> auto& x) {
  v.schema("cch.run/1");
  describe(v, part<SegmentationQuestion>(x));
  v("key", x.key, "status", x.status, "failure", x.failure, "warnings", x.warnings, "inputs",
    x.inputs, "version", x.version, "command", x.command, "seed", x.seed);
  v.if_there("seconds", x.seconds);
  v.if_there("images_per_second", x.images_per_second);
  v.if_there("peak_megabytes", x.peak_megabytes);
  v.if_there("weights", x.weights);
  v.if_there("best", x.best);
  v.if_there("stopped", x.stopped);
  v.if_there("last", x.last);
  v.if_there("calibration_temperature", x.calibration_temperature);
  v.if_there("metrics", x.metrics);
}

std::string SegmentationQuestion::setup_name() const {
  return json::parse(setup.json).at("name").get<std::string>();
}

nlohmann::json to_json(const SegmentationRunDocument& document) {
  return encode(document);
}

std::string to_text(const SegmentationRunDocument& document, int indent) {
  return text_of(encode(document), indent);
}

SegmentationRunDocument read_segmentation_run(const nlohmann::json& document) {
  return read<SegmentationRunDocument>(document);
}

}  // namespace cch::documents
