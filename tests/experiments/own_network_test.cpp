// Networks of the caller's own in a pilot.
#include "cch/experiments/own_network.hpp"

#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/chances.hpp"
#include "cch/experiments/network_pilot.hpp"
#include "experiments/chance_parts.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kColumns = 30;  // many for 100 rows, so that a teacher has something to add

/// Multinomial regression by plain gradient steps; counts what it is asked.
class Softmax : public OwnNetwork {
 public:
  mutable std::size_t fits = 0;
  mutable std::size_t taught = 0;
  mutable double off = 0.0;  // largest distance of a row's targets from a sum of 1
  std::size_t columns_off = 0;

  [[nodiscard]] std::string name() const override { return "softmax"; }
  [[nodiscard]] Matrix outputs(const OwnFit& fit) const override {
    ++fits;
    taught += fit.taught ? 1 : 0;
    const std::size_t k = fit.classes;
    for (std::size_t i = 0; i < fit.x.rows(); ++i) {
      const auto row = fit.targets.row(i);
      off = std::max(off, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0));
      if (!fit.taught) CHECK(row[static_cast<std::size_t>(fit.y[i])] == 1.0);
    }
    Matrix w(fit.x.cols(), k);
    for (int step = 0; step < 300; ++step) {
      Matrix gradient(fit.x.cols(), k);
      const Matrix p = softmax(of(fit.x, w));
      for (std::size_t i = 0; i < fit.x.rows(); ++i) {
        for (std::size_t j = 0; j < fit.x.cols(); ++j) {
          for (std::size_t c = 0; c < k; ++c) {
            gradient(j, c) += fit.x(i, j) * (p(i, c) - fit.targets(i, c));
          }
        }
      }
      for (std::size_t j = 0; j < fit.x.cols(); ++j) {
        for (std::size_t c = 0; c < k; ++c) {
          w(j, c) -= 0.3 * (gradient(j, c) / static_cast<double>(fit.x.rows()) + 0.001 * w(j, c));
        }
      }
    }
    Matrix out = of(fit.all, w);
    return columns_off == 0 ? out : Matrix(out.rows(), k + columns_off);
  }

 private:
  static Matrix of(MatrixView x, const Matrix& w) {
    Matrix out(x.rows(), w.cols());
    for (std::size_t i = 0; i < x.rows(); ++i) {
      for (std::size_t j = 0; j < x.cols(); ++j) {
        for (std::size_t c = 0; c < w.cols(); ++c) out(i, c) += x(i, j) * w(j, c);
      }
    }
    return out;
  }
  static Matrix softmax(Matrix z) {
    for (std::size_t i = 0; i < z.rows(); ++i) {
      double total = 0.0;
      for (double& v : z.row(i)) total += v = std::exp(v);
      for (double& v : z.row(i)) v /= total;
    }
    return z;
  }
};

StudyDraw draw_of(std::size_t rows) {
  Random random(3);
  StudyDraw out;
  out.x = Matrix(rows, kColumns);
  out.classes = 2;
  out.groups = Groups::singletons(rows);
  TeacherView knows{"knows", {}, Matrix(rows, 2), {}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) out.x(i, j) = random.normal();
    const double score = out.x(i, 0) + 0.5 * random.normal();
    out.y.push_back(score > 0.0 ? 1 : 0);
    knows.x(i, 0) = score;
    knows.x(i, 1) = random.normal();
  }
  out.teachers = {std::move(knows)};
  return out;
}

NetworkPilotOptions options_with(const std::shared_ptr<const OwnNetwork>& own) {
  NetworkPilotOptions out;
  out.student = own ? NetworkSpec{Layers::own, {}, 0.0, own} : NetworkSpec{};
  out.teacher = {};
  out.scenarios = {Scenario::same_rows, Scenario::unlabelled_pairs};
  return out;
}

NetworkPilotRows rows_of(std::size_t labelled, std::size_t all) {
  NetworkPilotRows out;
  for (std::size_t i = 0; i < all; ++i) {
    (i < labelled ? out.labelled : out.unlabelled).push_back(i);
  }
  return out;
}

TEST_CASE("own networks: the pilot around them is that of the library's own") {
  const auto own = std::make_shared<Softmax>();
  const StudyDraw draw = draw_of(600);
  const NetworkPilot mine = network_pilot(draw, rows_of(100, 600), options_with(own), Execution{});
  const NetworkPilot linear =
      network_pilot(draw, rows_of(100, 600), options_with(nullptr), Execution{});
  // 5 folds: alone, a reference of its own in 4 parts, 4 arms of a teacher and 2 references in 2
  // scenarios.
  CHECK(own->fits == 5 * (1 + 4 + 4 * 3 * 2));
  CHECK(own->taught == 5 * 4 * 3 * 2);
  CHECK(own->off < test::kRounding);
  CHECK(mine.networks == linear.networks);
  for (std::size_t s = 0; s < 2; ++s) {
    const NetworkGain& a = mine.gains[s][0].gain;
    const NetworkGain& b = linear.gains[s][0].gain;
    CAPTURE(s);
    CHECK(std::abs(a.value - b.value) < 4.0 * std::hypot(a.standard_error, b.standard_error));
  }
  // A teacher that knows the score helps more where it labels 500 pairs as well.
  CHECK(mine.gains[1][0].gain.value > 0.0);
  CHECK(mine.gains[1][0].gain.value > mine.gains[0][0].gain.value);
}

TEST_CASE("own networks: the chance is that of the kind that they name") {
  struct Convolutional : Softmax {
    [[nodiscard]] Layers kind() const override { return Layers::cnn; }
  };
  CHECK(detail::kind_of({Layers::own, {}, 0.0, std::make_shared<Softmax>()}) == StudentKind::mlp);
  CHECK(detail::kind_of({Layers::own, {}, 0.0, std::make_shared<Convolutional>()}) ==
        StudentKind::cnn);
}

TEST_CASE("own networks: the same for any number of threads, in one order") {
  const StudyDraw draw = draw_of(120);
  const auto run = [&](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    return network_pilot(draw, rows_of(80, 120), options_with(std::make_shared<Softmax>()), exec);
  };
  CHECK(run(1).gains[1][0].row_terms == run(3).gains[1][0].row_terms);
}

TEST_CASE("own networks: values of another shape are refused") {
  const auto own = std::make_shared<Softmax>();
  own->columns_off = 1;
  const StudyDraw draw = draw_of(120);
  CHECK(test::fault_code([&] {
          network_pilot(draw, rows_of(80, 120), options_with(own), Execution{});
        }) == "own-network-shape");
  NetworkSpec nobody{Layers::own, {}, 0.0};
  CHECK(test::fault_code([&] { check(nobody); }) == "bad-network");
  CHECK(model_name({Layers::own, {}, 0.0, own}) == "softmax");
}

}  // namespace
}  // namespace cch
