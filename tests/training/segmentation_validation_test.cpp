// Validation images of segmentation: which are held out, which weights are best, and when a
// training stops early.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_features.hpp"
#include "experiments/segmentation/files.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"
#include "tests/training/segmentation_fits.hpp"

namespace cch {
namespace {

using test::relabelled;
using test::same;
using test::small_job;
using test::small_scenes;

/// As small_job, with a fifth of the images held out.
SegmentationJob validated_job(std::size_t epochs) {
  SegmentationJob job = small_job(epochs);
  job.optimisation.validation = 0.2;
  job.optimisation.weights = Checkpoint::best;
  return job;
}

/// Steps so large that the loss goes up and down.
SegmentationJob restless_job(std::size_t epochs) {
  SegmentationJob job = validated_job(epochs);
  job.optimisation.learning_rate = 0.1;
  job.optimisation.power = 0.0;
  job.optimisation.batch = 2;
  return job;
}

struct Validated {
  SegmentationFit fit;
  std::vector<SegmentationPoint> curve;
  std::vector<SegmentationCheckpoint> checkpoints;  ///< after each epoch
};

Validated validated(const SegmentationSet& set, SegmentationJob job, const Execution& exec = {}) {
  Validated out;
  job.after_epoch = [&](const SegmentationPoint& point, const auto& checkpoint) {
    out.curve.push_back(point);
    out.checkpoints.push_back(checkpoint());
  };
  out.fit = train_segmentation(set, job, exec);
  return out;
}

TEST_CASE("segmentation: validation images are whole groups that no step sees") {
  const SegmentationSet set = small_scenes(26);  // 20 to train on
  SegmentationJob job = validated_job(3);
  const SegmentationRows rows = rows_of(set, job);
  CHECK(rows.validation.size() == 4);
  CHECK(rows.fitted.size() == 16);
  SegmentationSet in_pairs = set;
  for (std::size_t n = 0; n < set.images; ++n) in_pairs.groups[n] = n / 2;
  std::set<std::size_t> fitted;
  const SegmentationRows of_pairs = rows_of(in_pairs, job);
  for (const std::size_t row : of_pairs.fitted) fitted.insert(row / 2);
  for (const std::size_t row : of_pairs.validation) CHECK_FALSE(fitted.contains(row / 2));
  CHECK(of_pairs.validation.size() == 4);

  // What is held out changes which weights are best, and nothing else: labels and images.
  SegmentationSet other = relabelled(set, rows.fitted);
  for (const std::size_t n : rows.validation) {
    for (ModalityImages& m : other.modalities) {
      const std::size_t size = m.channels * set.pixels();
      std::fill_n(m.values.begin() + static_cast<std::ptrdiff_t>(n * size), size, 0.5F);
    }
  }
  const Validated one = validated(set, job);
  const Validated two = validated(other, job);
  CHECK(same(one.fit.last, two.fit.last));
  CHECK(*one.curve.front().validation != *two.curve.front().validation);

  // A split of its own is taken where all labels are seen, and not by a student with a few.
  SegmentationSet split = set;
  split.split[1] = split.split[7] = Split::validation;
  CHECK(rows_of(split, job).validation == std::vector<std::size_t>{1, 7});
  CHECK(rows_of(split, job).fitted == split.rows(Split::train));
  job.setup.labelled = 5;
  const SegmentationRows few = rows_of(split, job);
  CHECK(few.validation.size() == 1);
  CHECK(few.fitted.size() == 4);
  job.setup.labelled = 1;
  CHECK(test::fault_code([&] { (void)rows_of(split, job); }) == "bad-study");
}

/// The network with the maps to its logits multiplied.
TrainedSegmentation with_logits_times(TrainedSegmentation network, float factor) {
  std::size_t found = 0;
  for (NamedWeights& w : network.weights) {
    if (!w.name.starts_with("head.classify.")) continue;
    for (float& v : w.values) v *= factor;
    ++found;
  }
  REQUIRE(found == 2);
  return network;
}

TEST_CASE("segmentation: the temperature of a teacher follows the scale of its logits") {
  const SegmentationSet set = small_scenes(26);
  const SegmentationJob job = validated_job(3);
  const SegmentationFit fit = train_segmentation(set, job, {});
  const std::vector<std::size_t> held_out = rows_of(set, job).validation;
  const double one = segmentation_temperature(set, fit.network, held_out, {});
  const double four =
      segmentation_temperature(set, with_logits_times(fit.network, 4.0F), held_out, {});
  CHECK(one > 0.0);
  constexpr double prior = 0.02;  // of one e-fold, against thousands of pixels
  CHECK(test::near(std::log(four / one), std::log(4.0), prior));
  CHECK(segmentation_temperature(set, fit.network, {}, {}) == 1.0);
}

TEST_CASE("segmentation: a student of soft labels learns from calibrated logits") {
  const SegmentationSet set = small_scenes(26);
  const SegmentationFit taught = train_segmentation(set, validated_job(2), {});
  SegmentationJob job = validated_job(2);
  job.setup.teacher = "full";
  job.setup.losses = {{MadLoss{}, 1.0}};
  const auto student_of = [&](const TrainedSegmentation& network, double calibration) {
    auto teacher = std::make_shared<TrainedSegmentation>(network);
    teacher->calibration = calibration;
    job.teacher = teacher;
    return train_segmentation(set, job, {}).last;
  };
  const SegmentationWeights calibrated = student_of(taught.network, 4.0);
  // A quarter is exact in binary, so that both give the same logits to the bit.
  CHECK(same(calibrated, student_of(with_logits_times(taught.network, 0.25F), 1.0)));
  CHECK_FALSE(same(calibrated, student_of(taught.network, 1.0)));
}

TEST_CASE("segmentation: the best weights count, the last ones are those without validation") {
  const SegmentationSet set = small_scenes(26);
  SegmentationJob job = restless_job(20);
  job.optimisation.patience = 2;
  job.setup.modality_dropout = 0.5;
  const Validated best = validated(set, job);
  REQUIRE(best.fit.failure.empty());
  REQUIRE(best.fit.best);
  std::size_t least = 0;
  for (std::size_t e = 0; e < best.curve.size(); ++e) {
    REQUIRE(best.curve[e].validation);
    if (*best.curve[e].validation < *best.curve[least].validation) least = e;
  }
  REQUIRE(least + 1 < best.curve.size());  // else the next lines would say little
  CHECK(best.fit.best->epoch == least + 1);
  CHECK(best.fit.best->loss == *best.curve[least].validation);
  CHECK(same(best.fit.network.weights, best.fit.best->weights));
  CHECK_FALSE(same(best.fit.network.weights, best.fit.last));
  std::vector<float> row;
  for (const NamedWeights& w : best.fit.best->weights) {
    row.insert(row.end(), w.values.begin(), w.values.end());
  }
  CHECK(row == best.checkpoints[least].weights);

  job.optimisation.weights = Checkpoint::last;
  const Validated last = validated(set, job);
  CHECK(same(last.fit.network.weights, best.fit.last));
  CHECK(same(last.fit.best->weights, best.fit.best->weights));

  job.optimisation.validation = 0.0;
  job.optimisation.patience = 0;
  const Validated without = validated(set, job);
  CHECK_FALSE(without.fit.best);
  CHECK_FALSE(without.curve.back().validation);
  CHECK(same(without.fit.network.weights, without.fit.last));
}

/// Mean over valid pixels of −ln softmax of logits at a quarter of the size, resized bilinearly
/// with half-pixel centres: the formula, pixel by pixel.
double cross_entropy_by_hand(const SegmentationSet& set, const TrainedSegmentation& network,
                             const std::vector<std::size_t>& rows) {
  const StageFeatures f = segmentation_features(set, network, rows, 0, {});
  const auto weight = [&](const std::string& name) -> const std::vector<float>& {
    return std::find_if(network.weights.begin(), network.weights.end(),
                        [&](const NamedWeights& w) { return w.name == name; })
        ->values;
  };
  const auto& w = weight("head.classify.weight");
  const auto& b = weight("head.classify.bias");
  const std::size_t classes = set.classes.size();
  const auto logit = [&](std::size_t i, std::size_t k, std::size_t y, std::size_t x) {
    double z = static_cast<double>(b[k]);
    for (std::size_t c = 0; c < f.channels; ++c) {
      const std::size_t at = ((i * f.channels + c) * f.height + y) * f.width + x;
      z += static_cast<double>(w[k * f.channels + c]) * static_cast<double>(f.values[at]);
    }
    return z;
  };
  struct Between {
    std::size_t low;
    std::size_t high;
    double share;
  };
  const auto between = [](std::size_t pixel, std::size_t cells, std::size_t pixels) {
    const double at =
        std::max(0.0, (static_cast<double>(pixel) + 0.5) * static_cast<double>(cells) /
                              static_cast<double>(pixels) -
                          0.5);
    const auto low = static_cast<std::size_t>(at);
    return Between{low, std::min(low + 1, cells - 1), at - static_cast<double>(low)};
  };
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t p = 0; p < set.pixels(); ++p) {
      const std::uint8_t code = set.label(rows[i])[p];
      if (code == kIgnoreLabel) continue;
      const Between y = between(p / set.width, f.height, set.height);
      const Between x = between(p % set.width, f.width, set.width);
      double normaliser = 0.0;
      double own = 0.0;
      for (std::size_t k = 0; k < classes; ++k) {
        const double above =
            (1.0 - x.share) * logit(i, k, y.low, x.low) + x.share * logit(i, k, y.low, x.high);
        const double below =
            (1.0 - x.share) * logit(i, k, y.high, x.low) + x.share * logit(i, k, y.high, x.high);
        const double z = (1.0 - y.share) * above + y.share * below;
        normaliser += std::exp(z);
        if (k == code) own = z;
      }
      sum += std::log(normaliser) - own;
      count += 1.0;
    }
  }
  return sum / count;
}

