#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/classifiers/calibration.hpp"
#include "estimators/classifiers/leading.hpp"
#include "estimators/classifiers/logistic.hpp"
#include "estimators/classifiers/mean_shrinkage.hpp"
#include "estimators/classifiers/products.hpp"
#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/tall_products.hpp"
#include "estimators/classifiers/training.hpp"
#include "support/test.hpp"

namespace cch::detail {
extern const ProductKernels products_base;
#if defined(__x86_64__)
extern const ProductKernels products_avx2;
#endif
}  // namespace cch::detail

namespace {

using namespace cch;
using namespace cch::detail;
using namespace cch::test;

TrainingSet three_classes(Eigen::Index n, Eigen::Index q) {
  Random random(3);
  TrainingSet train;
  train.x.resize(n, q);
  train.counts.assign(3, 0.0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto c = static_cast<int>(random.below(3));
    train.y.push_back(c);
    train.counts[static_cast<std::size_t>(c)] += 1.0;
    for (Eigen::Index j = 0; j < q; ++j) {
      train.x(i, j) = static_cast<float>(random.normal() + (j == c ? 1.5 : 0.0));
    }
  }
  train.scatter = scatter_of(train.x);
  return train;
}

/// −(1/n) Σ ln softmax + (s/2n)‖W‖² in double, row by row.
double slow_objective(const TrainingSet& t, double s, const Eigen::MatrixXd& w,
                      const Eigen::RowVectorXd& b) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < t.rows(); ++i) {
    const Eigen::RowVectorXd z = t.x.row(i).cast<double>() * w + b;
    sum += std::log(z.array().exp().sum()) - z(t.y[static_cast<std::size_t>(i)]);
  }
  return (sum + 0.5 * s * w.squaredNorm()) / static_cast<double>(t.rows());
}

TEST_CASE("softmax of a tile is that of doubles, far below the largest logit too") {
  // Single precision: exp to 2e-7 of its value, a logit of 60 to 4e-6; 1e-5 leaves room for the
  // sum.
  constexpr std::size_t kColumns = 5;
  std::vector<float> logits(kColumns * kRowTile);
  std::vector<float> target(kColumns * kRowTile);
  Random random(31);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(120.0 * random.uniform() - 60.0);
    target[i] = static_cast<float>(random.uniform());
  }
  std::vector<float> plain = logits;
  std::vector<float> soft = logits;
  std::array<float, kRowTile> largest{};
  std::array<float, kRowTile> total{};
  std::array<float, kRowTile> weight{};
  std::array<float, kRowTile> aligned{};
  product_kernels().softmax_tile(plain.data(), kColumns, largest.data(), total.data());
  product_kernels().soft_residuals_tile(target.data(), soft.data(), kColumns, weight.data(),
                                        aligned.data(), total.data());
  for (std::size_t row = 0; row < kRowTile; ++row) {
    double top = -1e9;
    double sum = 0.0;
    double mass = 0.0;
    double inner = 0.0;
    const auto at = [&](const std::vector<float>& x, std::size_t c) {
      return static_cast<double>(x[c * kRowTile + row]);
    };
    for (std::size_t c = 0; c < kColumns; ++c) top = std::max(top, at(logits, c));
    for (std::size_t c = 0; c < kColumns; ++c) {
      sum += std::exp(at(logits, c) - top);
      mass += at(target, c);
      inner += at(target, c) * (at(logits, c) - top);
    }
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double softmax = std::exp(at(logits, c) - top) / sum;
      CHECK(std::abs(at(plain, c) - softmax) <= 1e-5 * softmax + 1e-30);
      CHECK(std::abs(at(soft, c) - (mass * softmax - at(target, c))) <= 1e-5);
    }
    CHECK(std::abs(static_cast<double>(total[row]) - sum) <= 1e-5 * sum);
    CHECK(std::abs(static_cast<double>(weight[row]) - mass) <= 1e-5);
    CHECK(std::abs(static_cast<double>(aligned[row]) - inner) <= 1e-5 * std::abs(inner) + 1e-5);
  }
}

std::vector<float> random_floats(std::size_t count, std::uint64_t seed, double spread = 1.0) {
  Random random(seed);
  std::vector<float> out(count);
  for (float& v : out) v = static_cast<float>(spread * random.normal());
  return out;
}

