#include "tools/cch/rank/ranked.hpp"

#include <optional>

#include "tools/cch/rank/chances.hpp"
#include "tools/cch/rank/document.hpp"

namespace cch {

Ranked ranked(const RankSettings& s, const RankInputs& inputs, const std::string& command_line,
              std::chrono::steady_clock::time_point begin, const Execution& exec,
              const std::function<void(const std::string& line)>& tell) {
  const RankOptions options = chance_options(s, inputs, exec, tell);
  const RankResult result = rank_teachers(inputs.input, options, exec);
  std::optional<BestSet> best;
  if (s.best_set) best = asked_best_set(s, inputs, result, exec);
  std::vector<ClassRanking> per_class;
  if (s.per_class) per_class = rank_per_class(inputs.input, quick_options(s, exec), exec);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  documents::RankBeside beside =
      beside_ranking(s, inputs, per_class, command_line, seconds.count());
  beside.best_set = best;
  Execution quiet = exec;
  quiet.sink = nullptr;
  return {
      documents::as_stored(documents::rank_document(inputs.input, options, result, quiet, beside)),
      result.evidence.front().decision.verdict};
}

}  // namespace cch
