#include "experiments/torch/losses.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace cch::training {
namespace {

// Rows without a label keep 0: their weight is 0, and what stands there may be anything.
Tensor codes_of(const TrainingData& data, const TrainingFit& fit, const TensorOptions& options) {
  std::vector<std::int64_t> codes(data.y.size(), 0);
  for (const std::size_t row : fit.labelled) codes[row] = data.y[row];
  return to_indices(codes, options);
}

Tensor targets_of(const TrainingData& data, const TrainingFit& fit, const TensorOptions& options) {
  Matrix targets(data.targets.rows(), data.targets.cols());
  for (const std::size_t row : fit.labelled) {
    const auto from = data.targets.row(row);
    std::copy(from.begin(), from.end(), targets.row(row).begin());
  }
  return to_tensor(targets, options);
}

const Matrix& said_by(const TrainingData& data, const TrainingJob& job) {
  const TeacherOutputs& teacher = data.teachers[*job.teacher];
  return compares_features(job.loss.form) ? teacher.features : teacher.outputs;
}

template <class Value>
Tensor per_job(const std::vector<TrainingJob>& jobs, const std::vector<std::size_t>& members,
               const TensorOptions& options, const Value& value) {
  std::vector<double> values;
  for (const std::size_t m : members) values.push_back(value(jobs[m]));
  return to_tensor(values, {as_int(values.size())}, options);
}

Tensor first_maps(const std::vector<TrainingJob>& jobs, const std::vector<std::size_t>& members,
                  std::size_t from, std::size_t to, const TensorOptions& options) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(from));
  std::vector<double> values;
  for (const std::size_t m : members) {
    Random random(derive_seed(jobs[m].start, "feature map"));
    for (std::size_t i = 0; i < from * to; ++i) values.push_back(random.uniform(-bound, bound));
  }
  return to_tensor(values, {as_int(members.size()), as_int(to), as_int(from)}, options)
      .requires_grad_();
}

// Rows of length 1. A row of zeros, as of a network whose units are all off, stays one and has no
// gradient instead of an infinite one.
Tensor unit_rows(const Tensor& v) {
  return v * v.square().sum(2, true).clamp_min(1e-30).rsqrt();
}

/// 1 for each row that a teacher says something about, else 0.
std::vector<double> pairing(const TeacherOutputs& teacher, std::size_t rows) {
  std::vector<double> out(rows);
  for (std::size_t i = 0; i < rows; ++i) out[i] = teacher.pairs(i) ? 1.0 : 0.0;
  return out;
}

/// Undefined where every teacher of a mixed loss says something about every row.
Tensor unpaired_of(const TrainingData& data, const std::vector<TrainingJob>& jobs,
                   const TensorOptions& options) {
  const std::size_t n = data.x.rows();
  std::vector<double> out;
  bool any = false;
  for (const TrainingJob& job : jobs) {
    const double less = 1.0 - job.loss.hard_weight();
    for (std::size_t i = 0; i < n; ++i) {
      const bool unpaired =
          job.loss.lambda != 0.0 && less != 0.0 && !data.teachers[*job.teacher].pairs(i);
      any = any || unpaired;
      out.push_back(unpaired ? less : 0.0);
    }
  }
  return any ? to_tensor(out, {as_int(jobs.size()), as_int(n)}, options) : Tensor{};
}

}  // namespace

DistilGroup::DistilGroup(const TrainingData& data, const std::vector<TrainingJob>& jobs,
                         std::vector<std::size_t> members, std::size_t features,
                         const TensorOptions& options)
    : form_(jobs[members.front()].loss.form), all_(members.size() == jobs.size()) {
  std::vector<std::size_t> teachers;
  std::vector<std::int64_t> which;
  std::vector<double> paired;
  bool partly = false;
  for (const std::size_t m : members) {
    const auto at = std::find(teachers.begin(), teachers.end(), *jobs[m].teacher);
    which.push_back(at - teachers.begin());
    if (at != teachers.end()) continue;
    teachers.push_back(*jobs[m].teacher);
    said_.push_back(to_tensor(said_by(data, jobs[m]), options));
    const TeacherOutputs& teacher = data.teachers[*jobs[m].teacher];
    partly = partly || !teacher.paired.empty();
    const auto own = pairing(teacher, data.x.rows());
    paired.insert(paired.end(), own.begin(), own.end());
  }
  if (partly) {
    paired_ = to_tensor(paired, {as_int(teachers.size()), as_int(data.x.rows())}, options);
  }
  teacher_ = to_indices(which, options);
  members_ = to_indices({members.begin(), members.end()}, options);
  temperature_ = per_job(jobs, members, options, [](const TrainingJob& job) {
                   return job.loss.temperature;
                 }).view({-1, 1, 1});
  const bool shares = form_ == DistilForm::kl || form_ == DistilForm::reverse_kl;
  factor_ = per_job(jobs, members, options, [&](const TrainingJob& job) {
    return shares && job.loss.scaled ? job.loss.temperature * job.loss.temperature : 1.0;
  });
  if (compares_features(form_)) {
    const auto columns = static_cast<std::size_t>(said_.front().size(1));
    maps_ = first_maps(jobs, members, features, columns, options);
  }
}

