// Linear networks side by side, against a plain loop over one network at a time.
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/training.hpp"
#include "experiments/training_backend.hpp"
#include "support/best_network.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kFitRows = 37;  // no multiple of the kernel's tiles
constexpr std::size_t kFitColumns = 5;
constexpr std::size_t kFitClasses = 3;

Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Random random(seed);
  Matrix out(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& v : out.row(i)) v = random.normal();
  }
  return out;
}

TrainingData class_data() {
  TrainingData data;
  data.x = random_matrix(kFitRows, kFitColumns, 1);
  data.classes = kFitClasses;
  Random random(2);
  for (std::size_t i = 0; i < kFitRows; ++i)
    data.y.push_back(static_cast<int>(random.below(kFitClasses)));
  data.teachers.push_back({random_matrix(kFitRows, kFitClasses, 3), {}});
  data.teachers.push_back({random_matrix(kFitRows, kFitClasses, 4), {}});
  return data;
}

TrainingData real_data_set() {
  TrainingData data;
  data.x = random_matrix(kFitRows, kFitColumns, 1);
  data.targets = random_matrix(kFitRows, 2, 5);
  data.teachers.push_back({random_matrix(kFitRows, 2, 6), {}});
  return data;
}

std::vector<std::size_t> rows_from(std::size_t first, std::size_t last) {
  std::vector<std::size_t> out(last - first);
  std::iota(out.begin(), out.end(), first);
  return out;
}

std::vector<double> softmax(std::vector<double> z, double t) {
  double sum = 0.0;
  for (double& v : z) sum += v = std::exp(v / t);
  for (double& v : z) v /= sum;
  return z;
}

/// Loss of one row, straight from the header's formulas.
double row_loss(const TrainingData& data, const TrainingJob& job, std::size_t row,
                const std::vector<double>& z, double hard_scale) {
  const std::size_t k = data.outputs();
  double hard = 0.0;
  if (data.classes > 0) {
    hard = -std::log(softmax(z, 1.0)[static_cast<std::size_t>(data.y[row])]);
  } else {
    for (std::size_t c = 0; c < k; ++c) {
      hard += std::pow(z[c] - job.label_scale * data.targets(row, c), 2);
    }
  }
  double total = job.loss.hard_weight() * hard_scale * hard;
  if (job.loss.lambda == 0.0) return total;
  if (!data.teachers[*job.teacher].pairs(row)) return hard_scale * hard;
  const auto said = data.teachers[*job.teacher].outputs.row(row);
  const double t = job.loss.temperature;
  const auto p = softmax({said.begin(), said.end()}, t);
  const auto q = softmax(z, t);
  double soft = 0.0;
  for (std::size_t c = 0; c < k; ++c) {
    switch (job.loss.form) {
      case DistilForm::kl:
        soft += p[c] * std::log(p[c] / q[c]);
        break;
      case DistilForm::reverse_kl:
        soft += q[c] * std::log(q[c] / p[c]);
        break;
      case DistilForm::logits:
        soft += std::pow(z[c] - said[c], 2) / static_cast<double>(k);
        break;
      default:
        soft += std::pow(z[c] - said[c], 2);
    }
  }
  const bool divergence =
      job.loss.form == DistilForm::kl || job.loss.form == DistilForm::reverse_kl;
  if (divergence && job.loss.scaled) soft *= t * t;
  return total + job.loss.lambda * soft;
}

/// Mean loss of a batch for weights (classes × columns, then offsets).
double batch_loss(const TrainingData& data, const TrainingJob& job, const std::vector<double>& w,
                  std::span<const std::size_t> rows, std::span<const std::uint8_t> labelled,
                  double hard_scale) {
  const std::size_t k = data.outputs();
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<double> z(k);
    for (std::size_t c = 0; c < k; ++c) {
      z[c] = w[k * kFitColumns + c];
      for (std::size_t j = 0; j < kFitColumns; ++j)
        z[c] += w[c * kFitColumns + j] * data.x(rows[i], j);
    }
    sum += row_loss(data, job, rows[i], z, labelled[i] ? hard_scale : 0.0);
  }
  return sum / static_cast<double>(rows.size());
}

