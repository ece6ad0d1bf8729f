#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kChoicesShown = 40;

std::string steps_words(const std::optional<double>& steps) {
  return steps ? fmt::format("{:g}", *steps) : kMissing;
}

std::string roles_table(const TrainReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const TrainWeights& one : report.weights) {
    rows.push_back({escape_html(one.role), escape_html(one.count), count(one.runs),
                    steps_words(one.best_after), count(one.stopped),
                    steps_words(one.stopped_after)});
  }
  return html_table(
      "Steps are medians over runs: of the least loss on validation rows, and of where a run that "
      "was stopped early ended.",
      {{"Role"},
       {"Weights that count"},
       {"Runs", true},
       {"Best after step", true},
       {"Stopped early", true},
       {"Stopped after step", true}},
      rows, "quiet");
}

std::string choices_table(const TrainReport& report) {
  if (report.choices.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const TrainChoice& one : report.choices) {
    if (rows.size() == kChoicesShown) break;
    rows.push_back({escape_html(one.what), escape_html(one.value), count(one.runs)});
  }
  std::string caption =
      "Values of which each run took the best, on rows that its score does not see.";
  if (rows.size() < report.choices.size()) {
    caption += fmt::format(" The first {} of {}.", rows.size(), report.choices.size());
  }
  return html_table(escape_html(caption), {{"Chosen"}, {"Value"}, {"Runs", true}}, rows, "quiet");
}

std::string in_sentence(std::string sentence) {
  if (!sentence.empty()) sentence.front() = static_cast<char>(sentence.front() - 'A' + 'a');
  return sentence;
}

/// What the weights that count do to what was found.
std::vector<std::string> weights_words(const TrainReport& report) {
  std::vector<std::string> out;
  const auto counts = [&](const char* which) {
    return std::any_of(report.weights.begin(), report.weights.end(),
                       [&](const TrainWeights& one) { return one.count == which; });
  };
  if (counts("best")) {
    out.emplace_back(
        "best: the weights with the least loss on rows that were held out of the labelled ones "
        "are judged, and a teacher's teach. A teacher of k folds has no rows left to hold out.");
  }
  if (counts("last")) out.emplace_back("last: the weights after the last step.");
  const std::string last = train_counts(report, &TrainPair::by_last);
  if (!last.empty()) {
    out.push_back("By the weights that count, " + in_sentence(train_counts(report)));
    out.push_back("By the last weights of the same networks, " + in_sentence(last));
  }
  return out;
}

}  // namespace

std::string train_weights(const TrainReport& report) {
  if (report.weights.empty()) return "";
  return section("weights", "Which weights count",
                 sentences(weights_words(report)) + roles_table(report) + choices_table(report));
}

}  // namespace cch::report
