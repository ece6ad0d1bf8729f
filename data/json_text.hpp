#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cch::detail {

/// Levels of arrays and objects in each other that a stored text may have: what cch writes has at
/// most 12. The JSON library calls itself once a level when it copies or prints, and the stack
/// ends.
constexpr std::size_t kMostJsonLevels = 64;

/// Whether a text has more levels than that. What stands in strings does not count.
bool too_deep(std::string_view json);

/// Members of a foreign object, or `none` where they are missing or of another type (the library's
/// own `value` throws at the latter).
std::string text_in(const nlohmann::json& object, const char* name, std::string none);
int whole_number_in(const nlohmann::json& object, const char* name, int none);

/// The value of a foreign text; a discarded one where it is no JSON or too deep.
nlohmann::json parsed_json(std::string_view text);

}  // namespace cch::detail
