#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/execution.hpp"
#include "cch/criterion/ranking.hpp"

namespace cch {

/// Names that begin so belong to controls.
inline constexpr std::string_view kControlPrefix = "control: ";
inline constexpr std::string_view kCloneControl = "control: student clone";
inline constexpr std::string_view kNoisyCloneControl = "control: student clone + noise";
inline constexpr std::string_view kShuffledControl = "control: shuffled teacher";
inline constexpr std::string_view kNoiseControl = "control: noise";

/// True for names that begin with "control:" in any case, with spaces before it or not.
bool is_control(std::string_view name);

/// A data Error "reserved-name" that lists every modality of the input called like a control.
void refuse_reserved_names(const RankInput& input);

struct ControlOptions {
  /// Noise of the noisy clone in standard deviations of each student column: 1 leaves correlation
  /// 1/√2 a column.
  double noise = 1.0;
};

struct Controls {
  std::vector<Modality> teachers;
  std::vector<Warning> warnings;  ///< controls that could not be made, and why
};

/// Teachers whose worth is known beforehand, to be ranked beside the user's:
///   student clone          the student's own features: the hypothesis holds by definition, and
///                          nothing can be learned from it;
///   student clone + noise  each column plus N(0, (noise · sd)²): as the clone, less precise;
///   shuffled teacher       the first teacher with whole groups exchanged (GroupPermuter): its own
///                          distribution, no information about anything;
///   noise                  N(0, 1), independent rows, as many columns as the student.
/// Where groups of unequal sizes cannot be exchanged the shuffled teacher is left out, with a
/// warning "control-left-out"; rows of groups that take no part keep their place and are counted in
/// a warning "control-partly-shuffled". Randomness from exec.seed by name. Cost O(N D).
Controls control_teachers(const RankInput& input, const ControlOptions& options,
                          const Execution& exec);

/// The features of the noise control: N(0, 1), rows × dim, of the stream "control-noise".
Samples noise_rows(std::size_t rows, std::size_t dim, std::uint64_t seed);

}  // namespace cch
