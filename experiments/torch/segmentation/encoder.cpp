#include "experiments/torch/segmentation/encoder.hpp"

#include <cmath>

namespace cch::training {
namespace {

/// B × N × C → B × C × h × w.
Tensor to_grid(const Tensor& x, std::int64_t h, std::int64_t w) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), h, w});
}
/// B × C × h × w → B × N × C.
Tensor to_tokens(const Tensor& x) {
  return x.flatten(2).transpose(1, 2);
}

}  // namespace

Block::Block(WeightStore& store, const std::string& name, std::size_t width, std::size_t heads,
             std::size_t reduction, std::size_t expansion)
    : heads_(as_int(heads)), reduction_(reduction) {
  const std::size_t hidden = expansion * width;
  norm1_ = Norm(store, name + ".norm1", width);
  q_ = Linear(store, name + ".attn.q", width, width);
  kv_ = Linear(store, name + ".attn.kv", width, 2 * width);
  proj_ = Linear(store, name + ".attn.proj", width, width);
  if (reduction > 1) {
    sr_ = Filter(store, name + ".attn.sr", width, width, reduction, reduction, 0);
    sr_norm_ = Norm(store, name + ".attn.norm", width);
  }
  norm2_ = Norm(store, name + ".norm2", width);
  fc1_ = Linear(store, name + ".mlp.fc1", width, hidden);
  dw_ = Filter(store, name + ".mlp.dwconv.dwconv", hidden, hidden, 3, 1, 1, hidden);
  fc2_ = Linear(store, name + ".mlp.fc2", hidden, width);
}

namespace {

/// softmax(q·kᵀ/√d)·v. Where no gradient is wanted, so many scores that they would fill the memory
/// (of an image of 1024 × 1024 they have gigabytes) are made for a part of the queries at a time.
Tensor attended(const Tensor& q, const Tensor& k, const Tensor& v) {
  constexpr std::int64_t kMostScores = std::int64_t{1} << 26;
  const double scale = std::sqrt(static_cast<double>(q.size(3)));
  const auto of = [&](const Tensor& some) {
    const Tensor scores = torch::matmul(some, k.transpose(-2, -1)) / scale;
    return torch::matmul(torch::softmax(scores, -1), v);
  };
  const std::int64_t queries = q.size(2);
  const std::int64_t at_once =
      std::max<std::int64_t>(1, kMostScores / (q.size(0) * q.size(1) * k.size(2)));
  if (torch::GradMode::is_enabled() || queries <= at_once) return of(q);
  std::vector<Tensor> parts;
  for (std::int64_t first = 0; first < queries; first += at_once) {
    parts.push_back(of(q.slice(2, first, std::min(first + at_once, queries))));
  }
  return torch::cat(parts, 2);
}

}  // namespace

Tensor Block::operator()(const Tensor& x, std::int64_t h, std::int64_t w) const {
  const Tensor y = x + attention(norm1_(x), h, w);
  return y + feed_forward(norm2_(y), h, w);
}

Tensor Block::attention(const Tensor& x, std::int64_t h, std::int64_t w) const {
  const std::int64_t b = x.size(0);
  const std::int64_t c = x.size(2);
  const std::int64_t d = c / heads_;
  const Tensor q = q_(x).reshape({b, -1, heads_, d}).transpose(1, 2);
  // A grid smaller than the reduction keeps its tokens: there is nothing to save.
  const auto r = as_int(reduction_);
  const bool reduced = reduction_ > 1 && h >= r && w >= r;
  const Tensor seen = reduced ? sr_norm_(to_tokens(sr_(to_grid(x, h, w)))) : x;
  const Tensor kv = kv_(seen).reshape({b, -1, 2, heads_, d}).permute({2, 0, 3, 1, 4});
  const Tensor mixed = attended(q, kv[0], kv[1]);
  return proj_(mixed.transpose(1, 2).reshape({b, -1, c}));
}

Tensor Block::feed_forward(const Tensor& x, std::int64_t h, std::int64_t w) const {
  const Tensor mixed = to_tokens(dw_(to_grid(fc1_(x), h, w)));
  return fc2_(torch::gelu(mixed));
}

MixTransformer::MixTransformer(WeightStore& store, const std::string& prefix,
                               const SegmentationNetwork& network) {
  std::size_t in = network.input_channels;
  for (std::size_t i = 0; i < network.widths.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const std::size_t width = network.widths[i];
    Stage stage;
    const std::string embed = prefix + "patch_embed" + number;
    stage.embed = i == 0 ? Filter(store, embed + ".proj", in, width, 7, 4, 3)
                         : Filter(store, embed + ".proj", in, width, 3, 2, 1);
    stage.embed_norm = Norm(store, embed + ".norm", width);
    for (std::size_t b = 0; b < network.depths[i]; ++b) {
      stage.blocks.emplace_back(store, prefix + "block" + number + "." + std::to_string(b), width,
                                network.heads[i], network.reductions[i], network.expansions[i]);
    }
    stage.norm = Norm(store, prefix + "norm" + number, width);
    stages_.push_back(std::move(stage));
    in = width;
  }
}

std::vector<Tensor> MixTransformer::operator()(const Tensor& images) const {
  std::vector<Tensor> out;
  Tensor x = images;
  for (const Stage& stage : stages_) {
    x = stage.embed(x);
    const std::int64_t h = x.size(2);
    const std::int64_t w = x.size(3);
    Tensor tokens = stage.embed_norm(to_tokens(x));
    for (const Block& block : stage.blocks) tokens = block(tokens, h, w);
    x = to_grid(stage.norm(tokens), h, w);
    out.push_back(x);
  }
  return out;
}

}  // namespace cch::training
