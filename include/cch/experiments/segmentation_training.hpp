#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/network.hpp"
#include "cch/experiments/segmentation_metrics.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

// --- networks

/// How the modalities of an image become one.
///   mean   one encoder with shared weights for all; mean over the modalities that are there, at
///   each
///          stage (parallel multi-modal learning, AnySeg)
///   hub    the first modality has an encoder of its own, all others share one; at each stage the
///          others are merged by a gated selection (per pixel and channel, softmax over those that
///          are there) and added to the hub, in the manner of CMNeXt. A missing hub leaves the
///          others.
enum class Fusion { mean, hub };
std::string_view to_string(Fusion fusion);
Fusion parse_fusion(std::string_view name);

/// A hierarchical transformer encoder (MiT of SegFormer, Xie et al., NeurIPS 2021): overlapping
/// patch embeddings with strides 4, 2, 2, 2, attention with spatial reduction, feed-forward with a
/// depthwise convolution; and an MLP head over all stages.
struct SegmentationNetwork {
  std::string encoder = "tiny";
  std::vector<std::size_t> widths{16, 32, 48, 64};
  std::vector<std::size_t> depths{1, 1, 1, 1};
  std::vector<std::size_t> heads{1, 2, 3, 4};
  std::vector<std::size_t> reductions{4, 2, 1, 1};
  std::vector<std::size_t> expansions{2, 2, 2, 2};
  std::size_t head_width = 48;
  std::size_t input_channels = 3;  ///< others: one channel is repeated, else a learned 1×1 map
  Fusion fusion = Fusion::mean;
};
/// "tiny" (about 0.13 M weights, for processors) or "b0" (MiT-B0: 32, 64, 160, 256). Usage Error
/// "unknown-encoder".
SegmentationNetwork encoder_named(const std::string& name);

// --- losses

/// L_mad (prediction level), mean over valid pixels, × T²: reverse = KL(student‖teacher), the
/// original formula; forward = KL(teacher‖student), as the reference code has it; js =
/// ½KL(s‖m) + ½KL(t‖m), m = (s + t)/2.
struct MadLoss {
  enum class Direction { reverse, forward, js } direction = Direction::reverse;
  double temperature = 1.0;
};
/// L_cmd (cross-modal correspondence). S = cosine over valid pixels between two modalities of an
/// image, by stage and channel; mean over images, stages, channels and unordered pairs.
///   bernoulli_kl  KL(q_t‖q_s), q = (1 + S)/2 clamped to [ε, 1 − ε] (default)
///   cosine_mse    (S_s − S_t)², as the reference code has it
///   literal       S_s·ln(S_s/S_t), the original formula, where both exceed ε and 0 elsewhere. It
///   is
///                 no divergence: at S_t its value is 0 and it falls on to −S_t/e at S_s = S_t/e.
struct CmdLoss {
  enum class Form { bernoulli_kl, cosine_mse, literal } form = Form::bernoulli_kl;
  double epsilon = 1e-3;
};
/// UMD (features of each modality): KL(σ(f)‖σ(g)), softmax σ over channels at every valid pixel, or
/// over the valid pixels of every channel; mean over pixels (channels), images, modalities, stages.
struct UmdLoss {
  enum class Axis { channel, spatial } axis = Axis::channel;
};
/// HPDM (RMMSS, stage 1): class prototypes P_c = Σ m_c f / max(Σ m_c, 1) of each image, stage and
/// modality, labels resized by nearest. Hybrid: pairs of the same modality and pairs of the
/// student's modality a with the teacher's π(a), π a random permutation drawn each step. Mean over
/// pairs and the classes of each image: KL(σ(P_t)‖σ(P_s)) over channels, or 1 − cos(P_t, P_s).
/// released: as published code has it (divided by the count twice, softmax over classes, absent
/// classes take part), for ablations alone.
struct HpdmLoss {
  enum class Form { kl, cosine, released } form = Form::kl;
  bool hybrid = true;
};
using SegmentationLoss = std::variant<MadLoss, CmdLoss, UmdLoss, HpdmLoss>;
/// "mad", "cmd", "umd", "hpdm".
std::string_view loss_name(const SegmentationLoss& loss);
/// The form that it takes: "reverse", "bernoulli-kl", …
std::string_view loss_form(const SegmentationLoss& loss);
/// Usage Error "unknown-loss" that names the nearest; `form` "": the default.
SegmentationLoss loss_named(const std::string& name, const std::string& form);

