#include "estimators/criterion/fitted_chance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace cch::detail {
namespace {

/// A term of a model: its name, weight and mean, least and largest value over the corpus.
struct ChanceTerm {
  std::string_view name;
  double weight = 0.0;
  double centre = 0.0;
  double low = 0.0;
  double high = 0.0;
};

struct ChanceModel {
  GainMetric metric = GainMetric::cross_entropy;
  StudentKind student = StudentKind::linear;
  bool networks = false;  // with a pilot of the student's own kind
  double unit = 1.0;
  std::size_t cells = 0;
  std::span<const ChanceTerm> mean;
  std::span<const ChanceTerm> spread;
};

struct CorpusLimits {
  GainMetric metric = GainMetric::cross_entropy;
  bool networks = false;
  double risk = 0.0;
  double gain = 1.0;
  double worthwhile = 0.0;
};

#include "estimators/criterion/chance_table.inc"

constexpr double kSlack = 0.25;  // of a term's range in the corpus

double shrunk(const std::optional<MeasuredGain>& gain, double prior) {
  if (!gain) return 0.0;
  const double square = prior * prior;
  return gain->value * square / (square + gain->standard_error * gain->standard_error);
}

double within(const std::optional<double>& value, double limit) {
  return value ? std::clamp(*value, -limit, limit) : 0.0;
}

double rows_a_class(const ChanceEvidence& e) {
  return std::log(static_cast<double>(e.labelled) /
                  static_cast<double>(std::max<std::size_t>(1, e.classes)));
}

const ChanceModel* model_for(const ChanceEvidence& e, GainMetric metric, bool networks) {
  for (const ChanceModel& model : kModels) {
    if (model.metric == metric && model.student == e.student && model.networks == networks) {
      return &model;
    }
  }
  return nullptr;
}

/// Whether a term says what kind of question it is, and not what was found.
bool is_shape(std::string_view name) {
  constexpr std::array<std::string_view, 5> shape{"unlabelled pairs", "more labels", "rows a class",
                                                  "unlabelled rows", "convolutional"};
  return std::find(shape.begin(), shape.end(), name) != shape.end();
}

/// The first term of its shape outside what the corpus has seen; empty: none.
std::string outside(std::span<const ChanceTerm> table, const NamedTerms& terms) {
  for (std::size_t j = 0; j < table.size(); ++j) {
    if (!is_shape(table[j].name)) continue;
    const double slack = kSlack * (table[j].high - table[j].low);
    const double value = terms[j].second;
    if (value < table[j].low - slack || value > table[j].high + slack) return terms[j].first;
  }
  return {};
}

/// More extreme findings than any of the corpus count as its most extreme.
void clamp_findings(std::span<const ChanceTerm> table, NamedTerms& terms) {
  for (std::size_t j = 0; j < table.size(); ++j) {
    if (is_shape(table[j].name)) continue;
    terms[j].second = std::clamp(terms[j].second, table[j].low, table[j].high);
  }
}

double sum_of(std::span<const ChanceTerm> table, const NamedTerms& terms) {
  double sum = 0.0;
  for (std::size_t j = 0; j < table.size(); ++j) {
    sum += table[j].weight * (terms[j].second - table[j].centre);
  }
  return sum;
}

/// Parts of one evidence ("information difference, unlabelled") are put together.
std::vector<ChanceContribution> contributions_of(const ChanceModel& model,
                                                 const NamedTerms& terms) {
  std::vector<ChanceContribution> out;
  for (std::size_t j = 0; j < terms.size(); ++j) {
    const double effect =
        model.unit * model.mean[j].weight * (terms[j].second - model.mean[j].centre);
    const std::string name = terms[j].first == "constant"
                                 ? "an average pair"
                                 : terms[j].first.substr(0, terms[j].first.find(", unlabelled"));
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.evidence == name; });
    if (same == out.end()) {
      out.push_back({name, terms[j].second, effect});
    } else {
      same->effect += effect;
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::abs(a.effect) > std::abs(b.effect);
  });
  return out;
}

}  // namespace

double prior_spread(GainMetric metric) {
  if (metric == GainMetric::auc) return 0.025;
  return in_points(metric) ? 0.03 : 0.10;
}

std::optional<FirmLimits> corpus_limits(GainMetric metric, bool networks, double risk) {
  std::optional<FirmLimits> out;
  for (const CorpusLimits& limits : kLimits) {
    // Risks ascend.
    if (limits.metric == metric && limits.networks == networks && limits.risk <= risk + 1e-12) {
      out = {limits.gain, limits.worthwhile};
    }
  }
  return out;
}

