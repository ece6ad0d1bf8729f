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

TEST_CASE("json text: members of another type are none") {
  const nlohmann::json object =
      parsed_json(R"({"a": 1, "b": "x", "c": null, "d": 1e30, "e": 9999999999})");
  CHECK(text_in(object, "b", "?") == "x");
  for (const char* name : {"a", "c", "d", "none"}) CHECK(text_in(object, name, "?") == "?");
  CHECK(whole_number_in(object, "a", -1) == 1);
  for (const char* name : {"b", "c", "d", "e", "none"}) {
    CHECK(whole_number_in(object, name, -1) == -1);
  }
}

}  // namespace
}  // namespace cch::detail
