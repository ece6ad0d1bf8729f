#pragma once

#include <numeric>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/experiments/training.hpp"
#include "experiments/training_backend.hpp"

namespace cch::test {

/// Inputs, labels and teachers of noise: what is trained on them does not matter here.
struct Problem {
  TrainingData data;
  TrainingFit fit;
};

inline Matrix noise(std::size_t rows, std::size_t cols, Random& random) {
  Matrix m(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) m.data()[i] = random.normal();
  return m;
}

/// n rows, of which the first `labelled` have labels; two teachers with 3 and 2 feature columns.
/// classes 0: two real labels.
inline Problem noise_problem(std::size_t n, std::size_t labelled, std::size_t columns,
                             std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  Problem p;
  p.data.x = noise(n, columns, random);
  p.data.classes = classes;
  if (classes > 0) {
    for (std::size_t i = 0; i < n; ++i) p.data.y.push_back(static_cast<int>(random.below(classes)));
  } else {
    p.data.targets = noise(n, 2, random);
  }
  for (const std::size_t features : {3, 2}) {
    p.data.teachers.push_back({noise(n, p.data.outputs(), random), noise(n, features, random)});
  }
  for (std::size_t i = 0; i < n; ++i)
    (i < labelled ? p.fit.labelled : p.fit.unlabelled).push_back(i);
  return p;
}

inline TrainingJob job_of(DistilForm form, double lambda, double temperature, std::size_t teacher,
                          std::uint64_t start) {
  TrainingJob job;
  job.loss.form = form;
  job.loss.lambda = lambda;
  job.loss.temperature = temperature;
  job.teacher = teacher;
  job.start = start;
  return job;
}

inline std::vector<DistilForm> forms_for(Layers layers, bool classes) {
  std::vector<DistilForm> forms{DistilForm::prediction};
  if (classes) forms = {DistilForm::kl, DistilForm::reverse_kl, DistilForm::logits};
  if (layers != Layers::linear) {
    forms.insert(forms.end(), {DistilForm::fitnet, DistilForm::cosine, DistilForm::contrastive});
  }
  return forms;
}

/// One job a form, on both teachers in turn, with temperatures, weightings and starts that differ;
/// then two without a teacher.
inline std::vector<TrainingJob> jobs_of_all_forms(Layers layers, bool classes) {
  std::vector<TrainingJob> jobs;
  for (const DistilForm form : forms_for(layers, classes)) {
    const std::size_t i = jobs.size();
    jobs.push_back(
        job_of(form, 0.3 + 0.1 * static_cast<double>(i), i % 2 == 0 ? 2.0 : 0.7, i % 2, 5 + i));
    jobs.back().loss.weighting = i % 3 == 1 ? Weighting::mixed : Weighting::added;
    jobs.back().loss.scaled = i % 2 == 0;
    if (!classes) jobs.back().label_scale = 1.0 / (1.0 + jobs.back().loss.lambda);
  }
  jobs.push_back(job_of(jobs.front().loss.form, 0.0, 1.0, 0, 5));
  jobs.push_back(TrainingJob{});
  return jobs;
}

/// The module alone: linear networks on the processor would go elsewhere.
inline std::vector<TrainedNetwork> train_by_module(const Problem& p, const NetworkSpec& network,
                                                   Optimisation optimisation,
                                                   const Execution& exec = {}) {
  // The module wants a weight decay for each network; one given is that of all.
  optimisation.weight_decay.resize(p.fit.jobs.size(), optimisation.weight_decay.front());
  return detail::training_backend().train(p.data, p.fit, network, optimisation, exec);
}

inline Optimisation in_doubles(Optimiser optimiser, double rate, std::size_t steps,
                               std::size_t batch) {
  Optimisation o;
  o.optimiser = optimiser;
  o.learning_rate = rate;
  o.steps = steps;
  o.batch = batch;
  o.double_precision = true;
  return o;
}

}  // namespace cch::test
