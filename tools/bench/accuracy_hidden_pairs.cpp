// Gaussian pairs of known information behind random maps to many columns. Every layer is
// injective: a matrix of full column rank that does not narrow, then an activation that rises
// strictly. So the information of the columns is that of the pairs. Embeddings also hide numbers
// that each side has to itself.

#include <fmt/core.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "accuracy_task.hpp"
#include "cch/core/random.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kRows = 5000;
constexpr std::size_t kRank = 3;
constexpr std::size_t kEmbeddingPairs = 16;
constexpr std::size_t kEmbeddingOwn = 48;  // numbers that one side alone has
constexpr double kLeak = 0.2;

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<const Rows>;

enum class Activation { leaky_relu, tanh, cubic };

double apply(Activation activation, double v) {
  switch (activation) {
    case Activation::leaky_relu:
      return v >= 0.0 ? v : kLeak * v;
    case Activation::tanh:
      return std::tanh(v);
    case Activation::cubic:
      return v * v * v;
  }
  return v;
}

double undo(Activation activation, double v) {
  switch (activation) {
    case Activation::leaky_relu:
      return v >= 0.0 ? v : v / kLeak;
    case Activation::tanh:
      return std::atanh(v);
    case Activation::cubic:
      return std::cbrt(v);
  }
  return v;
}

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

// h = activation(u Wᵀ + b), u of norm about √inputs; W and b so that u Wᵀ has variance `gain`².
class Layer {
 public:
  Layer(std::size_t inputs, std::size_t outputs, Activation activation, Random& random)
      : activation_(activation), weights_(index(outputs), index(inputs)), bias_(index(outputs)) {
    // Inside a tanh four standard deviations must stay short of rounding to 1.
    const double gain = activation == Activation::tanh ? 0.75 : 1.0;
    const double scale = gain / std::sqrt(static_cast<double>(inputs));
    std::generate_n(weights_.data(), weights_.size(), [&] { return scale * random.normal(); });
    std::generate_n(bias_.data(), bias_.size(), [&] { return 0.5 * gain * random.normal(); });
  }

  [[nodiscard]] Rows forward(const Rows& u) const {
    Rows h = (u * weights_.transpose()).rowwise() + bias_;
    return h.unaryExpr([this](double v) { return apply(activation_, v); });
  }

  [[nodiscard]] Rows backward(const Rows& h) const {
    const Rows before =
        h.unaryExpr([this](double v) { return undo(activation_, v); }).rowwise() - bias_;
    return weights_.colPivHouseholderQr().solve(before.transpose()).transpose();
  }

 private:
  Activation activation_;
  Rows weights_;
  Eigen::RowVectorXd bias_;
};

class HiddenMap {
 public:
  HiddenMap(const std::vector<std::size_t>& widths, Activation activation, std::uint64_t seed) {
    Random random(seed);
    for (std::size_t l = 1; l < widths.size(); ++l) {
      layers_.emplace_back(widths[l - 1], widths[l], activation, random);
    }
  }

  [[nodiscard]] Samples forward(const Matrix& u, const char* name) const {
    Rows h = Map(u.data(), index(u.rows()), index(u.cols()));
    for (const Layer& layer : layers_) h = layer.forward(h);
    const auto rows = static_cast<std::size_t>(h.rows());
    const auto cols = static_cast<std::size_t>(h.cols());
    return Samples::from(Matrix(rows, cols, std::vector<double>(h.data(), h.data() + h.size())),
                         name);
  }

  [[nodiscard]] Rows backward(const Samples& x) const {
    Rows h = Map(x.view().data(), index(x.size()), index(x.dim()));
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) h = layer->backward(h);
    return h;
  }

 private:
  std::vector<Layer> layers_;
};

struct HiddenCell {
  std::string name;
  std::vector<double> rho;  // of each pair
  std::size_t own;          // further numbers of each side
  HiddenMap map_x;
  HiddenMap map_y;
};

struct HiddenNumbers {
  Matrix u;
  Matrix v;
};

HiddenNumbers hidden_numbers(const HiddenCell& cell, std::size_t n, std::uint64_t seed) {
  Random random(derive_seed(derive_seed(seed, cell.name), "pairs"));
  const std::size_t pairs = cell.rho.size();
  HiddenNumbers out{Matrix(n, pairs + cell.own), Matrix(n, pairs + cell.own)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < pairs + cell.own; ++j) {
      const double rho = j < pairs ? cell.rho[j] : 0.0;
      out.u(i, j) = random.normal();
      out.v(i, j) = rho * out.u(i, j) + std::sqrt(1.0 - rho * rho) * random.normal();
    }
  }
  return out;
}

Draw draw_cell(const HiddenCell& cell, std::size_t n, std::uint64_t seed) {
  const HiddenNumbers hidden = hidden_numbers(cell, n, seed);
  return {cell.map_x.forward(hidden.u, "x"), cell.map_y.forward(hidden.v, "y")};
}

