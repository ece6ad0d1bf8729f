#pragma once

#include <string>

#include "accuracy_run.hpp"

namespace cch::bench {

/// The plan's fits as Markdown, nats. A set has a table task × estimator: mean ± standard deviation
/// over seeds (no ± for one seed), or why there is no number; other programs beside. Below it, over
/// the cells that have a number: the mean of |mean − truth|; the share whose mean is above truth +
/// 2 SE, SE² = SD²/seeds + that of the truth (cells of at least two seeds); and, where fits have
/// error bars of their own, the share of fits that are above truth + 2 SE by them. Then every
/// failed and left-out fit with its reason. Tasks in groups also get a table of the mean of
/// |estimate − truth| over single draws, in bits, beside published errors.
std::string accuracy_markdown(const AccuracyPlan& plan, const FitStore& store);

/// One line for each task, size and estimator: its truth, mean, standard deviation, seeds, errors,
/// mean of the fits' own standard errors.
std::string accuracy_csv(const AccuracyPlan& plan, const FitStore& store);

}  // namespace cch::bench
