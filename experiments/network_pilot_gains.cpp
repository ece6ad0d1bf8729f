// Gains of a pilot of networks from the outputs of its folds.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <tuple>

#include "estimators/row_terms.hpp"
#include "experiments/metric_terms.hpp"
#include "experiments/network_pilot_parts.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

/// Outputs of a parting into folds, one row a labelled row.
struct Pooled {
  Matrix outputs;
  std::string failure;
  std::map<std::pair<double, double>, std::size_t> arms;  // how often each was chosen
};

/// Losses and hits of pooled outputs.
struct RowScores {
  std::vector<double> loss;
  std::vector<double> hit;
  std::vector<double> f1;
  std::vector<double> auc;
};

/// The labels of the labelled rows.
struct PilotLabels {
  std::vector<int> y;
  Matrix targets;
  Groups groups;
  Rows all;
};

PilotLabels labels_of(const StudyDraw& draw, const Rows& labelled) {
  PilotLabels out{{}, {}, draw.groups.select(labelled), {}};
  for (std::size_t i = 0; i < labelled.size(); ++i) out.all.push_back(i);
  if (draw.classes == 0) {
    out.targets = select_rows(draw.targets.view(), labelled);
    return out;
  }
  for (const std::size_t row : labelled) out.y.push_back(draw.y[row]);
  return out;
}

double log_sum(std::span<const double> z, double scale) {
  const double most = *std::max_element(z.begin(), z.end());
  double total = 0.0;
  for (const double v : z) total += std::exp((v - most) * scale);
  return most * scale + std::log(total);
}

RowScores scores_of(const Matrix& outputs, const PilotLabels& labels) {
  RowScores out;
  if (labels.y.empty()) {
    for (std::size_t i = 0; i < outputs.rows(); ++i) {
      double sum = 0.0;
      for (std::size_t c = 0; c < outputs.cols(); ++c) {
        sum += std::pow(outputs(i, c) - labels.targets(i, c), 2);
      }
      out.loss.push_back(sum);
    }
    return out;
  }
  const double scale = 1.0 / calibration_temperature(outputs, labels.y, labels.all);
  for (std::size_t i = 0; i < outputs.rows(); ++i) {
    const auto z = outputs.row(i);
    const auto truth = static_cast<std::size_t>(labels.y[i]);
    out.loss.push_back(log_sum(z, scale) - scale * z[truth]);
    out.hit.push_back(std::max_element(z.begin(), z.end()) - z.begin() ==
                              static_cast<std::ptrdiff_t>(truth)
                          ? 1.0
                          : 0.0);
  }
  out.f1 = weighted_f1_terms(outputs, labels.y);
  out.auc = auc_terms(outputs, labels.y);
  return out;
}

NetworkScore score_of(const RowScores& rows) {
  NetworkScore out{mean_of(rows.loss), std::nullopt};
  if (!rows.hit.empty()) out.accuracy = mean_of(rows.hit);
  return out;
}

/// Row terms whose mean is the gain in nats: differences of losses, or of ½ ln MSE to first order.
std::vector<double> gain_terms(const RowScores& alone, const RowScores& taught, bool classes) {
  std::vector<double> out(alone.loss.size());
  if (classes) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = alone.loss[i] - taught.loss[i];
    return out;
  }
  const double mse_alone = mean_of(alone.loss);
  const double mse_taught = mean_of(taught.loss);
  const double gain = 0.5 * std::log(mse_alone / mse_taught);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = gain + 0.5 * (alone.loss[i] / mse_alone - taught.loss[i] / mse_taught);
  }
  return out;
}

/// Every repeat has its own folds and terms.
struct RepeatTerms {
  std::vector<std::vector<double>> terms;
  std::vector<Rows> folds;  // of each repeat
};

NetworkGain gain_of(const RepeatTerms& of, const Groups& groups) {
  const auto repeats = static_cast<double>(of.terms.size());
  std::vector<double> mean(of.terms.front().size());
  double between = 0.0;
  for (std::size_t r = 0; r < of.terms.size(); ++r) {
    const auto& terms = of.terms[r];
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += terms[i] / repeats;
    between += variance_of_mean(terms, Groups::from(of.folds[r])) / repeats;
  }
  return {mean_of(mean), std::sqrt(std::max(variance_of_mean(mean, groups), between))};
}

/// Everything of one parting; the references come after its teachers.
struct Parting {
  Rows about;  // teachers
  Rows fold;
  Matrix alone;
  std::vector<Matrix> teachers;
  std::vector<std::vector<Pooled>> taught;
};

