#include "experiments/chance_parts.hpp"

#include <algorithm>
#include <cmath>

#include "cch/experiments/own_network.hpp"

namespace cch::detail {
namespace {

/// How much less the teacher loses: nats, or ½ ln of the ratio of square errors.
double less_lost(double student, double teacher, bool classes) {
  return classes ? student - teacher : 0.5 * std::log(student / teacher);
}

MeasuredGain measured(const PilotGain& gain) {
  return {gain.value, gain.standard_error};
}
MeasuredGain measured(const NetworkGain& gain) {
  return {gain.value, gain.standard_error};
}

}  // namespace

StudentKind kind_of(const NetworkSpec& network) {
  switch (network.layers) {
    case Layers::linear:
      return StudentKind::linear;
    case Layers::mlp:
      return StudentKind::mlp;
    case Layers::cnn:
      return StudentKind::cnn;
    case Layers::own:
      break;
  }
  return network.own && network.own->kind() == Layers::cnn ? StudentKind::cnn : StudentKind::mlp;
}

NetworkSpec model_named(const std::string& name, const std::vector<NetworkSpec>& asked) {
  for (const NetworkSpec& student : asked) {
    if (model_name(student) == name) return student;
  }
  return parse_network_model(name);
}

NetworkSpec usual_teacher(const NetworkSpec& student, const std::vector<ImageShape>& shapes) {
  // One of the caller's own is made for the student's columns.
  if (student.layers == Layers::own) return parse_network_model("mlp");
  if (student.layers != Layers::cnn) return student;
  // Teachers that are no images have no convolutions.
  const bool images = std::all_of(shapes.begin(), shapes.end(),
                                  [](const ImageShape& shape) { return shape.channels > 0; });
  return images ? student : parse_network_model("mlp");
}

void put_linear(const PilotEvidence& pilot, ChanceEvidence& to) {
  if (!pilot.pilot) return;
  to.linear_nats = measured(pilot.pilot->gain);
  if (pilot.pilot->gain_accuracy) to.linear_accuracy = measured(*pilot.pilot->gain_accuracy);
  if (pilot.gain_over_uninformed) to.linear_informed = measured(*pilot.gain_over_uninformed);
}

void put_probes(const Probe& student, const JudgedPredictions::Teacher& teacher,
                ChanceEvidence& to) {
  if (teacher.probe) {
    to.information_difference = less_lost(student.score, teacher.probe->score, to.classes > 0);
  }
  if (!teacher.level) return;
  to.prediction_margin = teacher.level->margin.nats;
  to.beta_difference = teacher.level->beta_s.value - teacher.level->beta_e.value;
  to.closed_form_gain = teacher.level->predicted_gain;
}

void put_networks(const NetworkPilot& pilot, std::size_t s, std::size_t t, ChanceEvidence& to) {
  const NetworkPilotTeacher& gain = pilot.gains[s][t];
  if (!gain.failure.empty()) return;
  const NetworkScore& alone = pilot.bases[t].alone;
  to.network_nats = measured(gain.gain);
  to.network_informed = measured(gain.over_uninformed);
  if (gain.gain_accuracy) to.network_accuracy = measured(*gain.gain_accuracy);
  if (gain.gain_f1) to.network_f1 = measured(*gain.gain_f1);
  if (gain.gain_auc) to.network_auc = measured(*gain.gain_auc);
  to.network_difference = less_lost(alone.loss, pilot.teachers[t].loss, to.classes > 0);
  if (to.classes > 0) {
    to.network_accuracy_difference = *pilot.teachers[t].accuracy - *alone.accuracy;
  }
}

}  // namespace cch::detail
