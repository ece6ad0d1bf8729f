// Networks learn what a linear one cannot, from labels and from teachers.

#include <string>

#include "support/best_network.hpp"
#include "support/test.hpp"
#include "training/fits.hpp"

namespace cch {
namespace {

using test::Problem;

double accuracy(const TrainedNetwork& network, const std::vector<int>& y) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto z = network.outputs.row(i);
    const auto best = std::max_element(z.begin(), z.end()) - z.begin();
    right += best == y[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(y.size());
}

// Rows 0..n/2 have labels; a teacher knows the class of every row.
Problem with_teacher(Matrix x, std::vector<int> y, std::size_t classes) {
  Problem p;
  TeacherOutputs teacher{Matrix(y.size(), classes), {}};
  for (std::size_t i = 0; i < y.size(); ++i) {
    teacher.outputs(i, static_cast<std::size_t>(y[i])) = 4.0;
    if (i < y.size() / 2) p.fit.labelled.push_back(i);
  }
  p.data.x = std::move(x);
  p.data.y = std::move(y);
  p.data.classes = classes;
  p.data.teachers.push_back(std::move(teacher));
  return p;
}

// The class is whether both signs agree.
Problem signs(std::size_t n) {
  Random random(51);
  Matrix x = test::noise(n, 2, random);
  std::vector<int> y;
  for (std::size_t i = 0; i < n; ++i) y.push_back(x(i, 0) * x(i, 1) > 0.0 ? 1 : 0);
  return with_teacher(std::move(x), std::move(y), 2);
}

// Noise with a bar of 5 pixels somewhere; the class is whether it lies or stands. Every pixel has
// the same mean in both classes.
Problem bars(std::size_t n) {
  Random random(52);
  constexpr std::size_t kSide = 10;
  Matrix x(n, kSide * kSide);
  std::vector<int> y;
  for (std::size_t i = 0; i < n; ++i) {
    for (double& v : x.row(i)) v = 0.3 * random.normal();
    y.push_back(static_cast<int>(random.below(2)));
    const std::size_t along = random.below(kSide - 4);
    const std::size_t across = random.below(kSide);
    for (std::size_t k = 0; k < 5; ++k) {
      const std::size_t at = y[i] == 1 ? across * kSide + along + k : (along + k) * kSide + across;
      x(i, at) += 1.0;
    }
  }
  Problem p = with_teacher(std::move(x), std::move(y), 2);
  p.data.shape = {1, kSide, kSide};
  return p;
}

void check_learns(const Problem& base, const NetworkSpec& network, const Optimisation& o,
                  double least) {
  Problem p = base;
  p.fit.jobs = {TrainingJob{}, test::job_of(DistilForm::kl, 1.0, 2.0, 0, 2)};
  p.fit.jobs[1].loss.weighting = Weighting::mixed;  // λ = 1: the teacher alone
  for (const TrainedNetwork& trained : test::train_by_module(p, network, o)) {
    CHECK(trained.failure == "");
    CHECK(accuracy(trained, p.data.y) > least);
    CHECK(trained.curve.back().loss < 0.5 * trained.curve.front().loss);
    CHECK(trained.curve.size() <= 51);
  }
}

TEST_CASE("an mlp learns whether signs agree, and a linear network cannot") {
  Optimisation o;
  o.learning_rate = 1e-2;
  const Problem p = signs(1000);
  check_learns(p, {Layers::mlp, {16}, 0.0}, o, 0.95);
  Problem linear = p;
  linear.fit.jobs = {TrainingJob{}};
  CHECK(accuracy(test::train_by_module(linear, {}, o)[0], p.data.y) < 0.65);
}

TEST_CASE("a cnn learns bars wherever they are") {
  Optimisation o;
  o.learning_rate = 1e-2;
  o.epochs = 12;
  check_learns(bars(1200), {Layers::cnn, {6, 8}, 0.0}, o, 0.95);
}

TEST_CASE("the best weights are those of the least validation loss, and change nothing else") {
  for (const Layers layers : {Layers::mlp, Layers::cnn}) {
    for (const bool classes : {true, false}) {
      Problem p = test::noise_problem(60, 40, 64, classes ? 3 : 0, 61);
      p.data.shape = {1, 8, 8};
      p.fit.jobs = test::jobs_of_all_forms(layers, classes);
      const NetworkSpec network =
          layers == Layers::cnn ? NetworkSpec{layers, {3}, 0.0} : NetworkSpec{layers, {9}, 0.0};
      Optimisation o = test::in_doubles(Optimiser::adam, 0.05, 40, 0);
      const auto without = test::train_by_module(p, network, o);
      for (std::size_t i = 0; i < 20; ++i) p.fit.validation.push_back(p.fit.unlabelled[i]);
      const auto with = test::train_by_module(p, network, o);
      bool turned = false;  // labels are noise, so that fitting them ends by harming
      for (std::size_t m = 0; m < with.size(); ++m) {
        CHECK(with[m].weights == without[m].weights);
        CHECK_FALSE(without[m].best.has_value());
        test::check_best(p.data, p.fit, with[m], 1e-9);
        turned = turned || with[m].best->step < 40;
      }
      CHECK(turned);
    }
  }
}

}  // namespace
}  // namespace cch
