// Networks of segmentation: they learn, go on where they were stopped, and do with any subset.
#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "cch/experiments/segmentation_features.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "experiments/segmentation/backend.hpp"
#include "support/test.hpp"
#include "tests/training/segmentation_fits.hpp"

namespace cch {
namespace {

using test::relabelled;
using test::same;
using test::small_job;
using test::small_scenes;

double average(const SegmentationSet& set, const TrainedSegmentation& network) {
  return evaluate_segmentation(set, network, conditions_named({"emm-dropped"}),
                               AbsentClass::excluded, 1, {})
      .conditions[0]
      .scores.full;
}

TEST_CASE("segmentation: a network learns scenes, with either fusion") {
  const SegmentationSet set = small_scenes(46);
  for (const Fusion fusion : {Fusion::mean, Fusion::hub}) {
    SegmentationJob job = small_job(12);
    job.network.fusion = fusion;
    std::vector<double> losses;
    job.after_epoch = [&](const SegmentationPoint& p, const auto&) { losses.push_back(p.loss); };
    const SegmentationFit fit = train_segmentation(set, job, {});
    CHECK(fit.failure.empty());
    CHECK(losses.size() == 12);
    CHECK(losses.back() < 0.7 * losses.front());
    // Chance is about .1: the commonest of six classes everywhere.
    CHECK(average(set, fit.network) > 0.25);
  }
}

TEST_CASE("segmentation: the worst images are those with the fewest right pixels") {
  const SegmentationSet set = small_scenes(24);
  const SegmentationFit fit = train_segmentation(set, small_job(3), {});
  const SegmentationScores scores = evaluate_segmentation(
      set, fit.network, conditions_named({"emm-dropped"}), AbsentClass::excluded, 1, {});
  const auto rows = set.rows(Split::test);
  REQUIRE(scores.worst.size() == std::min<std::size_t>(4, rows.size()));
  // Of every test image, from the confusions of all modalities.
  std::vector<std::pair<double, std::size_t>> shares;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Confusion& c = scores.conditions[0].by_image.back()[i];
    const auto all = std::accumulate(c.counts.begin(), c.counts.end(), std::uint64_t{0});
    std::uint64_t right = 0;
    for (std::size_t k = 0; k < c.classes; ++k) right += c(k, k);
    shares.emplace_back(static_cast<double>(right) / static_cast<double>(all), rows[i]);
  }
  std::sort(shares.begin(), shares.end());
  for (std::size_t i = 0; i < scores.worst.size(); ++i) {
    const WorstImage& worst = scores.worst[i];
    CHECK(worst.right == shares[i].first);
    CHECK(worst.image == shares[i].second);
    // From the codes themselves.
    const auto label = set.label(worst.image);
    double labelled = 0.0;
    double right = 0.0;
    REQUIRE(worst.codes.size() == set.pixels());
    for (std::size_t p = 0; p < set.pixels(); ++p) {
      labelled += label[p] == kIgnoreLabel ? 0.0 : 1.0;
      right += label[p] != kIgnoreLabel && worst.codes[p] == label[p] ? 1.0 : 0.0;
    }
    CHECK(right / labelled == worst.right);
  }
}

TEST_CASE("segmentation: the same bits on every run, and when a run is resumed") {
  const SegmentationSet set = small_scenes(18);
  SegmentationJob job = small_job(4);
  job.setup.modality_dropout = 0.5;
  const SegmentationFit whole = train_segmentation(set, job, {});
  CHECK(same(whole.network.weights, train_segmentation(set, job, {}).network.weights));
  Execution several;
  several.threads = 3;
  CHECK(same(whole.network.weights, train_segmentation(set, job, several).network.weights));
  SegmentationCheckpoint at;
  job.after_epoch = [&](const SegmentationPoint& p, const auto& checkpoint) {
    if (p.epoch == 2) at = checkpoint();
  };
  (void)train_segmentation(set, job, {});
  CHECK(at.epoch == 2);
  job.resume = at;
  std::size_t epochs = 0;
  job.after_epoch = [&](const SegmentationPoint&, const auto&) { ++epochs; };
  const SegmentationFit resumed = train_segmentation(set, job, {});
  CHECK(epochs == 2);
  CHECK(same(whole.network.weights, resumed.network.weights));
  job.order = 9;
  CHECK(!same(whole.network.weights, train_segmentation(set, job, {}).network.weights));
}

TEST_CASE("segmentation: every loss and set-up trains, and a teacher's weights stay as they are") {
  const SegmentationSet set = small_scenes(18);
  SegmentationJob job = small_job(2);
  const auto plain =
      std::make_shared<TrainedSegmentation>(train_segmentation(set, job, {}).network);
  const SegmentationWeights before = plain->weights;
  job.teacher = plain;
  job.setup.teacher = "plain";
  job.setup.modality_dropout = 0.5;
  for (const char* form : {"bernoulli-kl", "cosine-mse", "literal"}) {
    job.setup.losses.push_back({loss_named("cmd", form), 0.5});
  }
  for (const char* form : {"kl", "cosine", "released"}) {
    job.setup.losses.push_back({loss_named("hpdm", form), 0.5});
  }
  for (const char* name : {"mad", "umd"}) job.setup.losses.push_back({loss_named(name, ""), 1.0});
  std::vector<double> terms;
  job.after_epoch = [&](const SegmentationPoint& p, const auto&) { terms = p.terms; };
  const auto student =
      std::make_shared<TrainedSegmentation>(train_segmentation(set, job, {}).network);
  REQUIRE(terms.size() == 8);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    CAPTURE(i);
    CHECK(std::isfinite(terms[i]));
    CHECK(terms[i] != 0.0);
  }
  CHECK(same(plain->weights, before));
  CHECK(!same(student->weights, before));