/// The weights after all steps, gradients by central differences.
std::vector<double> plain(const TrainingData& data, const TrainingFit& fit, std::size_t job,
                          const Optimisation& o) {
  const std::size_t k = data.outputs();
  auto w = detail::first_weights(weight_shapes({}, kFitColumns, {}, k), fit.jobs[job].start);
  std::vector<double> first(w.size());
  std::vector<double> second(w.size());
  detail::BatchOrder order(fit, o);
  for (std::size_t s = 0; s < order.steps(); ++s) {
    const auto rows = order.step(s);
    std::vector<double> g(w.size());
    constexpr double kStep = 1e-5;
    for (std::size_t i = 0; i < w.size(); ++i) {
      auto up = w;
      auto down = w;
      up[i] += kStep;
      down[i] -= kStep;
      g[i] = (batch_loss(data, fit.jobs[job], up, rows, order.labelled(), order.hard_scale()) -
              batch_loss(data, fit.jobs[job], down, rows, order.labelled(), order.hard_scale())) /
             (2.0 * kStep);
    }
    const double rate = detail::learning_rate(o, s, order.steps());
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (o.optimiser == Optimiser::sgd) {
        first[i] = o.momentum * first[i] + g[i] + o.weight_decay.front() * w[i];
        w[i] -= rate * first[i];
        continue;
      }
      const double gradient =
          o.optimiser == Optimiser::adam ? g[i] + o.weight_decay.front() * w[i] : g[i];
      if (o.optimiser == Optimiser::adamw) w[i] -= rate * o.weight_decay.front() * w[i];
      first[i] = 0.9 * first[i] + 0.1 * gradient;
      second[i] = 0.999 * second[i] + 0.001 * gradient * gradient;
      const auto at = static_cast<double>(s + 1);
      w[i] -= rate * (first[i] / (1.0 - std::pow(0.9, at))) /
              (std::sqrt(second[i] / (1.0 - std::pow(0.999, at))) + 1e-8);
    }
  }
  return w;
}

// Central differences with steps of 1e-5 are right to about 1e-9; Adam divides by gradients that
// may be small, so its weights get some digits less.
constexpr double kDifferences = 1e-6;

Optimisation few_steps(Optimiser optimiser) {
  Optimisation o;
  o.optimiser = optimiser;
  o.learning_rate = 0.05;
  o.schedule = Schedule::cosine;
  o.momentum = optimiser == Optimiser::sgd ? 0.9 : 0.0;
  o.weight_decay = {0.01};
  o.steps = 7;
  o.batch = 16;
  o.double_precision = true;
  return o;
}

TrainingFit class_fit() {
  TrainingFit fit;
  fit.labelled = rows_from(0, 21);
  fit.unlabelled = rows_from(21, 33);
  fit.order = 9;
  fit.jobs = {{{}, {}, 1, 1.0},
              {{DistilForm::kl, Weighting::added, 0.7, 1.0, true}, 0, 1, 1.0},
              {{DistilForm::kl, Weighting::mixed, 0.4, 3.0, true}, 1, 2, 1.0},
              {{DistilForm::kl, Weighting::added, 0.4, 2.0, false}, 1, 1, 1.0},
              {{DistilForm::reverse_kl, Weighting::added, 0.5, 2.0, true}, 0, 1, 1.0},
              {{DistilForm::logits, Weighting::added, 0.3, 1.0, true}, 1, 1, 1.0}};
  return fit;
}

void check_against_plain(const TrainingData& data, const TrainingFit& fit, const Optimisation& o) {
  const auto trained = train_networks(data, fit, {}, o, {});
  REQUIRE(trained.size() == fit.jobs.size());
  for (std::size_t m = 0; m < trained.size(); ++m) {
    CAPTURE(m);
    const auto w = plain(data, fit, m, o);
    REQUIRE(trained[m].weights.size() == w.size());
    double most = 0.0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      most = std::max(most, std::abs(w[i] - trained[m].weights[i]));
    }
    CHECK(most < kDifferences);
  }
}

