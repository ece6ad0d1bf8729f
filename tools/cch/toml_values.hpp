#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <string>
#include <vector>

namespace cch {

/// Reads values of a file that is called `what` in errors ("study"). Every function is a usage
/// Error "config-type" naming the key for a value of another type.
class TomlValues {
 public:
  explicit TomlValues(std::string what) : what_(std::move(what)) {}

  [[nodiscard]] std::string text(const toml::node& node, const std::string& key) const;
  /// One text or a list of them.
  [[nodiscard]] std::vector<std::string> texts(const toml::node& node,
                                               const std::string& key) const;
  [[nodiscard]] double number(const toml::node& node, const std::string& key) const;
  /// One number or a list of them.
  [[nodiscard]] std::vector<double> numbers(const toml::node& node, const std::string& key) const;
  /// A whole number from 0.
  [[nodiscard]] std::size_t count(const toml::node& node, const std::string& key) const;
  /// One whole number from 0 or a list of them.
  [[nodiscard]] std::vector<std::size_t> counts(const toml::node& node,
                                                const std::string& key) const;
  /// A text, or a number in its shortest form.
  [[nodiscard]] std::string number_or_text(const toml::node& node, const std::string& key) const;
  [[nodiscard]] bool flag(const toml::node& node, const std::string& key) const;
  [[nodiscard]] const toml::table& table(const toml::node& node, const std::string& key) const;

  [[noreturn]] void refuse(const std::string& key, const std::string& wanted) const;

 private:
  std::string what_;
};

/// The parsed file with "KEY=VALUE" (dotted keys, values as in TOML) in place of its own; tables
/// are merged, everything else is replaced. Usage Errors "config-missing" and "config-syntax" (with
/// the line, or the assignment).
toml::table parse_toml(const std::string& path, const std::string& what,
                       const std::vector<std::string>& overrides = {});

}  // namespace cch
