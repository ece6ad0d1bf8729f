#include "tools/cch/compare/fields.hpp"

#include <fmt/format.h>

#include "cch/core/error.hpp"
#include "tools/report/kit/number.hpp"

namespace cch::fields {
namespace {

[[noreturn]] void refuse_type(std::string_view expected, const json& found) {
  const std::string shown = found.dump(-1, ' ', false, json::error_handler_t::replace);
  refuse_data("document-field-type",
              fmt::format("a value of the result document is not {}", expected),
              fmt::format("found {}", shown.substr(0, 80)),
              "the document was changed or was written by another program",
              "Make the result again with cch rank or cch estimate");
}

}  // namespace

const json& field(const json& node, std::string_view key) {
  static const json null;
  if (node.is_null()) return null;
  if (!node.is_object()) refuse_type(fmt::format("an object with the field {}", key), node);
  const auto found = node.find(key);
  return found == node.end() ? null : *found;
}

std::optional<double> number(const json& node) {
  if (node.is_null()) return std::nullopt;
  if (!node.is_number()) refuse_type("a number", node);
  return node.get<double>();
}

std::optional<std::int64_t> whole_number(const json& node) {
  if (node.is_null()) return std::nullopt;
  if (!node.is_number_integer()) refuse_type("a whole number", node);
  return node.get<std::int64_t>();
}

std::string text(const json& node, std::string_view otherwise) {
  if (node.is_null()) return std::string(otherwise);
  if (!node.is_string()) refuse_type("a string", node);
  return node.get<std::string>();
}

const std::vector<json>& elements(const json& node) {
  static const std::vector<json> none;
  if (node.is_null()) return none;
  if (!node.is_array()) refuse_type("a list", node);
  return node.get_ref<const json::array_t&>();
}

std::string plain_value(const json& value) {
  if (value.is_null()) return report::kMissing;
  if (value.is_number()) return report::general(number(value));
  if (value.is_string()) return text(value);
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace cch::fields