TEST_CASE("linear fit: every class loss and optimiser is that of a plain loop") {
  for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::adam, Optimiser::adamw}) {
    CAPTURE(to_string(optimiser));
    check_against_plain(class_data(), class_fit(), few_steps(optimiser));
  }
}

/// Every third row is one that the teacher lacks.
void unpair(TeacherOutputs& teacher) {
  teacher.paired.assign(kFitRows, 1);
  for (std::size_t i = 0; i < kFitRows; i += 3) {
    teacher.paired[i] = 0;
    for (double& v : teacher.outputs.row(i)) v = NAN;
  }
}

TEST_CASE("linear fit: rows that the teacher lacks count by their labels alone") {
  TrainingData classes = class_data();
  unpair(classes.teachers[1]);
  TrainingFit fit = class_fit();
  fit.jobs.push_back({{DistilForm::kl, Weighting::mixed, 1.0, 1.0, true}, 1, 1, 1.0});
  check_against_plain(classes, fit, few_steps(Optimiser::sgd));
  TrainingData real = real_data_set();
  unpair(real.teachers[0]);
  fit.jobs = {{{DistilForm::prediction, Weighting::mixed, 0.7, 1.0, true}, 0, 1, 1.0},
              {{DistilForm::prediction, Weighting::added, 0.7, 1.0, true}, 0, 1, 1.0}};
  check_against_plain(real, fit, few_steps(Optimiser::sgd));

  // The curve has the loss that was minimised.
  Optimisation o = few_steps(Optimiser::sgd);
  o.batch = 0;
  o.steps = 1;
  const auto trained = train_networks(real, fit, {}, o, {});
  for (std::size_t m = 0; m < fit.jobs.size(); ++m) {
    const auto w = detail::first_weights(weight_shapes({}, kFitColumns, {}, 2), fit.jobs[m].start);
    detail::BatchOrder order(fit, o);
    const auto rows = order.step(0);
    const double loss =
        batch_loss(real, fit.jobs[m], w, rows, order.labelled(), order.hard_scale());
    CHECK(test::near(trained[m].curve[0].loss, loss, test::kRounding));
  }
}

TEST_CASE("linear fit: real labels, scaled labels and full batches are those of a plain loop") {
  TrainingFit fit;
  fit.labelled = rows_from(0, 30);
  fit.jobs = {{{}, {}, 1, 1.0},
              {{}, {}, 1, 0.5},
              {{DistilForm::prediction, Weighting::added, 0.7, 1.0, true}, 0, 1, 1.0}};
  Optimisation o = few_steps(Optimiser::sgd);
  o.batch = 0;
  check_against_plain(real_data_set(), fit, o);
}

TEST_CASE("linear fit: together or alone, the same bits") {
  const TrainingData data = class_data();
  for (const bool twice : {false, true}) {
    Optimisation o = few_steps(Optimiser::adam);
    o.double_precision = twice;
    const auto together = train_networks(data, class_fit(), {}, o, {});
    for (std::size_t m = 0; m < together.size(); ++m) {
      TrainingFit alone = class_fit();
      alone.jobs = {class_fit().jobs[m]};
      CHECK(train_networks(data, alone, {}, o, {}).front().weights == together[m].weights);
    }
  }
}

TEST_CASE("linear fit: outputs are the weights on all rows, single precision is near double") {
  const TrainingData data = class_data();
  Optimisation o = few_steps(Optimiser::sgd);
  const auto exact = train_networks(data, class_fit(), {}, o, {});
  o.double_precision = false;
  const auto single = train_networks(data, class_fit(), {}, o, {});
  for (std::size_t m = 0; m < exact.size(); ++m) {
    const auto& w = exact[m].weights;
    for (std::size_t i = 0; i < kFitRows; ++i) {
      for (std::size_t c = 0; c < kFitClasses; ++c) {
        double z = w[kFitClasses * kFitColumns + c];
        for (std::size_t j = 0; j < kFitColumns; ++j) z += w[c * kFitColumns + j] * data.x(i, j);
        CHECK(test::near(exact[m].outputs(i, c), z, test::kRounding));
        CHECK(test::near(single[m].outputs(i, c), z, 1e-4));  // seven steps in floats
      }
    }
  }
}

