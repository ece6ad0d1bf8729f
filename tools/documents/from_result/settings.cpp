#include "cch/documents/from_result.hpp"
#include "tools/documents/from_result/parts.hpp"

namespace cch::documents {

Facts settings_of(const RankOptions& options) {
  Facts out;
  out["estimator"] = options.estimators;
  out["scale"] = detail::word(options.scale);
  out["k"] = options.k ? Fact(std::uint64_t{*options.k}) : Fact();
  out["exact"] = options.exact;
  out["quick"] = options.coarse;
  out["decide-by"] = detail::word(options.decide_by);
  out["scenario"] = detail::word(options.scenario);
  out["lambda"] = options.lambda ? Fact(*options.lambda) : Fact(std::string("auto"));
  out["permutations"] = std::uint64_t{options.permutations};
  out["controls"] = options.controls;
  out["planted-bias"] = options.planted_bias;
  out["sensitivity"] = options.sensitivity;
  return out;
}

}  // namespace cch::documents
