#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/model.hpp"

namespace cch::report {
namespace {

/// More settings than this have one sentence together.
constexpr std::size_t kSettingsApart = 6;

using PairList = std::vector<const TrainPair*>;

std::string seed_words(std::size_t seeds) {
  return fmt::format("{} seed{}", seeds, seeds == 1 ? "" : "s");
}

/// "audio", "the student (100 labelled)".
std::string student_words(const TrainPair& pair) {
  std::string name = "the student";
  TrainPlace others;
  for (const TrainCoordinate& one : pair.place) {
    if (one.name == "student") {
      name = one.words;
    } else {
      others.push_back(one);
    }
  }
  const std::string where = setting_words(others);
  return name_in_sentence(name) + (where.empty() ? "" : " (" + where + ')');
}

/// "+1.20 ± 0.40 points of accuracy over 5 seeds (kl λ=0.5 T=1)".
std::string figures(const TrainPair& pair, const TrainUnit& unit) {
  return fmt::format("{} {} over {} ({})", gain_words(*pair.gain, unit), unit.name,
                     seed_words(pair.gain->seeds), loss_words(pair.place));
}

std::string from(const TrainPair& pair) {
  return name_in_sentence(teacher_words(pair.place));
}

/// The control that gains most beside the pair, where that is as much as the pair.
std::string as_much(const TrainPair& pair, const TrainUnit& unit) {
  const TrainControl* most = nullptr;
  for (const TrainControl& control : pair.controls) {
    if (control.gain.mean < (most == nullptr ? pair.gain->mean : most->gain.mean)) continue;
    most = &control;
  }
  if (most == nullptr) return "";
  return fmt::format(", but the control {} gains as much there, {}", most->control,
                     gain_words(most->gain, unit));
}

/// What the pairs of a setting say; one was looked for among all of them.
struct Finding {
  const TrainPair* best = nullptr;
  const TrainPair* worst = nullptr;
  std::size_t of = 0;
  int sign = 0;  ///< +1: the best helps, −1: the worst harms and none is shown to help
};

/// A gain of accuracy is known to whole rows: seeds that agree by chance do not make it sharper
/// than what rounding leaves, 1/√12 of a row a seed.
GainSummary rounded(GainSummary gain, const TrainReport& report) {
  if (!report.classes || !gain.standard_error || report.least_rows == 0) return gain;
  const double floor = 1.0 / (static_cast<double>(report.least_rows) *
                              std::sqrt(12.0 * static_cast<double>(gain.seeds)));
  gain.standard_error = std::max(*gain.standard_error, floor);
  return gain;
}

Finding finding(const PairList& pairs, const TrainReport& report) {
  const auto less = [](const TrainPair* a, const TrainPair* b) {
    return a->gain->mean < b->gain->mean;
  };
  Finding out{*std::max_element(pairs.begin(), pairs.end(), less),
              *std::min_element(pairs.begin(), pairs.end(), less), pairs.size(), 0};
  if (sign_among(rounded(*out.best->gain, report), out.of) > 0) {
    out.sign = 1;
  } else if (sign_among(rounded(*out.worst->gain, report), out.of) < 0) {
    out.sign = -1;
  }
  return out;
}

std::string decided(const Finding& found, const TrainUnit& unit) {
  const bool one = found.of == 1;
  if (found.sign > 0) {
    const TrainPair& best = *found.best;
    const std::string largest =
        one ? "" : fmt::format(", above zero even as the largest of {} gains", found.of);
    return fmt::format("distillation from {} helped {}: {}{}{}", from(best), student_words(best),
                       figures(best, unit), largest, as_much(best, unit));
  }
  const TrainPair& worst = *found.worst;
  const std::string least =
      one ? ""
          : fmt::format(", below zero even as the least of {} gains, and none is shown to help",
                        found.of);
  return fmt::format("distillation from {} harmed {}: {}{}", from(worst), student_words(worst),
                     figures(worst, unit), least);
}

/// All settings in which nothing is shown.
std::string undecided(const std::vector<Finding>& open, const TrainUnit& unit) {
  if (open.empty()) return "";
  if (open.size() == 1) {
    const Finding& found = open.front();
    const TrainPair& best = *found.best;
    const std::string which =
        found.of == 1 ? "that of " + from(best)
                      : fmt::format("the largest of {} gains, that of {},", found.of, from(best));
    return fmt::format("no gain could be shown for {}: {} is {}{}", student_words(best), which,
                       figures(best, unit), as_much(best, unit));
  }
  std::string out = "no gain could be shown for ";
  for (std::size_t i = 0; i < open.size(); ++i) {
    const Finding& found = open[i];
    if (i > 0) out += i + 1 == open.size() ? " and " : ", ";
    out += fmt::format("{} (largest of {}: {}, from {})", student_words(*found.best), found.of,
                       gain_words(*found.best->gain, unit), from(*found.best));
  }
  return out + ", in " + unit.name;
}

/// Pairs with a gain by their setting, or all together where settings are many.
std::vector<PairList> by_setting(const TrainReport& report) {
  std::vector<std::string> names;
  std::vector<PairList> out;
  PairList all;
  for (const TrainPair& pair : report.pairs) {
    if (!pair.gain) continue;
    all.push_back(&pair);
    const std::string setting = setting_words(pair.place);
    const auto found = std::find(names.begin(), names.end(), setting);
    if (found == names.end()) {
      names.push_back(setting);
      out.push_back({&pair});
    } else {
      out[static_cast<std::size_t>(found - names.begin())].push_back(&pair);
    }
  }
  return out.size() > kSettingsApart ? std::vector<PairList>{all} : out;
}

/// "3 runs failed; 12 of 20 runs are there so far", or "".
std::string unfinished(const TrainReport& report) {
  std::string out;
  if (report.failed > 0) {
    out = fmt::format("{} of {} runs failed.", count(report.failed),
                      count(report.done + report.failed));
  }
  const std::size_t there = report.done + report.failed;
  if (report.study.planned_runs && there < *report.study.planned_runs) {
    out += fmt::format("{}The study is not finished: {} of {} runs are there.",
                       out.empty() ? "" : " ", count(there), count(*report.study.planned_runs));
  }
  return out;
}

}  // namespace

std::vector<std::string> train_sentences(const TrainReport& report) {
  const TrainUnit unit = unit_of(report);
  std::vector<Finding> shown;
  std::vector<Finding> open;
  for (const PairList& pairs : by_setting(report)) {
    const Finding found = finding(pairs, report);
    (found.sign == 0 ? open : shown).push_back(found);
  }
  // The largest gain first, then the largest harm.
  std::stable_sort(shown.begin(), shown.end(), [](const Finding& a, const Finding& b) {
    if (a.sign != b.sign) return a.sign > b.sign;
    return a.sign > 0 ? a.best->gain->mean > b.best->gain->mean
                      : a.worst->gain->mean < b.worst->gain->mean;
  });
  std::vector<std::string> out;
  for (const Finding& found : shown) out.push_back(decided(found, unit));
  if (!open.empty()) out.push_back(undecided(open, unit));
  if (out.empty()) out.emplace_back("no teacher was compared with a student alone");
  for (std::string& sentence : out) {
    sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    sentence += '.';
  }
  if (const std::string rest = unfinished(report); !rest.empty()) out.push_back(rest);
  return out;
}

std::string train_counts(const TrainReport& report, SeedMean TrainPair::*of_pair) {
  std::size_t of = 0;
  std::size_t gain = 0;
  std::size_t lose = 0;
  for (const TrainPair& pair : report.pairs) {
    const SeedMean& found = pair.*of_pair;
    if (!found) continue;
    ++of;
    gain += found->sign > 0 ? 1 : 0;
    lose += found->sign < 0 ? 1 : 0;
  }
  if (of == 0) return "";
  return fmt::format("Of {} pair{} {} gain and {} lose by more than 2 standard errors over seeds.",
                     of, of == 1 ? "" : "s", gain, lose);
}

}  // namespace cch::report