// What every kernel of a set writes, for so many columns; of the last tile every number counts.
std::vector<float> all_products(const ProductKernels& kernels, std::size_t q, std::size_t k) {
  constexpr std::size_t kTiles = 3;
  constexpr std::size_t kMembers = 3;
  const auto x = random_floats(kTiles * q * kRowTile, 5);
  const auto w = random_floats(q * k, 6);
  std::vector<float> out(kTiles * k * kRowTile);
  kernels.tall_times_narrow(x.data(), kTiles, q, w.data(), q, k, out.data());
  std::vector<float> g(q * k, 0.5F);
  kernels.add_transposed(x.data(), q, q, out.data(), k, k, kTiles, g.data(), q);
  std::vector<float> rows(5 * kRowTile);
  const auto target = random_floats(k * kRowTile, 7);
  kernels.softmax_tile(out.data(), k, rows.data(), rows.data() + kRowTile);
  kernels.soft_residuals_tile(target.data(), out.data() + k * kRowTile, k,
                              rows.data() + 2 * kRowTile, rows.data() + 3 * kRowTile,
                              rows.data() + 4 * kRowTile);
  std::vector<std::vector<float>> evidence;
  std::vector<const float*> at;
  for (std::size_t m = 0; m < kMembers; ++m) {
    evidence.push_back(random_floats(k * kRowTile, 8 + m, 3.0));
    at.push_back(evidence.back().data());
  }
  const std::vector<float> tau{0.3F, 0.0F, 1.2F};
  const auto prior = random_floats(k, 12);
  std::vector<float> calibration((k + 2 + kMembers + 6) * kRowTile);
  std::vector<float> scratch(2 * kMembers * k * kRowTile);
  float* to = calibration.data();
  float* columns = to + k * kRowTile;
  kernels.calibration_tile({at.data(), kMembers, k, tau.data(), prior.data(), to, columns,
                            columns + kRowTile, columns + 2 * kRowTile,
                            columns + (2 + kMembers) * kRowTile, scratch.data()});
  auto exponentials = random_floats(37, 13, 40.0);
  for (float& v : exponentials) v = -std::abs(v);
  kernels.exponentials(exponentials.data(), exponentials.size());
  for (const auto& part : {g, rows, calibration, exponentials})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

#if defined(__x86_64__)
TEST_CASE("products: every instruction set gives the same bits") {
  for (const auto& [q, k] : std::vector<std::pair<std::size_t, std::size_t>>{
           {1, 1}, {6, 10}, {7, 4}, {33, 15}, {2, 23}}) {
    const auto base = all_products(products_base, q, k);
    if (__builtin_cpu_supports("avx2")) CHECK(all_products(products_avx2, q, k) == base);
    CHECK(all_products(product_kernels(), q, k) == base);
  }
}
#endif

TEST_CASE("exponentials are those of doubles, of any count") {
  for (const std::size_t count : {0, 1, 15, 16, 37}) {
    const auto x = random_floats(count, 14, 30.0);
    std::vector<float> y = x;
    for (float& v : y) v = -std::abs(v);
    product_kernels().exponentials(y.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const double expected = std::exp(std::max(-87.0, -std::abs(static_cast<double>(x[i]))));
      CHECK(std::abs(static_cast<double>(y[i]) - expected) <= 3e-7 * expected);
    }
  }
}

TEST_CASE("calibration of a tile is that of doubles") {
  constexpr std::size_t kClasses = 4;
  std::vector<std::vector<float>> evidence;
  std::vector<const float*> at;
  for (const std::uint64_t seed : {1, 2}) {
    evidence.push_back(random_floats(kClasses * kRowTile, seed, 4.0));
    at.push_back(evidence.back().data());
  }
  const std::vector<float> tau{0.7F, 0.4F};
  const auto prior = random_floats(kClasses, 3);
  std::vector<float> q(kClasses * kRowTile);
  std::vector<float> mean(2 * kRowTile);
  std::vector<float> covariance(3 * kRowTile);
  std::vector<float> scratch(4 * kClasses * kRowTile);
  std::array<float, kRowTile> largest{};
  std::array<float, kRowTile> total{};
  product_kernels().calibration_tile({at.data(), 2, kClasses, tau.data(), prior.data(), q.data(),
                                      largest.data(), total.data(), mean.data(), covariance.data(),
                                      scratch.data()});
  const auto value = [](const std::vector<float>& x, std::size_t c, std::size_t row) {
    return static_cast<double>(x[c * kRowTile + row]);
  };
  for (std::size_t row = 0; row < kRowTile; ++row) {
    Eigen::ArrayXd p(kClasses);
    Eigen::ArrayXXd e(kClasses, 2);
    for (std::size_t c = 0; c < kClasses; ++c) {
      const auto r = static_cast<Eigen::Index>(c);
      for (std::size_t m = 0; m < 2; ++m) {
        e(r, static_cast<Eigen::Index>(m)) = value(evidence[m], c, row);
      }
      p(r) = std::exp(static_cast<double>(prior[c]) + static_cast<double>(tau[0]) * e(r, 0) +
                      static_cast<double>(tau[1]) * e(r, 1));
    }
    p /= p.sum();
    // Single precision, values to 15: 1e-5 of them, of their products for covariances.
    const Eigen::Array2d m = (e.colwise() * p).colwise().sum();
    for (std::size_t a = 0, pair = 0; a < 2; ++a) {
      const auto i = static_cast<Eigen::Index>(a);
      CHECK(std::abs(value(mean, a, row) - m(i)) <= 1e-4);
      for (std::size_t b = a; b < 2; ++b, ++pair) {
        const auto j = static_cast<Eigen::Index>(b);
        const double expected = (p * (e.col(i) - m(i)) * (e.col(j) - m(j))).sum();
        CHECK(std::abs(value(covariance, pair, row) - expected) <= 1e-3);
      }
    }
  }
}

TEST_CASE("logistic: no step away from the solution lowers the objective") {
  const TrainingSet train = three_classes(300, 5);
  const std::vector<double> strengths{50.0, 2.0};
  const auto rules = fit_logistic(train, strengths);
  const Eigen::RowVectorXd priors = log_priors(train.counts).cast<double>();
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const auto& rule = std::get<LinearRule>(rules[r]);
    Eigen::MatrixXd w = rule.weights.cast<double>();
    const Eigen::RowVectorXd b = rule.bias.cast<double>() + priors;
    const double at_solution = slow_objective(train, strengths[r], w, b);
    CHECK(at_solution < std::log(3.0) - 0.1);
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      for (const double step : {-0.05, 0.05}) {
        w.data()[k] += step;
        // the solver ends when an iteration gains less than 1e-5 nats
        CHECK(slow_objective(train, strengths[r], w, b) > at_solution - 1e-5);
        w.data()[k] -= step;
      }
    }
  }
}

