#include "tools/cch/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/program.hpp"
#include "tools/report/text_layout.hpp"

namespace cch {
namespace {

using Kind = CodeEntry::Kind;

constexpr CodeEntry kCodes[] = {
#include "tools/cch/explain_codes.inc"
};

constexpr StudyKey kStudyKeys[] = {
#include "tools/cch/explain_keys.inc"
};

constexpr std::string_view kLeftOut = "-left-out";
constexpr CodeEntry kPartLeftOut{
    "PART-left-out", Kind::warning,
    "A part of the evidence (conditional-information, prediction-level, pilot, planted-bias, "
    "all-rows, permutation-null, sensitivity, stability, self-consistency, estimator NAME …) could "
    "not be had.",
    "These data do not allow it, and the message says why; the rest stands.",
    "Mostly more rows or groups, or no class with a few rows."};

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[] = {"error", "warning", "leak"};
  return names[static_cast<std::size_t>(kind)];
}

std::string in_words(const CodeEntry& entry, std::string_view code, std::size_t width) {
  std::string out = fmt::format("{} ({})\n", code, kind_name(entry.kind));
  out += report::wrap(entry.means, width, "  means  ", "         ");
  out += report::wrap(entry.why, width, "  why    ", "         ");
  return out + report::wrap(entry.action, width, "  do     ", "         ");
}

nlohmann::json as_json(const CodeEntry& entry, std::string_view code) {
  return {{"code", code},
          {"kind", kind_name(entry.kind)},
          {"means", entry.means},
          {"why", entry.why},
          {"do", entry.action}};
}

struct ExplainOptions {
  std::vector<std::string> codes;
  bool json = false;
  bool markdown = false;
  bool study_files = false;
  bool commands = false;
};

const CodeEntry& known_code(const std::string& code) {
  if (const CodeEntry* entry = find_code(code)) return *entry;
  std::vector<std::string> names;
  for (const CodeEntry& entry : kCodes) names.emplace_back(entry.code);
  refuse_usage("unknown-code", "there is no code '" + code + "'", {},
               "Did you mean '" + nearest_name(code, names) + "'? `cch explain` lists them all");
}

int run(const ExplainOptions& o, Terminal& terminal) {
  if (o.markdown) {
    terminal.out << codes_page();
    return kExitDone;
  }
  if (o.commands) {
    terminal.out << commands_page();
    return kExitDone;
  }
  if (o.study_files) {
    terminal.out << study_files_page();
    return kExitDone;
  }
  std::vector<std::pair<std::string, const CodeEntry*>> chosen;
  for (const std::string& code : o.codes) chosen.emplace_back(code, &known_code(code));
  if (chosen.empty()) {
    for (const CodeEntry& entry : kCodes) chosen.emplace_back(entry.code, &entry);
    chosen.emplace_back(kPartLeftOut.code, &kPartLeftOut);
  }
  if (o.json) {
    nlohmann::json codes = nlohmann::json::array();
    for (const auto& [code, entry] : chosen) codes.push_back(as_json(*entry, code));
    terminal.out << nlohmann::json{{"schema", "cch.explain/1"}, {"codes", codes}}.dump(2) << '\n';
    return kExitDone;
  }
  const std::size_t width = std::max<std::size_t>(terminal.width, 50);
  for (const auto& [code, entry] : chosen) {
    if (o.codes.empty()) {
      terminal.out << report::wrap(fmt::format("{}: {}", code, entry->means), width, "", "    ");
    } else {
      terminal.out << in_words(*entry, code, width);
    }
  }
  return kExitDone;
}

}  // namespace

std::span<const CodeEntry> all_codes() {
  return kCodes;
}

const CodeEntry* find_code(std::string_view code) {
  const auto* const found =
      std::find_if(std::begin(kCodes), std::end(kCodes),
                   [&](const CodeEntry& entry) { return entry.code == code; });
  if (found != std::end(kCodes)) return found;
  return code.ends_with(kLeftOut) ? &kPartLeftOut : nullptr;
}

std::string codes_page() {
  std::string out =
      "# Codes of errors, warnings and leaks\n\n"
      "Made by `cch explain --markdown`; a test compares. An error ends with its code in brackets, "
      "warnings stand in `warnings` of every document, leaks in `leaks` of `cch check`. "
      "`cch explain CODE` says the same in the terminal.\n\n"
      "| code | kind | what it means | why it matters | what to do |\n|---|---|---|---|---|\n";
  const auto add = [&](const CodeEntry& entry) {
    std::string line = fmt::format("`{}` | {} | {} | {} | {}", entry.code, kind_name(entry.kind),
                                   entry.means, entry.why, entry.action);
    for (std::size_t at = line.find("|w|"); at != std::string::npos; at = line.find("|w|")) {
      line.replace(at, 3, "‖w‖");
    }
    out += "| " + line + " |\n";
  };
  for (const CodeEntry& entry : kCodes) add(entry);
  add(kPartLeftOut);
  return out;
}

std::span<const StudyKey> all_study_keys() {
  return kStudyKeys;
}

Command setup_explain(CommandLine app) {
  auto o = std::make_shared<ExplainOptions>();
  app.option("code", o->codes, "Codes in brackets of errors, or of warnings; none lists all");
  app.flag("--json", o->json, "One JSON document on standard output");
  app.flag("--markdown", o->markdown, "The page docs/codes.md");
  app.flag("--commands", o->commands, "The page docs/commands.md");
  app.flag("--study-files", o->study_files, "The page docs/study-files.md");
  return [o](Invocation& invocation) { return run(*o, invocation.terminal); };
}

}  // namespace cch
