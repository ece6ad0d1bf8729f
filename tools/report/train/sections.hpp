#pragma once

#include <cstddef>
#include <string>

#include "tools/report/train/model.hpp"

namespace cch::report {

/// The sections of a study's page, in page order; each a whole <section>, or "" where the study has
/// nothing for it.
std::string train_headline(const TrainReport& report);  ///< the sentence, state, warnings
std::string train_studied(const TrainReport& report);   ///< what was trained
std::string train_gains(const TrainReport& report);     ///< dot and interval, table of pairs
std::string train_axes(const TrainReport& report);      ///< gain over λ, rows, blur, …
std::string train_levels(const TrainReport& report);    ///< teachers beside students
std::string train_weights(const TrainReport& report);   ///< which weights count
std::string train_controls(const TrainReport& report);
std::string train_curves(const TrainReport& report);       ///< losses by step
std::string train_closed_form(const TrainReport& report);  ///< predicted against observed
std::string train_failures(const TrainReport& report);
std::string train_cost(const TrainReport& report);
std::string train_methods(const TrainReport& report);  ///< how it is measured, reproduce
std::string train_downloads(const TrainReport& report, std::size_t room);

/// A mean in a cell: "+1.20 ± 0.40" with its 95 % interval below.
std::string mean_html(const SeedMean& mean, double factor, int decimals, bool gain);
/// Teacher with its setting below.
std::string pair_html(const TrainPlace& place);

}  // namespace cch::report
