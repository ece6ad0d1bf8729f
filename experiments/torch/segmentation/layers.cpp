#include "experiments/torch/segmentation/layers.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "cch/core/random.hpp"

namespace cch::training {
namespace {

constexpr double kNormEpsilon = 1e-6;  // SegFormer's

double spread(WeightStore::Slot const&, const std::vector<std::int64_t>& shape,
              WeightStore::Init init) {
  if (init == WeightStore::Init::linear) return 0.02;
  // Fan-out of a filter out × in/groups × h × w; depthwise filters have in/groups = 1.
  std::int64_t fan = shape[2] * shape[3];
  if (shape[1] > 1) fan *= shape[0];
  return std::sqrt(2.0 / static_cast<double>(fan));
}

std::string list(const std::vector<std::string>& keys) {
  constexpr std::size_t kShown = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, keys.size()); ++i) {
    out += (i == 0 ? "" : ", ") + keys[i];
  }
  if (keys.size() > kShown) out += " and " + std::to_string(keys.size() - kShown) + " more";
  return out;
}

}  // namespace

WeightStore::Slot WeightStore::add(const std::string& name, std::vector<std::int64_t> shape,
                                   Init init) {
  Entry e{name, std::move(shape), init, std::make_shared<Tensor>(), size_, 1};
  for (const std::int64_t n : e.shape) e.size *= n;
  size_ += e.size;
  entries_.push_back(e);
  return e.slot;
}

void WeightStore::build(std::uint64_t seed, const TensorOptions& options) {
  std::vector<double> values(static_cast<std::size_t>(size_), 0.0);
  std::vector<double> decayed(static_cast<std::size_t>(size_), 0.0);
  for (const Entry& e : entries_) {
    Random random(derive_seed(seed, e.name));
    const bool matrix = e.init == Init::linear || e.init == Init::filter;
    const double sd = matrix ? spread(e.slot, e.shape, e.init) : 0.0;
    for (std::int64_t i = 0; i < e.size; ++i) {
      const auto at = static_cast<std::size_t>(e.offset + i);
      values[at] = matrix ? sd * random.normal() : e.init == Init::one ? 1.0 : 0.0;
      decayed[at] = matrix ? 1.0 : 0.0;
    }
  }
  flat_ = to_tensor(values, {size_}, options);
  decayed_ = to_tensor(decayed, {size_}, options);
  for (const Entry& e : entries_) {
    *e.slot = flat_.narrow(0, e.offset, e.size).view(e.shape).detach().requires_grad_(true);
  }
}

std::vector<Tensor> WeightStore::tensors() const {
  std::vector<Tensor> out;
  for (const Entry& e : entries_) out.push_back(*e.slot);
  return out;
}

SegmentationWeights WeightStore::named() const {
  const Tensor here = flat_.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  const auto* values = here.data_ptr<float>();
  SegmentationWeights out;
  for (const Entry& e : entries_) {
    out.push_back({e.name,
                   {e.shape.begin(), e.shape.end()},
                   {values + e.offset, values + e.offset + e.size}});
  }
  return out;
}

void WeightStore::load(const SegmentationWeights& weights, const std::string& only) {
  std::map<std::string, const NamedWeights*> by_name;
  for (const NamedWeights& w : weights) by_name[w.name] = &w;
  std::vector<std::string> missing;
  std::vector<std::string> misshapen;
  for (const Entry& e : entries_) {
    if (!e.name.starts_with(only)) continue;
    const auto found = by_name.find(e.name.substr(only.size()));
    const std::vector<std::size_t> shape(e.shape.begin(), e.shape.end());
    if (found == by_name.end()) {
      missing.push_back(e.name.substr(only.size()));
    } else if (found->second->shape != shape) {
      misshapen.push_back(found->first);
    }
  }
  if (!missing.empty() || !misshapen.empty()) {
    refuse_usage("pretrained-mismatch",
                 "the weights do not fit the network: " +
                     (missing.empty() ? std::string() : "missing " + list(missing)) +
                     (missing.empty() || misshapen.empty() ? "" : "; ") +
                     (misshapen.empty() ? std::string() : "of another shape " + list(misshapen)),
                 "they are looked for by name",
                 "Take weights of this encoder under the names that README gives");
  }
  const torch::NoGradGuard no_grad;
  for (const Entry& e : entries_) {
    if (!e.name.starts_with(only)) continue;
    const auto& values = by_name.at(e.name.substr(only.size()))->values;
    flat_.narrow(0, e.offset, e.size)
        .copy_(torch::from_blob(const_cast<float*>(values.data()), {e.size}, torch::kFloat32));
  }
}

void WeightStore::freeze() {
  for (const Entry& e : entries_) e.slot->requires_grad_(false);
}

Linear::Linear(WeightStore& store, const std::string& name, std::size_t in, std::size_t out)
    : weight(store.add(name + ".weight", {as_int(out), as_int(in)}, WeightStore::Init::linear)),
      offset(store.add(name + ".bias", {as_int(out)}, WeightStore::Init::zero)) {}

Norm::Norm(WeightStore& store, const std::string& name, std::size_t width)
    : weight(store.add(name + ".weight", {as_int(width)}, WeightStore::Init::one)),
      offset(store.add(name + ".bias", {as_int(width)}, WeightStore::Init::zero)) {}

Tensor Norm::operator()(const Tensor& x) const {
  return torch::layer_norm(x, weight->sizes(), *weight, *offset, kNormEpsilon);
}

Filter::Filter(WeightStore& store, const std::string& name, std::size_t in, std::size_t out,
               std::size_t size, std::size_t stride_, std::size_t padding_, std::size_t groups_)
    : weight(store.add(name + ".weight",
                       {as_int(out), as_int(in / groups_), as_int(size), as_int(size)},
                       WeightStore::Init::filter)),
      offset(store.add(name + ".bias", {as_int(out)}, WeightStore::Init::zero)),
      stride(as_int(stride_)),
      padding(as_int(padding_)),
      groups(as_int(groups_)) {}

}  // namespace cch::training
