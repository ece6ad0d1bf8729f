// Linear networks by the module against a plain loop with written-out gradients, for each optimiser
// and schedule.

#include <cmath>
#include <numbers>
#include <string>

#include "support/test.hpp"
#include "training/fits.hpp"

namespace cch {
namespace {

using test::Problem;
using Values = std::vector<double>;

Values softmax(const Values& z, double temperature) {
  Values p;
  double sum = 0.0;
  for (const double v : z) sum += std::exp(v / temperature);
  for (const double v : z) p.push_back(std::exp(v / temperature) / sum);
  return p;
}

// d(distillation loss of a row)/dz.
Values soft_slope(const DistilLoss& loss, const Values& z, const Values& t) {
  const auto count = static_cast<double>(z.size());
  Values g(z.size());
  for (std::size_t k = 0; k < z.size(); ++k) g[k] = 2.0 * (z[k] - t[k]);
  if (loss.form == DistilForm::prediction) return g;
  if (loss.form == DistilForm::logits) {
    for (double& v : g) v /= count;
    return g;
  }
  const Values q = softmax(z, loss.temperature);
  const Values p = softmax(t, loss.temperature);
  double divergence = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) divergence += q[k] * std::log(q[k] / p[k]);
  const double square = loss.temperature * loss.temperature;
  const double factor = (loss.scaled ? square : 1.0) / loss.temperature;
  for (std::size_t k = 0; k < z.size(); ++k) {
    g[k] = factor * (loss.form == DistilForm::kl ? q[k] - p[k]
                                                 : q[k] * (std::log(q[k] / p[k]) - divergence));
  }
  return g;
}

Values hard_slope(const Problem& p, const TrainingJob& job, std::size_t row, const Values& z) {
  if (p.data.classes == 0) {
    Values g;
    for (std::size_t k = 0; k < z.size(); ++k) {
      g.push_back(2.0 * (z[k] - job.label_scale * p.data.targets(row, k)));
    }
    return g;
  }
  Values g = softmax(z, 1.0);
  g[static_cast<std::size_t>(p.data.y[row])] -= 1.0;
  return g;
}

// K × D weights, then K offsets.
Values gradient(const Problem& p, const TrainingJob& job, std::span<const std::size_t> rows,
                std::span<const std::uint8_t> labelled, const Values& w) {
  const std::size_t columns = p.data.x.cols();
  const std::size_t outputs = p.data.outputs();
  const auto all = static_cast<double>(p.fit.labelled.size() + p.fit.unlabelled.size());
  const double scale = all / static_cast<double>(p.fit.labelled.size());
  Values g(w.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Values z(outputs);
    for (std::size_t k = 0; k < outputs; ++k) {
      z[k] = w[outputs * columns + k];
      for (std::size_t j = 0; j < columns; ++j) z[k] += w[k * columns + j] * p.data.x(rows[i], j);
    }
    Values slope(outputs, 0.0);
    if (labelled[i]) {
      const Values hard = hard_slope(p, job, rows[i], z);
      for (std::size_t k = 0; k < outputs; ++k)
        slope[k] += job.loss.hard_weight() * scale * hard[k];
    }
    if (job.loss.lambda > 0.0) {
      const auto t = p.data.teachers[*job.teacher].outputs.row(rows[i]);
      const Values soft = soft_slope(job.loss, z, {t.begin(), t.end()});
      for (std::size_t k = 0; k < outputs; ++k) slope[k] += job.loss.lambda * soft[k];
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      const double s = slope[k] / static_cast<double>(rows.size());
      for (std::size_t j = 0; j < columns; ++j) g[k * columns + j] += s * p.data.x(rows[i], j);
      g[outputs * columns + k] += s;
    }
  }
  return g;
}

double rate_of(const Optimisation& o, std::size_t s, std::size_t steps) {
  const double share = static_cast<double>(s) / static_cast<double>(steps);
  if (o.schedule == Schedule::cosine) {
    return o.learning_rate * (1.0 + std::cos(std::numbers::pi * share)) / 2.0;
  }
  if (o.schedule == Schedule::step) {
    return o.learning_rate / (share < 1.0 / 3.0 ? 1.0 : share < 2.0 / 3.0 ? 10.0 : 100.0);
  }
  return o.learning_rate;
}

// The update of one weight, as network.hpp and the papers of Adam and AdamW have it.
struct Entry {
  double first = 0.0;
  double second = 0.0;

