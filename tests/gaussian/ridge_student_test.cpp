// The ridge student: its approximation against its simulation, that against rows and formulas.

#include "cch/gaussian/ridge_student.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/gaussian/models.hpp"
#include "tests/gaussian/simulate_ridge.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;
using test::RidgePoint;
using test::within_sampling_error;

using test::kInfinity;

double weight(double lambda) {
  return std::isinf(lambda) ? 1.0 : lambda / (1.0 + lambda);
}

SharedPrivateModel model_of(std::size_t p, double teacher_noise) {
  SharedPrivateModel m;
  m.a = even_weights(1.0, 3);
  m.b = {0.5};
  m.d = {0.5};
  m.nuisance = 1;
  m.nuisance_size = 1.5;
  m.teacher_noise = teacher_noise;
  m.student_noise = 0.7;
  m.teacher_dim = 8;
  m.student_dim = p;
  return m;
}

/// Excess risk of ridge regression row by row, with the labels' noise drawn.
double naive_risk(const test::Dims& dims, const Eigen::MatrixXd& sigma, const Eigen::MatrixXd& w1,
                  const RidgePoint& point, const StudentFit& fit, Random& random) {
  const auto n = static_cast<Eigen::Index>(fit.n);
  const auto p = static_cast<Eigen::Index>(dims.p);
  const auto d1 = static_cast<Eigen::Index>(dims.d1);
  const Eigen::MatrixXd lower = sigma.llt().matrixL();
  const Eigen::MatrixXd rows = test::random_matrix(n, sigma.rows(), random) * lower.transpose();
  const double u = weight(point.lambda);
  Eigen::MatrixXd x = rows.middleCols(d1, p);
  Eigen::MatrixXd target =
      (1.0 - u) * rows.rightCols(sigma.rows() - d1 - p) + u * rows.leftCols(d1) * w1;
  const double share = fit.intercept ? 1.0 : 0.0;
  const Eigen::RowVectorXd x_mean = share * x.colwise().mean();
  const Eigen::RowVectorXd y_mean = share * target.colwise().mean();
  x.rowwise() -= x_mean;
  target.rowwise() -= y_mean;
  // Ridge as least squares with p more rows √(nℓ) I.
  Eigen::MatrixXd longer(n + p, p);
  longer << x, std::sqrt(static_cast<double>(n) * point.ridge) * Eigen::MatrixXd::Identity(p, p);
  Eigen::MatrixXd zeros = Eigen::MatrixXd::Zero(n + p, target.cols());
  zeros.topRows(n) = target;
  const Eigen::MatrixXd w = longer.householderQr().solve(zeros);
  const Eigen::MatrixXd s22 = sigma.block(d1, d1, p, p);
  const Eigen::MatrixXd error = w - s22.llt().solve(sigma.block(d1, d1 + p, p, target.cols()));
  return (error.transpose() * s22 * error).trace() + (y_mean - x_mean * w).squaredNorm();
}

}  // namespace

TEST_CASE("ridge student: the simulation is that of rows drawn and fitted") {
  Random random(51);
  for (const bool intercept : {false, true}) {
    for (const std::size_t n : {8U, 25U}) {  // fewer and more rows than columns
      const test::Dims dims{3, 12, 2};
      const Eigen::MatrixXd sigma = test::random_covariance(dims.all(), random);
      const Eigen::MatrixXd w1 = test::random_matrix(3, 2, random);
      const auto joint = JointGaussian::from(test::to_matrix(sigma), test::blocks_of(dims));
      const RidgePoint point{0.6, 0.15};
      const StudentFit fit{n, intercept};
      std::vector<double> risks;
      for (int repeat = 0; repeat < 3000; ++repeat) {
        risks.push_back(naive_risk(dims, sigma, w1, point, fit, random));
      }
      const auto direct = test::mean_of(risks);
      const auto simulated =
          test::simulate_ridge(joint, GivenTeacher{test::to_matrix(w1)}, fit, {{point}, 300}, {})
              .front()
              .excess_risk;
      CHECK(within_sampling_error(direct.value, simulated.mean,
                                  std::hypot(direct.standard_error, simulated.standard_error)));
      CHECK(simulated.standard_error < direct.standard_error);
    }
  }
}

