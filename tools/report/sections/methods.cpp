#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

struct Method {
  std::string_view name;  ///< as in the document
  std::string_view what;
  std::string_view paper;  ///< "" where the method is this project's own
};

constexpr std::string_view kKraskov =
    "Kraskov, Stögbauer, Grassberger (2004). Estimating mutual information. Physical Review E 69, "
    "066138.";

constexpr std::array kMethods = {
    Method{"ksg1", "nearest neighbours, first algorithm", kKraskov},
    Method{"ksg2", "nearest neighbours, second algorithm", kKraskov},
    Method{
        "ksg-conditional", "nearest neighbours, conditional mutual information",
        "Frenzel, Pompe (2007). Partial mutual information for coupling analysis of multivariate "
        "time series. Physical Review Letters 99, 204101."},
    Method{"ross", "nearest neighbours of real vectors and class labels",
           "Ross (2014). Mutual information between discrete and continuous data sets. PLoS ONE 9, "
           "e87357."},
    Method{"mixed-ksg", "nearest neighbours of mixtures of discrete and continuous values",
           "Gao, Kannan, Oh, Viswanath (2017). Estimating mutual information for "
           "discrete-continuous mixtures. NeurIPS 30."},
    Method{"gaussian", "closed form of a joint Gaussian", ""},
    Method{
        "gaussian-copula", "closed form of a joint Gaussian after rank-Gaussianising",
        "Ince and others (2017). A statistical framework for neuroimaging data analysis based on "
        "mutual information estimated via a Gaussian copula. Human Brain Mapping 38, 1541–1573."},
    Method{"cca-ksg", "nearest neighbours on cross-fitted canonical pairs (the CCA ladder, ours)",
           kKraskov},
    Method{"label-bound",
           "lower bound H(Y) minus the held-out cross-entropy of cross-fitted classifiers",
           "Barber, Agakov (2003). The IM algorithm: a variational approach to information "
           "maximization. NeurIPS 16."},
    Method{"discrete", "plug-in estimate from a table of counts", ""},
    Method{"holmes-nemenman", "standard errors from non-overlapping parts of the data",
           "Holmes, Nemenman (2019). Estimation of mutual information for real-valued data with "
           "error bars and controlled bias. Physical Review E 100, 022404."},
};

/// Names of estimators and of ways to error bars that the document says were used.
std::set<std::string> names_used(const json& document) {
  std::set<std::string> names;
  for (const json& pair : elements(field(document, "estimators"))) {
    names.insert(text(field(pair, "teacher_student")));
    names.insert(text(field(pair, "student_labels")));
  }
  for (const json& teacher : elements(field(document, "teachers"))) {
    for (const auto& [path, value] : leaves(field(teacher, "diagnostics"))) {
      if (path.ends_with("error_bars")) names.insert(value);
    }
  }
  names.erase("");
  return names;
}

bool holm_used(const json& document) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  return std::any_of(teachers.begin(), teachers.end(), [](const json& teacher) {
    return !field(teacher, "margin", "p_above").is_null();
  });
}

std::string chosen(const json& document) {
  std::string html;
  for (const json& pair : elements(field(document, "estimators"))) {
    const std::string why = text(field(pair, "why"));
    html += element(
        "li", escape_html(fmt::format(
                  "I(T;S) by {}, I(S;Y) by {}{}", text(field(pair, "teacher_student"), "–"),
                  text(field(pair, "student_labels"), "–"), why.empty() ? "." : ": " + why + ".")));
  }
  return html.empty() ? "" : element("ul", html) + '\n';
}

std::string described(const std::set<std::string>& names) {
  std::vector<Fact> facts;
  for (const Method& method : kMethods) {
    if (names.contains(std::string(method.name))) {
      facts.push_back({std::string(method.name), escape_html(method.what) + "."});
    }
  }
  return facts.empty() ? "" : facts_list(facts);
}

std::string references(const json& document, const std::set<std::string>& names) {
  std::set<std::string> papers;
  for (const Method& method : kMethods) {
    if (!method.paper.empty() && names.contains(std::string(method.name))) {
      papers.insert(std::string(method.paper));
    }
  }
  papers.insert(
      "Xie, Xu, Sanguinetti (2025). arXiv 2510.13182 (the cross-modal complementarity "
      "hypothesis).");
  if (holm_used(document)) {
    papers.insert(
        "Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
        "Journal "
        "of Statistics 6, 65–70.");
  }
  return "<h3>References</h3>\n" + sentences({papers.begin(), papers.end()});
}

}  // namespace

std::string methods_section(const json& document) {
  const std::set<std::string> names = names_used(document);
  const std::string intro =
      "<p>All values are in nats. Estimates are never clamped: near independence about half of "
      "them "
      "are negative. The verdict rests on the paired margin I(T;S) − I(S;Y), both sides from the "
      "same "
      "rows, and its 95 % interval.</p>\n";
  return section("methods", "Methods",
                 intro + chosen(document) + described(names) + references(document, names));
}

}  // namespace cch::report