  double updated(const Optimisation& o, double w, double g, double r, std::size_t step) {
    if (o.optimiser == Optimiser::adamw) {
      w *= 1.0 - r * o.weight_decay.front();
    } else {
      g += o.weight_decay.front() * w;
    }
    if (o.optimiser == Optimiser::sgd) {
      first = o.momentum * first + g;
      return w - r * first;
    }
    first = 0.9 * first + 0.1 * g;
    second = 0.999 * second + 0.001 * g * g;
    const auto t = static_cast<double>(step);
    const double mean = first / (1.0 - std::pow(0.9, t));
    const double square = second / (1.0 - std::pow(0.999, t));
    return w - r * mean / (std::sqrt(square) + 1e-8);
  }
};

Values plain_fit(const Problem& p, const TrainingJob& job, const Optimisation& o) {
  const std::size_t columns = p.data.x.cols();
  const std::size_t outputs = p.data.outputs();
  Values w = detail::first_weights({{outputs, columns}, {outputs}}, job.start);
  std::vector<Entry> entries(w.size());
  detail::BatchOrder order(p.fit, o);
  for (std::size_t s = 0; s < order.steps(); ++s) {
    const auto rows = order.step(s);
    const Values g = gradient(p, job, rows, order.labelled(), w);
    const double rate = rate_of(o, s, order.steps());
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = entries[i].updated(o, w[i], g[i], rate, s + 1);
    }
  }
  return w;
}

void check_fit(const Problem& p, const Optimisation& o) {
  const auto trained = test::train_by_module(p, {}, o);
  for (std::size_t m = 0; m < p.fit.jobs.size(); ++m) {
    CAPTURE(m);
    const Values plain = plain_fit(p, p.fit.jobs[m], o);
    REQUIRE(trained[m].failure == "");
    REQUIRE(trained[m].weights.size() == plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      CAPTURE(i);
      REQUIRE(test::near(trained[m].weights[i], plain[i], test::kRounding));
    }
  }
}

TEST_CASE("linear networks equal a plain loop: every form, optimiser and schedule") {
  for (const std::size_t classes : {4, 0}) {
    Problem p = test::noise_problem(23, 17, 5, classes, 31);
    p.fit.jobs = test::jobs_of_all_forms(Layers::linear, classes > 0);
    for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::adam, Optimiser::adamw}) {
      for (const Schedule schedule : {Schedule::constant, Schedule::cosine, Schedule::step}) {
        CAPTURE(std::string(to_string(optimiser)));
        CAPTURE(std::string(to_string(schedule)));
        Optimisation o = test::in_doubles(optimiser, 0.05, 12, 6);
        o.schedule = schedule;
        o.weight_decay = {0.1};
        if (optimiser == Optimiser::sgd) o.momentum = 0.8;
        check_fit(p, o);
      }
    }
  }
}

// Labels of rows that only the teacher labels may be anything.
TEST_CASE("rows without a label count for the distillation loss alone") {
  for (const std::size_t classes : {3, 0}) {
    Problem p = test::noise_problem(20, 6, 4, classes, 32);
    p.fit.jobs = test::jobs_of_all_forms(Layers::linear, classes > 0);
    for (const std::size_t row : p.fit.unlabelled) {
      if (classes > 0) {
        p.data.y[row] = -1;
      } else {
        p.data.targets(row, 0) = std::nan("");
      }
    }
    check_fit(p, test::in_doubles(Optimiser::sgd, 0.1, 8, 5));
  }
}

}  // namespace
}  // namespace cch
