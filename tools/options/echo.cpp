#include "tools/options/echo.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace cch::options {
namespace {

using nlohmann::json;

struct AsJson {
  template <class T>
  json operator()(const T* value) const {
    return *value;
  }
  json operator()(const std::optional<std::string>* text) const { return text->value_or(""); }
  template <class T>
  json operator()(const std::optional<T>* value) const {
    return *value ? json(**value) : json();
  }
  json operator()(const Words& words) const {
    const std::string text = words.print();
    double number = 0.0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (words.number && read.ec == std::errc{} && read.ptr == end) return number;
    return text;
  }
  json operator()(const WordList& list) const { return list.print(); }
  json operator()(const FromFile&) const { return nullptr; }
};

}  // namespace

std::string printed(const Option& option) {
  const json value = std::visit(AsJson{}, option.target);
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() || (value.is_array() && value.empty()) ? "" : value.dump();
}

json echo(const Table& options, char hyphen) {
  json out = json::object();
  for (const Option& option : options) {
    const bool known = !std::holds_alternative<FromFile>(option.target);
    if (option.rules.echo == Echo::never || !known) continue;
    if (option.rules.unless && printed(option) == *option.rules.unless) continue;
    std::string key = option.key();
    std::replace(key.begin(), key.end(), '-', hyphen);
    out[key] = std::visit(AsJson{}, option.target);
  }
  return out;
}

}  // namespace cch::options
