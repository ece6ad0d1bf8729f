// The models with known moments, against rows drawn factor by factor.

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/mfh_model.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;
using test::within_sampling_error;

SharedPrivateModel small_model() {
  SharedPrivateModel m;
  m.a = {0.8, -0.5};
  m.b = {0.7};
  m.d = {0.3, 0.4};
  m.nuisance = 2;
  m.nuisance_size = 1.5;
  m.teacher_noise = 0.5;
  m.student_noise = 0.8;
  m.label_noise = 0.6;
  m.teacher_dim = 7;
  m.student_dim = 8;
  return m;
}

/// Row i of x1, x2 and y side by side.
double value(const ModalityRows& rows, std::size_t i, std::size_t j) {
  if (j < rows.x1.dim()) return rows.x1(i, j);
  j -= rows.x1.dim();
  return j < rows.x2.dim() ? rows.x2(i, j) : rows.y(i, j - rows.x2.dim());
}

}  // namespace

TEST_CASE("shared-private model: every covariance is that of the rows") {
  const SharedPrivateModel model = small_model();
  const Matrix sigma = model.joint().covariance();
  constexpr std::size_t kRows = 20000;
  const ModalityRows rows = sample_rows(model, kRows, 3);
  for (std::size_t a = 0; a < sigma.rows(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double mean = 0.0;
      for (std::size_t i = 0; i < kRows; ++i) mean += value(rows, i, a) * value(rows, i, b);
      mean /= static_cast<double>(kRows);
      const double variance = sigma(a, a) * sigma(b, b) + sigma(a, b) * sigma(a, b);
      CHECK(within_sampling_error(mean, sigma(a, b),
                                  std::sqrt(variance / static_cast<double>(kRows))));
    }
  }
}

TEST_CASE("shared-private model: informations by hand") {
  // One common factor: corr(x1, x2) = 1/√((1 + s1²)(1 + s2²)), padding and y's weights play no
  // part.
  SharedPrivateModel m;
  m.a = {2.0};
  m.teacher_noise = 0.5;
  m.student_noise = 2.0;
  m.teacher_dim = 4;
  const JointGaussian g = m.joint();
  CHECK(near(g.information({"x1"}, {"x2"}), -0.5 * std::log(1.0 - 1.0 / (1.25 * 5.0)), kRounding));
  CHECK(near(g.information({"x2"}, {"y"}), -0.5 * std::log(1.0 - 4.0 / (5.0 * 5.0)), kRounding));
  // Nuisance that both share counts as information and says nothing about y.
  m.nuisance = 1;
  m.nuisance_size = 3.0;
  const JointGaussian n = m.joint();
  CHECK(near(n.information({"x1"}, {"x2"}) - g.information({"x1"}, {"x2"}),
             -0.5 * std::log(1.0 - 81.0 / (9.25 * 13.0)), kRounding));
  CHECK(near(n.information({"x2"}, {"y"}), g.information({"x2"}, {"y"}), kRounding));
  // A factor of the teacher alone is not seen by the student.
  SharedPrivateModel alone;
  alone.a = {};
  alone.b = {1.0};
  alone.student_dim = 2;
  CHECK(std::abs(alone.joint().information({"x2"}, {"y"})) < kRounding);
  CHECK(near(alone.joint().information({"x1"}, {"y"}), -0.5 * std::log(1.0 - 0.25), kRounding));
}

TEST_CASE("shared-private model: even weights keep what the factors say together") {
  auto information = [](std::size_t k) {
    SharedPrivateModel m;
    m.a = even_weights(1.5, k);
    return m.joint().information({"x1", "x2"}, {"y"});
  };
  CHECK(near(information(1), information(7), kRounding));
}

TEST_CASE("shared-private model: what has no distribution is refused") {
  auto code = [](auto&& change) {
    SharedPrivateModel m = small_model();
    change(m);
    return test::fault_code([&] { static_cast<void>(m.joint()); });
  };
  CHECK(code([](auto&) {}).empty());
  CHECK(code([](auto& m) { m.teacher_dim = 4; }) == "bad-model");
  CHECK(code([](auto& m) { m.label_noise = -1.0; }) == "bad-model");
  CHECK(code([](auto& m) { m.a[0] = NAN; }) == "bad-model");
  CHECK(code([](auto& m) { m.student_noise = 0.0; }) == "singular-covariance");  // padding of zeros
  CHECK(code([](auto& m) {
          m = SharedPrivateModel{};
          m.a = {};
        }) == "bad-model");
  CHECK(code([](auto& m) {
          m = SharedPrivateModel{};
          m.teacher_noise = m.student_noise = 0.0;
        }) == "singular-covariance");  // x1 = x2
}

