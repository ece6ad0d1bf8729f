#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cch::fields {

using nlohmann::json;

/// Reading a result document, in which every value may be null or absent (the same thing here). A
/// value of the wrong type is a data Error ("document-field-type") that names the field: the file
/// was changed or comes from another program.

/// The member `key` of an object; a null value when the node is null or has no such member.
const json& field(const json& node, std::string_view key);

/// field(…field(field(node, a), b)…).
template <class... Keys>
const json& field(const json& node, std::string_view key, Keys... keys) {
  return field(field(node, key), keys...);
}

std::optional<double> number(const json& node);
std::optional<std::int64_t> whole_number(const json& node);
/// The string, or `otherwise` for null.
std::string text(const json& node, std::string_view otherwise = "");
/// The elements of an array; none for null.
const std::vector<json>& elements(const json& node);

/// Any JSON value in one line of text: numbers by general(), lists and objects as JSON.
std::string plain_value(const json& value);

}  // namespace cch::fields
