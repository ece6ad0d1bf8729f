#include "tools/options/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cch::options {
namespace {

// "-o" and "--out"; "--no-sizes" too.
std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t comma = option.names.find(',', at);
    out.push_back(option.names.substr(at, comma - at));
    at = comma == std::string::npos ? comma : comma + 1;
  }
  if (can_be_turned_off(option)) out.push_back("--no-" + option.key());
  return out;
}

// Values to offer: its choices, else what is suggested.
const std::vector<std::string>& offered(const Option& option) {
  return choices(option).empty() ? option.rules.suggestions : choices(option);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// --- bash

std::string bash_values(const Option& option) {
  const std::string words = offered(option).empty()
                                ? ""
                                : fmt::format("_cch_words '{}'; ", fmt::join(offered(option), " "));
  switch (option.rules.completes) {
    case Completes::files:
      return words + "_cch_paths -f; ";
    case Completes::folders:
      return words + "_cch_paths -d; ";
    case Completes::nothing:
      break;
  }
  return words;
}

struct BashCases {
  std::string commands;  // patterns of commands with those above them
  std::string values;    // what follows an option
  std::string places;    // options of a command, and what stands without one
};

void add_bash(const CommandPage& command, const std::string& above, BashCases& cases) {
  const std::string words = above + ' ' + command.name;
  cases.commands += (cases.commands.empty() ? "" : "|") + fmt::format("'{}'", words);
  std::vector<std::string> options{"--help"};
  std::string free;
  for (const Option& option : command.options) {
    if (!option.dashed()) {
      free += bash_values(option);
      continue;
    }
    const auto names = spellings(option);
    options.insert(options.end(), names.begin(), names.end());
    if (is_flag(option)) continue;
    std::string pattern;
    for (const std::string& name : names) {
      pattern += (pattern.empty() ? "" : "|") + fmt::format("'{} {}'", words, name);
    }
    cases.values += fmt::format("    {}) {}return ;;\n", pattern, bash_values(option));
  }
  std::vector<std::string> below;
  for (const CommandPage& page : command.below) below.push_back(page.name);
  if (!below.empty()) free += fmt::format("_cch_words '{}'; ", fmt::join(below, " "));
  cases.places +=
      fmt::format("    '{}') if [[ $cur == -* ]]; then _cch_words '{}'; else {}:; fi ;;\n", words,
                  fmt::join(options, " "), free);
  for (const CommandPage& page : command.below) add_bash(page, words, cases);
}

std::vector<std::string> names_of(const std::list<CommandPage>& commands) {
  std::vector<std::string> out;
  for (const CommandPage& command : commands) out.push_back(command.name);
  return out;
}

// --- zsh

std::string in_quotes(const std::string& text) {
  return replaced(text, "'", "'\\''");
}

std::string zsh_values(const Option& option) {
  if (is_flag(option)) return "";
  const std::string what = ":" + option.key() + ":";
  if (option.rules.completes == Completes::folders) return what + "_files -/";
  if (option.rules.completes == Completes::files) return what + "_files";
  if (offered(option).empty()) return what;
  return fmt::format("{}({})", what, fmt::join(offered(option), " "));
}

std::string zsh_option(const Option& option) {
  if (!option.dashed()) return fmt::format("    '*{}'\n", in_quotes(zsh_values(option)));
  const std::string help = replaced(replaced(meaning(option), "[", "\\["), "]", "\\]");
  std::string out;
  for (const std::string& name : spellings(option)) {
    out += fmt::format("    '*{}[{}]{}'\n", name, in_quotes(help), in_quotes(zsh_values(option)));
  }
  return out;
}

void add_zsh(const CommandPage& command, const std::string& above, std::string& out) {
  const std::string name = above + '_' + command.name;
  for (const CommandPage& page : command.below) add_zsh(page, name, out);
  out += fmt::format("{}() {{\n", name);
  if (!command.below.empty()) {
    out +=
        fmt::format("  _cch_choose {} '{}'\n}}\n", name, fmt::join(names_of(command.below), "' '"));
    return;
  }
  out += "  local -a options=(\n    '--help[What it does]'\n";
  for (const Option& option : command.options) out += zsh_option(option);
  out += "  )\n  _arguments $options\n}\n";
}

// --- fish

void add_fish(const CommandPage& command, const std::string& above, const std::string& condition,
              std::string& out) {
  out += fmt::format("complete -c cch -n '{}' -a {} -d '{}'\n", condition, command.name,
                     replaced(command.help, "'", "\\'"));
  const std::string inside =
      above + (above.empty() ? "" : "; and ") + "__fish_seen_subcommand_from " + command.name;
  for (const Option& option : command.options) {
    std::string line = fmt::format("complete -c cch -n '{}'", inside);
    if (option.dashed()) {
      for (const std::string& name : spellings(option)) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!is_flag(option)) line += " -r";
      line += fmt::format(" -d '{}'", replaced(meaning(option), "'", "\\'"));
    }
    if (option.rules.completes == Completes::files) line += " -F";
    if (option.rules.completes == Completes::folders) line += " -a '(__fish_complete_directories)'";
    if (!offered(option).empty()) line += fmt::format(" -a '{}'", fmt::join(offered(option), " "));
    out += line + '\n';
  }
  const std::string open = fmt::format("{}; and not __fish_seen_subcommand_from {}", inside,
                                       fmt::join(names_of(command.below), " "));
  for (const CommandPage& page : command.below) add_fish(page, inside, open, out);
}

}  // namespace

