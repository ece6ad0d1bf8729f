#include "experiments/torch/segmentation/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "experiments/segmentation/backend.hpp"
#include "experiments/torch/segmentation/autocast.hpp"
#include "experiments/torch/segmentation/batches.hpp"
#include "experiments/torch/segmentation/losses.hpp"
#include "experiments/torch/segmentation/optimiser.hpp"

namespace cch::training {
namespace {

using Clock = std::chrono::steady_clock;

NetShape shape_of(const SegmentationSet& set, const std::vector<std::string>& modalities) {
  NetShape out{modalities, {}, set.classes.size()};
  for (const std::size_t m : detail::modality_indices(set, modalities)) {
    out.channels.push_back(set.modalities[m].channels);
  }
  return out;
}

std::vector<Tensor> pick(const std::vector<Tensor>& images, const std::vector<std::size_t>& which) {
  std::vector<Tensor> out;
  for (const std::size_t m : which) out.push_back(images[m]);
  return out;
}

Tensor full_size(const Tensor& logits, const Tensor& labels) {
  return torch::upsample_bilinear2d(logits.to(torch::kFloat32), {labels.size(1), labels.size(2)},
                                    false);
}

/// What the student makes of a batch.
struct Pass {
  Batch batch;
  Encoded encoded;
  Tensor logits;  // full size
};

/// What a teacher says about it.
struct Said {
  Tensor logits;               // full size
  std::vector<Tensor> single;  // by stage
};

class Trainer {
 public:
  Trainer(const SegmentationSet& set, const SegmentationJob& job, const Execution& exec)
      : set_(set),
        job_(job),
        exec_(exec),
        options_(neural::floats(torch::Device(exec.device))),
        own_(detail::modality_indices(set, job.modalities)),
        images_(set, job.optimisation, job.order, labelled_rows(set, job.setup.labelled, job.order),
                true, exec),
        net_(make()),
        optimiser_(net_->store(), job.optimisation),
        learned_(net_->store().tensors()) {
    if (!job.setup.losses.empty() && job.setup.distil_on == DistilOn::all) {
      pairs_.emplace(set, job.optimisation, derive_seed(job.order, "pairs"), set.rows(Split::train),
                     false, exec);
    }
    if (!job.teacher) return;
    teachers_ = detail::modality_indices(set, job.teacher->modalities);
    teacher_ = load_net(*job.teacher, shape_of(set, job.teacher->modalities), options_);
  }

  SegmentationFit run() {
    const auto begin = Clock::now();
    std::size_t epoch = 0;
    if (job_.resume) {
      optimiser_.resume(*job_.resume, job_.resume->epoch * images_.steps());
      epoch = job_.resume->epoch;
      spent_ = job_.resume->seconds;
    }
    for (; epoch < job_.optimisation.epochs && out_.failure.empty(); ++epoch) {
      const SegmentationPoint point = train_epoch(epoch);
      if (!job_.after_epoch || !out_.failure.empty()) continue;
      job_.after_epoch(point, [&] {
        SegmentationCheckpoint c = optimiser_.checkpoint();
        c.epoch = epoch + 1;
        c.seconds = spent_ + seconds_since(begin);
        return c;
      });
    }
    out_.seconds = spent_ + seconds_since(begin);
    out_.images_seen = job_.optimisation.epochs * images_.steps() * images_.batch();
    finish();
    return std::move(out_);
  }

 private:
  static double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

