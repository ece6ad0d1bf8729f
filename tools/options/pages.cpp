#include "tools/options/pages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cch::options {
namespace {

std::string value_cell(const Option& option, const std::string& type) {
  const std::string standard = default_in_words(option);
  if (standard.empty()) return type;
  return type + (type.empty() ? "" : ", ") + "default " + standard;
}

// "-o,--out", and how to turn off a flag that is on.
std::string names_of(const Option& option) {
  return option.names + (can_be_turned_off(option) ? ",--no-" + option.key() : "");
}

// The options of a command and of those below it.
void describe(const CommandPage& command, const std::string& words, std::string& out) {
  out += fmt::format("## `{}`\n\n{}.\n\n", words, command.help);
  if (!command.example.empty()) out += fmt::format("    {}\n\n", command.example);
  if (!command.options.empty()) out += "| option | value | meaning |\n|---|---|---|\n";
  for (const Option& option : command.options) {
    out += fmt::format("| `{}` | {} | {} |\n", names_of(option),
                       cell(value_cell(option, type_in_words(option))), cell(meaning(option)));
  }
  if (!command.options.empty()) out += '\n';
  for (const CommandPage& below : command.below) describe(below, words + ' ' + below.name, out);
}

std::string where(const Section& section) {
  if (section.place.empty()) return "top";
  if (section.place.starts_with('{')) return section.place;
  return fmt::format("[{}]{}{}", section.place, section.values.empty() ? "" : " ",
                     fmt::join(section.values, ", "));
}

std::string for_man(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void describe_for_man(const CommandPage& command, const std::string& words, std::string& out) {
  out += fmt::format(".SS {}\n{}.\n", for_man(words), for_man(command.help));
  if (!command.example.empty()) {
    out += fmt::format(".PP\n.EX\n    {}\n.EE\n", for_man(command.example));
  }
  for (const Option& option : command.options) {
    const std::string value = value_cell(option, type_in_words(option));
    out += fmt::format(".TP\n.B {}\n{}{}\n", for_man(names_of(option)), for_man(meaning(option)),
                       value.empty() ? "" : for_man(" (" + value + ")"));
  }
  for (const CommandPage& below : command.below) {
    describe_for_man(below, words + ' ' + below.name, out);
  }
}

// The type and default of a key of a file.
std::string file_value(const Option& option) {
  if (!is_flag(option)) return value_cell(option, type_in_words(option));
  const std::string standard = printed(option);
  return "true or false" + (standard.empty() ? "" : ", default " + standard);
}

void add_entry(const Option& option, const std::string& where, const std::string& value,
               std::vector<OptionEntry>& to) {
  const std::string means = meaning(option);
  const auto same = std::find_if(to.begin(), to.end(), [&](const OptionEntry& entry) {
    return entry.key == option.key() && entry.means == means;
  });
  if (same != to.end()) {
    same->where.push_back(where);
  } else {
    to.push_back({option.key(), means, value, {where}});
  }
}

void add_entries(const CommandPage& command, const std::string& above,
                 std::vector<OptionEntry>& to) {
  const std::string words = above + ' ' + command.name;
  for (const Option& option : command.options) {
    add_entry(option, words + ' ' + (option.dashed() ? "--" : "") + option.key(),
              value_cell(option, type_in_words(option)), to);
  }
  for (const CommandPage& below : command.below) add_entries(below, words, to);
}

}  // namespace

std::vector<OptionEntry> option_entries(const std::list<CommandPage>& commands,
                                        const std::vector<StudyFile>& files) {
  std::vector<OptionEntry> out;
  for (const CommandPage& command : commands) add_entries(command, "cch", out);
  for (const StudyFile& file : files) {
    for (const Section& section : file.sections) {
      if (!section.listed) continue;
      for (const Option& option : section.table) {
        if (!option.rules.in_file) continue;
        add_entry(option, fmt::format("study files of {} ({})", file.name, where(section)),
                  file_value(option), out);
      }
    }
  }
  return out;
}

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

std::string commands_page(const std::list<CommandPage>& commands) {
  std::string out =
      "# Commands and their options\n\nMade by `cch explain --commands`; a test compares. Every "
      "command has `--help`.\n\n";
  for (const CommandPage& command : commands) describe(command, "cch " + command.name, out);
  return out;
}

std::string studies_page(const std::vector<StudyFile>& files) {
  std::string out =
      "# Study files\n\n"
      "Made by `cch explain --study-files` from the tables of options that the program reads them "
      "by; a test compares. An unknown key is an error that names the nearest one; flags win over "
      "keys; paths are relative to the file. Examples: `data/examples`. A line `#:schema PATH` at "
      "the top of a file, with the PATH of what `cch explain --schema NAME` prints, lets an editor "
      "check and complete it.\n\n";
  for (const StudyFile& file : files) {
    out += fmt::format(
        "## {}\n\nSchema: `{}`.\n\n| where | key | value | meaning |\n"
        "|---|---|---|---|\n",
        file.title, file.name);
    for (const Section& section : file.sections) {
      if (!section.listed) continue;
      for (const Option& option : section.table) {
        if (!option.rules.in_file) continue;
        out += fmt::format("| {} | `{}` | {} | {} |\n", where(section), option.key(),
                           cell(file_value(option)), cell(meaning(option)));
      }
    }
    out += '\n' + file.remark;
  }
  return out;
}

std::string man_page(const std::list<CommandPage>& commands) {
  std::string out =
      ".TH CCH 1\n.SH NAME\ncch \\- tells, before training, which teacher modality is worth "
      "distilling from\n.SH SYNOPSIS\n.B cch\n.I COMMAND\n[\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
      "Results are written to standard output, everything else to standard error. Exit codes: 0 "
      "done, 1 run failed, 2 usage or study file, 3 data refused, 4 the verdict of "
      "\\-\\-fail\\-on, 5 some runs of a study failed, 130 interrupted.\n"
      "A word or code that you meet: \\fBcch explain\\fR \\fIWORD\\fR.\n.SH COMMANDS\n";
  for (const CommandPage& command : commands) {
    describe_for_man(command, "cch " + command.name, out);
  }
  return out;
}

}  // namespace cch::options
