#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cch {

/// One option of a command line, for the rules that it keeps.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option* option) : option_(option) {}

  CommandOption& required();
  CommandOption& show_default();  ///< the value that it has now, in --help
  CommandOption& whole_number();  ///< digits only: a sign is refused
  CommandOption& in_range(std::uint64_t least, std::uint64_t most);
  CommandOption& one_of(std::vector<std::string> words);
  CommandOption& needs(const std::string& other);
  CommandOption& one_value_each();  ///< repeated for each value; words after it are others
  CommandOption& separated_by_commas();

 private:
  CLI::Option* option_;
};

/// The options of one command, written into the variables that are named. The parser (CLI11) costs
/// four seconds a file, so it is included in command_line.cpp and program.cpp alone. A handle: the
/// parser owns what it points to.
class CommandLine {
 public:
  explicit CommandLine(CLI::App* app) : app_(app) {}

  /// `names` as "-o,--out", or a word without dashes for a value by its place.
  CommandOption option(const std::string& names, std::string& value, const std::string& help);
  CommandOption option(const std::string& names, std::uint64_t& value, const std::string& help);
  CommandOption option(const std::string& names, unsigned& value, const std::string& help);
  CommandOption option(const std::string& names, double& value, const std::string& help);
  CommandOption option(const std::string& names, std::optional<std::string>& value,
                       const std::string& help);
  CommandOption option(const std::string& names, std::optional<std::uint64_t>& value,
                       const std::string& help);
  CommandOption option(const std::string& names, std::optional<double>& value,
                       const std::string& help);
  CommandOption option(const std::string& names, std::vector<std::string>& values,
                       const std::string& help);
  CommandOption option(const std::string& names, std::vector<std::uint64_t>& values,
                       const std::string& help);
  CommandOption option(const std::string& names, std::vector<double>& values,
                       const std::string& help);
  CommandOption flag(const std::string& names, bool& value, const std::string& help);

  /// A command below this one, of which one must be given.
  [[nodiscard]] CommandLine command(const std::string& name, const std::string& help);
  /// Name of the command below that was given.
  [[nodiscard]] std::string chosen_command() const;
  /// Long names of the options that were given.
  [[nodiscard]] std::vector<std::string> given() const;

 private:
  CLI::App* app_;
};

}  // namespace cch