  SegmentationJob select = small_job(2);
  select.candidates = {plain, student};
  select.setup.select = {"plain", "student"};
  for (const Selection how :
       {Selection::softmax, Selection::straight_through, Selection::released}) {
    select.setup.selection = how;
    const SegmentationFit fit = train_segmentation(set, select, {});
    CHECK(fit.failure.empty());
    CHECK(fit.network.weights.front().name == "score1.0.depthwise");
    CHECK(average(set, fit.network) > 0.0);
    // Without a gradient nothing moves but by weight decay, which keeps directions.
    const auto& w = fit.network.weights.front().values;
    select.optimisation.epochs = 1;
    const std::vector<float> one =
        train_segmentation(set, select, {}).network.weights.front().values;
    select.optimisation.epochs = 2;
    const bool parallel =
        std::abs(w[0] * one[1] - w[1] * one[0]) < 1e-5F * std::abs(w[0] * one[1]) + 1e-9F;
    CHECK(parallel == (how == Selection::released));
  }

  SegmentationJob alone = small_job(2);
  alone.modalities = {"event"};
  alone.teacher = plain;
  alone.setup.losses = {{loss_named("mad", ""), 1.0}};
  CHECK(train_segmentation(set, alone, {}).failure.empty());
  alone.teacher = nullptr;
  alone.modalities = job.modalities;
  alone.setup.modality_dropout = 0.5;
  CHECK(train_segmentation(set, alone, {}).failure.empty());  // self-distillation
}

constexpr std::array<std::size_t, 4> kAllModalities{0, 1, 2, 3};

TEST_CASE("segmentation: a dropped modality is not looked at, a zeroed one counts as zeros") {
  const SegmentationSet set = small_scenes(14);
  for (const Fusion fusion : {Fusion::mean, Fusion::hub}) {
    SegmentationJob job = small_job(2);
    job.network.fusion = fusion;
    const auto fit = train_segmentation(set, job, {});
    const auto model =
        detail::segmentation_backend().load(fit.network, {3, 1, 1, 3}, set.classes.size(), {});
    const std::size_t pixels = set.pixels();
    const auto ask = [&](const detail::ImageBatch& batch, Subset subset, detail::Missing missing) {
      std::vector<std::uint8_t> out(pixels);
      model->predict(batch, std::array{subset}, missing, out);
      return out;
    };
    const detail::ImageBatch batch =
        detail::batch_of(set, kAllModalities, std::array<std::size_t, 1>{3});
    detail::ImageBatch other = batch;
    for (float& v : other.modalities[1]) v = 5.0F - v;  // depth, which is missing in subset 1101
    const Subset without_depth = 13;
    CHECK(ask(batch, without_depth, detail::Missing::dropped) ==
          ask(other, without_depth, detail::Missing::dropped));
    CHECK(ask(batch, 15, detail::Missing::dropped) != ask(other, 15, detail::Missing::dropped));
    detail::ImageBatch zeroed = batch;
    std::fill(zeroed.modalities[1].begin(), zeroed.modalities[1].end(), 0.0F);
    CHECK(ask(batch, without_depth, detail::Missing::zeroed) ==
          ask(zeroed, 15, detail::Missing::dropped));
  }
}

