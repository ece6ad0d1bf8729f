#include <fmt/format.h>

#include "tools/cch/gaussian/settings.hpp"
#include "tools/report/kit/field.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"

namespace cch {
namespace {

using nlohmann::json;
using report::elements;
using report::field;
using report::number;
using report::text;

constexpr std::size_t kWidth = 80;

std::string shown(const json& value, const char* missing = "–") {
  const auto x = number(value);
  return x ? fmt::format("{:.5g}", *x) : missing;
}

std::string headline(const json& d) {
  if (field(d, "risk").is_null() && !field(d, "ridge").is_null()) {
    return "Too few rows for least squares: a ridge student alone.\n";
  }
  if (field(d, "config", "n").is_null()) {
    return "Informations alone: risks need the number of the student's rows, --n N.\n";
  }
  if (field(d, "risk").is_null()) {
    return "Simulated: no formula covers a teacher that is fitted on the student's own rows.\n";
  }
  const double gain = number(field(d, "best_gain")).value_or(0.0);
  if (!(gain > 0.0)) return "This teacher cannot lower the student's risk at any λ.\n";
  return fmt::format("At best λ = {} this teacher lowers the student's risk by {}.\n",
                     shown(field(d, "lambda_star"), "∞ (the teacher alone)"), shown(gain));
}

std::string facts(const json& d) {
  if (field(d, "cch_holds").is_null()) return {};
  const bool holds = report::boolean(field(d, "cch_holds")).value_or(false);
  return fmt::format(
      "\nCCH              {}: I(t;s) = {} nats, I(s;y) = {} nats\n"
      "shares           β_s = {}, β_e = {}\n"
      "κ                {}\n"
      "helps up to λ =  {}\n",
      holds ? "holds" : "fails", shown(field(d, "i_teacher_student"), "∞"),
      shown(field(d, "i_student_labels")), shown(field(d, "beta_s")), shown(field(d, "beta_e")),
      shown(field(d, "kappa")),
      shown(field(d, "largest_helpful_lambda"), field(d, "risk").is_null() ? "–" : "∞"));
}

std::string closed_table(const json& d) {
  if (field(d, "risk").is_null()) return {};
  std::string out = fmt::format("\n{:>8}  {:>11}  {:>11}  {:>9}  {:>10}  {:>9}\n", "λ",
                                "excess risk", "gain", "cosine", "accuracy", "direction");
  for (const json& point : elements(field(d, "risk"))) {
    out +=
        fmt::format("{:>8}  {:>11}  {:>11}  {:>9}  {:>10}  {:>9}\n", shown(field(point, "lambda")),
                    shown(field(point, "excess_risk")), shown(field(point, "gain")),
                    shown(field(point, "cosine")), shown(field(point, "accuracy_change")),
                    text(field(point, "says", "direction"), report::kMissing));
  }
  return out +
         "Gain: risk without distillation less that with it. Accuracy: change of the share\nof "
         "rows whose sign of y is right.\n";
}

std::string simulated_table(const json& d) {
  const json& simulation = field(d, "simulation");
  if (simulation.is_null()) return {};
  std::string out = fmt::format("\nSimulated, {} training sets\n{:>8}  {:>22}  {:>24}\n",
                                report::count(report::whole_number(field(simulation, "repeats"))),
                                "λ", "excess risk", "gain");
  for (const json& point : elements(field(simulation, "risk"))) {
    auto with_error = [&](const char* name) {
      return fmt::format("{} ± {}", shown(field(point, name, "mean")),
                         shown(field(point, name, "standard_error")));
    };
    out += fmt::format("{:>8}  {:>22}  {:>24}\n", shown(field(point, "lambda")),
                       with_error("excess_risk"), with_error("gain"));
  }
  return out;
}

std::string teachers_table(const json& d) {
  if (field(d, "teachers").is_null()) return {};
  std::string out =
      fmt::format("\n{:>8}  {:>8}  {:>7}  {:>7}  {:>5}  {:>8}  {:>11}  {:>8}\n", "teacher",
                  "columns", "β_s", "β_e", "CCH", "best λ", "gain alone", "weight");
  for (const json& t : elements(field(d, "teachers"))) {
    out += fmt::format(
        "{:>8}  {:>8}  {:>7.3g}  {:>7.3g}  {:>5}  {:>8}  {:>11}  {:>8}\n", text(field(t, "name")),
        report::count(report::whole_number(field(t, "columns"))),
        number(field(t, "beta_s")).value_or(0.0), number(field(t, "beta_e")).value_or(0.0),
        report::boolean(field(t, "cch_holds")).value_or(false) ? "holds" : "fails",
        shown(field(t, "lambda_star"), "∞"), shown(field(t, "best_gain")),
        shown(field(t, "weight")));
  }
  const json& both = field(d, "together");
  if (report::boolean(field(both, "abstains")).value_or(false)) {
    return out + "Together: none of them is worth distilling from.\n";
  }
  return out + fmt::format("Together, with weight {} on the labels: gain {}, {} beyond {} alone.\n",
                           shown(field(both, "label_weight")), shown(field(both, "gain")),
                           shown(field(both, "gain_over_single")),
                           text(field(both, "best_single")));
}

std::string ridge_choice(const json& choice) {
  return fmt::format("ℓ = {}, λ = {}: excess risk {}", shown(field(choice, "ridge"), "∞"),
                     shown(field(choice, "lambda"), "∞"), shown(field(choice, "excess_risk")));
}

std::string ridge_table(const json& d) {
  const json& ridge = field(d, "ridge");
  if (ridge.is_null()) return {};
  std::string out = fmt::format(
      "\nRidge student, approximated for large n and p\n{:>9}  {:>9}  {:>8}  {:>11}  "
      "{:>11}\n",
      "ℓ", "effective", "λ", "excess risk", "gain");
  for (const json& point : elements(field(ridge, "risk"))) {
    out += fmt::format("{:>9}  {:>9}  {:>8}  {:>11}  {:>11}\n", shown(field(point, "ridge")),
                       shown(field(point, "effective_ridge")), shown(field(point, "lambda")),
                       shown(field(point, "excess_risk")), shown(field(point, "gain")));
  }
  return out + "Best without the teacher  " + ridge_choice(field(ridge, "without_teacher")) +
         "\nBest with it              " + ridge_choice(field(ridge, "best")) +
         "\nGain once ℓ is tuned      " + shown(field(ridge, "tuned_gain")) + "\n";
}

std::string notes(const json& d) {
  std::string out;
  for (const json& point : elements(field(d, "risk"))) {
    for (const json& sentence : elements(field(point, "says", "disagreements"))) {
      out += report::wrap("λ = " + shown(field(point, "lambda")) + ": " + text(sentence), kWidth,
                          "  · ", "    ");
    }
  }
  if (!out.empty()) out = "\nWhere the laws differ\n" + out;
  std::string warnings;
  for (const json& warning : elements(field(d, "warnings"))) {
    if (text(field(warning, "code")) == "infinite-value") continue;  // shown as ∞ above
    warnings += report::wrap(text(field(warning, "message")), kWidth, "  ! ", "    ");
  }
  return warnings.empty() ? out : out + "\nWarnings\n" + warnings;
}

}  // namespace

std::string render_gaussian(const json& document, bool quiet) {
  const std::string tables = closed_table(document) + simulated_table(document) +
                             teachers_table(document) + ridge_table(document);
  if (quiet) return tables;
  return headline(document) + facts(document) + tables + notes(document);
}

}  // namespace cch
