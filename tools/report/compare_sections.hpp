#pragma once

#include <cstddef>
#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// The rooms of a comparison's page, in page order; each a whole <section>, or "" when the document
/// has nothing for it.
std::string compare_headline(const json& document);     ///< agreement, AUROCs, warnings
std::string compare_leaderboard(const json& document);  ///< a line a criterion
std::string compare_scatter(const json& document);  ///< gain against score, a picture a criterion
std::string compare_calibration(const json& document);  ///< predicted against observed gain
std::string compare_slices(const json& document);       ///< by λ, temperature, noise …
std::string compare_pairs(const json& document);        ///< the pairs and their controls
std::string compare_methods(const json& document);      ///< how it is measured, reproduce
std::string compare_downloads(const json& document, std::size_t room);

}  // namespace cch::report
