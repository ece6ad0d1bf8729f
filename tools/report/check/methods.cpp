#include <fmt/format.h>

#include "tools/report/check/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

const std::vector<std::string> kMethods = {
    "Student, labels and teacher are planted with known informations at the rows, groups, "
    "intra-class correlation, dimensions, spectra and labels of the question: S carries class "
    "means (or a real-valued label is a noisy copy of it), T is a noisy copy of the leading "
    "directions of S, and both are spread over all their columns.",
    "Curved: pairs of columns are turned by an angle that grows with their radius, before they are "
    "spread: one to one, so the informations stay, but correlations no longer hold all of them.",
    "Every draw is measured as a ranking would, with the paired error bar. Verdicts are those of "
    "the ranking's rule on representations, over the normal distribution of the measured margin; "
    "p values are multiplied by the number of teachers; where the planted bias could turn a sign "
    "the verdict is none.",
    "The rows of a draw happen to hold more or less than the truth. How much is known of planted "
    "ones, and what the estimator reads of it is taken off each draw before means are made. Beyond "
    "the planted margins the bias goes on in the line through the outermost two.",
    "Means are shifted by their standard error to the unfavourable side before a margin counts as "
    "decided.",
    "Other numbers of rows: parts of the groups are planted too. Beyond all rows the rule is asked "
    "with errors that fall as 1/√n and with biases c n^(−β), c fitted to all planted sizes, β "
    "between 0 and 1 weighed by that fit; intervals join the spread over β with a jackknife over "
    "draws.",
    "Effective rows: N / (1 + (m̄ − 1) ICC), m̄ the size of a row's group (Kish 1965).",
    "A network that was trained on these labels knows those of its own training rows better than "
    "others: the label bound within training rows is compared with that within as many held-out "
    "rows."};

const std::vector<std::string> kReferences = {
    "Xie, Xu, Sanguinetti (2025). Information-theoretic criteria for knowledge distillation in "
    "multimodal learning. arXiv 2510.13182.",
    "Song, Ermon (2020). Understanding the limitations of variational mutual information "
    "estimators. ICLR.",
    "Kish (1965). Survey Sampling. Wiley.",
    "Holmes, Nemenman (2019). Estimation of mutual information for real-valued data with error "
    "bars and controlled bias. Physical Review E 100, 022404."};

std::string reproduce(const CheckDocument& document) {
  std::string html = "<h3>Reproduce</h3>\n";
  if (!document.command.empty()) html += code_block(document.command);
  std::vector<Fact> facts = {
      {"Version", escape_html("cch " + or_missing(document.version))},
      {"Seed", escape_html(general(static_cast<double>(document.seed)))},
      {"Machine", escape_html(fmt::format("{}, {} threads", or_missing(document.machine.processor),
                                          count(document.machine.threads)))},
      {"Time", duration(document.seconds)}};
  for (const documents::InputRecord& input : document.inputs) {
    const std::string part =
        input.sha256_of ? "of " + escape_html(fit(*input.sha256_of, 100)) + " " : "";
    facts.push_back({fit_middle(input.name, 40), name_html(or_missing(input.source)) +
                                                     "<br>SHA-256 " + part +
                                                     escape_html(or_missing(input.sha256))});
  }
  return html + facts_list(facts);
}

}  // namespace

std::string check_methods(const CheckDocument& document) {
  return section(
      "methods", "How this is measured",
      sentences(kMethods) + "<h3>References</h3>\n" + sentences(kReferences) + reproduce(document));
}

std::string check_downloads(const CheckDocument& document, std::size_t room) {
  const std::string whole = download("check.json", "application/json", documents::to_text(document),
                                     "Everything as JSON", "check.json beside it has it", room);
  return section("downloads", "Downloads", element("ul", whole) + '\n');
}

}  // namespace cch::report