TEST_CASE("calibration: recovers the temperature of the model that drew the labels") {
  Random random(5);
  constexpr Eigen::Index n = 20000;
  Eigen::MatrixXf e(n, 3);
  std::vector<int> y;
  for (Eigen::Index i = 0; i < n; ++i) {
    Eigen::Array3d p;
    for (Eigen::Index c = 0; c < 3; ++c) {
      e(i, c) = static_cast<float>(3.0 * random.normal());
      p(c) = std::exp(0.4 * static_cast<double>(e(i, c)));
    }
    const double u = random.uniform() * p.sum();
    y.push_back(u < p(0) ? 0 : u < p(0) + p(1) ? 1 : 2);
  }
  const Eigen::MatrixXf useless =
      Eigen::MatrixXf::NullaryExpr(n, 3, [&] { return static_cast<float>(random.normal()); });
  const Eigen::RowVectorXf priors = log_priors({1.0, 1.0, 1.0});
  const Calibration one = calibrate({{{e}, priors, y}});
  // SE of τ is 1/√(n · curvature), curvature ≈ Var_q(e) ≥ 1 here: below .01
  CHECK(within_sampling_error(one.tau(0), 0.4, 0.01));
  const Calibration two = calibrate({{{e, useless}, priors, y}});
  CHECK(within_sampling_error(two.tau(0), 0.4, 0.01));
  CHECK(within_sampling_error(two.tau(1), 0.0, 0.015));
  CHECK(two.cross_entropy <= one.cross_entropy + 1e-7);  // single precision
  const Eigen::MatrixXf wrong = -e;
  CHECK(calibrate({{{wrong}, priors, y}}).tau(0) == 0.0);
}

TEST_CASE("calibration: probabilities add up to 1, and no temperature gives back the priors") {
  const TrainingSet train = three_classes(50, 4);
  const HeldOut rows{{train.x.leftCols(3)}, log_priors(train.counts), train.y};
  const Eigen::MatrixXd q =
      log_probabilities(rows, {Eigen::VectorXd::Constant(1, 0.7), 0.0, 0.01}).array().exp();
  const Eigen::MatrixXd none =
      log_probabilities(rows, {Eigen::VectorXd::Zero(1), 0.0, 0.0}).array().exp();
  constexpr double single_precision = 1e-6;  // priors are kept as floats
  for (Eigen::Index i = 0; i < 50; ++i) {
    CHECK(near(q.row(i).sum(), 1.0, single_precision));
    CHECK(near(none(i, 1), (train.counts[1] + 0.5) / 51.5, single_precision));
  }
}