void put_rows(const Matrix& from, const Rows& rows, const std::map<std::size_t, std::size_t>& place,
              Matrix& to) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = from.row(i);
    std::copy(row.begin(), row.end(), to.row(place.at(rows[i])).begin());
  }
}

Parting pooled(const NetworkPilotOptions& options, const Rows& labelled, const PartedFolds& of) {
  std::map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < labelled.size(); ++i) place[labelled[i]] = i;
  const PilotFoldResult& first = of.results.front();
  const Matrix empty(labelled.size(), first.alone.cols());
  Parting out{of.teachers, of.fold, empty, std::vector<Matrix>(first.teachers.size(), empty), {}};
  out.taught.assign(options.scenarios.size(),
                    std::vector<Pooled>(first.teachers.size(), Pooled{empty, {}, {}}));
  for (const PilotFoldResult& one : of.results) {
    put_rows(one.alone, one.test, place, out.alone);
    for (std::size_t t = 0; t < one.teachers.size(); ++t) {
      put_rows(one.teachers[t], one.test, place, out.teachers[t]);
    }
    for (std::size_t s = 0; s < one.taught.size(); ++s) {
      for (std::size_t t = 0; t < one.taught[s].size(); ++t) {
        const FoldTaught& taught = one.taught[s][t];
        Pooled& to = out.taught[s][t];
        if (!taught.failure.empty()) {
          to.failure = taught.failure;
          continue;
        }
        put_rows(taught.outputs, one.test, place, to.outputs);
        ++to.arms[{taught.arm.lambda, taught.arm.temperature}];
      }
    }
  }
  return out;
}

/// A parting that a teacher was part of, and its place there.
struct Seen {
  const Parting* parting;
  std::size_t at;
};
std::vector<Seen> seen_by(std::size_t teacher, const std::vector<Parting>& partings) {
  std::vector<Seen> out;
  for (const Parting& one : partings) {
    const auto found = std::lower_bound(one.about.begin(), one.about.end(), teacher);
    if (found == one.about.end() || *found != teacher) continue;
    out.push_back({&one, static_cast<std::size_t>(found - one.about.begin())});
  }
  return out;
}
/// The same partings, of a reference.
std::vector<Seen> reference_in(std::vector<Seen> seen, std::size_t reference) {
  for (Seen& one : seen) one.at = one.parting->about.size() + reference;
  return seen;
}

/// Gains that are shares, and where their terms are.
const std::pair<GainMetric, std::vector<double> RowScores::*> kShares[] = {
    {GainMetric::accuracy, &RowScores::hit},
    {GainMetric::f1, &RowScores::f1},
    {GainMetric::auc, &RowScores::auc}};