Tensor DistilGroup::operator()(const Outputs& out, const Tensor& rows) const {
  std::vector<Tensor> batch;
  for (const Tensor& said : said_) batch.push_back(said.index_select(0, rows));
  const Tensor t = torch::stack(batch).index_select(0, teacher_);
  const bool on_features = maps_.defined();
  const Tensor& all = on_features ? out.features : out.z;
  const Tensor own = all_ ? all : all.index_select(0, members_);
  if (!paired_.defined()) {
    return factor_ * (on_features ? of_features(own, t, {}) : of_outputs(own, t)).mean(1);
  }
  const Tensor paired = paired_.index_select(1, rows).index_select(0, teacher_);
  const Tensor by_row = on_features ? of_features(own, t, paired) : of_outputs(own, t);
  return factor_ * (by_row * paired).mean(1);
}

Tensor DistilGroup::of_outputs(const Tensor& z, const Tensor& t) const {
  if (form_ == DistilForm::logits) return (z - t).square().mean(2);
  if (form_ == DistilForm::prediction) return (z - t).square().sum(2);
  const Tensor log_q = torch::log_softmax(z / temperature_, 2);
  const Tensor log_p = torch::log_softmax(t / temperature_, 2);
  const Tensor by_class =
      form_ == DistilForm::kl ? log_p.exp() * (log_p - log_q) : log_q.exp() * (log_q - log_p);
  return by_class.sum(2);
}

Tensor DistilGroup::of_features(const Tensor& h, const Tensor& g, const Tensor& paired) const {
  const Tensor mapped = torch::bmm(h, maps_.transpose(1, 2));
  if (form_ == DistilForm::fitnet) return (mapped - g).square().mean(2);
  const Tensor a = unit_rows(mapped);
  const Tensor b = unit_rows(g);
  if (form_ == DistilForm::cosine) return 1.0 - (a * b).sum(2);
  return contrast(a, b, paired);
}

// Rows without the teacher are no alternatives, either.
Tensor DistilGroup::contrast(const Tensor& a, const Tensor& b, const Tensor& paired) const {
  Tensor scores = torch::bmm(a, b.transpose(1, 2)) / temperature_;
  const Tensor own = torch::diagonal(scores, 0, 1, 2);
  if (paired.defined()) scores = scores + (paired.unsqueeze(1) - 1.0) * 1e30;
  return torch::logsumexp(scores, {2}) - own;
}

FitLosses::FitLosses(const TrainingData& data, const TrainingFit& fit, std::size_t features,
                     const TensorOptions& options) {
  const std::vector<TrainingJob>& jobs = fit.jobs;
  if (data.classes > 0) {
    codes_ = codes_of(data, fit, options);
  } else {
    targets_ = targets_of(data, fit, options);
  }
  std::map<std::pair<DistilForm, std::size_t>, std::vector<std::size_t>> kinds;
  std::vector<std::size_t> all;
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    all.push_back(m);
    if (jobs[m].loss.lambda == 0.0) continue;
    kinds[{jobs[m].loss.form, said_by(data, jobs[m]).cols()}].push_back(m);
  }
  for (const auto& [kind, members] : kinds) {
    groups_.emplace_back(data, jobs, members, features, options);
  }
  unpaired_ = unpaired_of(data, jobs, options);
  label_scale_ = per_job(jobs, all, options, [](const TrainingJob& job) {
                   return job.label_scale;
                 }).view({-1, 1, 1});
}

Tensor FitLosses::hard(const Tensor& z, const Step& step) const {
  if (codes_.defined()) {
    const Tensor y = codes_.index_select(0, step.rows).view({1, -1, 1});
    const Tensor log_q = torch::log_softmax(z, 2).gather(2, y.expand({z.size(0), -1, 1}));
    return -(log_q.squeeze(2) * step.weight);
  }
  const Tensor y = targets_.index_select(0, step.rows) * label_scale_;
  return (z - y).square().sum(2) * step.weight;
}

Losses FitLosses::operator()(const Outputs& out, const Step& step) const {
  Losses losses;
  const Tensor by_row = hard(out.z, step);
  losses.hard = by_row.sum(1);
  if (unpaired_.defined()) {
    losses.unpaired = (by_row * unpaired_.index_select(1, step.rows)).sum(1);
  }
  if (groups_.empty()) return losses;
  losses.soft = torch::zeros_like(losses.hard.detach());
  for (const DistilGroup& group : groups_) {
    losses.soft = losses.soft.index_add(0, group.members(), group(out, step.rows));
  }
  return losses;
}

std::vector<Tensor> FitLosses::maps() const {
  std::vector<Tensor> out;
  for (const DistilGroup& group : groups_) {
    if (group.maps().defined()) out.push_back(group.maps());
  }
  return out;
}

std::vector<Tensor> FitLosses::map_members() const {
  std::vector<Tensor> out;
  for (const DistilGroup& group : groups_) {
    if (group.maps().defined()) out.push_back(group.members());
  }
  return out;
}

}  // namespace cch::training
