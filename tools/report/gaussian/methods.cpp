#include <fmt/format.h>

#include <set>

#include "cch/report/sweep.hpp"
#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/method_list.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestConfig = 20'000;
constexpr std::size_t kValues = 24;

constexpr const char* kReferences[] = {
    "Xie, Xu, Sanguinetti (2025). Information-theoretic criteria for knowledge distillation in "
    "multimodal learning. arXiv 2510.13182.",
    "Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal "
    "of the American Statistical Association 22, 209–212."};

constexpr const char* kBartlett =
    "Bartlett (1933). On the theory of statistical regression. Proceedings of the Royal Society "
    "of Edinburgh 53, 260–283.";

template <class T>
std::string values_words(const std::vector<T>& values) {
  std::string words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kValues) return words + fmt::format(", … ({} in all)", values.size());
    words += (i == 0 ? "" : ", ") + fit_middle(plain_value(documents::Fact(values[i])), 40);
  }
  return words;
}

std::string facts(const SweepDocument& document) {
  std::vector<Fact> all;
  for (const SweepAxis& axis : document.axes) {
    all.push_back({fit_middle(axis.name, 40), escape_html(values_words(axis.values))});
  }
  all.push_back({"λ", escape_html(values_words(document.lambdas))});
  const auto& simulation = document.simulation;
  all.push_back({"Simulation", simulation ? count(simulation->repeats) + " training sets a cell"
                                          : std::string("none")});
  const auto& estimation = document.estimation;
  all.push_back({"Estimates", estimation ? escape_html(values_words(estimation->estimators) + ", " +
                                                       count(estimation->repeats) + " draws a cell")
                                         : std::string("none")});
  return facts_list(all);
}

std::string model_words(const documents::SweepConfig& config) {
  const auto family = config.model.find("family");
  if (family != config.model.end() && family->second == documents::Fact(std::string("shares"))) {
    return "Model (ours): the teacher's output itself, t = β_s s + β_e e + r with independent r, "
           "of which x2 may predict a share; s = E[y | x2], e = y − s, all normal.";
  }
  return "Model (ours): standard normal common, private and nuisance factors; x1 and x2 are "
         "factors "
         "plus noise, y is a weighted sum of factors plus noise. Every information and every risk "
         "follows from the covariance.";
}

std::string law_words(bool intercept) {
  return fmt::format(
      "Exact risk law (ours), with u = λ/(1 + λ) and κ = {}: excess risk E(u) = u²B + κ[(1 − u)²Ve "
      "+ 2u(1 − u)c + u²Vh]; distillation helps where E(u) < E(0). Direction law (ours): it helps "
      "where the cosine between student and s = E[y | x2] grows.",
      intercept ? "1/n + (1 + 1/n) p2/(n − p2 − 2)" : "p2/(n − p2 − 1)");
}

std::vector<std::string> methods(const Sweep& sweep) {
  const documents::SweepConfig& config = sweep.document.config;
  std::vector<std::string> words = {
      model_words(config),
      "Student: ŵ = argmin Σ (y − wᵀx2)² + λ Σ (wᵀx2 − t)², least squares on n rows, with a "
      "teacher t = w1ᵀx1 that does not depend on them.",
      law_words(config.intercept),
      "CCH: I(w1ᵀx1; w*ᵀx2) > I(w*ᵀx2; y), in nats, says “helps”; otherwise it is silent. β_e < 1 "
      "and β_s > β_e are the laws of small λ for risk and direction (ours), with t = β_s s + β_e e "
      "+ rest and e = y − s.",
      "Shares carry 95 % intervals of Wilson. They take cells as independent, which the λ of one "
      "cell are not."};
  if (sweep.simulated) {
    words.push_back(
        "Simulation: the student's training set is drawn through its sums of squares and products, "
        "by the decomposition of Bartlett; ± is the standard error of the mean over training "
        "sets.");
  }
  return words;
}

/// What the estimators are, and their papers.
std::vector<std::string> estimator_words(const SweepDocument& document,
                                         std::set<std::string>& papers) {
  std::vector<std::string> words;
  if (!document.estimation) return words;
  for (const std::string& name : document.estimation->estimators) {
    for (const Method& method : all_methods()) {
      if (method.name != name) continue;
      words.push_back(fmt::format("{}: {}.", name, method.what));
      if (!method.paper.empty()) papers.insert(std::string(method.paper));
    }
  }
  return words;
}

std::string reproduce(const SweepDocument& document) {
  const documents::Machine& machine = document.machine;
  std::string html = "<h3>Reproduce</h3>\n";
  if (!document.command.empty()) html += code_block(document.command);
  std::vector<Fact> all = {
      {"Version", escape_html("cch " + document.version)},
      {"Seed", std::to_string(document.seed)},
      {"Machine", escape_html(fmt::format("device {}, instruction_set {}, processor {}, threads {}",
                                          machine.device, machine.instruction_set,
                                          machine.processor, machine.threads))},
      {"Time", duration(document.seconds)}};
  for (const documents::FileRecord& input : document.inputs) {
    all.push_back({fit_middle(input.role, 40),
                   name_html(input.source) + "<br>SHA-256 " + escape_html(input.sha256)});
  }
  const std::string config = documents::to_text(document.config);
  return html + facts_list(all) +
         folded("Resolved configuration",
                config.size() > kLongestConfig
                    ? "<p>Too long for this page; sweep.json has it.</p>\n"
                    : code_block(config));
}

}  // namespace

std::string sweep_methods(const Sweep& sweep) {
  std::set<std::string> papers(std::begin(kReferences), std::end(kReferences));
  if (sweep.simulated) papers.insert(kBartlett);
  const std::vector<std::string> estimators = estimator_words(sweep.document, papers);
  return section("methods", "How the study was run",
                 facts(sweep.document) + "<h3>Methods</h3>\n" + sentences(methods(sweep)) +
                     sentences(estimators) + "<h3>References</h3>\n" +
                     sentences({papers.begin(), papers.end()}) + reproduce(sweep.document));
}

std::string sweep_downloads(const Sweep& sweep, std::size_t room) {
  const SweepDocument& document = sweep.document;
  const std::string table =
      download("sweep.csv", "text/csv", sweep_csv(document), "A line a cell and λ as CSV",
               "sweep.csv beside it has it", room);
  const std::string whole =
      download("sweep.json", "application/json", documents::to_text(document, -1),
               "Everything as JSON", "sweep.json beside it has it", room);
  return section("downloads", "Downloads", element("ul", whole + table) + '\n');
}

}  // namespace cch::report
