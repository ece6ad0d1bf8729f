#pragma once

#include <vector>

#include "cch/experiments/segmentation_training.hpp"
#include "experiments/torch/tensors.hpp"

/// Formulas: include/cch/experiments/segmentation_training.hpp. Every loss is one number; without a
/// valid pixel (a class, a pair) it is 0 with gradient 0. A file each.
namespace cch::training {

/// Least norm of a vector in a cosine: one that is 0 everywhere has cosine 0 with any other.
inline constexpr double kLeastNorm = 1e-6;

/// L_pre: pixel cross-entropy, mean over valid pixels; ohem: over those with p_y < 0.7, at least a
/// sixteenth of the valid ones (the hardest). logits B × K × H × W, labels B × H × W (int64).
Tensor label_loss(const Tensor& logits, const Tensor& labels, bool ohem);

/// Logits B × K × H × W, valid B × H × W of 1 and 0.
Tensor mad_loss(const MadLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid);

/// One stage: features M × B × C × h × w, valid B × h × w.
Tensor cmd_loss(const CmdLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid);
Tensor umd_loss(const UmdLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid);
/// labels B × h × w (int64), resized; `permutation` of the M modalities.
Tensor hpdm_loss(const HpdmLoss& loss, const Tensor& student, const Tensor& teacher,
                 const Tensor& labels, std::int64_t classes,
                 const std::vector<std::int64_t>& permutation);

/// Labels at the middle of each cell of a coarser grid: index floor((i + ½)·H/h).
Tensor labels_at(const Tensor& labels, std::int64_t h, std::int64_t w);
/// 1 where a label is no kIgnoreLabel, in the type of `like`.
Tensor valid_of(const Tensor& labels, const Tensor& like);

/// Logits resized to the labels, in single precision.
Tensor full_size(const Tensor& logits, const Tensor& labels);

/// Σ x·w / Σ w, 0 where all weights are 0.
inline Tensor weighted_mean(const Tensor& x, const Tensor& w) {
  return (x * w).sum() / w.sum().clamp_min(1.0);
}

}  // namespace cch::training
