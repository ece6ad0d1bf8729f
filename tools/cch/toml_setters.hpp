#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/cch/toml_keys.hpp"
#include "tools/cch/toml_values.hpp"

namespace cch {

/// Setters of one key into a variable, for apply_toml; the reader outlives them.
class TomlSetters {
 public:
  explicit TomlSetters(const TomlValues& values) : values_(values) {}

  TomlSetter number(double& to) const { return into(to, &TomlValues::number); }
  TomlSetter count(std::size_t& to) const { return into(to, &TomlValues::count); }
  TomlSetter counts(std::vector<std::size_t>& to) const { return into(to, &TomlValues::counts); }
  TomlSetter text(std::string& to) const { return into(to, &TomlValues::text); }
  TomlSetter texts(std::vector<std::string>& to) const { return into(to, &TomlValues::texts); }
  TomlSetter flag(bool& to) const { return into(to, &TomlValues::flag); }
  /// A text that `parse` turns into the value.
  template <class T>
  TomlSetter named(T& to, T (*parse)(std::string_view)) const {
    return [&to, parse, &values = values_](const toml::node& n, const std::string& k) {
      to = parse(values.text(n, k));
    };
  }

 private:
  template <class T>
  TomlSetter into(T& to, T (TomlValues::*get)(const toml::node&, const std::string&) const) const {
    return [&to, get, &values = values_](const toml::node& n, const std::string& k) {
      to = (values.*get)(n, k);
    };
  }

  const TomlValues& values_;
};

}  // namespace cch
