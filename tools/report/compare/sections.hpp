#pragma once

#include <cstddef>
#include <string>

#include "tools/report/compare/model.hpp"

namespace cch::report {

/// The rooms of a comparison's page, in page order; each a whole <section>, or "" when the document
/// has nothing for it.
std::string compare_headline(const CompareDocument& document);     ///< agreement, AUROCs, warnings
std::string compare_leaderboard(const CompareDocument& document);  ///< a line a criterion
std::string compare_scatter(
    const CompareDocument& document);  ///< gain against score, a picture a criterion
std::string compare_calibration(
    const CompareDocument& document);                          ///< predicted against observed gain
std::string compare_slices(const CompareDocument& document);   ///< by λ, temperature, noise …
std::string compare_pairs(const CompareDocument& document);    ///< the pairs and their controls
std::string compare_methods(const CompareDocument& document);  ///< how it is measured, reproduce
std::string compare_downloads(const CompareDocument& document, std::size_t room);

}  // namespace cch::report
