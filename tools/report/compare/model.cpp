#include "tools/report/compare/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestName = 40;

void append(std::string& words, const std::string& more) {
  if (more.empty()) return;
  words += (words.empty() ? "" : " · ") + more;
}

/// "v 4 · student audio".
std::string values_words(const documents::Facts& values) {
  std::string words;
  for (const auto& [name, value] : values) {
    append(words,
           fit_middle(name, kLongestName) + ' ' + fit_middle(plain_value(value), kLongestName));
  }
  return words;
}

std::string short_text(const std::string& text) {
  return fit_middle(text, kLongestName);
}

/// The same of a fact that is a text; "" for any other.
std::string short_text(const std::optional<documents::Fact>& fact) {
  const auto* text = fact ? std::get_if<std::string>(&*fact) : nullptr;
  return text == nullptr ? "" : short_text(*text);
}

/// A fact that is a number.
std::optional<double> number_of(const std::optional<documents::Fact>& fact) {
  if (!fact) return std::nullopt;
  if (const auto* real = std::get_if<double>(&*fact)) return *real;
  if (const auto* whole = std::get_if<std::uint64_t>(&*fact)) return static_cast<double>(*whole);
  if (const auto* whole = std::get_if<std::int64_t>(&*fact)) return static_cast<double>(*whole);
  return std::nullopt;
}

/// What tells a unit from others: (name, words).
using Parts = std::vector<std::pair<std::string, std::string>>;

Parts study_part(const ComparedPair& pair) {
  return {{"study", short_text(pair.study)}};
}

Parts unit_parts(const ComparedPair& pair) {
  const documents::ComparedUnit& unit = pair.unit;
  Parts parts = {{"task", short_text(unit.task)}};
  for (const auto& [name, value] : unit.setting) {
    parts.emplace_back("setting " + name, values_words({{name, value}}));
  }
  if (const auto rows = number_of(unit.labelled)) {
    parts.emplace_back("labelled", general(rows) + " labelled");
  }
  parts.emplace_back("scenario", short_text(unit.scenario));
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

ShownGain shown_gain(const GainSummary& gain, const std::string& metric) {
  const double factor = gain_unit(metric).factor;
  const auto scaled = [factor](std::optional<double> value) {
    return value ? std::optional(*value * factor) : std::nullopt;
  };
  ShownGain out;
  out.mean = scaled(gain.mean);
  out.standard_error = scaled(gain.standard_error);
  if (!gain.interval95) return out;
  out.low = scaled(gain.interval95->lo);
  out.high = scaled(gain.interval95->hi);
  return out;
}

Word word_of(const std::string& sign, double score) {
  if (sign == "+") return score > 0 ? Word::hit : Word::miss;
  if (sign == "-") return score > 0 ? Word::false_alarm : Word::rejection;
  return Word::open;
}

std::vector<std::string> metrics_in(const CompareDocument& document) {
  std::vector<std::string> out;
  for (const ComparedPair& pair : document.pairs) {
    const std::string& metric = pair.metric;
    if (std::find(out.begin(), out.end(), metric) == out.end()) out.push_back(metric);
  }
  return out;
}

std::string teacher_words(const ComparedPair& pair) {
  const documents::ComparedTeacher& teacher = pair.teacher;
  std::string words = fit_middle(or_missing(teacher.name), kLongestName);
  if (teacher.parameters) append(words, values_words(*teacher.parameters));
  append(words, short_text(teacher.labels_from));
  return words;
}

std::string unit_words(const ComparedPair& pair) {
  std::string words;
  for (const auto& [name, part] : unit_parts(pair)) append(words, part);
  return words;
}

std::string unit_words_apart(const ComparedPair& pair, const std::vector<ComparedPair>& pairs) {
  std::string words;
  const auto add = [&](const Parts& own, Parts (*parts_of)(const ComparedPair&)) {
    for (const auto& entry : own) {
      const bool shared = std::all_of(pairs.begin(), pairs.end(), [&](const ComparedPair& other) {
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

std::string loss_words(const ComparedPair& pair) {
  std::string words = short_text(pair.loss.form);
  const auto add = [&words](const char* sign, const std::optional<documents::Fact>& fact) {
    const auto one = number_of(fact);
    const std::string shown = one ? general(one) : short_text(fact);  // "chosen from 0.3, 0.5"
    if (!shown.empty()) words += sign + shown;
  };
  add(" λ ", pair.loss.lambda);
  add(" T ", pair.loss.temperature);
  return words.empty() ? kMissing : words;
}

std::string measured_words(const Measured& measured, int decimals, double factor) {
  if (!measured.value) return kMissing;
  const std::string words = fixed(*measured.value * factor, decimals);
  if (!measured.interval95) return words;
  return words + ' ' +
         interval(measured.interval95->lo * factor, measured.interval95->hi * factor, decimals);
}

std::string share_words(const MeasuredShare& share) {
  const auto value = share.value;
  if (!value) return kMissing;
  return fmt::format("{} of {} ({}\u00a0%)", count(share.count), count(share.of),
                     fixed(100 * *value, 0));
}

std::string wilson_words(const MeasuredShare& share) {
  if (!share.wilson95) return "";
  return interval(100 * share.wilson95->lo, 100 * share.wilson95->hi, 0);
}

std::string compare_sentence(const CompareDocument& document) {
  const auto& [agree, decided, undecided, plus, minus, pairs] = document.agreement;
  if (decided == 0) {
    return "No pair has both a firm prediction and a gain that its seeds decide.";
  }
  return fmt::format("Prediction and gain agree in {} of {} decided {}.", count(agree),
                     count(decided), decided == 1 ? "pair" : "pairs");
}

std::string compare_lead(const CompareDocument& document) {
  const auto& [agree, decided, undecided, plus, minus, pairs] = document.agreement;
  const std::size_t studies = document.metrics.size();
  return fmt::format("{} {} · {} {}: {} gain, {} lose, {} undecided", count(studies),
                     studies == 1 ? "study" : "studies", count(pairs),
                     pairs == 1 ? "pair" : "pairs", count(plus), count(minus),
                     count(pairs - plus - minus));
}

}  // namespace cch::report
