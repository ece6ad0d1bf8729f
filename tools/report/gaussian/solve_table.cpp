#include <fmt/format.h>

#include "cch/report/solve.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"

namespace cch::report {
namespace {

using documents::SolveDocument;

constexpr std::size_t kTextWidth = 80;

std::string five_digits(std::optional<double> x, const char* missing = kMissing) {
  return x ? fmt::format("{:.5g}", *x) : missing;
}

std::string five_digits(const SimulatedValue& x) {
  return fmt::format("{:.5g} ± {:.5g}", x.mean, x.standard_error);
}

std::string headline(const SolveDocument& d) {
  if (d.risk.empty() && d.ridge) {
    return "Too few rows for least squares: a ridge student alone.\n";
  }
  if (!d.config.n) {
    return "Informations alone: risks need the number of the student's rows, --n N.\n";
  }
  if (d.risk.empty()) {
    return "Simulated: no formula covers a teacher that is fitted on the student's own rows.\n";
  }
  const double gain = d.best_gain.value_or(0.0);
  if (!(gain > 0.0)) return "This teacher cannot lower the student's risk at any λ.\n";
  return fmt::format("At best λ = {} this teacher lowers the student's risk by {}.\n",
                     five_digits(d.lambda_star, "∞ (the teacher alone)"), five_digits(gain));
}

std::string facts(const SolveDocument& d) {
  if (!d.cch_holds) return {};
  return fmt::format(
      "\nCCH              {}: I(t;s) = {} nats, I(s;y) = {} nats\n"
      "shares           β_s = {}, β_e = {}\n"
      "κ                {}\n"
      "helps up to λ =  {}\n",
      *d.cch_holds ? "holds" : "fails", five_digits(d.i_teacher_student, "∞"),
      five_digits(d.i_student_labels), five_digits(d.beta_s), five_digits(d.beta_e),
      five_digits(d.kappa), five_digits(d.largest_helpful_lambda, d.risk.empty() ? kMissing : "∞"));
}

std::string closed_table(const SolveDocument& d) {
  if (d.risk.empty()) return {};
  std::string out = fmt::format("\n{:>8}  {:>11}  {:>11}  {:>9}  {:>10}  {:>9}\n", "λ",
                                "excess risk", "gain", "cosine", "accuracy", "direction");
  for (const documents::SolvePoint& point : d.risk) {
    out += fmt::format("{:>8}  {:>11}  {:>11}  {:>9}  {:>10}  {:>9}\n", five_digits(point.lambda),
                       five_digits(point.excess_risk), five_digits(point.gain),
                       five_digits(point.cosine), five_digits(point.accuracy_change),
                       point.says ? to_string(point.says->direction) : kMissing);
  }
  return out +
         "Gain: risk without distillation less that with it. Accuracy: change of the share\nof "
         "rows whose sign of y is right.\n";
}

std::string simulated_table(const SolveDocument& d) {
  if (!d.simulation) return {};
  std::string out = fmt::format("\nSimulated, {} training sets\n{:>8}  {:>22}  {:>24}\n",
                                count(d.simulation->repeats), "λ", "excess risk", "gain");
  for (const SimulatedPoint& point : d.simulation->risk) {
    out += fmt::format("{:>8}  {:>22}  {:>24}\n", five_digits(point.lambda),
                       five_digits(point.excess_risk), five_digits(point.gain));
  }
  return out;
}

std::string teachers_table(const SolveDocument& d) {
  if (!d.together) return {};
  std::string out =
      fmt::format("\n{:>8}  {:>8}  {:>7}  {:>7}  {:>5}  {:>8}  {:>11}  {:>8}\n", "teacher",
                  "columns", "β_s", "β_e", "CCH", "best λ", "gain alone", "weight");
  for (const documents::SolveTeacher& t : d.teachers) {
    out += fmt::format("{:>8}  {:>8}  {:>7.3g}  {:>7.3g}  {:>5}  {:>8}  {:>11}  {:>8}\n", t.name,
                       count(t.columns), t.beta_s, t.beta_e, t.cch_holds ? "holds" : "fails",
                       five_digits(t.lambda_star, "∞"), five_digits(t.best_gain),
                       five_digits(t.weight));
  }
  const documents::SolveTogether& both = *d.together;
  if (both.abstains) return out + "Together: none of them is worth distilling from.\n";
  return out + fmt::format("Together, with weight {} on the labels: gain {}, {} beyond {} alone.\n",
                           five_digits(both.label_weight), five_digits(both.gain),
                           five_digits(both.gain_over_single), both.best_single.value_or(""));
}

std::string ridge_best(const documents::RidgeBest& best) {
  return fmt::format("ℓ = {}, λ = {}: excess risk {}", five_digits(best.ridge, "∞"),
                     five_digits(best.lambda, "∞"), five_digits(best.excess_risk));
}

std::string ridge_table(const SolveDocument& d) {
  if (!d.ridge) return {};
  std::string out = fmt::format(
      "\nRidge student, approximated for large n and p\n{:>9}  {:>9}  {:>8}  {:>11}  "
      "{:>11}\n",
      "ℓ", "effective", "λ", "excess risk", "gain");
  for (const documents::RidgePoint& point : d.ridge->risk) {
    out += fmt::format("{:>9}  {:>9}  {:>8}  {:>11}  {:>11}\n", five_digits(point.ridge),
                       five_digits(point.effective_ridge), five_digits(point.lambda),
                       five_digits(point.excess_risk), five_digits(point.gain));
  }
  return out + "Best without the teacher  " + ridge_best(d.ridge->without_teacher) +
         "\nBest with it              " + ridge_best(d.ridge->best) +
         "\nGain once ℓ is tuned      " + five_digits(d.ridge->tuned_gain) + "\n";
}

std::string notes(const SolveDocument& d) {
  std::string out;
  for (const documents::SolvePoint& point : d.risk) {
    if (!point.says) continue;
    for (const std::string& sentence : point.says->disagreements) {
      out += wrap("λ = " + five_digits(point.lambda) + ": " + sentence, kTextWidth, "  · ", "    ");
    }
  }
  if (!out.empty()) out = "\nWhere the laws differ\n" + out;
  std::string warnings;
  for (const Warning& warning : d.warnings) {
    if (warning.code == "infinite-value") continue;  // shown as ∞ above
    warnings += wrap(warning.message, kTextWidth, "  ! ", "    ");
  }
  return warnings.empty() ? out : out + "\nWarnings\n" + warnings;
}

}  // namespace

std::string render_solve_table(const SolveDocument& document, bool quiet) {
  const std::string tables = closed_table(document) + simulated_table(document) +
                             teachers_table(document) + ridge_table(document);
  if (quiet) return tables;
  return headline(document) + facts(document) + tables + notes(document);
}

}  // namespace cch::report