TEST_CASE("ridge student: without a penalty the simulation has the risk of least squares") {
  for (const bool intercept : {false, true}) {
    const SharedPrivateModel m = model_of(20, 0.5);
    const StudentFit fit{45, intercept};
    for (const Teacher& teacher : {Teacher(OptimalTeacher{}), Teacher(FreshRowsTeacher{40})}) {
      for (const double scale : {1.0, 2.0}) {
        const DistillationRisk exact(scaled(m.moments(teacher, intercept), scale), fit);
        const auto points = test::simulate_ridge(
            m.joint(), teacher, fit, {{{0.0, 0.0}, {0.5, 0.0}, {3.0, 0.0}}, 400, scale}, {});
        for (const auto& point : points) {
          CHECK(within_sampling_error(point.excess_risk.mean, exact.excess_risk(point.point.lambda),
                                      point.excess_risk.standard_error));
          CHECK(within_sampling_error(point.gain.mean, exact.gain(point.point.lambda),
                                      point.gain.standard_error, kRounding));
        }
      }
    }
  }
}

TEST_CASE("ridge student: the approximation is off by less than 2/n of the risk") {
  int checked = 0;
  for (const auto& [p, n] : {std::pair<std::size_t, std::size_t>{10, 30},
                             {20, 60},
                             {40, 120},
                             {60, 40},
                             {30, 20},
                             {40, 40}}) {
    for (const bool intercept : {false, true}) {
      for (const Teacher& teacher : {Teacher(OptimalTeacher{}), Teacher(FreshRowsTeacher{30})}) {
        const SharedPrivateModel m = model_of(p, 0.5);
        const StudentFit fit{n, intercept};
        const RidgeStudent student(m, teacher, fit);
        std::vector<RidgePoint> points;
        for (const double ridge : {0.1, 0.5, 2.0}) {
          for (const double lambda : {0.0, 0.7, 4.0}) points.push_back({lambda, ridge});
        }
        for (const auto& point : test::simulate_ridge(m.joint(), teacher, fit, {points, 60}, {})) {
          const double risk = student.excess_risk(point.point.lambda, point.point.ridge);
          CHECK(within_sampling_error(point.excess_risk.mean, risk,
                                      point.excess_risk.standard_error,
                                      2.0 / static_cast<double>(n) * risk));
          ++checked;
        }
      }
    }
  }
  CHECK(checked == 6 * 2 * 2 * 9);
}

TEST_CASE("ridge student: the effective ridge solves its equation, and limits are limits") {
  const SharedPrivateModel m = model_of(50, 0.5);
  for (const std::size_t n : {20U, 50U, 200U}) {
    const RidgeStudent student(m, OptimalTeacher{}, {n});
    for (const double ridge : {1e-6, 1e-3, 0.3, 10.0, 1e6}) {
      const double r = student.effective_ridge(ridge);
      double kept = 0.0;
      for (const RidgeAxis& axis : student.axes()) {
        kept += axis.count * axis.variance / (axis.variance + r);
      }
      CHECK(near(r - ridge, r * kept / static_cast<double>(n), kRounding * std::max(1.0, r)));
      CHECK(r >= ridge);
    }
    // A student that is 0 has the risk Vs, whatever the teacher.
    CHECK(near(student.excess_risk(0.7, kInfinity), student.moments().vs, kRounding));
    CHECK(near(student.excess_risk(0.7, 1e12), student.moments().vs, 1e-9));
  }
  // Without a penalty κ is p/(n − p) instead of p/(n − p − 1).
  const RidgeStudent free(m, OptimalTeacher{}, {200});
  CHECK(near(free.excess_risk(0.0, 0.0), 50.0 / 150.0 * free.moments().ve, kRounding));
  CHECK(near(free.excess_risk(0.5, 1e-12), free.excess_risk(0.5, 0.0), 1e-9));
}

