#include "tools/report/rank/sentence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"

namespace cch::report {
namespace {

std::vector<std::string> names_with(const RankDocument& document, std::string_view verdict) {
  std::vector<std::string> names;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (teacher.verdict == verdict) {
      names.push_back(name_in_sentence(teacher.name));
    }
  }
  return names;
}

std::string to_be(std::size_t count) {
  return count == 1 ? "is" : "are";
}

std::string of_one(const JudgedTeacher& teacher) {
  const std::string name = name_in_sentence(teacher.name);
  const std::string& verdict = teacher.verdict;
  if (verdict == "distil") return fmt::format("Distil from {}.", name);
  if (verdict == "do_not_distil") return fmt::format("Do not distil from {}.", name);
  if (verdict == "inconclusive") {
    return fmt::format("Inconclusive: these data do not decide whether to distil from {}.", name);
  }
  if (verdict == "unreliable") {
    return fmt::format("No reliable answer: the estimates for {} cannot be trusted.", name);
  }
  return fmt::format("No verdict on {}.", name);
}

std::string of_several_to_distil(std::vector<std::string> names) {
  if (names.size() == 1) return fmt::format("Distil from {}.", names.front());
  const std::string first = names.front();
  names.erase(names.begin());
  return fmt::format("Distil from {} first; {} {} worth it too.", first, list_in_words(names, 3),
                     to_be(names.size()));
}

/// "2 are inconclusive and 1 is unreliable".
std::string tally(const RankDocument& document) {
  std::vector<std::string> parts;
  for (const std::string_view verdict : {"inconclusive", "unreliable", "do_not_distil"}) {
    const std::size_t found = names_with(document, verdict).size();
    if (found == 0) continue;
    parts.push_back(verdict == "do_not_distil"
                        ? fmt::format("{} should not be used", found)
                        : fmt::format("{} {} {}", found, to_be(found), verdict_name(verdict)));
  }
  return list_in_words(parts, parts.size());
}

}  // namespace

std::string verdict_name(std::string_view verdict) {
  return verdict == "do_not_distil" ? "do not distil" : printable(verdict);
}

std::string verdict_class(std::string_view verdict) {
  const bool known = verdict == "distil" || verdict == "do_not_distil" ||
                     verdict == "inconclusive" || verdict == "unreliable";
  return known ? std::string(verdict) : "other";
}

std::string_view verdict_symbol(std::string_view verdict) {
  if (verdict == "distil") return "✓";
  if (verdict == "do_not_distil") return "✗";
  return verdict == "unreliable" ? "!" : "?";
}

std::string outcome_name(const documents::RepresentationLevel& level) {
  const std::string word = printable(or_missing(level.outcome));
  return level.trivially_satisfied ? word + " (trivially)" : word;
}

std::string outcome_name(const std::optional<documents::PredictionOutcome>& level) {
  return level ? printable(or_missing(level->outcome)) : kMissing;
}

std::string outcomes_in_words(const JudgedTeacher& teacher) {
  const std::string words = outcome_name(teacher.representation) + " on representations";
  if (!teacher.prediction) return words;
  return words + ", " + outcome_name(teacher.prediction) + " on predictions";
}

std::string list_in_words(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = std::min(names.size(), most);
  const std::size_t left = names.size() - shown;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown && left == 0;
    if (i > 0) out += last ? " and " : ", ";
    out += names[i];
  }
  return left == 0 ? out : fmt::format("{} and {} more", out, left);
}

std::string verdict_sentence(const RankDocument& document) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty()) return "No teacher was ranked.";
  if (chance_decides(document)) {
    const std::string sentence = chance_sentence(document);
    if (!sentence.empty()) return sentence;
  }
  if (teachers.size() == 1) return of_one(teachers.front());
  const std::vector<std::string> good = names_with(document, "distil");
  if (!good.empty()) return of_several_to_distil(good);
  if (names_with(document, "do_not_distil").size() == teachers.size()) {
    return fmt::format("Do not distil from any of the {} teachers.", teachers.size());
  }
  const std::string none = "No teacher is shown to be worth distilling from: ";
  const std::string& verdict = teachers.front().verdict;
  if (!verdict.empty() && names_with(document, verdict).size() == teachers.size()) {
    return none + fmt::format("{} are {}.",
                              teachers.size() == 2 ? std::string("both")
                                                   : fmt::format("all {}", teachers.size()),
                              verdict_name(verdict));
  }
  return none + fmt::format("of {}, {}.", teachers.size(), tally(document));
}

Messages messages_of(const RankDocument& document) {
  return messages_of(document.warnings, margins_decide(document));
}

Messages messages_of(const std::vector<Warning>& warnings, bool representations_decide) {
  Messages out;
  for (const Warning& warning : warnings) {
    const std::string& code = warning.code;
    const std::string& message = warning.message;
    if (code == "no-minimal-margin") continue;  // for programs; the reasons of a check say it
    const bool note = code == "not-asked-for" || code == "no-groups" || code == "quick-estimates" ||
                      code == "continuous-labels" || code == "labels-set-aside" ||
                      (code == "mixed-families" && !representations_decide) ||
                      message.find("'control: ") != std::string::npos;
    (note ? out.notes : out.warnings).push_back(message);
  }
  return out;
}

std::string decision_rule(const RankDocument& document) {
  const std::string& rule = document.decided_by;
  if (rule == "chance") return "the chance that distillation helps";
  if (rule == "cch") return "the CCH on representations alone";
  if (rule == "cch-prediction") return "the CCH on predictions alone";
  if (rule == "pilot") return "the pilot student alone";
  if (rule == "combined") return "the pilot student and the CCH on predictions together";
  return printable(rule);
}

}  // namespace cch::report
