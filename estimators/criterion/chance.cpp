#include "cch/criterion/chance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "estimators/criterion/fitted_chance.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch {
namespace {

struct MetricName {
  GainMetric metric;
  std::string_view name;
};
constexpr std::array<MetricName, 5> kMetrics{{{GainMetric::cross_entropy, "cross-entropy"},
                                              {GainMetric::accuracy, "accuracy"},
                                              {GainMetric::mse, "mse"},
                                              {GainMetric::f1, "f1"},
                                              {GainMetric::auc, "auc"}}};

double above(double limit, double mean, double spread) {
  return 0.5 * std::erfc((limit - mean) / (spread * std::sqrt(2.0)));
}

Chance chance_from(double mean, double spread, double worthwhile) {
  const double z90 = detail::normal_quantile(0.9);
  Chance out;
  out.p_gain = above(0.0, mean, spread);
  out.p_worthwhile = above(worthwhile, mean, spread);
  out.expected_gain = mean;
  out.interval80 = {mean - z90 * spread, mean + z90 * spread};
  return out;
}

std::optional<MeasuredGain> pilot_of(const ChanceEvidence& of, GainMetric metric) {
  switch (metric) {
    case GainMetric::accuracy:
      return of.network_accuracy ? of.network_accuracy : of.linear_accuracy;
    case GainMetric::f1:
      return of.network_f1;
    case GainMetric::auc:
      return of.network_auc;
    case GainMetric::cross_entropy:
    case GainMetric::mse:
      break;
  }
  return of.network_nats ? of.network_nats : of.linear_nats;
}

/// The pilot's posterior under a normal prior around 0.
std::optional<Chance> chance_by_pilot(const ChanceEvidence& of, GainMetric metric,
                                      double worthwhile) {
  const auto pilot = pilot_of(of, metric);
  if (!pilot) return std::nullopt;
  const double prior = std::pow(detail::prior_spread(metric), 2);
  const double noise = std::pow(pilot->standard_error, 2);
  const double share = prior / (prior + noise);
  Chance out = chance_from(share * pilot->value, std::sqrt(share * noise), worthwhile);
  out.contributions = {{"pilot", pilot->value, out.expected_gain}};
  return out;
}

}  // namespace

std::string_view to_string(GainMetric metric) {
  return kMetrics[static_cast<std::size_t>(metric)].name;
}

GainMetric parse_gain_metric(std::string_view name) {
  std::vector<std::string> names;
  for (const MetricName& one : kMetrics) {
    if (one.name == name) return one.metric;
    names.emplace_back(one.name);
  }
  refuse_usage("unknown-metric", "there is no metric called '" + std::string(name) + "'", {},
               "Did you mean '" + nearest_name(name, names) + "'?");
}

bool in_points(GainMetric metric) {
  return metric == GainMetric::accuracy || metric == GainMetric::f1 || metric == GainMetric::auc;
}

double usual_worthwhile(GainMetric metric) {
  if (metric == GainMetric::auc) return 0.003;
  return in_points(metric) ? 0.005 : 0.01;
}

std::string_view to_string(StudentKind kind) {
  constexpr std::array<std::string_view, 3> names{"linear", "mlp", "cnn"};
  return names[static_cast<std::size_t>(kind)];
}

std::optional<Chance> chance_of_gain(const ChanceEvidence& evidence, GainMetric metric,
                                     double worthwhile) {
  const detail::FittedChance fitted = detail::fitted_chance(evidence, metric);
  if (fitted.why_not.empty()) {
    Chance out = chance_from(fitted.mean, fitted.spread, worthwhile);
    out.in_range = true;
    out.networks = evidence.network_nats.has_value();
    out.basis = "corpus";
    out.contributions = fitted.contributions;
    return out;
  }
  auto out = chance_by_pilot(evidence, metric, worthwhile);
  if (out) out->basis = fitted.why_not;
  return out;
}

std::vector<FirmShare> firm_shares(std::size_t labelled) {
  const auto away = [labelled](const FirmShare& of) {
    return labelled < of.least_rows  ? of.least_rows - labelled
           : labelled > of.most_rows ? labelled - of.most_rows
                                     : 0;
  };
  std::vector<FirmShare> out;
  for (const FirmShare& of : detail::corpus_firm_shares()) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const FirmShare& one) {
      return one.student == of.student && one.scenario == of.scenario;
    });
    if (same == out.end()) {
      out.push_back(of);
    } else if (away(of) < away(*same)) {
      *same = of;
    }
  }
  return out;
}

}  // namespace cch
