#pragma once

#include <cstddef>
#include <string>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// How any of the networks below is trained. One setting serves every problem; the defaults were
/// chosen on the accuracy benchmark (docs/benchmarks.md), never on one data set.
struct TrainingOptions {
  std::size_t folds = 4;  ///< K ≥ 2 parts of whole groups, each read by networks that never saw it
  std::size_t restarts =
      1;  ///< networks a fold, from different starts; their row terms are averaged
  std::size_t max_dim = 128;    ///< principal components kept of a side (label-free, all rows)
  std::size_t hidden = 256;     ///< width of the two hidden layers
  std::size_t batch = 256;      ///< rows a step; at most the rows that are fitted
  std::size_t epochs = 100;     ///< at most
  std::size_t patience = 8;     ///< epochs without a better validation value before the fit ends
  double learning_rate = 2e-3;  ///< of Adam
  double weight_decay = 1e-4;   ///< decoupled, on the weights of the hidden layers
};

/// Form of the critic T(x, y).
enum class CriticForm {
  separable,  ///< f(x)·g(y) + a(x) + b(y): every pair of a batch is a negative
  joint,      ///< one network of (x, y), concatenated; `negatives` a row
};

struct CriticOptions {
  TrainingOptions training;
  CriticForm form = CriticForm::separable;
  std::size_t embedding = 32;  ///< entries of f and g
  std::size_t negatives = 16;  ///< a row and step, of a joint critic
};

/// Donsker–Varadhan bound E_p[T] − ln E_q[e^T] (MINE, Belghazi et al. 2018), the gradient of its
/// second term with a running mean of E_q[e^T].
struct MineOptions : CriticOptions {
  double moving_average = 0.05;  ///< weight of the newest batch in that running mean
};

/// E_p[T] − e⁻¹ E_q[e^T] (Nguyen, Wainwright & Jordan 2010).
struct NwjOptions : CriticOptions {};

/// E[T(x_i, y_i) − ln mean_j e^T(x_i, y_j)], at most ln B for B pairs (van den Oord et al. 2018).
struct InfonceOptions : CriticOptions {};

/// Jensen–Shannon critic, read as Donsker–Varadhan with e^T clipped to [e^−τ, e^τ] in the partition
/// term (Song & Ermon 2020).
struct SmileOptions : CriticOptions {
  double clip = 5.0;  ///< τ
};

/// Difference of entropies H(Y) − H(Y|X) (McAllester & Stratos 2020), each the held-out
/// cross-entropy of an autoregressive mixture of Gaussians in canonical coordinates. Neither an
/// upper nor a lower bound, and the only one here without a ceiling.
struct DoeOptions {
  TrainingOptions training;
  std::size_t components = 4;  ///< of the mixture of each entry
};

/// What keeps the latent codes of both sides about each other, beside their own reconstruction.
enum class LatentTie { cross, mine, infonce };

/// Latent mutual information (LMI; Gowri et al. 2024), repaired: see latent().
struct LatentOptions {
  TrainingOptions training{.folds = 2};  ///< neighbours need many rows in a fold
  std::size_t latents = 8;               ///< entries of each code
  std::size_t k = 4;                     ///< neighbours of the KSG readings
  double dropout = 0.5;                  ///< in the cross decoders
};
struct LatentMineOptions : LatentOptions {};
struct LatentInfonceOptions : LatentOptions {};

