#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// An estimate as documents hold it: {nats, standard_error, interval95 [low, high]}, in nats, or
/// the same with "value" in place of "nats" where the unit is another, or a bare number.
struct Value {
  std::optional<double> nats;
  std::optional<double> standard_error;
  std::optional<double> low;
  std::optional<double> high;
};
Value value_of(const json& node);

/// The nats of the entropy of the labels, when they are classes.
std::optional<double> label_entropy(const json& document);

/// Any JSON value in one line of text: numbers by general(), lists and objects as JSON.
std::string plain_value(const json& value);

/// The leaves of nested objects as (name, value) with the path joined by " · ".
std::vector<std::pair<std::string, std::string>> leaves(const json& object);

/// Refuse (data Error "document-schema") a document of another schema.
void require_schema(const json& document, std::string_view schema);

}  // namespace cch::report