TEST_CASE("ridge student: axes carry the moments, from factors and from the matrix") {
  for (const bool intercept : {false, true}) {
    for (const Teacher& teacher : {Teacher(OptimalTeacher{}), Teacher(FreshRowsTeacher{40})}) {
      const SharedPrivateModel m = model_of(15, 0.5);
      const RidgeStudent a(m, teacher, {30, intercept}, 1.5);
      const RidgeStudent b(m.joint(), teacher, {30, intercept}, 1.5);
      double vs = 0.0;
      double rest = 0.0;
      double count = 0.0;
      for (const RidgeAxis& axis : a.axes()) {
        vs += axis.ss;
        rest += axis.dd;
        count += axis.count;
      }
      CHECK(count == 15.0);
      CHECK(a.axes().size() == 3);  // padding, label factors, nuisance
      CHECK(near(vs, a.moments().vs, kRounding));
      if (!intercept) CHECK(near(rest, a.moments().b, kRounding));
      for (const double ridge : {0.01, 0.4}) {
        CHECK(near(a.excess_risk(0.8, ridge), b.excess_risk(0.8, ridge), kRounding));
      }
    }
  }
}

TEST_CASE("ridge student: with unit covariance the best ℓ is p Ve/(n Vs)") {
  // Known for ridge regression with isotropic features (Dobriban & Wager 2018): also the Bayes
  // estimate where weights are random, so no λ of a teacher without information improves on it.
  constexpr double kSearch = 1e-4;  // a minimum found by its values is sharp to √rounding
  for (const std::size_t n : {30U, 60U, 300U}) {
    Matrix cov(42, 42);
    for (std::size_t j = 0; j < 42; ++j) cov(j, j) = 1.0;
    cov(1, 41) = cov(41, 1) = 0.8;  // Vs = .64, Ve = .36; x1 is independent noise
    const auto joint = JointGaussian::from(cov, {{"x1", 1}, {"x2", 40}, {"y", 1}});
    const RidgeStudent student(joint, GivenTeacher{Matrix(1, 1, 0.3)}, {n});
    const RidgeChoice best = student.best_ridge(0.0);
    const double expected = 40.0 * 0.36 / (static_cast<double>(n) * 0.64);
    CHECK(near(best.ridge / expected, 1.0, kSearch));
    CHECK(student.tuned_gain() < 1e-9);
    // Least squares would take the same noise for help.
    if (n > 41) {
      CHECK(DistillationRisk(student.moments(), {n}).best_gain() > 1e-3);
    }
  }
}

TEST_CASE("ridge student: the best λ and ℓ against a grid") {
  Random random(52);
  for (int repeat = 0; repeat < 12; ++repeat) {
    const std::size_t n = 15 + random.below(60);
    const RidgeStudent student(model_of(10 + random.below(40), random.uniform(0.2, 2)),
                               OptimalTeacher{}, {n}, random.uniform(0.5, 2));
    double least = kInfinity;
    for (int i = 0; i <= 100; ++i) {
      for (int j = 0; j <= 100; ++j) {
        const double u = i / 100.0;
        const double ridge = std::pow(10.0, -4.0 + 0.06 * j);
        least = std::min(least, student.excess_risk(u < 1.0 ? u / (1.0 - u) : kInfinity, ridge));
      }
    }
    const RidgeChoice best = student.best();
    CHECK(best.excess_risk <= least + kRounding);
    // The grid's steps are .01 in u and 14 % in ℓ: what a parabola loses there.
    CHECK(best.excess_risk >= 0.99 * least);
    CHECK(near(best.excess_risk, student.excess_risk(best.lambda, best.ridge), kRounding));
    CHECK(student.best_ridge(best.lambda).excess_risk <= best.excess_risk + kRounding);
    CHECK(student.tuned_gain() >= 0.0);
  }
}

TEST_CASE("ridge student: with ℓ tuned a good teacher still helps, a poor one no longer") {
  const StudentFit fit{40};
  const RidgeStudent good(model_of(20, 0.2), OptimalTeacher{}, fit);
  const double without = good.best_ridge(0.0).excess_risk;
  CHECK(good.tuned_gain() > 0.05 * without);
  const RidgeStudent poor(model_of(20, 5.0), OptimalTeacher{}, fit, 5.0);
  CHECK(DistillationRisk(poor.moments(), fit).best_gain() > 0.0);
  CHECK(poor.tuned_gain() < 0.1 * DistillationRisk(poor.moments(), fit).best_gain());
  // The same from the simulation, at the points that were chosen.
  const RidgeChoice best = good.best();
  const auto points = test::simulate_ridge(
      model_of(20, 0.2).joint(), OptimalTeacher{}, fit,
      {{{0.0, good.best_ridge(0.0).ridge}, {best.lambda, best.ridge}}, 200}, {});
  CHECK(points[1].gain.mean > 10.0 * points[1].gain.standard_error);
}

