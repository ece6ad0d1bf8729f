#include "tools/cch/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <list>
#include <map>
#include <new>

#include "cch/core/nearest_name.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/visible.hpp"

namespace cch {
namespace {

void print_fault(const Fault& fault, std::ostream& err) {
  err << "error: " << fault.problem << " [" << fault.code << "]\n";
  if (!fault.where.empty()) err << "  where: " << fault.where << '\n';
  if (!fault.why.empty()) err << "  why:   " << fault.why << '\n';
  if (!fault.action.empty()) err << "  do:    " << fault.action << '\n';
}

// Names that a word which nobody expected may have been meant as.
std::vector<std::string> known_words(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (options) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// The command that was chosen, down to the last sub-command, and its words after "cch ", each with
// a space behind.
const CLI::App& chosen_command(const CLI::App& root, std::string& words) {
  const CLI::App* app = &root;
  for (auto next = app->get_subcommands(); !next.empty(); next = app->get_subcommands()) {
    app = next.front();
    words += app->get_name() + " ";
  }
  return *app;
}

Fault unexpected_word(const CLI::App& root, const std::vector<std::string>& arguments) {
  std::string words;
  const CLI::App& app = chosen_command(root, words);
  for (const std::string& argument : arguments) {
    const bool option = argument.size() > 1 && argument.front() == '-';
    const std::string word = argument.substr(0, argument.find('='));
    const auto names = known_words(app, option);
    const bool known = option ? app.get_option_no_throw(word) != nullptr : !words.empty();
    if (known) continue;
    const std::string what = option ? "option" : "command";
    return {"unknown-" + what,
            fmt::format("there is no {} '{}'", what, word),
            {},
            {},
            names.empty() ? "See cch --help"
                          : fmt::format("Did you mean '{}'? See cch {}--help",
                                        nearest_name(word, names), words)};
  }
  return {"unexpected-argument", "too many arguments", {}, {}, "See cch --help"};
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() -= 'a' - 'A';
  return text;
}

Fault parse_fault(const CLI::App& app, const CLI::ParseError& error,
                  const std::vector<std::string>& arguments) {
  std::string words;
  chosen_command(app, words);
  // A misspelt command leaves the required one missing.
  const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
                          (words.empty() && !arguments.empty());
  if (unexpected) return unexpected_word(app, arguments);
  return {"bad-arguments", capitalised(error.what()), {}, {}, "See cch " + words + "--help"};
}

int report_parse_error(const CLI::App& app, const CLI::ParseError& error,
                       const std::vector<std::string>& arguments, Terminal& terminal) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error, terminal.out, terminal.err);  // --help and --version
    return kExitDone;
  }
  print_fault(parse_fault(app, error, arguments), terminal.err);
  return kExitUsage;
}

int run_guarded(const Command& command, Invocation& invocation) {
  std::ostream& err = invocation.terminal.err;
  try {
    return command(invocation);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) {
      err << "stopped: nothing that was finished is lost\n";
      return kExitInterrupted;
    }
    for (const Fault& fault : error.faults()) print_fault(fault, err);
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    print_fault({"out-of-memory",
                 "the memory of this machine does not suffice",
                 {},
                 {},
                 "Use fewer rows or columns"},
                err);
  } catch (const std::filesystem::filesystem_error& error) {
    print_fault({"file-system",
                 "the file system refuses " + error.path1().string(),
                 {},
                 error.code().message(),
                 "Check the path and who may read it"},
                err);
  } catch (const std::exception& error) {
    print_fault({"internal",
                 error.what(),
                 {},
                 "this is a defect of cch",
                 "Please report it with the command line"},
                err);
  }
  return kExitRunFailed;
}

// The commands and their pages; what their options stand for lives in the commands.
struct Commands {
  std::list<options::CommandPage> pages;
  std::map<std::string, Command> run;
};

