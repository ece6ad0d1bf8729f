#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cch {

class OwnNetwork;

/// `own`: what the caller makes of it (own_network.hpp); it has no name in files.
enum class Layers { linear, mlp, cnn, own };
std::string_view to_string(Layers layers);

/// A network as plain data. Every weight and offset starts uniform in ±1/√(inputs of its unit).
struct NetworkSpec {
  Layers layers = Layers::linear;
  /// mlp: units of each hidden layer. cnn: channels of each block (3 × 3 convolution with a border
  /// of zeros, rectifier, 2 × 2 maximum); a linear layer follows the last block.
  std::vector<std::size_t> widths;
  /// Share of hidden units (cnn: of the last block's values) set to 0 in training, the others
  /// scaled by 1/(1 − share).
  double dropout = 0.0;
  std::shared_ptr<const OwnNetwork> own = {};  ///< of Layers::own

  bool operator==(const NetworkSpec&) const = default;
};

enum class Optimiser { sgd, adam, adamw };
std::string_view to_string(Optimiser optimiser);
enum class Schedule { constant, cosine, step };
std::string_view to_string(Schedule schedule);
/// The weights of a training that count: they are judged, and they teach.
///   best   those with the least loss on the validation rows
///   last   those after the last step
enum class Checkpoint { best, last };
std::string_view to_string(Checkpoint checkpoint);

/// How a network is fitted. With S steps in all and step s from 0, the rate is
///   constant  r;   cosine  r/2 (1 + cos(πs/S));   step  r/10^⌊3s/S⌋.
struct Optimisation {
  Optimiser optimiser = Optimiser::adam;
  Schedule schedule = Schedule::constant;
  double learning_rate = 1e-3;
  double momentum = 0.0;  ///< sgd: v ← μv + g, w ← w − r v
  /// sgd, adam: added to the gradient; adamw: w ← w(1 − r·decay). Of several, every network takes
  /// the one whose best weights have the least loss on the validation rows.
  std::vector<double> weight_decay{0.0};
  std::size_t epochs = 30;  ///< passes over the rows; with `steps` given it is not used
  std::size_t steps = 0;    ///< steps in all; 0: as many as the epochs have
  std::size_t batch = 128;  ///< rows a step; 0: all of them
  bool double_precision = false;
  /// Share of the labelled rows (whole groups) that no step sees, to find the best weights; 0:
  /// none. Read by who chooses the rows of a fit.
  double validation = 0.0;
  /// Points of its curve (about 50 in a full run) without a lower validation loss after which a
  /// network stops; 0: it runs to the end.
  std::size_t patience = 0;
  Checkpoint weights = Checkpoint::last;

  bool operator==(const Optimisation&) const = default;
};

/// What the student takes from the teacher. With student outputs z, teacher outputs t, temperature
/// T, p = softmax(t/T), q = softmax(z/T), a row's loss is
///   kl            Σ_k p_k ln(p_k/q_k)                  reverse-kl   Σ_k q_k ln(q_k/p_k)
///   logits        (1/K) Σ_k (z_k − t_k)²               prediction   Σ_k (z_k − t_k)², real labels
/// times T² if `scaled` (kl, reverse-kl). Those on features h (the student's last hidden layer, m
/// columns) and g (the teacher's) are
///   fitnet        (1/m') Σ_j (Wh − g)_j², W learned     cosine       1 − cos(Wh, g)
///   contrastive   InfoNCE of (Wh, g) over the rows of the step, cosines divided by T, W learned
/// and every loss is a mean over rows.
enum class DistilForm { kl, reverse_kl, logits, prediction, fitnet, cosine, contrastive };
std::string_view to_string(DistilForm form);
/// Whether the form compares hidden features, which a linear network has not.
bool compares_features(DistilForm form);

/// Loss = a·(hard loss) + b·(distillation loss); hard loss: cross-entropy, for real labels the
/// squared error summed over columns.
///   added  a = 1, b = λ (the theorem's form);   mixed  a = 1 − λ, b = λ
enum class Weighting { added, mixed };
std::string_view to_string(Weighting weighting);

struct DistilLoss {
  DistilForm form = DistilForm::kl;
  Weighting weighting = Weighting::added;
  double lambda = 0.0;  ///< 0: no distillation
  double temperature = 1.0;
  bool scaled = true;

  [[nodiscard]] double hard_weight() const {
    return weighting == Weighting::added ? 1.0 : 1.0 - lambda;
  }
  bool operator==(const DistilLoss&) const = default;
};

// Usage Errors "bad-network", "bad-training", "bad-lambda" and "bad-temperature" for values without
// a meaning, "wrong-loss" for a form that labels or network do not have.
void check(const NetworkSpec& network);
void check(const Optimisation& optimisation);
void check(const DistilLoss& loss, const NetworkSpec& network, bool classes);

// By their names above ("reverse-kl"); usage Error "unknown-…" with the nearest name.
Layers parse_layers(std::string_view name);
Optimiser parse_optimiser(std::string_view name);
Schedule parse_schedule(std::string_view name);
DistilForm parse_distil_form(std::string_view name);
Weighting parse_weighting(std::string_view name);
Checkpoint parse_checkpoint(std::string_view name);

}  // namespace cch
