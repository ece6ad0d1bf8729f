#pragma once

#include <string>
#include <vector>

#include "experiments/torch/segmentation/layers.hpp"

namespace cch::training {

/// One block: x + attention(norm(x)), then x + feed-forward(norm(x)); tokens B × N × C of a grid h
/// × w.
class Block {
 public:
  Block(WeightStore& store, const std::string& name, std::size_t width, std::size_t heads,
        std::size_t reduction, std::size_t expansion);
  [[nodiscard]] Tensor operator()(const Tensor& x, std::int64_t h, std::int64_t w) const;

 private:
  [[nodiscard]] Tensor attention(const Tensor& x, std::int64_t h, std::int64_t w) const;
  [[nodiscard]] Tensor feed_forward(const Tensor& x, std::int64_t h, std::int64_t w) const;

  std::int64_t heads_;
  std::size_t reduction_;
  Norm norm1_;
  Linear q_;
  Linear kv_;
  Linear proj_;
  Filter sr_;
  Norm sr_norm_;
  Norm norm2_;
  Linear fc1_;
  Filter dw_;
  Linear fc2_;
};

/// Mix Transformer (Xie et al., SegFormer, NeurIPS 2021). Its weights have the names of the
/// authors' release: patch_embed1.proj.weight, block1.0.attn.q.weight, norm1.weight, …
class MixTransformer {
 public:
  MixTransformer(WeightStore& store, const std::string& prefix, const SegmentationNetwork& network);
  /// B × C_in × H × W → the four stages' B × C_i × h_i × w_i.
  [[nodiscard]] std::vector<Tensor> operator()(const Tensor& images) const;

 private:
  struct Stage {
    Filter embed;
    Norm embed_norm;
    std::vector<Block> blocks;
    Norm norm;
  };
  std::vector<Stage> stages_;
};

}  // namespace cch::training