TEST_CASE("segmentation: labels beyond those that a student may see change nothing") {
  const SegmentationSet set = small_scenes(22);
  SegmentationJob job = small_job(2);
  const auto plain =
      std::make_shared<TrainedSegmentation>(train_segmentation(set, job, {}).network);
  job.setup.labelled = 6;
  const auto rows = labelled_rows(set, 6, job.order);
  const SegmentationSet other = relabelled(set, rows);
  const auto alone = train_segmentation(set, job, {});
  CHECK(alone.failure.empty());
  CHECK(alone.images_seen == 2 * 16);  // as many steps as all 16 training images give
  CHECK(same(alone.network.weights, train_segmentation(other, job, {}).network.weights));
  CHECK(!same(alone.network.weights, plain->weights));

  job.teacher = plain;
  job.setup.losses = {{loss_named("mad", ""), 1.0}, {loss_named("umd", ""), 1.0}};
  const auto on_labelled = train_segmentation(set, job, {}).network.weights;
  job.setup.distil_on = DistilOn::all;
  const auto on_all = train_segmentation(set, job, {}).network.weights;
  CHECK(same(on_all, train_segmentation(other, job, {}).network.weights));
  CHECK(!same(on_all, on_labelled));
  // The labelled images, their order and augmentation are those of the student alone.
  for (WeightedLoss& l : job.setup.losses) l.weight = 0.0;
  CHECK(same(alone.network.weights, train_segmentation(set, job, {}).network.weights));
}

TEST_CASE("segmentation: the head's features give the predictions, in batches of any size") {
  const SegmentationSet set = small_scenes(24);
  const TrainedSegmentation network = train_segmentation(set, small_job(2), {}).network;
  std::vector<std::size_t> rows(20);
  std::iota(rows.begin(), rows.end(), std::size_t{2});
  const StageFeatures all = segmentation_features(set, network, rows, 0, {});
  CHECK(all.images == 20);
  CHECK(all.channels == 16);
  CHECK(all.height == 8);
  const StageFeatures one = segmentation_features(set, network, {rows[17]}, 0, {});
  const std::size_t size = one.values.size();
  // Sums of matrix products may be ordered otherwise in another batch.
  constexpr double kReordered = 1e-4;
  double largest = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    largest =
        std::max(largest, std::abs(static_cast<double>(one.values[i] - all.values[17 * size + i])));
  }
  CHECK(largest < kReordered);

  // The last map by hand: the class that it prefers at most cells is what is predicted around them.
  const auto weight = [&](const std::string& name) -> const std::vector<float>& {
    return std::find_if(network.weights.begin(), network.weights.end(),
                        [&](const NamedWeights& w) { return w.name == name; })
        ->values;
  };
  const auto& w = weight("head.classify.weight");
  const auto& b = weight("head.classify.bias");
  const auto model = detail::segmentation_backend().load(network, {3, 1, 1, 3}, 6, {});
  std::vector<std::uint8_t> codes(set.pixels());
  model->predict(detail::batch_of(set, kAllModalities, std::array<std::size_t, 1>{rows[17]}),
                 std::array<Subset, 1>{15}, detail::Missing::dropped, codes);
  std::size_t agree = 0;
  for (std::size_t cell = 0; cell < 64; ++cell) {
    std::size_t best = 0;
    double most = -1e9;
    for (std::size_t k = 0; k < 6; ++k) {
      double logit = static_cast<double>(b[k]);
      for (std::size_t c = 0; c < 16; ++c) {
        logit += static_cast<double>(w[k * 16 + c] * one.values[c * 64 + cell]);
      }
      if (logit > most) best = k;
      most = std::max(most, logit);
    }
    const std::size_t y = 4 * (cell / 8) + 2;
    const std::size_t x = 4 * (cell % 8) + 2;
    agree += codes[y * 32 + x] == best ? 1 : 0;
  }
  CHECK(agree > 55);  // bilinear resizing mixes neighbours: at borders of classes it may differ
}

