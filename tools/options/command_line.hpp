#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tools/cch/fault_collector.hpp"
#include "tools/options/option.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace cch::options {

/// A command and its options, for reference pages and completion.
struct CommandPage {
  std::string name;
  std::string help;
  std::string example;  ///< a whole command line; "" of a command that has others below it
  Table options;
  std::list<CommandPage> below;
};

/// The options of one command. The parser (CLI11) costs four seconds a file, so it is included in
/// command_line.cpp and program.cpp alone. A handle: the parser and the page outlive it.
class CommandLine {
 public:
  CommandLine(CLI::App* app, CommandPage* page)
      : app_(app), page_(page), faults_(std::make_shared<FaultCollector>()) {}

  /// Options that are written into the variables of the table. What a parser of words refuses is
  /// gathered, so that `refused` shows everything that is wrong at once.
  void add(const Table& options);

  /// A command below this one, of which one must be given.
  [[nodiscard]] CommandLine command(const std::string& name, const std::string& help,
                                    const std::string& example);
  /// Name of the command below that was given.
  [[nodiscard]] std::string chosen_command() const;
  /// Long names of the options that were given.
  [[nodiscard]] std::vector<std::string> given() const;
  /// Words that were refused; a command throws them, with what else it finds.
  [[nodiscard]] FaultCollector refused() const { return *faults_; }

 private:
  CLI::App* app_;
  CommandPage* page_;
  std::shared_ptr<FaultCollector> faults_;
};

/// A command of the parser with its page: --help begins with the example.
CommandLine add_command(CLI::App& app, std::list<CommandPage>& pages, const std::string& name,
                        const std::string& help, const std::string& example);

}  // namespace cch::options
