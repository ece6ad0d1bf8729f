#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/documents/parts.hpp"

namespace cch::report {

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
std::optional<bool> boolean(const json& node);
/// The string, or `otherwise` for null.
std::string text(const json& node, std::string_view otherwise = "");
/// The elements of an array; none for null.
const std::vector<json>& elements(const json& node);

using documents::Value;

std::vector<Warning> warnings_of(const json& document);

/// Any JSON value in one line of text: numbers by general(), lists and objects as JSON.
std::string plain_value(const json& value);
std::string plain_value(const documents::Fact& fact);

/// Refuse (data Error "document-schema") a document of another schema, `older` being the one
/// before.
void require_schema(const json& document, std::string_view schema, std::string_view older = {});

}  // namespace cch::report
