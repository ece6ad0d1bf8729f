#include <algorithm>
#include <cmath>

#include "cch/core/nearest_name.hpp"
#include "cch/experiments/segmentation_ages.hpp"
#include "experiments/segmentation/backend.hpp"

namespace cch {
namespace {

std::size_t place_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

std::string_view to_string(EncoderAge age) {
  switch (age) {
    case EncoderAge::random:
      return "random";
    case EncoderAge::brief:
      return "brief";
    case EncoderAge::trained:
      return "trained";
  }
  return "";
}

EncoderAge parse_encoder_age(std::string_view name) {
  std::vector<std::string> names;
  for (const EncoderAge age : {EncoderAge::random, EncoderAge::brief, EncoderAge::trained}) {
    names.emplace_back(to_string(age));
    if (name == names.back()) return age;
  }
  refuse_usage("unknown-age", "there is no age '" + std::string(name) + "' of an encoder",
               "random, brief and trained are known",
               "Did you mean '" + nearest_name(name, names) + "'?");
}

std::size_t usual_brief_epochs(const SegmentationStudy& study) {
  return std::max<std::size_t>(1, (study.training.epochs + 5) / 10);
}

SegmentationOptimisation shortened(SegmentationOptimisation training, std::size_t epochs) {
  if (epochs == training.epochs) return training;
  const double share = static_cast<double>(epochs) / static_cast<double>(training.epochs);
  training.warm_up =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(training.warm_up)));
  training.epochs = epochs;
  training.validation = 0.0;
  training.patience = 0;
  training.weights = Checkpoint::last;
  training.calibrate = false;
  return training;
}

SegmentationStudy study_of_age(const SegmentationStudy& study,
                               const std::vector<std::string>& modalities, EncoderAge age,
                               std::size_t brief_epochs) {
  if (modalities.size() < 2) {
    refuse_usage("bad-study", "there is one modality", "it has no other to learn from",
                 "Name two modalities at least");
  }
  if (age == EncoderAge::brief && (brief_epochs == 0 || brief_epochs > study.training.epochs)) {
    refuse_usage("bad-study",
                 std::to_string(brief_epochs) + " epochs are no brief training of " +
                     std::to_string(study.training.epochs),
                 {}, "Give 1 up to the study's own epochs");
  }
  SegmentationStudy out = study;
  out.task.held_out_share = kRankedShare;
  out.conditions = conditions_named({"emm-dropped"});
  out.seeds.resize(1);
  out.setups.clear();
  for (const std::string& name : modalities) {
    SegmentationSetup& setup = out.setups.emplace_back();
    setup.name = name;
    setup.modalities = {name};
  }
  out.training.calibrate = false;
  if (age == EncoderAge::brief) out.training = shortened(out.training, brief_epochs);
  return out;
}

TrainedSegmentation first_network(const SegmentationStudy& study, std::size_t setup,
                                  const SegmentationSet& set) {
  const SegmentationJob job = job_of(study, setup, study.seeds.front());
  TrainedSegmentation out;
  out.network = job.network;
  out.modalities = job.modalities;
  std::vector<std::size_t> channels;
  for (const std::size_t m : detail::modality_indices(set, job.modalities)) {
    channels.push_back(set.modalities[m].channels);
  }
  out.weights = detail::segmentation_backend().first_weights(job.network, job.modalities, channels,
                                                             set.classes.size(), job.start);
  for (NamedWeights& own : out.weights) {
    for (const NamedWeights& given : job.pretrained) {
      if (own.name == "encoder." + given.name && own.shape == given.shape) {
        own.values = given.values;
      }
    }
  }
  return out;
}

OrderAgreement compare_orders(const std::vector<std::string>& first,
                              const std::vector<std::string>& second) {
  OrderAgreement out;
  out.same_first = !first.empty() && !second.empty() && first.front() == second.front();
  std::size_t alike = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = i + 1; j < first.size(); ++j) {
      ++pairs;
      alike += place_of(second, first[i]) < place_of(second, first[j]) ? 1 : 0;
    }
  }
  if (pairs > 0) out.pairs = static_cast<double>(alike) / static_cast<double>(pairs);
  return out;
}

}  // namespace cch