std::vector<FirmShare> corpus_firm_shares() {
  return {std::begin(kFirmShares), std::end(kFirmShares)};
}

NamedTerms mean_terms(const ChanceEvidence& e, GainMetric metric, bool networks) {
  const bool share = metric == GainMetric::accuracy;
  const double prior = prior_spread(metric);
  const double nats = prior_spread(GainMetric::cross_entropy);
  const double unlabelled = e.scenario == Scenario::unlabelled_pairs ? 1.0 : 0.0;
  const double difference = within(e.information_difference, 1.5);
  NamedTerms out{{"constant", 1.0},
                 {"unlabelled pairs", unlabelled},
                 {"more labels", e.scenario == Scenario::more_labels ? 1.0 : 0.0},
                 {"linear pilot", shrunk(share ? e.linear_accuracy : e.linear_nats, prior)},
                 {"linear pilot, beyond soft labels", shrunk(e.linear_informed, nats)},
                 {"information difference", difference},
                 {"information difference, unlabelled", difference * unlabelled},
                 {"prediction-level margin", within(e.prediction_margin, 1.0)},
                 {"beta difference", within(e.beta_difference, 1.5)},
                 {"rows a class", rows_a_class(e)},
                 {"unlabelled rows", unlabelled * std::log1p(static_cast<double>(e.further) /
                                                             static_cast<double>(e.labelled))}};
  if (share) {  // nats tell of gains that few rows are too few to count
    out.emplace_back("linear pilot, nats", shrunk(e.linear_nats, nats));
    if (networks) {
      out.emplace_back("network pilot, nats", shrunk(e.network_nats, nats));
      out.emplace_back("network difference, nats", within(e.network_difference, 1.5));
    }
  }
  if (networks) {
    const double own = within(share ? e.network_accuracy_difference : e.network_difference, 1.5);
    out.emplace_back("network pilot", shrunk(share ? e.network_accuracy : e.network_nats, prior));
    out.emplace_back("network pilot, beyond soft labels", shrunk(e.network_informed, nats));
    out.emplace_back("network difference", own);
    out.emplace_back("network difference, unlabelled", own * unlabelled);
  }
  out.emplace_back("convolutional", e.student == StudentKind::cnn ? 1.0 : 0.0);
  return out;
}

NamedTerms spread_terms(const ChanceEvidence& e, GainMetric metric, bool networks) {
  const bool share = metric == GainMetric::accuracy;
  const auto& pilot = networks ? (share ? e.network_accuracy : e.network_nats)
                               : (share ? e.linear_accuracy : e.linear_nats);
  const auto& own = networks ? e.network_difference : e.information_difference;
  const double error = pilot ? std::max(pilot->standard_error, 1e-4) : prior_spread(metric);
  return {{"constant", 1.0},
          {"unlabelled pairs", e.scenario == Scenario::unlabelled_pairs ? 1.0 : 0.0},
          {"more labels", e.scenario == Scenario::more_labels ? 1.0 : 0.0},
          {"pilot's error", std::log(error)},
          {"difference", std::abs(within(own, 1.5))},
          {"rows a class", rows_a_class(e)}};
}

FittedChance fitted_chance(const ChanceEvidence& e, GainMetric metric) {
  if (metric == GainMetric::mse || e.classes == 0) {
    return {"the reference corpus has too few pairs with real-valued labels", 0.0, 0.0, {}};
  }
  if (metric == GainMetric::f1 || metric == GainMetric::auc) {
    return {"no chance of " + std::string(to_string(metric)) + " is fitted on the reference corpus",
            0.0,
            0.0,
            {}};
  }
  if (!e.linear_nats && !e.network_nats) return {"no pilot has run", 0.0, 0.0, {}};
  const bool networks = e.network_nats.has_value();
  const ChanceModel* model = model_for(e, metric, networks);
  if (model == nullptr) return {"the reference corpus has no such pairs", 0.0, 0.0, {}};
  NamedTerms mean = mean_terms(e, metric, networks);
  NamedTerms spread = spread_terms(e, metric, networks);
  std::string far = outside(model->mean, mean);
  if (far.empty()) far = outside(model->spread, spread);
  if (!far.empty()) return {"outside the reference corpus: " + far, 0.0, 0.0, {}};
  clamp_findings(model->mean, mean);
  clamp_findings(model->spread, spread);
  FittedChance out;
  out.mean = model->unit * sum_of(model->mean, mean);
  out.spread = model->unit * std::exp(std::clamp(sum_of(model->spread, spread), -7.0, 3.0));
  out.contributions = contributions_of(*model, mean);
  return out;
}

}  // namespace cch::detail
