#include "tools/cch/toml_values.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cch/core/error.hpp"

namespace cch {

void TomlValues::refuse(const std::string& key, const std::string& wanted) const {
  refuse_usage("config-type", "key '" + key + "' of the " + what_ + " must be " + wanted, {},
               "Correct its value");
}

std::string TomlValues::text(const toml::node& node, const std::string& key) const {
  if (const auto value = node.value<std::string>(); value && node.is_string()) return *value;
  refuse(key, "a text");
}

std::vector<std::string> TomlValues::texts(const toml::node& node, const std::string& key) const {
  if (node.is_string()) return {text(node, key)};
  const toml::array* array = node.as_array();
  if (array == nullptr) refuse(key, "a list of texts");
  std::vector<std::string> out;
  for (const toml::node& item : *array) out.push_back(text(item, key));
  return out;
}

double TomlValues::number(const toml::node& node, const std::string& key) const {
  const auto value = node.value<double>();
  if (!node.is_number() || !value) refuse(key, "a number");
  return *value;
}

std::vector<double> TomlValues::numbers(const toml::node& node, const std::string& key) const {
  const toml::array* array = node.as_array();
  if (array == nullptr) return {number(node, key)};
  std::vector<double> out;
  for (const toml::node& item : *array) out.push_back(number(item, key));
  return out;
}

std::size_t TomlValues::count(const toml::node& node, const std::string& key) const {
  const auto value = node.value<std::int64_t>();
  if (!node.is_integer() || !value || *value < 0) refuse(key, "a whole number from 0");
  return static_cast<std::size_t>(*value);
}

std::vector<std::size_t> TomlValues::counts(const toml::node& node, const std::string& key) const {
  const toml::array* array = node.as_array();
  if (array == nullptr) return {count(node, key)};
  std::vector<std::size_t> out;
  for (const toml::node& item : *array) out.push_back(count(item, key));
  return out;
}

std::string TomlValues::number_or_text(const toml::node& node, const std::string& key) const {
  if (node.is_string()) return text(node, key);
  const auto value = node.value<double>();
  if (!node.is_number() || !value) refuse(key, "a number or a text");
  return fmt::format("{}", *value);
}

bool TomlValues::flag(const toml::node& node, const std::string& key) const {
  if (!node.is_boolean()) refuse(key, "true or false");
  return node.value<bool>().value_or(false);
}

const toml::table& TomlValues::table(const toml::node& node, const std::string& key) const {
  if (const toml::table* table = node.as_table()) return *table;
  refuse(key, "a table, [" + key + "]");
}

namespace {

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

toml::table parsed_assignment(const std::string& text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse_usage("config-syntax", "'" + text + "' is no assignment of TOML",
                 std::string(error.description()),
                 "Write KEY=VALUE as in the file, texts in quotes: task.shared=0.2");
  }
}

}  // namespace

toml::table parse_toml(const std::string& path, const std::string& what,
                       const std::vector<std::string>& overrides) {
  if (!std::filesystem::is_regular_file(path)) {
    refuse_usage("config-missing", "there is no " + what + " file '" + path + "'", {},
                 "Give the path of a TOML file");
  }
  try {
    toml::table table = toml::parse_file(path);
    for (const std::string& text : overrides) merge(parsed_assignment(text), table);
    return table;
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::usage,
                Fault{"config-syntax",
                      "the " + what + " is not valid TOML: " + std::string(error.description()),
                      path + ", line " + std::to_string(error.source().begin.line),
                      {},
                      "Correct the file"});
  }
}

}  // namespace cch
