#include "tools/report/compare_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/report/number.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestName = 40;

void append(std::string& words, const std::string& more) {
  if (more.empty()) return;
  words += (words.empty() ? "" : " · ") + more;
}

/// "v 4 · student audio".
std::string values_words(const json& values) {
  std::string words;
  if (!values.is_object()) return words;
  for (const auto& [name, value] : values.items()) {
    append(words,
           fit_middle(name, kLongestName) + ' ' + fit_middle(plain_value(value), kLongestName));
  }
  return words;
}

std::string short_text(const json& node) {
  return fit_middle(text(node), kLongestName);
}

/// What tells a unit from others: (name, words).
using Parts = std::vector<std::pair<std::string, std::string>>;

Parts study_part(const json& pair) {
  return {{"study", short_text(field(pair, "study"))}};
}

Parts unit_parts(const json& pair) {
  const json& unit = field(pair, "unit");
  Parts parts = {{"task", short_text(field(unit, "task"))}};
  const json& setting = field(unit, "setting");
  if (setting.is_object()) {
    for (const auto& [name, value] : setting.items()) {
      parts.emplace_back("setting " + name, values_words({{name, value}}));
    }
  }
  const json& labelled = field(unit, "labelled");
  if (labelled.is_number()) parts.emplace_back("labelled", plain_value(labelled) + " labelled");
  parts.emplace_back("scenario", short_text(field(unit, "scenario")));
  return parts;
}

}  // namespace

GainUnit gain_unit(const std::string& metric) {
  if (metric == "accuracy") return {100.0, "points of accuracy"};
  if (metric == "weighted-f1") return {100.0, "points of weighted F1"};
  if (metric == "auc") return {100.0, "points of AUC"};
  if (metric == "miou") return {100.0, "points of mIoU"};
  if (metric == "miou-full") return {100.0, "points of mIoU, all modalities there"};
  if (metric == "miou-worst") return {100.0, "points of mIoU, worst subset"};
  if (metric == "cross-entropy") return {1.0, "nats of cross-entropy"};
  if (metric == "mse") return {1.0, "nats, ½ ln of the ratio of MSE"};
  if (metric == "mse-difference") return {1.0, "MSE"};
  return {1.0, fit_middle(metric, kLongestName)};
}

ShownGain shown_gain(const json& gain, const std::string& metric) {
  const double factor = gain_unit(metric).factor;
  const auto scaled = [factor](std::optional<double> value) {
    return value ? std::optional(*value * factor) : std::nullopt;
  };
  ShownGain out;
  out.mean = scaled(number(field(gain, "mean")));
  out.standard_error = scaled(number(field(gain, "standard_error")));
  const std::vector<json>& ends = elements(field(gain, "interval95"));
  if (ends.size() == 2) {
    out.low = scaled(number(ends[0]));
    out.high = scaled(number(ends[1]));
  }
  return out;
}

Word word_of(const std::string& sign, double score) {
  if (sign == "+") return score > 0 ? Word::hit : Word::miss;
  if (sign == "-") return score > 0 ? Word::false_alarm : Word::rejection;
  return Word::open;
}

std::vector<std::string> metrics_in(const json& document) {
  std::vector<std::string> out;
  for (const json& pair : elements(field(document, "pairs"))) {
    const std::string metric = text(field(pair, "metric"));
    if (std::find(out.begin(), out.end(), metric) == out.end()) out.push_back(metric);
  }
  return out;
}

std::string teacher_words(const json& pair) {
  const json& teacher = field(pair, "teacher");
  std::string words = fit_middle(text(field(teacher, "name"), kMissing), kLongestName);
  append(words, values_words(field(teacher, "parameters")));
  append(words, short_text(field(teacher, "labels_from")));
  return words;
}

std::string unit_words(const json& pair) {
  std::string words;
  for (const auto& [name, part] : unit_parts(pair)) append(words, part);
  return words;
}

std::string unit_words_apart(const json& pair, const std::vector<json>& pairs) {
  std::string words;
  const auto add = [&](const Parts& own, Parts (*parts_of)(const json&)) {
    for (const auto& entry : own) {
      const bool shared = std::all_of(pairs.begin(), pairs.end(), [&](const json& other) {
        const Parts parts = parts_of(other);
        return std::find(parts.begin(), parts.end(), entry) != parts.end();
      });
      if (!shared) append(words, entry.second);
    }
  };
  add(study_part(pair), study_part);  // of one title or of several; the setting alone may be equal
  add(unit_parts(pair), unit_parts);
  return words;
}

std::string loss_words(const json& pair) {
  const json& loss = field(pair, "loss");
  std::string words = short_text(field(loss, "form"));
  for (const auto& [name, sign] : {std::pair("lambda", " λ "), std::pair("temperature", " T ")}) {
    const json& value = field(loss, name);
    if (const auto one = number(value)) words += sign + general(*one);
    if (value.is_string()) words += sign + short_text(value);  // "chosen from 0.3, 0.5"
  }
  return words.empty() ? kMissing : words;
}

std::string measured_words(const json& measured, int decimals, double factor) {
  const Value value = value_of(measured);
  if (!value.nats) return kMissing;
  const std::string words = fixed(*value.nats * factor, decimals);
  if (!value.low || !value.high) return words;
  return words + ' ' + interval(*value.low * factor, *value.high * factor, decimals);
}

std::string share_words(const json& share) {
  const auto value = number(field(share, "value"));
  if (!value) return kMissing;
  return fmt::format("{} of {} ({}\u00a0%)", count(whole_number(field(share, "count"))),
                     count(whole_number(field(share, "of"))), fixed(100 * *value, 0));
}

std::string wilson_words(const json& share) {
  const std::vector<json>& ends = elements(field(share, "wilson95"));
  if (ends.size() != 2 || ends[0].is_null() || ends[1].is_null()) return "";
  return interval(100 * *number(ends[0]), 100 * *number(ends[1]), 0);
}

std::string compare_sentence(const json& document) {
  const json& agreement = field(document, "agreement");
  const auto decided = whole_number(field(agreement, "decided"));
  if (!decided || *decided == 0) {
    return "No pair has both a firm prediction and a gain that its seeds decide.";
  }
  return fmt::format("Prediction and gain agree in {} of {} decided {}.",
                     count(whole_number(field(agreement, "agree"))), count(decided),
                     *decided == 1 ? "pair" : "pairs");
}

std::string compare_lead(const json& document) {
  const json& agreement = field(document, "agreement");
  const auto pairs = whole_number(field(agreement, "pairs")).value_or(0);
  const auto plus = whole_number(field(agreement, "plus")).value_or(0);
  const auto minus = whole_number(field(agreement, "minus")).value_or(0);
  const auto studies = static_cast<std::int64_t>(field(document, "metrics").size());
  return fmt::format("{} {} · {} {}: {} gain, {} lose, {} undecided", count(studies),
                     studies == 1 ? "study" : "studies", count(pairs),
                     pairs == 1 ? "pair" : "pairs", count(plus), count(minus),
                     count(pairs - plus - minus));
}

}  // namespace cch::report