TEST_CASE("segmentation: features of stages, and none of a selection's head") {
  const SegmentationSet set = small_scenes(18);
  const auto plain =
      std::make_shared<TrainedSegmentation>(train_segmentation(set, small_job(1), {}).network);
  for (std::size_t stage = 1; stage <= 4; ++stage) {
    const StageFeatures f = segmentation_features(set, *plain, {1, 5}, stage, {});
    CHECK(f.channels == plain->network.widths[stage - 1]);
    CHECK(f.height == 32U >> (stage + 1));
    CHECK(f.values.size() == 2 * f.channels * f.height * f.width);
  }
  SegmentationJob select = small_job(1);
  select.candidates = {plain, plain};
  select.setup.select = {"plain", "plain"};
  const TrainedSegmentation selection = train_segmentation(set, select, {}).network;
  CHECK(segmentation_features(set, selection, {1}, 2, {}).channels == 12);
  CHECK(test::fault_code([&] { (void)segmentation_features(set, selection, {1}, 0, {}); }) ==
        "no-head-features");
}

TEST_CASE("segmentation: pretrained weights by their names, and what does not fit is listed") {
  SegmentationJob job = small_job(1);
  const SegmentationSet set = small_scenes(14);
  const auto first = detail::segmentation_backend().first_weights(job.network, job.modalities,
                                                                  {3, 1, 1, 3}, 6, 77);
  for (const NamedWeights& w : first) {
    if (!w.name.starts_with("encoder.")) continue;
    job.pretrained.push_back({w.name.substr(8), w.shape, w.values});
  }
  job.pretrained.push_back({"head.weight", {1000, 16}, std::vector<float>(16000, 0.0F)});
  job.optimisation.learning_rate = 1e-12;
  const auto trained = train_segmentation(set, job, {}).network.weights;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!first[i].name.starts_with("encoder.")) continue;
    for (std::size_t k = 0; k < first[i].values.size(); ++k) {
      REQUIRE(std::abs(trained[i].values[k] - first[i].values[k]) < 1e-6F);
    }
  }
  job.network.fusion = Fusion::hub;
  for (const NamedWeights& w : train_segmentation(set, job, {}).network.weights) {
    if (!w.name.starts_with("others.")) continue;
    const auto from = std::find_if(first.begin(), first.end(), [&](const NamedWeights& other) {
      return other.name == "encoder." + w.name.substr(7);
    });
    REQUIRE(std::abs(w.values.front() - from->values.front()) < 1e-6F);
  }
  job.network.fusion = Fusion::mean;
  job.pretrained[0].shape[0] += 1;
  job.pretrained.erase(job.pretrained.begin() + 5);
  const std::string missing = first[5].name.substr(8);
  try {
    (void)train_segmentation(set, job, {});
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "pretrained-mismatch");
    CHECK(std::string(error.what()).find("patch_embed1.proj.weight") != std::string::npos);
    CHECK(std::string(error.what()).find(missing) != std::string::npos);
  }
}

TEST_CASE("segmentation: the names of MiT-B0 are those of the authors' release") {
  const auto b0 =
      detail::segmentation_backend().first_weights(encoder_named("b0"), {"rgb"}, {3}, 19, 1);
  std::size_t encoder = 0;
  std::size_t keys = 0;
  for (const NamedWeights& w : b0) {
    if (!w.name.starts_with("encoder.")) continue;
    ++keys;
    encoder += w.values.size();
  }
  // 3 319 392 weights in mit_b0.pth without its classifier (256 × 1000 + 1000).
  CHECK(encoder == 3319392);
  CHECK(keys == 176);
}

}  // namespace
}  // namespace cch
