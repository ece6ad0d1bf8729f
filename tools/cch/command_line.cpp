#include "tools/cch/command_line.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace cch {
namespace {

/// CLI11 turns −5 into a huge number without a sign.
CLI::Validator digits_only() {
  return {[](std::string& text) {
            const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
            return digits ? std::string() : "'" + text + "' is not a whole number from 0";
          },
          "UINT"};
}

}  // namespace

CommandOption& CommandOption::required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::show_default() {
  option_->capture_default_str();
  return *this;
}

CommandOption& CommandOption::whole_number() {
  option_->check(digits_only());
  return *this;
}

CommandOption& CommandOption::in_range(std::uint64_t least, std::uint64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

CommandOption& CommandOption::one_of(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

CommandOption& CommandOption::needs(const std::string& other) {
  option_->needs(other);
  return *this;
}

CommandOption& CommandOption::one_value_each() {
  option_->allow_extra_args(false);
  return *this;
}

CommandOption& CommandOption::separated_by_commas() {
  option_->delimiter(',');
  return *this;
}

CommandOption CommandLine::option(const std::string& names, std::string& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::uint64_t& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, unsigned& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, double& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::optional<std::string>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::optional<std::uint64_t>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::optional<double>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::vector<std::string>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::vector<std::uint64_t>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::option(const std::string& names, std::vector<double>& value,
                                  const std::string& help) {
  return CommandOption(app_->add_option(names, value, help));
}

CommandOption CommandLine::flag(const std::string& names, bool& value, const std::string& help) {
  return CommandOption(app_->add_flag(names, value, help));
}

CommandLine CommandLine::command(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  return CommandLine(app_->add_subcommand(name, help));
}

std::string CommandLine::chosen_command() const {
  return app_->get_subcommands().front()->get_name();
}

std::vector<std::string> CommandLine::given() const {
  std::vector<std::string> out;
  for (const CLI::Option* option : app_->get_options()) {
    if (option->count() > 0 && !option->get_lnames().empty()) {
      out.push_back(option->get_lnames().front());
    }
  }
  return out;
}

}  // namespace cch