Commands add_commands(CLI::App& app) {
  Commands out;
  for (const CommandEntry& entry : program_commands()) {
    out.run[entry.name] =
        entry.setup(options::add_command(app, out.pages, entry.name, entry.help, entry.example));
  }
  return out;
}

// The commands with what reads their options.
struct Parser {
  CLI::App app{"Tells, before training, which teacher modality is worth distilling from.", "cch"};
  Commands commands;

  Parser() {
    app.set_version_flag("--version", "cch " + version());
    app.require_subcommand(1);
    app.failure_message(CLI::FailureMessage::simple);
    commands = add_commands(app);
  }
  void parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  }
  [[nodiscard]] const Command& chosen() const {
    return commands.run.at(app.get_subcommands().front()->get_name());
  }
};

// What `cch` alone says. Its examples are compared with the program by a test.
constexpr std::string_view kFirstWords =
    R"(cch tells, before anything is trained, which teacher modality is worth distilling from for your
student, how sure that is, and what would change it. It also trains such pairs to check itself.

Rank teachers on your own features (arrays with one row for each sample):
  cch rank --student video.npy --teacher audio.npy --teacher text.npy --labels y.npy

Ask first whether these data can decide it at all:
  cch check --student video.npy --teacher audio.npy --labels y.npy

Train the pairs of a study, then compare the predictions with the gains:
  cch train STUDY.toml -o runs
  cch compare runs

All commands: cch --help. A word or code that you meet: cch explain WORD.
)";

}  // namespace

std::string rendered_commands(
    const std::function<std::string(const std::list<options::CommandPage>&)>& render) {
  CLI::App app;
  return render(add_commands(app).pages);
}

namespace {

// What the program itself writes beside text: colours, and the bar of progress.
std::vector<std::string> own_sequences(bool colour, bool bar) {
  std::vector<std::string> out;
  if (colour) {
    for (const char* code : {"0", "1", "31", "32", "33", "35"}) {
      out.push_back(fmt::format("\x1b[{}m", code));
    }
  }
  if (bar) out.emplace_back("\r\x1b[K");
  return out;
}

int run_arguments(const std::vector<std::string>& arguments, Terminal& terminal,
                  std::stop_token stop) {
  if (arguments.empty()) {
    terminal.out << kFirstWords;
    return kExitDone;
  }
  Parser parser;
  try {
    parser.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return report_parse_error(parser.app, error, arguments, terminal);
  }
  std::vector<std::string> line{"cch"};
  line.insert(line.end(), arguments.begin(), arguments.end());
  Invocation invocation{terminal, std::move(stop), shell_line(line)};
  return run_guarded(parser.chosen(), invocation);
}

// A terminal that only text and own sequences reach.
struct Shown {
  VisibleStream out;
  VisibleStream err;
  Terminal terminal;

  explicit Shown(const Terminal& to)
      : out(to.out, own_sequences(to.colour, false)),
        err(to.err, own_sequences(false, to.err_is_terminal)),
        terminal{out, err, to.out_is_terminal, to.err_is_terminal, to.colour, to.width, to.sink} {}
};

}  // namespace

int run_program(const std::vector<std::string>& arguments, Terminal& terminal,
                std::stop_token stop) {
  Shown shown(terminal);
  const int code = run_arguments(arguments, shown.terminal, std::move(stop));
  shown.out.flush();
  if (shown.out) return code;
  print_fault({"cannot-write", "the results could not be written", "standard output",
               "there is no room, or what reads them has ended",
               "Make room or give -o FOLDER; what a run had finished is kept"},
              shown.err);
  shown.err.flush();
  return kExitRunFailed;
}

int run_call(const std::vector<std::string>& arguments, Terminal& terminal, std::stop_token stop,
             Held held, std::shared_ptr<const OwnNetwork> own) {
  Parser parser;
  try {
    parser.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::usage, parse_fault(parser.app, error, arguments));
  }
  Shown shown(terminal);
  Invocation invocation{shown.terminal, std::move(stop), "", std::move(held), std::move(own)};
  return parser.chosen()(invocation);
}

}  // namespace cch
