#include "tools/options/file_value.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cch/core/error.hpp"

namespace cch::options {
namespace {

FileValue converted(const toml::node& node);

FileTable converted_table(const toml::table& table) {
  FileTable out;
  for (const auto& [key, node] : table) out.push_back({std::string(key.str()), converted(node)});
  return out;
}

FileValue converted(const toml::node& node) {
  FileValue out;
  out.line = static_cast<int>(node.source().begin.line);
  if (const auto* flag = node.as_boolean()) {
    out.value = flag->get();
  } else if (const auto* whole = node.as_integer()) {
    out.value = whole->get();
  } else if (const auto* number = node.as_floating_point()) {
    out.value = number->get();
  } else if (const auto* text = node.as_string()) {
    out.value = text->get();
  } else if (const auto* table = node.as_table()) {
    out.value = converted_table(*table);
  } else if (const auto* array = node.as_array()) {
    FileList list;
    for (const toml::node& item : *array) list.push_back(converted(item));
    out.value = std::move(list);
  }
  return out;
}

void merge(const toml::table& from, toml::table& into) {
  for (const auto& [key, value] : from) {
    const toml::table* inner = value.as_table();
    toml::table* there = into[key].as_table();
    if (inner != nullptr && there != nullptr) {
      merge(*inner, *there);
    } else {
      into.insert_or_assign(key, value);
    }
  }
}

/// Parts that a key may have, "a.b.c" has three; those of study files have at most four. The TOML
/// library calls itself once a part, and the stack ends.
constexpr std::size_t kMostKeyParts = 16;

/// The line of the first key with more parts; 0: none. Strings in values and comments are passed
/// over; a string as a part of a key counts as one.
class KeyParts {
 public:
  explicit KeyParts(std::string_view text) : text_(text) {}

  std::size_t first_too_long() {
    while (at_ < text_.size()) {
      step();
      if (dots_ >= kMostKeyParts) return line_;
    }
    return 0;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return pass_string(c);
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return;
    }
    if (c == '\n') ++line_;
    if (c == '.') {
      ++dots_;
    } else if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) {
      dots_ = 0;
    }
    ++at_;
  }

  void pass_string(char quote) {
    const std::string three(3, quote);
    const bool several_lines = text_.substr(at_, 3) == three;
    const std::string_view end =
        several_lines ? std::string_view(three) : std::string_view(three).substr(0, 1);
    for (at_ += end.size(); at_ < text_.size(); ++at_) {
      if (text_.substr(at_, end.size()) == end) {
        at_ += end.size();
        return;
      }
      if (quote == '"' && text_[at_] == '\\') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') {
        ++line_;
        if (!several_lines) return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t dots_ = 0;
};

void refuse_long_keys(std::string_view text, const std::string& what, const std::string& where) {
  const std::size_t line = KeyParts(text).first_too_long();
  if (line == 0) return;
  refuse_usage(
      "config-syntax", fmt::format("a key of the {} has more than {} parts", what, kMostKeyParts),
      fmt::format("{}, line {}: no key of cch has so many", where, line), "Correct the key");
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

toml::table parsed_assignment(const std::string& text) {
  refuse_long_keys(text, "command line", "--set");
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse_usage("config-syntax", "'" + text + "' is no assignment of TOML",
                 std::string(error.description()),
                 "Write KEY=VALUE as in the file, texts in quotes: task.shared=0.2");
  }
}

// One value or a list of them.
template <class T, class Get>
std::vector<T> one_or_more(const FileValue& value, const Get& get) {
  const auto* list = std::get_if<FileList>(&value.value);
  if (list == nullptr) return {get(value)};
  std::vector<T> out;
  for (const FileValue& item : *list) out.push_back(get(item));
  return out;
}

}  // namespace

const FileValue* find(const FileTable& table, const std::string& key) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const FileEntry& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &found->value;
}

FileTable parse_file(const std::string& path, const std::string& what,
                     const std::vector<std::string>& overrides) {
  if (!std::filesystem::is_regular_file(path)) {
    refuse_usage("config-missing", "there is no " + what + " file '" + path + "'", {},
                 "Give the path of a TOML file");
  }
  const std::string file = text_of_file(path);
  refuse_long_keys(file, what, path);
  try {
    toml::table table = toml::parse(file, path);
    for (const std::string& text : overrides) merge(parsed_assignment(text), table);
    return converted_table(table);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::usage,
                Fault{"config-syntax",
                      "the " + what + " is not valid TOML: " + std::string(error.description()),
                      path + ", line " + std::to_string(error.source().begin.line),
                      {},
                      "Correct the file"});
  }
}

void FileReader::refuse(const std::string& key, const std::string& wanted) const {
  refuse_usage("config-type", "key '" + key + "' of the " + what_ + " must be " + wanted, {},
               "Correct its value");
}

std::string FileReader::text(const FileValue& value, const std::string& key) const {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  refuse(key, "a text");
}

std::vector<std::string> FileReader::texts(const FileValue& value, const std::string& key) const {
  const bool right = std::holds_alternative<std::string>(value.value) ||
                     std::holds_alternative<FileList>(value.value);
  if (!right) refuse(key, "a list of texts");
  return one_or_more<std::string>(value, [&](const FileValue& item) { return text(item, key); });
}

double FileReader::number(const FileValue& value, const std::string& key) const {
  if (const auto* number = std::get_if<double>(&value.value)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&value.value)) {
    return static_cast<double>(*whole);
  }
  refuse(key, "a number");
}

std::vector<double> FileReader::numbers(const FileValue& value, const std::string& key) const {
  return one_or_more<double>(value, [&](const FileValue& item) { return number(item, key); });
}

std::size_t FileReader::count(const FileValue& value, const std::string& key) const {
  const auto* whole = std::get_if<std::int64_t>(&value.value);
  if (whole == nullptr || *whole < 0) refuse(key, "a whole number from 0");
  return static_cast<std::size_t>(*whole);
}

std::vector<std::size_t> FileReader::counts(const FileValue& value, const std::string& key) const {
  return one_or_more<std::size_t>(value, [&](const FileValue& item) { return count(item, key); });
}

std::string FileReader::number_or_text(const FileValue& value, const std::string& key) const {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  const bool number_there = std::holds_alternative<double>(value.value) ||
                            std::holds_alternative<std::int64_t>(value.value);
  if (!number_there) refuse(key, "a number or a text");
  return fmt::format("{}", number(value, key));
}

bool FileReader::flag(const FileValue& value, const std::string& key) const {
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
  refuse(key, "true or false");
}

const FileTable& FileReader::table(const FileValue& value, const std::string& key) const {
  if (const auto* table = std::get_if<FileTable>(&value.value)) return *table;
  refuse(key, "a table, [" + key + "]");
}

const FileTable* FileReader::part(const FileTable& in, const std::string& key) const {
  const FileValue* value = find(in, key);
  return value != nullptr ? &table(*value, key) : nullptr;
}

std::vector<FileTable> FileReader::parts(const FileTable& in, const std::string& key) const {
  const FileValue* value = find(in, key);
  const auto* list = value != nullptr ? std::get_if<FileList>(&value->value) : nullptr;
  std::vector<FileTable> out;
  if (list == nullptr) return out;
  for (const FileValue& item : *list) out.push_back(table(item, key));
  return out;
}

}  // namespace cch::options