std::string bash_completion(const std::list<CommandPage>& commands) {
  BashCases cases;
  for (const CommandPage& command : commands) add_bash(command, "", cases);
  return fmt::format(R"(# Completion of cch in bash, made by `cch completion bash`.
_cch_words() {{ local word; while read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur"); }}
_cch_paths() {{
  local path
  compopt -o filenames 2>/dev/null
  while read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
}}
_cch() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} option=${{COMP_WORDS[COMP_CWORD-1]}} command= at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command ${{COMP_WORDS[at]}}" in
    {}) command+=" ${{COMP_WORDS[at]}}" ;;
    esac
  done
  # NAME=PATH and --option=VALUE are three words here.
  if [[ $cur == = || $option == = ]]; then
    for ((at = COMP_CWORD - 1; at > 1; at--)); do
      [[ ${{COMP_WORDS[at]}} == -* ]] && break
    done
    option=${{COMP_WORDS[at]}}
    [[ $cur == = ]] && cur=
  fi
  case "$command $option" in
{}  esac
  case "$command" in
    '') _cch_words '{} --help --version' ;;
{}  esac
}}
complete -F _cch cch
)",
                     cases.commands, cases.values, fmt::join(names_of(commands), " "),
                     cases.places);
}

std::string zsh_completion(const std::list<CommandPage>& commands) {
  std::string functions;
  for (const CommandPage& command : commands) add_zsh(command, "_cch", functions);
  return fmt::format(R"(#compdef cch
# Completion of cch in zsh, made by `cch completion zsh`.
_cch_choose() {{
  local name=$1
  shift
  if (( CURRENT == 2 )); then
    compadd -- "$@"
  else
    shift words
    (( CURRENT-- ))
    (( $+functions[${{name}}_${{words[1]}}] )) && ${{name}}_${{words[1]}}
  fi
}}
{}_cch() {{
  _cch_choose _cch '{}'
}}
_cch "$@"
)",
                     functions, fmt::join(names_of(commands), "' '"));
}

std::string fish_completion(const std::list<CommandPage>& commands) {
  std::string out =
      "# Completion of cch in fish, made by `cch completion fish`.\ncomplete -c cch -f\n";
  for (const CommandPage& command : commands) {
    add_fish(command, "", "__fish_use_subcommand", out);
  }
  return out;
}

}  // namespace cch::options
