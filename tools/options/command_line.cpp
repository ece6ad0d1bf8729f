#include "tools/options/command_line.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace cch::options {
namespace {

/// CLI11 turns −5 into a huge number without a sign.
CLI::Validator digits_only() {
  return {[](std::string& text) {
            const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
            return digits ? std::string() : "'" + text + "' is not a whole number from 0";
          },
          ""};
}

/// The type in words says what it checks.
CLI::Validator undescribed(CLI::Validator check) {
  check.description("");
  return check;
}

/// --help begins with an example.
class PageFormatter : public CLI::Formatter {
 public:
  explicit PageFormatter(std::string example) : example_(std::move(example)) {}

  std::string make_description(const CLI::App* app) const override {
    return "Example: " + example_ + "\n" + CLI::Formatter::make_description(app);
  }

 private:
  std::string example_;
};

// Binds one option to its variable.
class Binder {
 public:
  Binder(CLI::App& app, const Option& option, std::shared_ptr<FaultCollector> faults)
      : app_(app), option_(option), help_(meaning(option)), faults_(std::move(faults)) {}

  CLI::Option* operator()(bool* to) const {
    return app_.add_flag(option_.names + off(), *to, help_);
  }
  CLI::Option* operator()(std::optional<bool>* to) const {
    return app_.add_flag_function(
        option_.names + off(), [to](std::int64_t times) { *to = times > 0; }, help_);
  }
  CLI::Option* operator()(std::size_t* to) const { return whole(to); }
  CLI::Option* operator()(unsigned* to) const { return whole(to); }
  CLI::Option* operator()(std::optional<std::size_t>* to) const { return whole(to); }
  CLI::Option* operator()(std::vector<std::size_t>* to) const { return whole(to); }
  CLI::Option* operator()(const Words& words) const {
    return app_.add_option_function<std::string>(
        option_.names,
        [words, faults = faults_](const std::string& text) {
          faults->attempt([&] { words.set(text); });
        },
        help_);
  }
  CLI::Option* operator()(const WordList& list) const {
    return app_.add_option_function<std::vector<std::string>>(
        option_.names,
        [list, faults = faults_](const std::vector<std::string>& texts) {
          list.clear();
          for (const std::string& text : texts) faults->attempt([&] { list.add(text); });
        },
        help_);
  }
  CLI::Option* operator()(const FromFile& /*file*/) const {
    throw std::logic_error(option_.names + " is a value of files alone");
  }
  template <class T>
  CLI::Option* operator()(T* to) const {
    return app_.add_option(option_.names, *to, help_);
  }

 private:
  [[nodiscard]] std::string off() const {
    return can_be_turned_off(option_) ? ",!--no-" + option_.key() : "";
  }
  template <class T>
  CLI::Option* whole(T* to) const {
    CLI::Option* out = app_.add_option(option_.names, *to, help_);
    if (const auto& range = option_.rules.range) {
      out->check(undescribed(CLI::Range(range->first, range->second)));
    } else {
      out->check(digits_only());
    }
    return out;
  }

  CLI::App& app_;
  const Option& option_;
  std::string help_;
  std::shared_ptr<FaultCollector> faults_;
};

// "N" for a whole number, "WORD", "TEXTS", …
std::string placeholder(const Option& option) {
  std::string type = type_in_words(option);
  if (type.starts_with("whole number")) return "N";
  for (char& c : type) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return type;
}

void keep_rules(CLI::Option& to, const Option& option) {
  const Rules& rules = option.rules;
  if (rules.required) to.required();
  if (rules.one_each) to.allow_extra_args(false);
  if (rules.commas) to.delimiter(',');
  if (!rules.one_of.empty()) to.check(undescribed(CLI::IsMember(rules.one_of)));
  if (!rules.needs.empty()) to.needs(rules.needs);
  if (!type_in_words(option).empty()) to.type_name(placeholder(option));
  to.default_str(default_in_words(option));
}

}  // namespace

void CommandLine::add(const Table& options) {
  for (const Option& option : options) {
    keep_rules(*std::visit(Binder(*app_, option, faults_), option.target), option);
    page_->options.push_back(option);
  }
}

CommandLine CommandLine::command(const std::string& name, const std::string& help,
                                 const std::string& example) {
  app_->require_subcommand(1);
  return add_command(*app_, page_->below, name, help, example);
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

CommandLine add_command(CLI::App& app, std::list<CommandPage>& pages, const std::string& name,
                        const std::string& help, const std::string& example) {
  pages.push_back({name, help, example, {}, {}});
  CLI::App* below = app.add_subcommand(name, help);
  if (!example.empty()) below->formatter(std::make_shared<PageFormatter>(example));
  return {below, &pages.back()};
}

}  // namespace cch::options
