#include "data/json_text.hpp"

#include "support/test.hpp"

namespace cch::detail {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST_CASE("json text: levels of brackets are counted as they are open, not in strings") {
  CHECK_FALSE(too_deep(nested(kMostJsonLevels)));
  CHECK(too_deep(nested(kMostJsonLevels + 1)));
  std::string wide = "[";
  for (std::size_t i = 0; i < 1000; ++i) wide += "{\"a\": []},";
  CHECK_FALSE(too_deep(wide + "1]"));
  CHECK_FALSE(too_deep("[\"" + std::string(1000, '[') + "\"]"));
  CHECK_FALSE(too_deep(R"(["\"[[[[[)" + std::string(1000, '[') + "\"]"));
  CHECK(too_deep("[\"\\\\\"" + std::string(1000, '[')));
}

TEST_CASE("json text: what is too deep or no JSON is discarded") {
  CHECK(parsed_json("{\"a\": 1}")["a"] == 1);
  CHECK(parsed_json("{\"a\": 1").is_discarded());
  CHECK(parsed_json(nested(1'000'000)).is_discarded());
}

}  // namespace
}  // namespace cch::detail
