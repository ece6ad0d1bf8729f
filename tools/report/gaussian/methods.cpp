#include <fmt/format.h>

#include <set>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/method_list.hpp"
#include "tools/report/sweep.hpp"

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

std::string numbers_words(const std::vector<json>& values) {
  std::string words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kValues) return words + fmt::format(", … ({} in all)", values.size());
    words += (i == 0 ? "" : ", ") + fit_middle(plain_value(values[i]), 40);
  }
  return words;
}

/// A string, or the fields of an object in one line.
std::string machine_words(const json& machine) {
  if (!machine.is_object()) return plain_value(machine);
  std::string words;
  for (const auto& [name, value] : leaves(machine)) {
    words += (words.empty() ? "" : ", ") + name + ' ' + value;
  }
  return words;
}

std::string facts(const Sweep& sweep) {
  const json& document = *sweep.document;
  std::vector<Fact> all;
  for (const SweepAxis& axis : sweep.axes) {
    all.push_back({fit_middle(axis.name, 40), escape_html(numbers_words(axis.values))});
  }
  all.push_back({"λ", escape_html(numbers_words(elements(field(document, "lambdas"))))});
  const json& simulation = field(document, "simulation");
  all.push_back({"Simulation", simulation.is_null()
                                   ? "none"
                                   : count(whole_number(field(simulation, "repeats"))) +
                                         " training sets a cell"});
  const json& estimation = field(document, "estimation");
  all.push_back(
      {"Estimates",
       estimation.is_null()
           ? "none"
           : escape_html(numbers_words(elements(field(estimation, "estimators"))) + ", " +
                         count(whole_number(field(estimation, "repeats"))) + " draws a cell")});
  return facts_list(all);
}

std::string model_words(const json& config) {
  if (text(field(config, "model", "family")) == "shares") {
    return "Model (ours): the teacher's output itself, t = β_s s + β_e e + r with independent r, "
           "of which x2 may predict a share; s = E[y | x2], e = y − s, all normal.";
  }
  return "Model (ours): standard normal common, private and nuisance factors; x1 and x2 are "
         "factors "
         "plus noise, y is a weighted sum of factors plus noise. Every information and every risk "
         "follows from the covariance.";
}

std::string law_words(const json& config) {
  const bool intercept = boolean(field(config, "intercept")).value_or(false);
  return fmt::format(
      "Exact risk law (ours), with u = λ/(1 + λ) and κ = {}: excess risk E(u) = u²B + κ[(1 − u)²Ve "
      "+ 2u(1 − u)c + u²Vh]; distillation helps where E(u) < E(0). Direction law (ours): it helps "
      "where the cosine between student and s = E[y | x2] grows.",
      intercept ? "1/n + (1 + 1/n) p2/(n − p2 − 2)" : "p2/(n − p2 − 1)");
}

std::vector<std::string> methods(const Sweep& sweep) {
  const json& config = field(*sweep.document, "config");
  std::vector<std::string> words = {
      model_words(config),
      "Student: ŵ = argmin Σ (y − wᵀx2)² + λ Σ (wᵀx2 − t)², least squares on n rows, with a "
      "teacher t = w1ᵀx1 that does not depend on them.",
      law_words(config),
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
std::vector<std::string> estimator_words(const Sweep& sweep, std::set<std::string>& papers) {
  std::vector<std::string> words;
  for (const json& node : elements(field(*sweep.document, "estimation", "estimators"))) {
    const std::string name = text(node);
    for (const Method& method : all_methods()) {
      if (method.name != name) continue;
      words.push_back(fmt::format("{}: {}.", name, method.what));
      if (!method.paper.empty()) papers.insert(std::string(method.paper));
    }
  }
  return words;
}

std::string reproduce(const json& document) {
  const std::string command = text(field(document, "command"));
  std::string html = "<h3>Reproduce</h3>\n";
  if (!command.empty()) html += code_block(command);
  std::vector<Fact> all = {
      {"Version", escape_html("cch " + text(field(document, "version"), kMissing))},
      {"Seed", escape_html(plain_value(field(document, "seed")))},
      {"Machine", escape_html(machine_words(field(document, "machine")))},
      {"Time", duration(number(field(document, "seconds")))}};
  for (const json& input : elements(field(document, "inputs"))) {
    all.push_back({fit_middle(text(field(input, "role"), "input"), 40),
                   name_html(text(field(input, "source"), kMissing)) + "<br>SHA-256 " +
                       escape_html(text(field(input, "sha256"), kMissing))});
  }
  html += facts_list(all);
  const json& config = field(document, "config");
  if (config.is_null()) return html;
  const std::string words = config.dump(2, ' ', false, json::error_handler_t::replace);
  return html + folded("Resolved configuration",
                       words.size() > kLongestConfig
                           ? "<p>Too long for this page; sweep.json has it.</p>\n"
                           : code_block(words));
}

}  // namespace

std::string sweep_methods(const Sweep& sweep) {
  std::set<std::string> papers(std::begin(kReferences), std::end(kReferences));
  if (sweep.simulated) papers.insert(kBartlett);
  const std::vector<std::string> estimators = estimator_words(sweep, papers);
  return section("methods", "How the study was run",
                 facts(sweep) + "<h3>Methods</h3>\n" + sentences(methods(sweep)) +
                     sentences(estimators) + "<h3>References</h3>\n" +
                     sentences({papers.begin(), papers.end()}) + reproduce(*sweep.document));
}

std::string sweep_downloads(const Sweep& sweep, std::size_t room) {
  const json& document = *sweep.document;
  const std::string table =
      download("sweep.csv", "text/csv", sweep_csv(document), "A line a cell and λ as CSV",
               "sweep.csv beside it has it", room);
  const std::string whole = download("sweep.json", "application/json",
                                     document.dump(-1, ' ', false, json::error_handler_t::replace),
                                     "Everything as JSON", "sweep.json beside it has it", room);
  return section("downloads", "Downloads", element("ul", whole + table) + '\n');
}

}  // namespace cch::report