TEST_CASE("segmentation: the validation loss is the cross-entropy of the held-out images") {
  const SegmentationSet set = small_scenes(26);
  const SegmentationJob job = validated_job(3);
  const Validated run = validated(set, job);
  REQUIRE(run.fit.best);
  const double by_hand = cross_entropy_by_hand(set, run.fit.network, rows_of(set, job).validation);
  // Single precision in the network, double here.
  constexpr double kSingle = 1e-4;
  CHECK(std::abs(run.fit.best->loss - by_hand) < kSingle * by_hand);
}

TEST_CASE("segmentation: patience ends a training, and a resumed one at the same place") {
  const SegmentationSet set = small_scenes(26);
  SegmentationJob job = restless_job(20);
  job.optimisation.patience = 2;
  job.setup.modality_dropout = 0.5;
  const Validated whole = validated(set, job);
  REQUIRE(whole.fit.stopped);  // else the next lines would say nothing
  const std::size_t stopped = *whole.fit.stopped;
  CHECK(stopped == whole.fit.best->epoch + 2);
  CHECK(whole.curve.size() == stopped);
  CHECK(whole.fit.images_seen == stopped * 20);

  Execution several;
  several.threads = 3;
  const Validated threaded = validated(set, job, several);
  CHECK(same(threaded.fit.network.weights, whole.fit.network.weights));
  CHECK(threaded.fit.best->loss == whole.fit.best->loss);

  // From every epoch, before and after the best one, and through the file of a checkpoint.
  const test::TempFolder folder;
  for (const SegmentationCheckpoint& at : whole.checkpoints) {
    CAPTURE(at.epoch);
    const std::string path = folder.write("checkpoint", detail::checkpoint_bytes(at));
    job.resume = detail::read_checkpoint(path);
    std::string damaged = detail::checkpoint_bytes(at);
    damaged[damaged.size() - 100] ^= 1;
    CHECK_FALSE(detail::read_checkpoint(folder.write("damaged", damaged)));
    REQUIRE(job.resume);
    const Validated rest = validated(set, job);
    CHECK(rest.curve.size() == stopped - at.epoch);
    CHECK(rest.fit.stopped == whole.fit.stopped);
    CHECK(rest.fit.images_seen == whole.fit.images_seen);
    CHECK(rest.fit.best->epoch == whole.fit.best->epoch);
    CHECK(rest.fit.best->loss == whole.fit.best->loss);
    CHECK(same(rest.fit.network.weights, whole.fit.network.weights));
    CHECK(same(rest.fit.last, whole.fit.last));
  }
}

TEST_CASE("segmentation: of many epochs some are validated, and the last one is") {
  const SegmentationSet set = small_scenes(14);
  SegmentationJob job = validated_job(101);
  job.network.widths = {4, 4, 4, 4};
  job.network.heads = {1, 1, 1, 1};
  job.modalities = {"event"};
  job.optimisation.batch = 8;
  std::vector<std::size_t> epochs;
  job.after_epoch = [&](const SegmentationPoint& point, const auto&) {
    if (point.validation) epochs.push_back(point.epoch);
  };
  REQUIRE(train_segmentation(set, job, {}).failure.empty());
  REQUIRE(epochs.size() == 34);  // every third, and the last
  CHECK(epochs[0] == 3);
  CHECK(epochs[32] == 99);
  CHECK(epochs[33] == 101);
}

}  // namespace
}  // namespace cch