TEST_CASE("linear fit: the curve's losses and gradient norms are those before the step") {
  TrainingData data = class_data();
  TrainingFit fit = class_fit();
  fit.unlabelled.clear();
  Optimisation o = few_steps(Optimiser::sgd);
  o.batch = 0;
  o.steps = 1;
  const auto trained = train_networks(data, fit, {}, o, {});
  const std::vector<std::uint8_t> all(fit.labelled.size(), 1);
  for (std::size_t m = 0; m < fit.jobs.size(); ++m) {
    REQUIRE(trained[m].curve.size() == 1);
    const auto w =
        detail::first_weights(weight_shapes({}, kFitColumns, {}, kFitClasses), fit.jobs[m].start);
    const double loss = batch_loss(data, fit.jobs[m], w, fit.labelled, all, 1.0);
    CHECK(test::near(trained[m].curve[0].loss, loss, test::kRounding));
    CHECK((trained[m].curve[0].soft_gradient > 0.0) == (fit.jobs[m].loss.lambda > 0.0));
  }
}

TEST_CASE(
    "linear fit: the best weights are those of the least validation loss, and change nothing") {
  for (const bool classes : {true, false}) {
    const TrainingData data = classes ? class_data() : real_data_set();
    TrainingFit fit;
    fit.labelled = rows_from(0, 12);
    fit.jobs.resize(2);
    fit.jobs[1].start = 8;
    Optimisation o = few_steps(Optimiser::adam);
    o.learning_rate = 0.1;
    o.batch = 0;
    o.steps = 60;
    const auto without = train_networks(data, fit, {}, o, {});
    fit.validation = rows_from(15, kFitRows);
    const auto with = train_networks(data, fit, {}, o, {});
    o.double_precision = false;
    const auto single = train_networks(data, fit, {}, o, {});
    for (std::size_t m = 0; m < with.size(); ++m) {
      CHECK(with[m].weights == without[m].weights);
      CHECK_FALSE(without[m].best.has_value());
      test::check_best(data, fit, with[m], test::kRounding);
      test::check_best(data, fit, single[m], 1e-5);  // a sum of floats
      CHECK(with[m].best->step < 60);  // labels are noise: fitting them ends by harming
    }
  }
}

TEST_CASE("linear fit: the best weights are those of the best pass, also between two points") {
  const TrainingData data = class_data();
  Optimisation o = few_steps(Optimiser::adam);
  o.schedule = Schedule::constant;
  o.learning_rate = 0.1;
  o.batch = 6;
  constexpr std::size_t kPasses = 120;  // a point every three passes
  TrainingFit fit;
  fit.labelled = rows_from(0, 12);
  fit.validation = rows_from(15, kFitRows);
  bool between = false;
  for (std::uint64_t start = 1; start <= 6; ++start) {
    fit.jobs = {{{}, {}, start, 1.0}};
    o.steps = 2 * kPasses;
    const auto best = train_networks(data, fit, {}, o, {}).front().best.value();
    between = between || (best.step / 2) % 3 != 0;
    double least = INFINITY;
    std::size_t at = 0;
    for (std::size_t pass = 1; pass <= kPasses; ++pass) {
      o.steps = 2 * pass;
      const auto ended = train_networks(data, fit, {}, o, {}).front();
      const double loss = test::loss_by_definition(data, fit.validation, ended.outputs);
      if (loss >= least) continue;
      least = loss;
      at = o.steps;
    }
    CHECK((best.step == at || best.step == 1));  // the first step is a point of its own
    CHECK(best.validation <= least + test::kRounding);
  }
  CHECK(between);
}

TEST_CASE("linear fit: a network that diverges says so and leaves the others alone") {
  TrainingData data = class_data();
  TrainingFit fit = class_fit();
  fit.jobs.resize(2);
  Optimisation o = few_steps(Optimiser::sgd);
  const auto before = train_networks(data, fit, {}, o, {});
  data.teachers[1].outputs(0, 0) = 1e308;
  fit.jobs.push_back({{DistilForm::logits, Weighting::added, 1.0, 1.0, true}, 1, 1, 1.0});
  const auto after = train_networks(data, fit, {}, o, {});
  CHECK(after[2].failure.starts_with("diverged"));
  CHECK(after[0].failure.empty());
  CHECK(after[0].weights == before[0].weights);
  CHECK(after[1].weights == before[1].weights);
}