TEST_CASE("leading: subspace iteration agrees with the full decomposition") {
  Random random(7);
  const Eigen::Index d = 150;
  Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(d, d, [&] { return random.normal(); });
  for (Eigen::Index j = 0; j < d; ++j) a.col(j) *= std::pow(0.7, static_cast<double>(j));
  const Eigen::MatrixXd c = a * a.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> full(c);
  const Spectrum top = leading(c, 8);
  constexpr double single_precision = 1e-4;  // and a spectral gap of .49 over four rounds
  for (Eigen::Index j = 0; j < 8; ++j) {
    CHECK(near(top.values(j) / full.eigenvalues()(d - 8 + j), 1.0, single_precision));
  }
  const Eigen::MatrixXf overlap =
      top.vectors.transpose() * full.eigenvectors().rightCols(8).cast<float>();
  CHECK(near(static_cast<double>(overlap.squaredNorm()), 8.0, single_precision));
}

Eigen::MatrixXf normals(Eigen::Index rows, Eigen::Index cols, Random& random) {
  return Eigen::MatrixXf::NullaryExpr(rows, cols,
                                      [&] { return static_cast<float>(random.normal()); });
}

TEST_CASE("leading_right: known singular vectors, by all products and by rounds on the matrix") {
  Random random(13);
  constexpr Eigen::Index r = 6;
  const auto orthonormal = [&](Eigen::Index rows) {
    const Eigen::HouseholderQR<Eigen::MatrixXf> qr(normals(rows, r, random));
    return Eigen::MatrixXf(qr.householderQ() * Eigen::MatrixXf::Identity(rows, r));
  };
  Eigen::VectorXf sigma(r);
  sigma << 1.0F, 2.0F, 3.0F, 5.0F, 8.0F, 13.0F;
  const std::pair<Eigen::Index, Eigen::Index> shapes[] = {{90, 60}, {60, 90}, {1200, 1100}};
  for (const auto& [n, d] : shapes) {
    const Eigen::MatrixXf v = orthonormal(d);
    const Eigen::MatrixXf z = orthonormal(n) * sigma.asDiagonal() * v.transpose();
    const Spectrum top = leading_right(z, 4, Execution{});
    const Spectrum all = leading_right(z, 20, Execution{});
    CAPTURE(n);
    REQUIRE(top.vectors.cols() == 4);
    CHECK(all.vectors.cols() == r);  // the others are rounding
    constexpr double single_precision = 1e-4;
    for (Eigen::Index j = 0; j < 4; ++j) {
      const double square = std::pow(static_cast<double>(sigma(j + 2)), 2);
      CHECK(near(top.values(j) / square, 1.0, single_precision));
      const float overlap = top.vectors.col(j).dot(v.col(j + 2));
      CHECK(near(static_cast<double>(std::abs(overlap)), 1.0, single_precision));
    }
  }
}

TEST_CASE(
    "leading_right: a spectrum that ends in rounding, as that of smooth pictures, stays finite") {
  // Cholesky QR squares the condition: without a large enough shift the Gram matrix of the rounds
  // is not positive definite in single precision.
  Random random(14);
  constexpr Eigen::Index d = 1100;
  Eigen::MatrixXf z = normals(d, d, random);
  for (Eigen::Index j = 0; j < d; ++j) z.col(j) *= std::pow(10.0F, -static_cast<float>(j) / 40.0F);
  const Eigen::MatrixXf turned = z * normals(d, d, random);
  const Spectrum top = leading_right(turned, 500, Execution{});
  CHECK(top.vectors.allFinite());
  CHECK(top.values.allFinite());
  constexpr double single_precision = 1e-3;
  for (Eigen::Index j = 1; j <= 20; ++j) {
    const auto v = top.vectors.col(top.vectors.cols() - j);
    CHECK(near(static_cast<double>(v.norm()), 1.0, single_precision));
    const double square = static_cast<double>((turned * v).squaredNorm());
    CHECK(near(square / top.values(top.values.size() - j), 1.0, single_precision));
  }
}

TEST_CASE("tall products: those of Eigen, with the same bits for any number of threads") {
  Random random(15);
  const Eigen::MatrixXf x = normals(1003, 37, random);
  const Eigen::MatrixXf w = normals(37, 13, random);
  const Eigen::MatrixXf r = normals(1003, 5, random);
  Matrix values(1003, 37);
  for (std::size_t i = 0; i < 1003; ++i) {
    for (std::size_t j = 0; j < 37; ++j) {
      values(i, j) =
          static_cast<double>(x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j))) + 2.0;
    }
  }
  const CentredRows shifted{values.view(), Eigen::RowVectorXd::Constant(37, 2.0)};
  Execution exec;
  exec.threads = 1;
  const Eigen::MatrixXf xw = tall_times(x, w, exec);
  const Eigen::MatrixXf xr = transposed_times(x, r, exec);
  constexpr float single_precision = 1e-4F;  // sums of up to 1003 terms of size 1
  CHECK((xw - x * w).cwiseAbs().maxCoeff() < single_precision);
  CHECK((xr - x.transpose() * r).cwiseAbs().maxCoeff() < single_precision);
  CHECK((tall_times(shifted, w, exec) - xw).cwiseAbs().maxCoeff() < single_precision);
  CHECK((transposed_times(shifted, r, exec) - xr).cwiseAbs().maxCoeff() < single_precision);
  exec.threads = 7;
  CHECK(tall_times(x, w, exec) == xw);
  CHECK(transposed_times(x, r, exec) == xr);
}

