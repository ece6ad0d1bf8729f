#include "tools/cch/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/program.hpp"
#include "tools/options/pages.hpp"
#include "tools/options/schema.hpp"
#include "tools/report/kit/text_layout.hpp"

namespace cch {
namespace {

using Kind = CodeEntry::Kind;

constexpr CodeEntry kCodes[] = {
#include "tools/cch/explain_codes.inc"
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

std::string in_words(const WordEntry& entry, std::size_t width) {
  std::string out = fmt::format("{} ({})\n", entry.word, entry.kind);
  out += report::wrap(entry.means, width, "  means  ", "         ");
  return out + report::wrap(entry.read, width, "  read   ", "         ");
}

nlohmann::json as_json(const WordEntry& entry) {
  return {{"word", entry.word}, {"kind", entry.kind}, {"means", entry.means}, {"read", entry.read}};
}

struct ExplainOptions {
  std::vector<std::string> names;
  bool json = false;
  bool markdown = false;
  bool study_files = false;
  bool commands = false;
  bool man = false;
  std::string schema;
};

using options::OptionEntry;

// Options of commands and keys of study files.
const std::vector<OptionEntry>& all_options() {
  static const std::vector<OptionEntry> entries = [] {
    std::vector<OptionEntry> out;
    rendered_commands([&](const auto& commands) {
      out = options::option_entries(commands, program_study_files());
      return std::string();
    });
    return out;
  }();
  return entries;
}

std::vector<OptionEntry> find_options(const std::string& key) {
  std::vector<OptionEntry> out;
  for (const OptionEntry& entry : all_options()) {
    if (squeezed(entry.key) == squeezed(key)) out.push_back(entry);
  }
  return out;
}

std::string in_words(const OptionEntry& entry, std::size_t width) {
  std::string out = fmt::format("{} (option)\n", entry.key);
  out += report::wrap(entry.means, width, "  means  ", "         ");
  if (!entry.value.empty()) out += report::wrap(entry.value, width, "  value  ", "         ");
  return out + report::wrap(fmt::format("{}", fmt::join(entry.where, ", ")), width, "  where  ",
                            "         ");
}

nlohmann::json as_json(const OptionEntry& entry) {
  return {
      {"key", entry.key}, {"means", entry.means}, {"value", entry.value}, {"where", entry.where}};
}

// A code or a word that was asked for, under the name that is shown.
struct Found {
  std::string name;
  const CodeEntry* code = nullptr;
  const WordEntry* word = nullptr;
  std::vector<OptionEntry> options = {};
};

std::optional<Found> find_name(const std::string& asked) {
  // A code has no spaces; several arguments may end in one that names a part left out.
  const bool one = asked.find(' ') == std::string::npos;
  const CodeEntry* code = one ? find_code(asked) : nullptr;
  if (code != nullptr) return Found{asked, code, nullptr};
  if (const WordEntry* word = find_word(asked)) return Found{word->word, nullptr, word};
  const std::string key = squeezed(asked);
  for (const CodeEntry& entry : kCodes) {
    if (squeezed(entry.code) == key) return Found{std::string(entry.code), &entry, nullptr};
  }
  return std::nullopt;
}

// A word may be that of an option as well.
std::optional<Found> find_any(const std::string& asked) {
  auto found = find_name(asked);
  auto options = find_options(asked);
  if (!found && options.empty()) return std::nullopt;
  if (!found) found = Found{options.front().key};
  found->options = std::move(options);
  return found;
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// Every code, and every word in all of its spellings.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const WordEntry& entry : all_words()) {
    names.push_back(entry.word);
    names.insert(names.end(), entry.also.begin(), entry.also.end());
  }
  for (const CodeEntry& entry : kCodes) names.emplace_back(entry.code);
  for (const OptionEntry& entry : all_options()) names.push_back(entry.key);
  return names;
}

// The name nearest to what was asked for, compared as squeezed, and how far it is.
std::pair<std::string, std::size_t> nearest(const std::string& asked) {
  const std::string key = squeezed(asked);
  std::pair<std::string, std::size_t> best{"", std::string::npos};
  for (const std::string& name : all_names()) {
    const std::size_t distance = edit_distance(key, squeezed(name));
    if (distance < best.second) best = {name, distance};
  }
  return best;
}

// `words` begin with nothing that is known: the first of them, or all up to the next known one,
// whichever is nearer to a name.
[[noreturn]] void refuse_unknown(std::span<const std::string> words) {
  std::size_t run = 1;
  while (run < words.size() && !find_any(words[run])) ++run;
  const std::string phrase = joined(words.first(run));
  const auto [of_first, first_distance] = nearest(words.front());
  const auto [of_phrase, phrase_distance] = nearest(phrase);
  const bool whole = phrase_distance <= first_distance;
  refuse_usage(
      "unknown-code", "there is no code or word '" + (whole ? phrase : words.front()) + "'", {},
      "Did you mean '" + (whole ? of_phrase : of_first) + "'? `cch explain` lists them all");
}

// Several arguments are several codes or words, but those that together are one name ("trivially
// satisfied") are that.
std::vector<Found> find_all(std::span<const std::string> arguments) {
  constexpr std::size_t kLongest = 6;
  std::vector<Found> out;
  while (!arguments.empty()) {
    std::size_t taken = std::min(kLongest, arguments.size());
    std::optional<Found> found;
    while (taken > 0 && !(found = find_any(joined(arguments.first(taken))))) --taken;
    if (!found) refuse_unknown(arguments);
    out.push_back(*found);
    arguments = arguments.subspan(taken);
  }
  return out;
}

void print_lists(std::size_t width, std::ostream& out) {
  const auto line = [&](std::string_view name, std::string_view means) {
    out << report::wrap(fmt::format("{}: {}", name, means), width, "", "    ");
  };
  out << "Words\n";
  for (const WordEntry& entry : all_words()) line(entry.word, entry.means);
  out << "\nCodes of errors, warnings and leaks\n";
  for (const CodeEntry& entry : kCodes) line(entry.code, entry.means);
  line(kPartLeftOut.code, kPartLeftOut.means);
}

std::vector<Found> everything() {
  std::vector<Found> out;
  for (const WordEntry& entry : all_words()) out.push_back({entry.word, nullptr, &entry});
  for (const CodeEntry& entry : kCodes) out.push_back({std::string(entry.code), &entry, nullptr});
  out.push_back({std::string(kPartLeftOut.code), &kPartLeftOut, nullptr});
  return out;
}

nlohmann::json explain_document(const std::vector<Found>& chosen) {
  nlohmann::json codes = nlohmann::json::array();
  nlohmann::json words = nlohmann::json::array();
  nlohmann::json options = nlohmann::json::array();
  for (const Found& found : chosen) {
    if (found.code != nullptr) codes.push_back(as_json(*found.code, found.name));
    if (found.word != nullptr) words.push_back(as_json(*found.word));
    for (const OptionEntry& option : found.options) options.push_back(as_json(option));
  }
  nlohmann::json out{{"schema", "cch.explain/1"}, {"codes", codes}, {"words", words}};
  if (!options.empty()) out["options"] = options;
  return out;
}

std::string schema(const std::string& name) {
  std::vector<std::string> names;
  for (const options::StudyFile& file : program_study_files()) {
    if (file.name == name) return options::schema_of(file).dump(2) + '\n';
    names.push_back(file.name);
  }
  refuse_usage(
      "unknown-schema", "no study file is called '" + name + "'", {},
      "Did you mean '" + nearest_name(name, names) + "'? There are " + options::listed(names));
}

// The page that was asked for instead of words; "" if none was.
std::string page(const ExplainOptions& o) {
  if (o.markdown) return codes_page();
  if (o.commands) return rendered_commands(options::commands_page);
  if (o.study_files) return options::studies_page(program_study_files());
  if (o.man) return rendered_commands(options::man_page);
  return o.schema.empty() ? "" : schema(o.schema);
}

int run(const ExplainOptions& o, Terminal& terminal) {
  if (const std::string text = page(o); !text.empty()) {
    terminal.out << text;
    return kExitDone;
  }
  const std::vector<Found> chosen = o.names.empty() ? everything() : find_all(o.names);
  const std::size_t width = std::max<std::size_t>(terminal.width, 50);
  if (o.json) {
    terminal.out << explain_document(chosen).dump(2) << '\n';
  } else if (o.names.empty()) {
    print_lists(width, terminal.out);
  } else {
    for (const Found& found : chosen) {
      if (found.code != nullptr) terminal.out << in_words(*found.code, found.name, width);
      if (found.word != nullptr) terminal.out << in_words(*found.word, width);
      for (const OptionEntry& option : found.options) terminal.out << in_words(option, width);
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
  return out +
         "\n## Words of tables, reports and flags\n\n`cch explain WORD` says the same; case, "
         "spaces and hyphens do not matter.\n\n" +
         words_table();
}

Command setup_explain(CommandLine app) {
  auto o = std::make_shared<ExplainOptions>();
  app.add({{"word", &o->names,
            "Codes of errors and warnings, words of tables and reports (verdicts, columns, "
            "estimators, ...), or options; none lists all"},
           {"--json", &o->json, "One JSON document on standard output"},
           {"--markdown", &o->markdown, "The page docs/reference/codes.md"},
           {"--commands", &o->commands, "The page docs/reference/commands.md"},
           {"--study-files", &o->study_files, "The page docs/reference/study-files.md"},
           {"--man", &o->man, "A manual page of section 1"},
           {"--schema",
            &o->schema,
            "The JSON schema of a kind of study files",
            {.suggestions = {"rank", "model", "gaussian_sweep", "train", "segment"}}}});
  return [o](Invocation& invocation) { return run(*o, invocation.terminal); };
}

}  // namespace cch
