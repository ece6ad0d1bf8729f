#include "data/json_text.hpp"

#include <cstdint>
#include <utility>

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

std::string text_in(const nlohmann::json& object, const char* name, std::string none) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::move(none);
}

int whole_number_in(const nlohmann::json& object, const char* name, int none) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return none;
  const auto value = found->get<std::int64_t>();
  return std::in_range<int>(value) ? static_cast<int>(value) : none;
}

nlohmann::json parsed_json(std::string_view text) {
  if (too_deep(text)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace cch::detail