struct WeightedLoss {
  SegmentationLoss loss;
  double weight = 1.0;
};

// --- set-ups

/// How FSM (RMMSS, stage 2) turns the scores of candidates into one: softmax(score/τ)-weighted sum;
/// straight_through = the largest forward, the softmax's gradient; released = the largest, which
/// gives the scores no gradient (for ablations).
enum class Selection { softmax, straight_through, released };
std::string_view to_string(Selection selection);
Selection parse_selection(std::string_view name);

/// Images on which a student follows its teacher where it has labels of some training images alone:
/// these, or all of the training split (pairs without a label).
enum class DistilOn { labelled, all };
std::string_view to_string(DistilOn images);
DistilOn parse_distil_on(std::string_view name);

/// One way of training; a row of the study's table.
struct SegmentationSetup {
  std::string name;
  /// Name of the set-up that its gains are measured from; empty: the first one with the same
  /// modalities and labelled images.
  std::string student;
  std::vector<std::string> modalities;  ///< of the network; empty: all of the set
  /// Each modality of each image is dropped with this probability, one at least stays.
  double modality_dropout = 0.0;
  /// Name of the set-up whose trained network (frozen) teaches; "self": the network itself with all
  /// of its modalities, without gradient. Empty: none.
  std::string teacher;
  std::vector<WeightedLoss> losses;  ///< of the teacher; L_pre has weight 1
  double label_weight = 1.0;         ///< of L_pre
  /// Training images whose labels it may see (drawn by the seed, the same for every set-up, those
  /// of a smaller number among those of a larger); 0: all. An epoch has as many steps as with all.
  std::size_t labelled = 0;
  DistilOn distil_on = DistilOn::labelled;
  bool ohem = false;  ///< L_pre over hard pixels: p_y < 0.7, at least 1/16 of them
  /// FSM: the set-ups (frozen) whose features and logits are selected from; only the scores learn.
  std::vector<std::string> select;
  Selection selection = Selection::softmax;
  double selection_temperature = 0.2;
};

struct SegmentationOptimisation {
  double learning_rate = 6e-5;  ///< of AdamW, as in the published recipes
  double weight_decay = 0.01;   ///< of matrices and filters, not of offsets and norms
  std::size_t epochs = 200;
  std::size_t warm_up = 10;  ///< epochs, linear from a tenth; then (1 − t)^power
  double power = 0.9;
  std::size_t batch = 8;
  double clip = 1.0;  ///< largest norm of the gradient; 0: any
  double least_scale = 0.5;
  double most_scale = 2.0;
  bool flip = true;
  /// A part of this size of each scaled image is learned from; 0: as large as the image.
  std::size_t crop_height = 0;
  std::size_t crop_width = 0;
  bool half = false;  ///< bfloat16 autocast, on CUDA alone
  /// Share of the labelled images (whole groups) that no step sees, to find the best weights; 0:
  /// none. A set-up that sees all labels takes the set's own validation images where it has some.
  double validation = 0.0;
  /// Validations (after every epoch; 50 at most, evenly) without a lower loss after which a network
  /// stops; 0: it runs to the end.
  std::size_t patience = 0;
  Checkpoint weights = Checkpoint::last;
  /// A network that another one learns from teaches by z/τ, τ from the images held out of its own
  /// training (segmentation_temperature): one too sure of its pixels hides what else it knows.
  bool calibrate = false;
};

// --- training

/// A tensor of a network by its name (README: names and pretrained weights).
struct NamedWeights {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<float> values;
};
using SegmentationWeights = std::vector<NamedWeights>;

