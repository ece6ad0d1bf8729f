#pragma once

#include <cstddef>
#include <string>

#include "tools/report/rank/evidence.hpp"

namespace cch::report {

/// The forest of what decided the verdicts, over the first `most` teachers: pilot gains, margins on
/// predictions or margins.
std::string deciding_figure(const RankDocument& document, const std::string& id, std::size_t most,
                            double wide);

/// Pilot gains with the region of practical equivalence; "" without any.
std::string pilot_figure(const RankDocument& document, const std::string& id, std::size_t most,
                         double wide);

/// Margins of the CCH on representations; a thin outer line is the interval that takes in the
/// expected bias.
std::string margin_figure(const RankDocument& document, const std::string& id, std::size_t most,
                          double wide);

/// The two sides of each margin, I(T;S) above I(S;Y), on one axis.
std::string sides_figure(const RankDocument& document);

}  // namespace cch::report
