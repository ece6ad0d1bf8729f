#include <fmt/format.h>

#include "cch/report/compare.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

std::vector<std::string> methods(const CompareDocument& document) {
  return {
      "Gain of a distilled run over the student run of the same unit and seed, which starts alike "
      "and sees the same rows. Accuracy, weighted F1 and AUC as differences; cross-entropy after "
      "calibration of the temperature, student less distilled, nats; real labels ½ ln(MSE of the "
      "student/MSE of the distilled student), nats.",
      "A pair is + or − where its mean lies more than 2 standard errors over seeds from zero. With "
      "four seeds and no gain at all 14 % do so by chance, with ten 8 %. Intervals of gains are "
      "those of Student's t.",
      "Scores are means over the seeds that have one; decisions count 1 (holds, distil), −1 "
      "(fails, do not distil) and 0.",
      "AUROC: probability that a pair that gains has a larger score than one that loses, ties "
      "counting half. Kendall's τ_b: within groups of pairs that differ in nothing but the teacher "
      "and its parameters (mean over groups), and over all pairs.",
      "Regret of a group with two teachers or more: the largest mean gain, or 0 where none gains, "
      "less the gain of the teacher with the largest score; where no score is above 0 no teacher "
      "is taken, which gains 0.",
      "Baselines: always distil, never distil, and the accuracy of the teacher less that of the "
      "student (real labels: ½ ln of the ratio of their MSE).",
      fmt::format(
          "Intervals are 2.5 and 97.5 % points of {} bootstrap draws of whole clusters "
          "(study × task × setting); below ten clusters seeds are drawn as well. Those of few "
          "clusters are rough, and one around a perfect value may have no width. Wilson's "
          "intervals take pairs as independent, which those of one setting are not.",
          count(document.draws))};
}

const std::vector<std::string> kReferences = {
    "Xie, Xu, Sanguinetti (2025). Information-theoretic criteria for knowledge distillation in "
    "multimodal learning. arXiv 2510.13182.",
    "Mann, Whitney (1947). On a test of whether one of two random variables is stochastically "
    "larger than the other. Annals of Mathematical Statistics 18, 50–60.",
    "Kendall (1945). The treatment of ties in ranking problems. Biometrika 33, 239–251.",
    "Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal "
    "of the American Statistical Association 22, 209–212.",
    "Efron (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7, "
    "1–26."};

/// "120 runs, 40 criteria, 2 failed" of a folder.
std::string folder_words(const documents::ComparedFolder& f) {
  const std::pair<const char*, std::optional<std::size_t>> tally[] = {
      {"runs", f.runs},     {"criteria", f.criteria},     {"teachers", f.teachers},
      {"failed", f.failed}, {"unfinished", f.unfinished}, {"repeated", f.repeated}};
  std::string words;
  for (const auto& [name, found] : tally) {
    if (found.value_or(0) == 0) continue;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count(*found), name);
  }
  return words.empty() ? "nothing finished" : words;
}

std::string reproduce(const CompareDocument& document) {
  std::string html = "<h3>Reproduce</h3>\n";
  if (!document.command.empty()) html += code_block(document.command);
  std::vector<Fact> facts = {{"Version", escape_html("cch " + or_missing(document.version))},
                             {"Seed", escape_html(general(static_cast<double>(document.seed)))}};
  for (const documents::ComparedFolder& folder : document.folders) {
    facts.push_back({fit_middle(folder.kind, 40), name_html(or_missing(folder.folder)) + ": " +
                                                      escape_html(folder_words(folder))});
  }
  for (const documents::FileRecord& input : document.inputs) {
    facts.push_back({fit_middle(input.role, 40), name_html(or_missing(input.source)) +
                                                     "<br>SHA-256 " +
                                                     escape_html(or_missing(input.sha256))});
  }
  return html + facts_list(facts);
}

}  // namespace

std::string compare_methods(const CompareDocument& document) {
  return section("methods", "How this is measured",
                 sentences(methods(document)) + "<h3>References</h3>\n" + sentences(kReferences) +
                     reproduce(document));
}

std::string compare_downloads(const CompareDocument& document, std::size_t room) {
  const std::string table = download("compare.csv", "text/csv", compare_csv(document),
                                     "A line a pair as CSV", "compare.csv beside it has it", room);
  const std::string whole =
      download("compare.json", "application/json", documents::to_text(document),
               "Everything as JSON", "compare.json beside it has it", room);
  return section("downloads", "Downloads", element("ul", table + whole) + '\n');
}

}  // namespace cch::report
