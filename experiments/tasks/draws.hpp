#pragma once

#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/task.hpp"

/// One draw a task, and what they share.
namespace cch::detail {

/// The array "split" of a set: 0, 1 or 2 for each of `rows` rows (split.hpp). Without test rows
/// those of validation are scored. Warning "split-read" where something was read into its values.
void take_split(TaskData& data, const std::string& set, std::size_t rows);

StudyDraw draw(const MfhTask& task, std::uint64_t seed);
StudyDraw draw(const GaussianTask& task, std::uint64_t seed);
StudyDraw draw(const GeneralisedTask& task, const StudyValues& setting, std::uint64_t seed);
StudyDraw draw(const DigitsTask& task, const TaskData& data, std::uint64_t seed,
               const Execution& exec);
StudyDraw draw(const FeaturesTask& task, const TaskData& data, const StudyValues& setting,
               std::uint64_t seed);

TaskData load(const DigitsTask& task, const Execution& exec);
TaskData load(const FeaturesTask& task, const Execution& exec);

/// What a teacher is called by: the share that v stands for; the noise, where a study has any.
inline StudyValues mfh_parameters(const MfhTask& task, std::size_t v) {
  const auto at = static_cast<double>(v);
  if (task.alpha) return {{"alpha", at / (at + 10.0)}};
  return {{"gamma", at / (20.0 - at)}};
}
inline StudyValues feature_parameters(const FeaturesTask& task, double noise) {
  if (task.noise.size() == 1 && noise == 0.0) return {};
  return {{"noise", noise}};
}

/// Independent standard normal values of a stream of their own.
inline Matrix normals(std::size_t rows, std::size_t cols, std::uint64_t seed, std::string_view name,
                      std::size_t index = 0) {
  Random random(derive_seed(seed, name, index));
  Matrix out(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& v : out.row(i)) v = random.normal();
  }
  return out;
}

/// Row numbers first..first+count−1.
inline std::vector<std::size_t> row_range(std::size_t first, std::size_t count) {
  std::vector<std::size_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
}

/// Rows of a simulated task, one kind after the other.
inline void number_rows(StudyDraw& draw, std::size_t train, std::size_t fresh, std::size_t test,
                        std::size_t moments) {
  draw.train = row_range(0, train);
  draw.fresh = row_range(train, fresh);
  draw.test = row_range(train + fresh, test);
  draw.moments = row_range(train + fresh + test, moments);
  draw.groups = Groups::singletons(train + fresh + test + moments);
}

}  // namespace cch::detail