// Back through the layers by least squares, then the density of the pairs.
std::vector<double> pointwise_cell(const HiddenCell& cell, std::size_t n, std::uint64_t seed) {
  const Draw draw = draw_cell(cell, n, seed);
  const Rows u = cell.map_x.backward(std::get<Samples>(draw.x));
  const Rows v = cell.map_y.backward(std::get<Samples>(draw.y));
  std::vector<double> terms(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < cell.rho.size(); ++j) {
      terms[i] += normal_pointwise(cell.rho[j], u(index(i), index(j)), v(index(i), index(j)));
    }
  }
  return terms;
}

struct MapKind {
  const char* name;
  Activation activation;
  bool deep;  // a hidden layer of the geometric mean of both widths
};

constexpr MapKind kMlp{"mlp", Activation::leaky_relu, true};
constexpr MapKind kTanh{"tanh", Activation::tanh, false};
constexpr MapKind kCubic{"cubic", Activation::cubic, false};

HiddenMap map_of(const MapKind& kind, std::size_t hidden, std::size_t dim,
                 const std::string& seed) {
  std::vector<std::size_t> widths{hidden};
  if (kind.deep) {
    widths.push_back(static_cast<std::size_t>(std::sqrt(static_cast<double>(hidden * dim))));
  }
  widths.push_back(dim);
  return {widths, kind.activation, derive_seed(1, seed)};
}

AccuracyTask task_of(const char* set, HiddenCell hidden, std::size_t dim_x, std::size_t dim_y,
                     std::vector<std::size_t> rows) {
  double nats = 0.0;
  for (const double rho : hidden.rho) nats += normal_information(rho);
  const auto cell = std::make_shared<const HiddenCell>(std::move(hidden));
  AccuracyTask task;
  task.name = cell->name;
  task.set = set;
  task.dim_x = dim_x;
  task.dim_y = dim_y;
  task.rows = std::move(rows);
  task.truth = [nats] { return Truth{nats, 0.0}; };
  task.draw = [cell](std::size_t n, std::uint64_t seed) { return draw_cell(*cell, n, seed); };
  task.pointwise = [cell](std::size_t n, std::uint64_t seed) {
    return pointwise_cell(*cell, n, seed);
  };
  return task;
}

AccuracyTask pairs_task(const MapKind& kind, std::size_t dim, double nats) {
  // The maps belong to the kind and the width: tasks that differ in truth share them.
  const std::string maps = fmt::format("{}-{}", kind.name, dim);
  const std::vector<double> rho(kRank, correlation_of(nats / static_cast<double>(kRank)));
  return task_of("hidden-pairs",
                 {fmt::format("{}-{}", maps, nats), rho, 0, map_of(kind, kRank, dim, maps + " x"),
                  map_of(kind, kRank, dim, maps + " y")},
                 dim, dim, {kRows});
}

// Informations of the pairs fall by a factor of 2 from one to the fourth after it.
AccuracyTask embedding_task(const MapKind& kind, double nats) {
  constexpr std::size_t dim_x = 768;
  constexpr std::size_t dim_y = 1024;
  constexpr std::size_t hidden = kEmbeddingPairs + kEmbeddingOwn;
  std::vector<double> parts(kEmbeddingPairs);
  double sum = 0.0;
  for (std::size_t j = 0; j < parts.size(); ++j) {
    parts[j] = std::exp2(-static_cast<double>(j) / 4.0);
    sum += parts[j];
  }
  std::vector<double> rho;
  for (const double part : parts) rho.push_back(correlation_of(nats * part / sum));
  const std::string maps = fmt::format("embedding-{}", kind.name);
  return task_of(
      "embeddings",
      {fmt::format("{}-{}", maps, nats), std::move(rho), kEmbeddingOwn,
       map_of(kind, hidden, dim_x, maps + " x"), map_of(kind, hidden, dim_y, maps + " y")},
      dim_x, dim_y, {2000, 10000});
}

}  // namespace

std::vector<AccuracyTask> hidden_pair_tasks() {
  std::vector<AccuracyTask> tasks;
  for (const MapKind& kind : {kMlp, kTanh, kCubic}) {
    for (const std::size_t dim : {50, 200, 500}) {
      for (const double nats : {0.25, 1.0, 2.0}) tasks.push_back(pairs_task(kind, dim, nats));
    }
  }
  return tasks;
}

std::vector<AccuracyTask> embedding_tasks() {
  std::vector<AccuracyTask> tasks;
  for (const MapKind& kind : {kMlp, kTanh}) {
    for (const double nats : {1.0, 2.0, 4.0}) tasks.push_back(embedding_task(kind, nats));
  }
  return tasks;
}

}  // namespace cch::bench
