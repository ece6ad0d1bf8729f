#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/estimators/neural.hpp"

/// What the module with LibTorch does for the estimators: it trains networks on plain arrays.
/// LibTorch takes about a second to load, so the module is loaded at its first use, and everything
/// that needs no tensor stays outside of it.
namespace cch::detail {

/// Dense row-major matrix of floats.
struct FloatMatrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<float> values;
};

/// The rows of both sides, shared by all folds.
struct NeuralData {
  FloatMatrix x;                     ///< N × P, uncorrelated columns, mean variance 1
  FloatMatrix y;                     ///< N × Q; empty when y is labels
  std::vector<std::int64_t> labels;  ///< codes 0..classes−1 of classes that have rows
  std::size_t classes = 0;
  std::vector<std::int64_t> groups;  ///< empty when every row is its own group

  [[nodiscard]] bool discrete() const { return classes > 0; }
};

/// One network to train: its rows, its seed and where it starts.
struct NeuralFold {
  std::vector<std::int64_t> fit;
  std::vector<std::int64_t> validation;
  std::vector<std::int64_t> test;
  std::uint64_t seed = 1;
  /// Canonical directions P × r and Q × r (variates of variance 1) with their correlations; for
  /// labels P × K weights of linear discriminants (`b` empty) with K offsets.
  FloatMatrix a;
  FloatMatrix b;
  std::vector<float> rho;
};

struct CurvePoint {
  double train = 0.0;       ///< nats (latents: loss) of the epoch's batches
  double validation = 0.0;  ///< of the validation rows
};

/// How a training went. Point 0 of the curve is the start.
struct TrainingRecord {
  std::vector<CurvePoint> curve;
  std::size_t best_epoch = 0;
  std::size_t batch = 0;
  bool diverged = false;
};

enum class Objective { mine, nwj, infonce, smile };

struct CriticSettings {
  Objective objective = Objective::infonce;
  CriticOptions options;
  double moving_average = 0.05;
  double clip = 5.0;
};

struct CriticFit {
  std::vector<double> terms;  ///< one a test row
  double ceiling = 0.0;       ///< ln of the number of pairs that a row is compared with
  double heaviest = 0.0;      ///< largest share of one row in the partition term
  TrainingRecord record;
};

struct LatentSettings {
  LatentOptions options;
  LatentTie tie = LatentTie::cross;
  double moving_average = 0.05;
};

struct LatentFit {
  FloatMatrix x;  ///< codes of the validation rows, then of the test rows
  FloatMatrix y;  ///< empty for labels
  TrainingRecord record;
};

struct DensityFit {
  std::vector<double> terms;  ///< ln q(y|x) − ln q(y), one a test row
  TrainingRecord record;
};

class NeuralBackend {
 public:
  virtual ~NeuralBackend() = default;
  [[nodiscard]] virtual std::string torch_version() const = 0;
  [[nodiscard]] virtual bool cuda() const = 0;

  // Networks of all folds given are trained as one batch of equal networks. They see the fields of
  // `exec` except threads: on the CPU a call uses one thread.
  [[nodiscard]] virtual std::vector<CriticFit> fit_critics(const NeuralData& data,
                                                           std::span<const NeuralFold> folds,
                                                           const CriticSettings& settings,
                                                           const Execution& exec) const = 0;
  [[nodiscard]] virtual std::vector<LatentFit> fit_latents(const NeuralData& data,
                                                           std::span<const NeuralFold> folds,
                                                           const LatentSettings& settings,
                                                           const Execution& exec) const = 0;
  [[nodiscard]] virtual std::vector<DensityFit> fit_densities(const NeuralData& data,
                                                              std::span<const NeuralFold> folds,
                                                              const DoeOptions& options,
                                                              const Execution& exec) const = 0;
};

/// Changes whenever one of the structs above does: a module of another build is refused.
inline constexpr int kNeuralInterface = 1;
/// What the module exports, under the name "cch_neural_backend".
using NeuralEntry = const NeuralBackend* (*)(int interface_number);

/// The module; a usage Error "no-libtorch" that says why when it cannot be had.
const NeuralBackend& neural_backend();

}  // namespace cch::detail