/// Information of two vectors, or of a vector and class labels, by a critic T that is trained on
/// some groups of rows and read on others, nats.
///
/// For each of K folds of whole groups: of the other rows 4/5 are fitted and 1/5 (never more than
/// 2048 rows) decide when to stop; the network with the best validation value is kept, and read on
/// the fold. T starts from the log density ratio of the Gaussian whose canonical pairs were found
/// on the fitted rows (classes: from linear discriminants),
///
///   T_0 = Σ_i ρ_i u_i v_i / (1 − ρ_i²) − ρ_i² (u_i² + v_i²) / (2 (1 − ρ_i²)) − ½ ln(1 − ρ_i²),
///
/// and the network learns what that misses; if it learns nothing that holds on the validation rows,
/// the start is what is read. For labels y the critic is a network T_y(x) with one output a class,
/// and E_q is the exact sum over the classes.
///
/// `row_terms` hold each row's share: for infonce its term of the mean, for the others also its
/// first-order share of the partition term. Their mean is the estimate, their spread (rows of a
/// group as one cluster) the standard error. Pairs of rows of one group are never negatives.
/// Sides with more than max_dim columns enter as their principal components (fitted without the
/// other side), so dependence outside of them is missed. x is best on the rank scale.
///
/// Errors: "unequal-rows"; fewer than 64 rows or 2K groups ("too-few-rows"); labels with one class
/// or a class in a single group ("one-class", "lone-class"); "no-libtorch" where the program has no
/// LibTorch; "diverged" (kind run) when a loss is no longer finite: no number is reported. A
/// constant side gives 0 with the warning "constant-input".
/// Warnings: "saturated" (infonce within a tenth of its ceiling ln B), "heavy-partition" (the
/// partition term rests on few rows, so the value may exceed the truth), "small-batch".
/// Diagnostics: value, best epoch and training curve of every network, ceiling, batch.
/// Cost: about 6·N·H·(D_x + D_y + 2 H)·epochs a fold, H = hidden; D ≤ max_dim.
/// Memory: (D_x + D_y) floats a row, D ≤ max_dim, and the networks. Bitwise equal for any number of
/// threads on the CPU.
Estimate mine(const Samples& x, const Variable& y, const Groups& groups, const MineOptions& options,
              const Execution& exec);
Estimate nwj(const Samples& x, const Variable& y, const Groups& groups, const NwjOptions& options,
             const Execution& exec);
Estimate infonce(const Samples& x, const Variable& y, const Groups& groups,
                 const InfonceOptions& options, const Execution& exec);
Estimate smile(const Samples& x, const Variable& y, const Groups& groups,
               const SmileOptions& options, const Execution& exec);

/// Difference of entropies with the same folds and errors as mine(), of the canonical coordinates
/// of y (at least eight), so dependence outside of them is missed. Meant for vectors with a smooth
/// density: where a side fills a surface of fewer dimensions or has point masses, both entropies
/// are without bound and their difference can be anything. For labels, H(Y) is exact and the value
/// is that of infonce().
Estimate doe(const Samples& x, const Variable& y, const Groups& groups, const DoeOptions& options,
             const Execution& exec);

/// Latent mutual information: encoders compress both sides to m entries, trained to restore each
/// side from its own code and, `tie`, from the other side's (cross; mean squared errors), or to
/// hold a critic's bound (mine, infonce). The codes of rows that no network saw are read by nearest
/// neighbours.
///
/// Against the published code: three-way split within every fold, best weights are copied,
/// validation without dropout, the canonical variates of the fitted rows are part of each code,
/// codes are turned to canonical coordinates of the validation rows and put on normal scores before
/// KSG; how many coordinates enter (up to three jointly, or more one by one less what they count
/// twice) and whether the learned entries help at all is chosen for each fold by the readings of
/// the others; nats, refusals instead of zeroed values. For class labels the second code is the
/// label itself, cross means cross-entropy, and Ross's estimator reads it.
///
/// Standard error: spread of the local terms of the readings. Folds, errors, diagnostics and cost
/// as mine(), with about twice the cost.
Estimate latent(const Samples& x, const Variable& y, const Groups& groups,
                const LatentOptions& options, const Execution& exec,
                LatentTie tie = LatentTie::cross);

/// Whether this program has LibTorch, its version, and whether it sees a GPU. Loads LibTorch at the
/// first call (about a second).
struct NeuralSupport {
  bool available = false;
  bool cuda = false;
  std::string torch_version;
  std::string why_not;  ///< when not available
};
NeuralSupport neural_support();

/// The device that "auto", "cpu", "cuda" or "cuda:N" stands for here: auto is the GPU where there
/// is one. A usage Error "device-missing" for cuda without a GPU, "unknown-device" for other names.
std::string resolved_device(const std::string& name);

}  // namespace cch
