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
#include "experiments/torch/segmentation/validation.hpp"

namespace cch::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kValidations = 50;  // at most

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
        rows_(rows_of(set, job)),
        images_(set, job.optimisation, job.order, rows_.fitted, true, exec),
        presence_(own_.size(), job.setup.modality_dropout),
        net_(make()),
        optimiser_(net_->store(), job.optimisation),
        learned_(net_->store().tensors()) {
    if (!job.setup.losses.empty() && job.setup.distil_on == DistilOn::all) {
      pairs_.emplace(set, job.optimisation, derive_seed(job.order, "pairs"), not_held_out(), false,
                     exec);
    }
    if (!rows_.validation.empty()) {
      validation_.emplace(set, rows_.validation, own_, presence_,
                          derive_seed(job.order, "validation draws"), options_, exec);
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
      best_ = job_.resume->best;
      since_ = job_.resume->since;
    }
    for (; epoch < job_.optimisation.epochs && out_.failure.empty() && !out_.stopped; ++epoch) {
      if (out_of_patience()) {  // where the checkpoint was made
        out_.stopped = epoch;
        break;
      }
      SegmentationPoint point = train_epoch(epoch);
      if (!out_.failure.empty()) continue;
      validate(point);
      if (out_of_patience() && point.epoch < job_.optimisation.epochs) out_.stopped = point.epoch;
      if (!job_.after_epoch) continue;
      job_.after_epoch(point, [&] {
        SegmentationCheckpoint c = optimiser_.checkpoint();
        c.best = best_;
        c.since = since_;
        c.epoch = epoch + 1;
        c.seconds = spent_ + seconds_since(begin);
        return c;
      });
    }
    out_.seconds = spent_ + seconds_since(begin);
    out_.images_seen = epoch * images_.steps() * images_.batch();
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

  /// Training images that are not held out; their labels may be unseen.
  [[nodiscard]] std::vector<std::size_t> not_held_out() const {
    std::vector<std::size_t> out = set_.rows(Split::train);
    std::erase_if(out, [&](std::size_t row) {
      return std::binary_search(rows_.validation.begin(), rows_.validation.end(), row);
    });
    return out;
  }

  [[nodiscard]] bool out_of_patience() const {
    return job_.optimisation.patience > 0 && since_ >= job_.optimisation.patience;
  }

  /// After every epoch; of more than kValidations after so many of them, and after the last.
  void validate(SegmentationPoint& point) {
    const std::size_t epochs = job_.optimisation.epochs;
    const std::size_t every = (epochs + kValidations - 1) / kValidations;
    if (!validation_ || (point.epoch % every != 0 && point.epoch != epochs)) return;
    point.validation = validation_->loss(*net_);
    if (std::isfinite(*point.validation) && (!best_ || *point.validation < best_->loss)) {
      best_ = SegmentationBest{point.epoch, *point.validation, to_floats(net_->store().flat())};
      since_ = 0;
    } else if (best_) {
      ++since_;
    }
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
    out.logits = full_size(
        net_->decode(out.encoded, presence_.draw(out.batch.rows.size(), seed, options_)).logits,
        out.batch.labels);
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

  [[nodiscard]] Said ask_teacher(const Batch& batch, const Encoded& own) const {
    const torch::NoGradGuard no_grad;
    const SegmentationNet& teacher = teacher_ ? *teacher_ : *net_;
    const Encoded encoded = teacher_ ? teacher.encode(pick(batch.images, teachers_)) : own;
    const Tensor all = torch::ones(
        {as_int(teacher_ ? teachers_.size() : own_.size()), as_int(batch.rows.size())}, options_);
    Said out;
    out.logits = full_size(teacher.decode(encoded, all).logits, batch.labels);
    if (teacher_) out.logits = out.logits / job_.teacher->calibration;
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
    out_.last = net_->store().named();
    out_.network.candidates = job_.candidates;
    out_.network.selection = job_.setup.selection;
    out_.network.selection_temperature = job_.setup.selection_temperature;
    for (const NamedWeights& w : out_.last) {
      if (!out_.failure.empty()) break;
      if (std::all_of(w.values.begin(), w.values.end(), [](float v) { return std::isfinite(v); })) {
        continue;
      }
      out_.failure = "diverged: the weights are not finite after the last epoch";
    }
    take_counted();
  }

  void take_counted() {
    out_.network.weights = out_.last;
    const bool best = job_.optimisation.weights == Checkpoint::best;
    if (best_) {
      put(best_->weights, net_->store().flat());
      out_.best = SegmentationBestFit{best_->epoch, best_->loss, net_->store().named()};
      if (best) out_.network.weights = out_.best->weights;
    } else if (best && out_.failure.empty()) {
      out_.failure = "no best weights: no loss on the validation images is finite";
    }
  }

  const SegmentationSet& set_;
  const SegmentationJob& job_;
  const Execution& exec_;
  TensorOptions options_;
  std::vector<std::size_t> own_;
  std::vector<std::size_t> teachers_;
  SegmentationRows rows_;
  Images images_;
  Presence presence_;
  std::optional<Images> pairs_;
  std::optional<Validation> validation_;
  std::unique_ptr<SegmentationNet> net_;
  std::unique_ptr<SegmentationNet> teacher_;
  FlatAdamW optimiser_;
  std::vector<Tensor> learned_;
  double spent_ = 0.0;
  std::optional<SegmentationBest> best_;
  std::size_t since_ = 0;  // validations after the best one
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
