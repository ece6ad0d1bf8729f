#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cch/gaussian/distillation_risk.hpp"

namespace cch {

/// What a law says about distillation. `neither` is for exact ties and for what has no direction.
enum class Effect { helps, harms, neither };
std::string_view to_string(Effect effect);

/// What each law says about one model, teacher and λ. The first is of arXiv 2510.13182 and
/// one-directional (where it fails it says nothing), all others are ours.
struct LawReadings {
  double lambda = 0.0;
  bool cch_holds = false;                           ///< I(t;s) > I(s;y)
  Effect small_lambda_risk = Effect::neither;       ///< β_e against 1
  Effect small_lambda_direction = Effect::neither;  ///< β_s against β_e
  Effect risk = Effect::neither;                    ///< E(u) against E(0) at this λ, exact
  Effect direction = Effect::neither;               ///< cos(u) against cos(0) at this λ
  std::vector<std::string> disagreements;  ///< where two of them differ, and why: sentences
};

/// All laws at λ > 0. Cost O(1).
LawReadings read_laws(const DistillationRisk& risk, double lambda);

}  // namespace cch
