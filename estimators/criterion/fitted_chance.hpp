#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/criterion/chance.hpp"

namespace cch::detail {

/// The gain as a normal, by the model that was fitted on the reference corpus.
struct FittedChance {
  std::string why_not;  ///< why there is none; empty: there is
  double mean = 0.0;
  double spread = 0.0;
  std::vector<ChanceContribution> contributions;  ///< largest effect first
};

/// With φ, ψ the terms below, c their means over the corpus (0 for the constant) and u the unit of
/// the model:
///
///   mean = u Σ_j w_j (φ_j − c_j),   ln(spread/u) = Σ_j v_j (ψ_j − c_j), within [−7, 3]
///
/// Each kind of student has a model of its own (that of convolutional ones is fitted on multilayer
/// perceptrons too), and evidence without a pilot of that kind another than evidence with one. None
/// where the shape of the question (scenario, rows a class, rows beside) lies further outside the
/// corpus than a quarter of its range there; findings more extreme than any of the corpus count as
/// its most extreme.
FittedChance fitted_chance(const ChanceEvidence& evidence, GainMetric metric);

/// Spread of the gains of real pairs before anything is known of them, by which a pilot's own error
/// is weighed: nats, or a share of rows.
double prior_spread(GainMetric metric);

/// From which chances on a verdict is firm.
struct FirmLimits {
  double gain = 1.0;        ///< distil: P(gain > 0) at least this
  double worthwhile = 0.0;  ///< do not distil: P(gain > worthwhile) at most this
};
/// The least strict limits with which at most a share of `risk` of the firm verdicts on each side
/// was wrong over the reference corpus, every family by a model that had not seen it; of the
/// tabulated risk below. Nothing for another metric or a smaller risk than any.
/// Ascending by rows within a kind of student and scenario.
std::vector<FirmShare> corpus_firm_shares();
std::optional<FirmLimits> corpus_limits(GainMetric metric, bool networks, double risk);

using NamedTerms = std::vector<std::pair<std::string, double>>;
/// φ and ψ by the names of the table, in its order; `networks`: with pilots of the own kind.
NamedTerms mean_terms(const ChanceEvidence& evidence, GainMetric metric, bool networks);
NamedTerms spread_terms(const ChanceEvidence& evidence, GainMetric metric, bool networks);

}  // namespace cch::detail