TEST_CASE("linear fit: a loss of exactly 0 is named") {
  TrainingData data = real_data_set();
  data.x = Matrix(kFitRows, kFitColumns);
  data.targets = Matrix(kFitRows, 1);
  data.teachers.clear();
  TrainingFit fit;
  fit.labelled = rows_from(0, kFitRows);
  fit.jobs = {{{}, {}, 1, 1.0}};
  // The offset alone is left, and momentum-free steps of the right size take it to 0 at once.
  Optimisation o;
  o.optimiser = Optimiser::sgd;
  o.learning_rate = 0.5;
  o.batch = 0;
  o.steps = 100;
  o.double_precision = true;
  CHECK(train_networks(data, fit, {}, o, {}).front().failure.starts_with("no loss"));
}

TEST_CASE("linear fit: a step without labelled rows is no failure") {
  TrainingFit fit;
  fit.labelled = {0};
  fit.unlabelled = rows_from(1, 33);
  fit.jobs = {{{}, {}, 1, 1.0}};
  Optimisation o = few_steps(Optimiser::sgd);
  o.batch = 4;
  o.steps = 40;
  CHECK(train_networks(class_data(), fit, {}, o, {}).front().failure.empty());
}

TEST_CASE("linear fit: what does not fit together is refused") {
  const TrainingData data = class_data();
  const auto code = [&](auto change) {
    TrainingData d = data;
    TrainingFit fit = class_fit();
    NetworkSpec network;
    Optimisation o;
    o.steps = 1;
    change(d, fit, network, o);
    return test::fault_code([&] { train_networks(d, fit, network, o, {}); });
  };
  CHECK(code([](auto& d, auto&, auto&, auto&) { d.y.pop_back(); }) == "bad-fit");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.labelled.push_back(kFitRows); }) == "bad-fit");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.labelled.clear(); }) == "bad-fit");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.jobs[1].teacher = 7; }) == "bad-fit");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.jobs[1].loss.lambda = -1.0; }) == "bad-lambda");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.jobs[1].loss.temperature = 0.0; }) ==
        "bad-temperature");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.jobs[1].loss.form = DistilForm::prediction; }) ==
        "wrong-loss");
  CHECK(code([](auto&, auto& f, auto&, auto&) { f.jobs[1].loss.form = DistilForm::fitnet; }) ==
        "wrong-loss");
  CHECK(code([](auto&, auto&, auto& n, auto&) { n.widths = {4}; }) == "bad-network");
  CHECK(code([](auto&, auto&, auto&, auto& o) { o.learning_rate = 0.0; }) == "bad-training");
  CHECK(code([](auto&, auto&, auto& n, auto&) {
          n.layers = Layers::cnn;
          n.widths = {4};
        }) == "wrong-network");
}

TEST_CASE("linear fit: it stops when asked") {
  std::stop_source source;
  source.request_stop();
  Execution exec;
  exec.stop = source.get_token();
  CHECK(test::fault_code([&] { train_networks(class_data(), class_fit(), {}, {}, exec); }) ==
        "cancelled");
}

TEST_CASE("batch order: a pass has every row once, passes differ, parts are even") {
  TrainingFit fit = class_fit();
  Optimisation o = few_steps(Optimiser::sgd);
  o.steps = 6;
  detail::BatchOrder order(fit, o);
  REQUIRE(order.steps_per_pass() == 3);  // 33 rows, at most 16 each
  std::vector<std::vector<std::size_t>> passes(2);
  for (std::size_t s = 0; s < 6; ++s) {
    const auto rows = order.step(s);
    CHECK(rows.size() == 11);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      passes[s / 3].push_back(rows[i]);
      CHECK((order.labelled()[i] == 1) == (rows[i] < 21));
    }
  }
  CHECK(passes[0] != passes[1]);
  for (auto& pass : passes) {
    std::sort(pass.begin(), pass.end());
    CHECK(pass == rows_from(0, 33));
  }
}

}  // namespace
}  // namespace cch