/// A network as it is: what it reads and its weights.
struct TrainedSegmentation {
  SegmentationNetwork network;
  std::vector<std::string> modalities;
  SegmentationWeights weights;
  /// FSM: the candidates; `weights` are those of the scores.
  std::vector<std::shared_ptr<const TrainedSegmentation>> candidates;
  Selection selection = Selection::softmax;
  double selection_temperature = 0.2;
  double calibration = 1.0;  ///< τ: its logits are divided by it where it teaches
};

/// The epoch with the least loss on the validation images, the first of equals.
struct SegmentationBest {
  std::size_t epoch = 0;
  double loss = 0.0;           ///< nats a pixel, rounded to single precision
  std::vector<float> weights;  ///< all of the network in one row
};

/// Where a run stands after an epoch: enough to go on and end with the same bits.
struct SegmentationCheckpoint {
  std::size_t epoch = 0;  ///< finished
  std::vector<float> weights;
  std::vector<float> first_moment;
  std::vector<float> second_moment;
  double seconds = 0.0;  ///< spent so far
  std::optional<SegmentationBest> best;
  std::size_t since = 0;  ///< validations after the best one
};

struct SegmentationPoint {
  std::size_t epoch = 0;
  double loss = 0.0;          ///< mean over the epoch's steps, weighted sum
  double label = 0.0;         ///< L_pre
  std::vector<double> terms;  ///< each loss of the teacher, without its weight
  double gradient = 0.0;      ///< mean norm before clipping
  /// Cross-entropy on the validation images, nats a pixel, with the modalities there that training
  /// has: all, or (modality dropout) a few draws of it that are the same every time.
  std::optional<double> validation;
};

struct SegmentationJob {
  SegmentationNetwork network;
  SegmentationOptimisation optimisation;
  SegmentationSetup setup;
  std::vector<std::string> modalities;  ///< resolved
  std::uint64_t start = 1;              ///< first weights
  std::uint64_t order = 1;              ///< images, augmentation, dropout
  std::shared_ptr<const TrainedSegmentation> teacher;
  std::vector<std::shared_ptr<const TrainedSegmentation>> candidates;  ///< of FSM
  SegmentationWeights pretrained;  ///< of the encoder; empty: none
  std::optional<SegmentationCheckpoint> resume;
  /// Called after every epoch; the checkpoint is made only if asked for.
  std::function<void(const SegmentationPoint&,
                     const std::function<SegmentationCheckpoint()>& checkpoint)>
      after_epoch;
};

/// The best weights, whether or not they count.
struct SegmentationBestFit {
  std::size_t epoch = 0;
  double loss = 0.0;
  SegmentationWeights weights;
};

struct SegmentationFit {
  TrainedSegmentation network;              ///< with the weights that count
  SegmentationWeights last;                 ///< after the last epoch
  std::optional<SegmentationBestFit> best;  ///< where images are held out for it
  std::optional<std::size_t> stopped;       ///< the epoch after which its patience was at its end
  std::string failure;          ///< empty, or why its numbers do not count ("diverged: …")
  double seconds = 0.0;         ///< of training, resumed parts included
  std::size_t images_seen = 0;  ///< of all epochs
};

/// Training images whose labels a set-up may see, ascending: whole groups in the order of the seed,
/// the last one in part; 0: all.
std::vector<std::size_t> labelled_rows(const SegmentationSet& set, std::size_t count,
                                       std::uint64_t order);

/// The labelled images of a job: those it is fitted on, and those that only tell which weights are
/// best; both ascending.
struct SegmentationRows {
  std::vector<std::size_t> fitted;
  std::vector<std::size_t> validation;
};
/// Without a validation share all are fitted. Else, if all labels are seen and the set has a
/// validation split, that; otherwise that share of the groups of the labelled images, one at least,
/// in the order of the seed. Usage Error "bad-study" where nothing would be left to fit.
SegmentationRows rows_of(const SegmentationSet& set, const SegmentationJob& job);

/// Trains one network on the training images of a normalised set. One thread on the processor; the
/// same bits on every run, resumed or not. Usage Errors "no-libtorch", "bad-segmentation",
/// "pretrained-mismatch" (lists the keys).
SegmentationFit train_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                   const Execution& exec);

}  // namespace cch
