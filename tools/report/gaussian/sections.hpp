#pragma once

#include <string>

#include "tools/report/gaussian/model.hpp"

namespace cch::report {

/// The rooms of a sweep's page, in page order; each a whole <section>, or "" when the document has
/// nothing for it.
std::string sweep_headline(const Sweep& sweep);    ///< how often the CCH and the laws were right
std::string sweep_curves(const Sweep& sweep);      ///< excess risk against λ
std::string sweep_phases(const Sweep& sweep);      ///< where the CCH is right, on two axes
std::string sweep_confusion(const Sweep& sweep);   ///< counts of each criterion
std::string sweep_margins(const Sweep& sweep);     ///< gain against the CCH's margin
std::string sweep_agreement(const Sweep& sweep);   ///< formula against simulation
std::string sweep_estimators(const Sweep& sweep);  ///< estimates against the closed form
std::string sweep_methods(const Sweep& sweep);     ///< how it was run, methods, reproduce
std::string sweep_downloads(const Sweep& sweep, std::size_t room);

/// The answer in one sentence.
std::string sweep_sentence(const Sweep& sweep);
/// "Teacher noise and rows · 120 cells × 5 λ · …": what was run.
std::string sweep_lead(const Sweep& sweep);

/// What the theorem claims, and in how many cells where the CCH holds no λ lowers the risk.
std::string theorem_words(const Sweep& sweep);

/// "71 %", with a decimal next to 0 and 100, "–" for none.
std::string percent(const std::optional<Share>& share);

/// "the simulation", "the exact law".
const char* truth_words(TruthFrom truth);

/// Share of the excess risk that goes, or the change of the cosine; of the simulation where the
/// formula is not about the cell's teacher. Nothing where there is none.
std::optional<double> shown_gain(const SweepCell& cell, const StudyPoint& point, About about);

}  // namespace cch::report