  std::unique_ptr<SegmentationNet> make() {
    const NetShape shape = shape_of(set_, job_.modalities);
    if (!job_.candidates.empty()) {
      std::vector<std::unique_ptr<FusionNet>> candidates;
      for (const auto& c : job_.candidates) {
        candidates.push_back(std::make_unique<FusionNet>(c->network, shape, 1, options_));
        candidates.back()->store().load(c->weights);
      }
      return std::make_unique<SelectionNet>(std::move(candidates), shape.classes,
                                            job_.setup.selection, job_.setup.selection_temperature,
                                            job_.start, options_);
    }
    auto net = std::make_unique<FusionNet>(job_.network, shape, job_.start, options_);
    if (!job_.pretrained.empty()) {
      net->store().load(job_.pretrained, "encoder.");
      const bool hub = job_.network.fusion == Fusion::hub && job_.modalities.size() > 1;
      if (hub) net->store().load(job_.pretrained, "others.");  // both start from the same weights
    }
    return net;
  }

  SegmentationPoint train_epoch(std::size_t epoch) {
    SegmentationPoint point;
    point.epoch = epoch + 1;
    point.terms.assign(job_.setup.losses.size(), 0.0);
    const std::size_t steps = images_.steps();
    const auto n = static_cast<double>(steps);
    for (std::size_t s = 0; s < steps; ++s) {
      exec_.throw_if_stopped();
      const Tensor loss = total(epoch, s, point, 1.0 / n);
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        out_.failure = "diverged: the loss is not finite at epoch " + std::to_string(epoch + 1);
        return point;
      }
      point.loss += value / n;
      // Selection as released gives no weight a gradient.
      const auto gradients = loss.requires_grad()
                                 ? torch::autograd::grad({loss}, learned_, {}, false, false, true)
                                 : std::vector<Tensor>(learned_.size());
      point.gradient +=
          optimiser_.step(gradients, poly_rate(job_.optimisation, epoch * steps + s, steps)) / n;
    }
    return point;
  }

  [[nodiscard]] Pass pass(Batch batch, std::uint64_t seed) const {
    Pass out{std::move(batch), {}, {}};
    out.encoded = net_->encode(pick(out.batch.images, own_));
    out.logits =
        full_size(net_->decode(out.encoded, present(out.batch, seed)).logits, out.batch.labels);
    return out;
  }

  /// L_pre + Σ weight · loss.
  Tensor total(std::size_t epoch, std::size_t s, SegmentationPoint& point, double share) {
    const Autocast half(job_.optimisation.half && options_.device().is_cuda());
    const std::uint64_t seed = derive_seed(derive_seed(job_.order, "step", epoch), "part", s);
    const Pass own = pass(images_.step(epoch, s), seed);
    Tensor sum = label_loss(own.logits, own.batch.labels, job_.setup.ohem);
    point.label += sum.item<double>() * share;
    sum = sum * job_.setup.label_weight;
    if (job_.setup.losses.empty()) return sum;
    if (!pairs_) return distilled(sum, own, seed, point, share);
    const std::uint64_t other = derive_seed(seed, "pairs");
    return distilled(sum, pass(pairs_->step(epoch, s), other), other, point, share);
  }

  /// sum + Σ weight · loss.
  Tensor distilled(Tensor sum, const Pass& own, std::uint64_t seed, SegmentationPoint& point,
                   double share) {
    const Said said = ask_teacher(own.batch, own.encoded);
    const Tensor valid = valid_of(own.batch.labels, own.logits);
    for (std::size_t i = 0; i < job_.setup.losses.size(); ++i) {
      const WeightedLoss& l = job_.setup.losses[i];
      const auto* mad = std::get_if<MadLoss>(&l.loss);
      const Tensor term =
          mad != nullptr ? mad_loss(*mad, own.logits, said.logits, valid)
                         : of_features(l.loss, own.encoded[0], said.single, own.batch.labels, seed);
      point.terms[i] += term.item<double>() * share;
      sum = sum + l.weight * term;
    }
    return sum;
  }