TEST_CASE("MFH families: moments are those of the rows with labels ±1") {
  constexpr std::size_t kRows = 20000;
  for (const auto& model : {MfhModel::gamma(4, 1), MfhModel::alpha(20, 2)}) {
    // W1 = Cov(x1, y), since Var x1 = I; t and s per row, then their moments.
    const auto m = model.moments(OptimalTeacher{});
    const MfhRows rows = sample_rows(model, kRows, 5);
    double norm = 0.0;
    for (const double a : model.a) norm += a * a;
    const double scale = std::sqrt(2.0 / (std::numbers::pi * norm));
    std::array<double, 4> sums{};  // t·s, t·y, s·y, t²
    std::array<double, 4> squares{};
    for (std::size_t i = 0; i < kRows; ++i) {
      double t = 0.0;
      double s = 0.0;
      for (const std::size_t j : model.teacher_z) t += scale * model.a[j] * rows.x1(i, j);
      for (const std::size_t j : model.student_z) s += scale * model.a[j] * rows.x2(i, j);
      const double y = rows.y[i] == 1 ? 1.0 : -1.0;
      const std::array<double, 4> products{t * s, t * y, s * y, t * t};
      for (std::size_t k = 0; k < 4; ++k) {
        sums[k] += products[k] / kRows;
        squares[k] += products[k] * products[k] / kRows;
      }
    }
    const std::array<double, 4> truth{m.beta_s * m.vs, m.beta_s * m.vs + m.c, m.vs, m.vt()};
    for (std::size_t k = 0; k < 4; ++k) {
      const double se = std::sqrt((squares[k] - sums[k] * sums[k]) / kRows);
      CHECK(within_sampling_error(sums[k], truth[k], se));
    }
    CHECK(near(m.vy(), 1.0, kRounding));
  }
}

TEST_CASE("MFH families: accuracy as predicted has the sign of the gains that were observed") {
  // Gains in points over 40 seeds of logistic students (n = 200, effective λ = .5) with teachers
  // from 200 fresh rows, standard errors .12 to .18; cells above three of them.
  struct Cell {
    bool gamma;
    std::size_t v;
    double observed;
  };
  const std::vector<Cell> cells{{true, 0, -1.78},  {true, 3, -.70},   {true, 6, .75},
                                {true, 8, 1.61},   {true, 10, 2.69},  {false, 0, 1.47},
                                {false, 10, 1.25}, {false, 20, 1.03}, {false, 30, .69}};
  constexpr std::size_t kSeeds = 40;
  for (const Cell& cell : cells) {
    double predicted = 0.0;
    for (std::size_t seed = 0; seed < kSeeds; ++seed) {
      const auto model = cell.gamma ? MfhModel::gamma(cell.v, seed) : MfhModel::alpha(cell.v, seed);
      const auto m = model.moments(FreshRowsTeacher{200}, true);
      predicted +=
          100.0 / kSeeds *
          DistillationRisk(m, {200, true}).accuracy_change(0.5, latent_correlation_of_signs(m));
    }
    CHECK(predicted * cell.observed > 0.0);
    // A least-squares teacher instead of a logistic one, and labels that are not Gaussian: within
    // half a point.
    CHECK(std::abs(predicted - cell.observed) < 0.5);
  }
}

TEST_CASE("MFH families: γ and α are the shares they name, and v has a range") {
  CHECK(MfhModel::gamma(0, 1).teacher_z.front() == 10);
  CHECK(MfhModel::gamma(10, 1).teacher_z == MfhModel::gamma(10, 1).student_z);
  CHECK(MfhModel::alpha(40, 1).teacher_z.size() == 50);
  CHECK(test::fault_code([] { MfhModel::gamma(11, 1); }) == "bad-model");
  CHECK(test::fault_code([] { MfhModel::alpha(41, 1); }) == "bad-model");
  MfhModel wrong = MfhModel::gamma(3, 1);
  wrong.teacher_z.push_back(25);
  CHECK(test::fault_code([&] { static_cast<void>(wrong.moments(OptimalTeacher{})); }) ==
        "bad-model");
}

}  // namespace cch