TEST_CASE("ridge student: most of what least squares gains is shrinkage, unless t has s's scale") {
  // Random models at n = 2p with the optimal teacher, whose β_s is below 1: a gain counts from 1 %.
  constexpr int kModels = 200;
  Random random(53);
  int free = 0;
  int tuned = 0;
  int rescaled = 0;
  auto helps = [](double gain, double risk) { return gain > 0.01 * risk ? 1 : 0; };
  for (int repeat = 0; repeat < kModels; ++repeat) {
    SharedPrivateModel m;
    m.a = even_weights(random.uniform(0.3, 1.5), 1 + random.below(6));
    m.b = even_weights(random.uniform(), 1 + random.below(3));
    m.d = even_weights(random.uniform(), 1 + random.below(3));
    m.nuisance = random.below(4);
    m.nuisance_size = random.uniform(0.5, 2);
    m.teacher_noise = random.uniform(0.1, 2);
    m.student_noise = random.uniform(0.1, 1.5);
    m.label_noise = random.uniform(0.2, 1.5);
    m.student_dim = 20 + random.below(30);
    const StudentFit fit{2 * m.p2()};
    const RidgeStudent student(m, OptimalTeacher{}, fit);
    const DistillationRisk squares(student.moments(), fit);
    const RidgeStudent same_scale(m, OptimalTeacher{}, fit, 1.0 / student.moments().beta_s);
    const double ridge_alone = student.best_ridge(0.0).excess_risk;
    free += helps(squares.best_gain(), squares.excess_risk(0.0));
    tuned += helps(student.tuned_gain(), ridge_alone);
    rescaled += helps(same_scale.tuned_gain(), ridge_alone);
  }
  // Shares over 1000 models are 100, 27 and 59 %; standard errors for 200 are below 4 %.
  CHECK(free > 0.95 * kModels);
  CHECK(std::abs(tuned - 0.27 * kModels) < 0.16 * kModels);
  CHECK(std::abs(rescaled - 0.59 * kModels) < 0.16 * kModels);
}

TEST_CASE("ridge student: the same bits for any number of threads") {
  auto run = [](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    const auto points = test::simulate_ridge(model_of(10, 0.5).joint(), FreshRowsTeacher{20},
                                             {15, true}, {{{0.5, 0.1}, {1.0, 0.2}}, 30}, exec);
    return std::vector{points[1].excess_risk.mean, points[1].gain.standard_error};
  };
  CHECK(run(1) == run(4));
}

TEST_CASE("ridge student: wrong calls are refused") {
  const SharedPrivateModel m = model_of(10, 0.5);
  const RidgeStudent student(m, OptimalTeacher{}, {11});
  auto code = [&](double lambda, double ridge) {
    return test::fault_code([&] { static_cast<void>(student.excess_risk(lambda, ridge)); });
  };
  CHECK(code(0.5, 0.1).empty());
  CHECK(code(0.5, 0.0) == "infinite-risk");
  CHECK(code(0.5, -0.1) == "bad-ridge");
  CHECK(code(0.5, NAN) == "bad-ridge");
  CHECK(code(-0.5, 0.1) == "bad-lambda");
  CHECK(test::fault_code([&] { RidgeStudent(m, OptimalTeacher{}, {1}); }) == "infinite-risk");
  CHECK(test::fault_code([&] { RidgeStudent(m, StudentRowsTeacher{}, {30}); }) ==
        "dependent-teacher");
  CHECK(test::fault_code([&] { RidgeStudent(m, FreshRowsTeacher{9}, {30}); }) == "infinite-risk");
  CHECK(test::fault_code([&] { RidgeStudent(m, OptimalTeacher{}, {30}, NAN); }) == "bad-scale");
}

}  // namespace cch