  [[nodiscard]] Tensor present(const Batch& batch, std::uint64_t seed) const {
    const std::size_t m = own_.size();
    std::vector<double> there(m * batch.rows.size(), 1.0);
    Random random(derive_seed(seed, "modalities"));
    for (std::size_t i = 0; i < batch.rows.size() && job_.setup.modality_dropout > 0.0; ++i) {
      const std::size_t kept = random.below(m);
      bool any = false;
      for (std::size_t k = 0; k < m; ++k) {
        const bool stays = random.uniform() >= job_.setup.modality_dropout;
        there[k * batch.rows.size() + i] = stays ? 1.0 : 0.0;
        any = any || stays;
      }
      if (!any) there[kept * batch.rows.size() + i] = 1.0;
    }
    return to_tensor(there, {as_int(m), as_int(batch.rows.size())}, options_);
  }

  [[nodiscard]] Said ask_teacher(const Batch& batch, const Encoded& own) const {
    const torch::NoGradGuard no_grad;
    const SegmentationNet& teacher = teacher_ ? *teacher_ : *net_;
    const Encoded encoded = teacher_ ? teacher.encode(pick(batch.images, teachers_)) : own;
    const Tensor all = torch::ones(
        {as_int(teacher_ ? teachers_.size() : own_.size()), as_int(batch.rows.size())}, options_);
    Said out;
    out.logits = full_size(teacher.decode(encoded, all).logits, batch.labels);
    out.single = encoded[0];
    return out;
  }

  [[nodiscard]] Tensor of_features(const SegmentationLoss& loss, const std::vector<Tensor>& student,
                                   const std::vector<Tensor>& teacher, const Tensor& labels,
                                   std::uint64_t seed) const {
    Tensor sum;
    const auto order = Random(derive_seed(seed, "pairs")).permutation(own_.size());
    for (std::size_t i = 0; i < student.size(); ++i) {
      const Tensor& s = student[i];
      const Tensor coarse = labels_at(labels, s.size(3), s.size(4));
      const Tensor valid = valid_of(coarse, s);
      Tensor part;
      if (const auto* cmd = std::get_if<CmdLoss>(&loss)) {
        part = cmd_loss(*cmd, s, teacher[i], valid);
      } else if (const auto* umd = std::get_if<UmdLoss>(&loss)) {
        part = umd_loss(*umd, s, teacher[i], valid);
      } else {
        part = hpdm_loss(std::get<HpdmLoss>(loss), s, teacher[i], coarse,
                         as_int(set_.classes.size()), {order.begin(), order.end()});
      }
      sum = i == 0 ? part : sum + part;
    }
    return sum / static_cast<double>(student.size());
  }

  void finish() {
    out_.network.network = job_.network;
    out_.network.modalities = job_.modalities;
    out_.network.weights = net_->store().named();
    out_.network.candidates = job_.candidates;
    out_.network.selection = job_.setup.selection;
    out_.network.selection_temperature = job_.setup.selection_temperature;
    for (const NamedWeights& w : out_.network.weights) {
      if (!out_.failure.empty()) break;
      if (std::all_of(w.values.begin(), w.values.end(), [](float v) { return std::isfinite(v); })) {
        continue;
      }
      out_.failure = "diverged: the weights are not finite after the last epoch";
    }
  }

  const SegmentationSet& set_;
  const SegmentationJob& job_;
  const Execution& exec_;
  TensorOptions options_;
  std::vector<std::size_t> own_;
  std::vector<std::size_t> teachers_;
  Images images_;
  std::optional<Images> pairs_;
  std::unique_ptr<SegmentationNet> net_;
  std::unique_ptr<SegmentationNet> teacher_;
  FlatAdamW optimiser_;
  std::vector<Tensor> learned_;
  double spent_ = 0.0;
  SegmentationFit out_;
};

}  // namespace

SegmentationFit fit_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                 const Execution& exec) {
  neural::use_one_thread();
  try {
    return Trainer(set, job, exec).run();
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::run, Fault{"training-failed",
                                      "a network could not be trained",
                                      {},
                                      error.what_without_backtrace(),
                                      "Take smaller networks or batches"});
  }
}

}  // namespace cch::training
