#include "tools/cch/toml_keys.hpp"

#include <algorithm>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"

namespace cch {

void apply_toml(const toml::table& table, const std::map<std::string, TomlSetter>& known,
                const std::vector<std::string>& given, const std::string& path,
                const std::string& what) {
  std::vector<std::string> names;
  for (const auto& [name, setter] : known) names.push_back(name);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto setter = known.find(name);
    if (setter == known.end()) {
      throw Error(ErrorKind::usage,
                  Fault{"unknown-key", "the " + what + " has an unknown key '" + name + "'",
                        path + ", line " + std::to_string(node.source().begin.line),
                        "a misspelt key would change nothing without a sign",
                        "Did you mean '" + nearest_name(name, names) + "'?"});
    }
    if (std::find(given.begin(), given.end(), name) == given.end()) setter->second(node, name);
  }
}

}  // namespace cch
