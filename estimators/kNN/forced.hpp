#pragma once

#include <span>
#include <vector>

#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/ksg2.hpp"
#include "cch/estimators/ksg_conditional.hpp"
#include "cch/estimators/mixed_ksg.hpp"
#include "cch/estimators/ross.hpp"
#include "estimators/kNN/search.hpp"

/// The neighbour estimators with the search path chosen by the caller, for tests and benchmarks.
namespace cch::detail {

std::vector<Estimate> ksg1_sweep(const Samples& x, const Samples& y, const Groups& groups,
                                 std::span<const std::size_t> ks, const Ksg1Options& options,
                                 SearchPath path, const Execution& exec);
Estimate ksg2(const Samples& x, const Samples& y, const Groups& groups, const Ksg2Options& options,
              SearchPath path, const Execution& exec);
Estimate ross(const Samples& x, const ClassLabels& y, const Groups& groups,
              const RossOptions& options, SearchPath path, const Execution& exec);
Estimate mixed_ksg(const Variable& x, const Variable& y, const Groups& groups,
                   const MixedKsgOptions& options, SearchPath path, const Execution& exec);
Estimate ksg_conditional(const Samples& x, const Samples& y, const Samples& z, const Groups& groups,
                         const KsgConditionalOptions& options, SearchPath path,
                         const Execution& exec);

}  // namespace cch::detail