TEST_CASE("evidence: of all rules at once as of each") {
  Random random(19);
  const Coordinates rows{normals(100, 8, random), normals(100, 20, random)};
  std::vector<Rule> rules{LinearRule{normals(8, 3, random), normals(1, 3, random), false},
                          LinearRule{normals(20, 3, random), normals(1, 3, random), true},
                          LinearRule{normals(8, 3, random), normals(1, 3, random), false}};
  QuadraticRule quadratic{normals(8, 2, random), {}, normals(3, 2, random), normals(1, 3, random)};
  for (int c = 0; c < 3; ++c) quadratic.root.push_back(normals(2, 2, random));
  rules.insert(rules.begin() + 1, quadratic);
  const auto all = evidence_of_all(rules, rows);
  REQUIRE(all.size() == rules.size());
  constexpr float single_precision = 1e-4F;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CHECK((all[i] - evidence(rules[i], rows)).cwiseAbs().maxCoeff() < single_precision);
  }
}

TEST_CASE("calibration: its cross-entropy is that of the probabilities it gives") {
  Random random(23);
  // 130 rows: blocks of the fit end inside
  const HeldOut first{
      {normals(130, 4, random), normals(130, 4, random)}, log_priors({9.0, 5.0, 3.0, 1.0}), {}};
  const HeldOut second{
      {normals(7, 4, random), normals(7, 4, random)}, log_priors({2.0, 5.0, 3.0, 1.0}), {}};
  std::vector<HeldOut> blocks{first, second};
  std::vector<std::vector<int>> codes(2);
  for (std::size_t b = 0; b < 2; ++b) {
    for (Eigen::Index i = 0; i < blocks[b].evidence[0].rows(); ++i) {
      Eigen::Index likely = 0;  // the likelier class by the first member, two times in three
      blocks[b].evidence[0].row(i).maxCoeff(&likely);
      codes[b].push_back(random.below(3) > 0 ? static_cast<int>(likely)
                                             : static_cast<int>(random.below(4)));
    }
    blocks[b].y = codes[b];
  }
  const Calibration fitted = calibrate(blocks);
  CHECK(fitted.tau(0) > 0.2);
  double sum = 0.0;
  for (const HeldOut& rows : blocks) {
    const Eigen::MatrixXd log_q = log_probabilities(rows, fitted);
    for (Eigen::Index i = 0; i < log_q.rows(); ++i) {
      sum -= log_q(i, rows.y[static_cast<std::size_t>(i)]);
    }
  }
  constexpr double single_precision = 1e-5;
  CHECK(near(fitted.cross_entropy, sum / 137.0, single_precision));
}

TEST_CASE("mean shrinkage: noise vanishes, strong signals stay") {
  Random random(9);
  const std::vector<double> counts(10, 400.0);
  Eigen::MatrixXd noise =
      Eigen::MatrixXd::NullaryExpr(10, 64, [&] { return random.normal(); }) / 20.0;
  noise.rowwise() -= noise.colwise().mean().eval();
  Eigen::MatrixXd signal = Eigen::MatrixXd::Zero(10, 64);
  for (Eigen::Index c = 0; c < 10; ++c) signal(c, 0) = random.normal();
  signal.rowwise() -= signal.colwise().mean().eval();
  const Eigen::MatrixXd means = signal + noise;
  const auto loss = [&](const Eigen::MatrixXd& m) { return (m - signal).squaredNorm(); };
  // one direction of nine is signal: about 8/9 of the noise can go
  CHECK(loss(shrink_directions(means, counts)) < 0.3 * loss(means));
  const Eigen::RowVectorXd factors = column_factors(means, Eigen::RowVectorXd::Ones(64), counts);
  CHECK(factors(0) > 0.98);
  CHECK(factors.tail(63).mean() < 0.1);
  CHECK(loss(means * factors.asDiagonal()) < 0.1 * loss(means));
}

}  // namespace
