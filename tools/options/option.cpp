#include "tools/options/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "tools/options/file_value.hpp"

namespace cch::options {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

std::string Option::key() const {
  std::string out = names.substr(names.rfind(',') + 1);
  return out.substr(std::min(out.find_first_not_of('-'), out.size()));
}

Table& append(Table& to, Table more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
  return to;
}

Option& at(Table& table, const std::string& key) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Option& option) { return option.key() == key; });
  if (found == table.end()) throw std::logic_error("there is no option " + key);
  return *found;
}

const std::vector<std::string>& choices(const Option& option) {
  if (const auto* words = std::get_if<Words>(&option.target)) return words->choices;
  if (const auto* list = std::get_if<WordList>(&option.target)) return list->choices;
  return option.rules.one_of;
}

bool is_flag(const Option& option) {
  return std::holds_alternative<bool*>(option.target) ||
         std::holds_alternative<std::optional<bool>*>(option.target);
}

bool can_be_turned_off(const Option& option) {
  const auto* flag = std::get_if<bool*>(&option.target);
  return flag != nullptr ? **flag : is_flag(option);
}

std::string type_in_words(const Option& option) {
  const std::string count = option.rules.range
                                ? fmt::format("whole number, {} to {}", option.rules.range->first,
                                              option.rules.range->second)
                                : "whole number";
  return std::visit(
      Overloaded{[](const bool*) -> std::string { return ""; },
                 [](const std::optional<bool>*) -> std::string { return ""; },
                 [&](const std::size_t*) { return count; }, [&](const unsigned*) { return count; },
                 [&](const std::optional<std::size_t>*) { return count; },
                 [](const double*) -> std::string { return "number"; },
                 [](const std::optional<double>*) -> std::string { return "number"; },
                 [&](const std::string*) -> std::string {
                   return option.rules.one_of.empty() ? "text" : "word";
                 },
                 [](const std::optional<std::string>*) -> std::string { return "text"; },
                 [](const std::vector<std::string>*) -> std::string { return "texts"; },
                 [](const std::vector<std::size_t>*) -> std::string { return "whole numbers"; },
                 [](const std::vector<double>*) -> std::string { return "numbers"; },
                 [](const Words& words) -> std::string {
                   if (words.number) return words.choices.empty() ? "number" : "number or word";
                   return words.choices.empty() ? "text" : "word";
                 },
                 [](const WordList&) -> std::string { return "words"; },
                 [](const FromFile& file) { return file.type; }},
      option.target);
}

std::string default_in_words(const Option& option) {
  if (!option.rules.standard.empty() && !is_flag(option)) return option.rules.standard;
  return is_flag(option) ? "" : printed(option);
}

std::string meaning(const Option& option) {
  constexpr std::size_t kMostListed = 9;  // a longer list stands elsewhere
  const auto& words = choices(option);
  const auto is_said = [&](const std::string& word) {
    return option.help.find(word) != std::string::npos;
  };
  const bool said = words.size() > kMostListed || std::all_of(words.begin(), words.end(), is_said);
  std::string out = said ? option.help : option.help + ": " + listed(words);
  if (!can_be_turned_off(option)) return out;
  const std::string& when = option.rules.standard;
  return out + (when.empty() ? " (on by default)" : " (" + when + ")");
}

Words either(bool& to, const std::string& key, const std::string& no, const std::string& yes) {
  const auto set = [&to, key, no, yes](const std::string& word) {
    if (word != no && word != yes) {
      FileReader("study").refuse(key, "\"" + no + "\" or \"" + yes + "\"");
    }
    to = word == yes;
  };
  return {set, [&to, no, yes] { return to ? yes : no; }, {no, yes}};
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace cch::options
