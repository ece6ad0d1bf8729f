#include "data/json_text.hpp"

namespace cch::detail {

bool too_deep(std::string_view json) {
  std::size_t levels = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if ((c == '[' || c == '{') && ++levels > kMostJsonLevels) return true;
    if ((c == ']' || c == '}') && levels > 0) --levels;
  }
  return false;
}

nlohmann::json parsed_json(std::string_view text) {
  if (too_deep(text)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace cch::detail
