#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cch::options {

struct FileValue;

/// A value of one of the library's own types, given in words: parsed once, when it is set.
struct Words {
  std::function<void(const std::string&)> set;  ///< throws a usage Error
  std::function<std::string()> print;           ///< "" if it has no value
  std::vector<std::string> choices = {};        ///< all that there are; none: free
  bool number = false;  ///< numbers are among the values: a study file may give one
};

/// Several such values.
struct WordList {
  std::function<void()> clear;
  std::function<void(const std::string&)> add;
  std::function<std::vector<std::string>()> print;
  std::vector<std::string> choices;
};

/// A value that only a study file can have: a table, or a list with a rule of its own.
struct FromFile {
  std::function<void(const FileValue&, const std::string& key)> read;
  std::string type;    ///< in words
  std::string schema;  ///< JSON schema; empty: any value
};

/// The variable of the settings that an option stands for.
using Target =
    std::variant<bool*, std::optional<bool>*, std::size_t*, unsigned*, std::optional<std::size_t>*,
                 double*, std::optional<double>*, std::string*, std::optional<std::string>*,
                 std::vector<std::string>*, std::vector<std::size_t>*, std::vector<double>*, Words,
                 WordList, FromFile>;

enum class Echo { always, never };

enum class Completes { nothing, files, folders };

/// What else there is to say of an option. Defaults are those of most.
struct Rules {
  bool required = false;     ///< on the command line
  bool one_each = false;     ///< a list: repeated for each value; words after it are others
  bool commas = false;       ///< a list: separated by commas
  bool in_file = true;       ///< also a key of study files
  Echo echo = Echo::always;  ///< in the `config` of documents
  std::optional<std::string> unless = {};     ///< left out of `config` where this is its value
  std::string needs = {};                     ///< option that it has no meaning without
  std::string standard = {};                  ///< default in words, where the value does not say it
  std::vector<std::string> one_of = {};       ///< all texts that there are
  std::vector<std::string> suggestions = {};  ///< values to complete, among others
  Completes completes = Completes::nothing;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range =
      {};  ///< of a number, both included
  /// A text of a study file as seen from where the command runs.
  std::function<std::string(const std::string&, const std::filesystem::path& folder)> placed = {};
};

/// Rules that many options share: what only a command line has, and names of files and folders.
inline const Rules kLineOnly{.in_file = false, .echo = Echo::never};
inline const Rules kFile{.completes = Completes::files};
inline const Rules kFolder{.completes = Completes::folders};
inline const Rules kRequiredFile{.required = true, .completes = Completes::files};
inline const Rules kRequiredFolder{.required = true, .completes = Completes::folders};

/// One option of a settings struct: said once, and read from here by the command line, study files,
/// documents, reference pages, completion and schema.
struct Option {
  std::string names;  ///< "-o,--out"; without dashes a value by its place, or a key of files alone
  Target target;
  std::string help;
  Rules rules = {};

  /// "out" of "-o,--out".
  [[nodiscard]] std::string key() const;
  /// Whether it has a name with dashes.
  [[nodiscard]] bool dashed() const { return names.starts_with('-'); }
};

using Table = std::vector<Option>;

/// Appends; returns `to`.
Table& append(Table& to, Table more);
/// The option of a key; a std::logic_error where there is none.
Option& at(Table& table, const std::string& key);

/// Whether it takes no value.
bool is_flag(const Option& option);
/// Whether "--no-" turns it off: it is on, or left open, and Rules::standard says when it is on.
bool can_be_turned_off(const Option& option);
/// Values that may be given: all of them, or none if they are free.
const std::vector<std::string>& choices(const Option& option);
/// "whole number", "text", …; "" for a flag. Lists say so.
std::string type_in_words(const Option& option);
/// The value that the settings have now, as JSON has it; "" where there is none.
std::string printed(const Option& option);
/// What --help and the pages say of its default: `standard`, or the value that the settings have.
std::string default_in_words(const Option& option);
/// help and, where not all of them stand there, the choices.
std::string meaning(const Option& option);
/// "a, b or c".
std::string listed(const std::vector<std::string>& words);

/// True for `yes`; a usage Error "config-type" of the key for any other word than the two.
Words either(bool& to, const std::string& key, const std::string& no, const std::string& yes);

/// A value of one of the library's types: `parse` throws a usage Error that names the nearest.
template <class T, class Parse>
Words named(T& to, const Parse& parse, std::vector<std::string> choices) {
  const auto print = [&to, parse, choices]() -> std::string {
    for (const std::string& choice : choices) {
      if (parse(choice) == to) return choice;
    }
    return "";
  };
  return {[&to, parse](const std::string& text) { to = parse(text); }, print, choices};
}

/// A list of such values.
template <class T, class Parse>
WordList all_named(std::vector<T>& to, const Parse& parse, std::vector<std::string> choices) {
  const auto print = [&to, parse, choices] {
    std::vector<std::string> out;
    for (const T& value : to) {
      for (const std::string& choice : choices) {
        if (parse(choice) == value) out.push_back(choice);
      }
    }
    return out;
  };
  return {[&to] { to.clear(); },
          [&to, parse](const std::string& text) { to.push_back(parse(text)); }, print, choices};
}

}  // namespace cch::options
