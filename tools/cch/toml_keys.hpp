#pragma once

#include <toml++/toml.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cch {

/// Stores the value of one key; a usage Error "config-type" if it has another type.
using TomlSetter = std::function<void(const toml::node&, const std::string& key)>;

/// Applies every key of the table that no flag has set (`given` names those that a flag has). An
/// unknown key is a usage Error "unknown-key" with its line and the nearest name; `what` is what
/// the file is called in it ("study").
void apply_toml(const toml::table& table, const std::map<std::string, TomlSetter>& known,
                const std::vector<std::string>& given, const std::string& path,
                const std::string& what);

}  // namespace cch