std::vector<double> difference_of(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

/// What a teacher, or a reference, gained.
struct Judged {
  NetworkPilotTeacher teacher;
  RepeatTerms nats;
};

Judged judged(const std::vector<Seen>& seen, std::size_t s, const PilotLabels& labels) {
  Judged result;
  NetworkPilotTeacher& out = result.teacher;
  if (seen.empty()) {
    out.failure = "no network was trained with it";
    return result;
  }
  RepeatTerms& nats = result.nats;
  std::map<std::pair<double, double>, std::size_t> arms;
  for (const auto& [parting, at] : seen) {
    const Pooled& of = parting->taught[s][at];
    if (!of.failure.empty()) {
      out.failure = of.failure;
      out.terms.clear();
      return result;
    }
    const RowScores alone = scores_of(parting->alone, labels);
    const RowScores taught = scores_of(of.outputs, labels);
    nats.terms.push_back(gain_terms(alone, taught, !labels.y.empty()));
    nats.folds.push_back(parting->fold);
    for (const auto& [arm, count] : of.arms) arms[arm] += count;
    if (labels.y.empty()) continue;
    for (const auto& [metric, scores] : kShares) {
      if ((taught.*scores).empty()) continue;
      out.terms[metric].push_back(difference_of(taught.*scores, alone.*scores));
    }
  }
  out.folds = nats.folds;
  out.terms[labels.y.empty() ? GainMetric::mse : GainMetric::cross_entropy] = nats.terms;
  out.gain = gain_of(nats, labels.groups);
  out.row_terms = nats.terms.front();
  const auto share = [&](GainMetric metric) -> std::optional<NetworkGain> {
    const auto found = out.terms.find(metric);
    if (found == out.terms.end()) return std::nullopt;
    return gain_of({found->second, nats.folds}, labels.groups);
  };
  out.gain_accuracy = share(GainMetric::accuracy);
  out.gain_f1 = share(GainMetric::f1);
  out.gain_auc = share(GainMetric::auc);
  const auto most = std::max_element(
      arms.begin(), arms.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::tie(out.lambda, out.temperature) = most->first;
  return result;
}

/// A teacher in one scenario, beside the reference that gained more in the same partings.
NetworkPilotTeacher judged_teacher(const std::vector<Seen>& seen, std::size_t s,
                                   const PilotLabels& labels) {
  Judged one = judged(seen, s, labels);
  if (!one.teacher.failure.empty()) return std::move(one.teacher);
  std::optional<Judged> reference;
  for (std::size_t r = 0; r < kReferences; ++r) {
    Judged other = judged(reference_in(seen, r), s, labels);
    if (!other.teacher.failure.empty()) continue;
    if (!reference || other.teacher.gain.value > reference->teacher.gain.value) {
      reference = std::move(other);
    }
  }
  if (!reference) return std::move(one.teacher);
  for (std::size_t r = 0; r < one.nats.terms.size(); ++r) {
    one.nats.terms[r] = difference_of(std::move(one.nats.terms[r]), reference->nats.terms[r]);
  }
  one.teacher.over_uninformed = gain_of(one.nats, labels.groups);
  return std::move(one.teacher);
}

void add_share(const NetworkScore& score, double share, NetworkScore& to) {
  to.loss += share * score.loss;
  if (score.accuracy) to.accuracy = to.accuracy.value_or(0.0) + share * *score.accuracy;
}

}  // namespace

void judge_folds(const StudyDraw& draw, const std::vector<std::size_t>& labelled,
                 const NetworkPilotOptions& options, std::size_t teachers,
                 const std::vector<PartedFolds>& repeats, NetworkPilot& out) {
  const PilotLabels labels = labels_of(draw, labelled);
  out.groups = labels.groups;
  std::vector<Parting> partings;
  std::vector<NetworkScore> alone;  // by parting
  out.bases.resize(teachers);
  for (const PartedFolds& repeat : repeats) {
    partings.push_back(pooled(options, labelled, repeat));
    alone.push_back(score_of(scores_of(partings.back().alone, labels)));
    add_share(alone.back(), 1.0 / static_cast<double>(repeats.size()), out.alone);
    for (const PilotFoldResult& fold : repeat.results) {
      out.networks += fold.shared;
      for (std::size_t i = 0; i < fold.own.size(); ++i) {
        out.networks += fold.own[i];
        out.bases[repeat.teachers[i]].networks += fold.shared + fold.own[i];
      }
    }
  }
  out.teachers.resize(teachers);
  out.gains.resize(options.scenarios.size());
  for (std::size_t t = 0; t < teachers; ++t) {
    const std::vector<Seen> seen = seen_by(t, partings);
    const double share = 1.0 / static_cast<double>(seen.size());
    out.bases[t].repeats = seen.size();
    for (const auto& [parting, at] : seen) {
      add_share(alone[static_cast<std::size_t>(parting - partings.data())], share,
                out.bases[t].alone);
      add_share(score_of(scores_of(parting->teachers[at], labels)), share, out.teachers[t]);
    }
    for (std::size_t s = 0; s < options.scenarios.size(); ++s) {
      out.gains[s].push_back(judged_teacher(seen, s, labels));
    }
  }
}

}  // namespace cch::detail

namespace cch {

std::optional<NetworkGain> network_gain_difference(const NetworkPilot& pilot, std::size_t s,
                                                   std::size_t a, std::size_t b,
                                                   GainMetric metric) {
  const NetworkPilotTeacher& first = pilot.gains[s][a];
  const NetworkPilotTeacher& second = pilot.gains[s][b];
  if (!first.terms.contains(metric) || !second.terms.contains(metric)) return std::nullopt;
  detail::RepeatTerms difference;
  for (std::size_t r = 0; r < first.folds.size(); ++r) {
    const auto same = std::find(second.folds.begin(), second.folds.end(), first.folds[r]);
    if (same == second.folds.end()) continue;
    const auto at = static_cast<std::size_t>(same - second.folds.begin());
    difference.folds.push_back(first.folds[r]);
    difference.terms.push_back(
        detail::difference_of(first.terms.at(metric)[r], second.terms.at(metric)[at]));
  }
  if (difference.terms.empty()) return std::nullopt;
  return detail::gain_of(difference, pilot.groups);
}

}  // namespace cch
