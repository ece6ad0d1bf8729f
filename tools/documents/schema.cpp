#include "tools/documents/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/json_text.hpp"
#include "tools/documents/json.hpp"

namespace cch::documents {
namespace {

/// "teachers[0].margin".
std::string path_of(const Spot& at) {
  if (at.parent == nullptr) return "";
  const std::string before = path_of(*at.parent);
  if (at.key == nullptr) return fmt::format("{}[{}]", before, at.index);
  return before.empty() ? at.key : before + '.' + at.key;
}

std::string field_of(const Spot& at) {
  const std::string path = path_of(at);
  return path.empty() ? "the document" : "field " + path;
}

}  // namespace

void refuse_type(const Spot& at, std::string_view expected, const json& found) {
  refuse_data("document-field-type",
              fmt::format("a value of the result document is not {}", expected),
              fmt::format("{}, found {}", field_of(at), text_of(found, -1).substr(0, 80)),
              "the document was changed or was written by another program",
              "Make the result again with this version of cch");
}

void refuse_size(const Spot& at, std::size_t expected, const json& found) {
  refuse_type(at, fmt::format("a list of {}", expected), found);
}

void refuse_missing(const Spot& at) {
  refuse_data("result-incomplete", fmt::format("the result has no {}", field_of(at)), "",
              "every document of this version has it: the file was changed, or another version of "
              "cch wrote it",
              "Make the result again with this version of cch");
}

void refuse_unknown(const json& node, const std::vector<std::string_view>& known, const Spot& at) {
  for (const auto& [name, value] : node.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse_data("document-schema", fmt::format("the result has an unknown field \"{}\"", name),
                field_of(at), "the file was changed, or another version of cch wrote it",
                "Render it with the version of cch that wrote it");
  }
}

void require_schema(const json& node, std::string_view schema, std::string_view older) {
  if (!node.is_object()) refuse_type(Spot{}, "an object", node);
  const auto found = node.find("schema");
  const json& name = found == node.end() ? json("") : *found;
  if (!name.is_string()) refuse_type(Spot{}, "an object with the text \"schema\"", name);
  if (name == schema || (!older.empty() && name == older)) return;
  refuse_data("document-schema",
              fmt::format("the document has the schema \"{}\"", name.get<std::string>()),
              "field schema", fmt::format("this renderer reads {}", schema),
              "Render it with the version of cch that wrote it");
}

Fact read_fact(const json& node, const Spot& at) {
  if (node.is_null()) return std::monostate{};
  if (node.is_boolean()) return node.get<bool>();
  if (node.is_number_unsigned()) return node.get<std::uint64_t>();
  if (node.is_number_integer()) return node.get<std::int64_t>();
  if (node.is_number()) return node.get<double>();
  if (node.is_string()) return node.get<std::string>();
  if (node.is_array() && !node.empty() && node.front().is_number()) {
    std::vector<double> numbers;
    decode(node, at, numbers);
    return numbers;
  }
  std::vector<std::string> list;
  decode(node, at, list);
  return list;
}

json write_fact(const Fact& fact) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<decltype(value), const std::monostate&>) {
          return json();
        } else {
          return json(value);
        }
      },
      fact);
}

json parse(std::string_view text) {
  if (cch::detail::too_deep(text)) {
    refuse_data(
        "result-damaged",
        fmt::format("the result has more than {} levels of brackets", cch::detail::kMostJsonLevels),
        {}, "it cannot be what cch has written", "Make the result again with this version of cch");
  }
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    refuse_data("result-damaged", "the result is cut short or is no JSON",
                fmt::format("at byte {} of {}", error.byte, text.size()),
                "what is left of it may not be what was found",
                "Make the result again with this version of cch");
  } catch (const json::out_of_range&) {
    refuse_data("result-damaged", "the result has a number that is too large", {},
                "no double is as large, so cch has not written it",
                "Make the result again with this version of cch");
  }
}

std::string text_of(const json& node, int indent) {
  return node.dump(indent, ' ', false, json::error_handler_t::replace);
}

void write_with_list(const json& document, const std::string& name, int indent,
                     const std::function<void(const std::function<void(const json&)>&)>& each,
                     std::ostream& out) {
  const bool lines = indent >= 0;
  const std::string blanks = lines ? std::string(static_cast<std::size_t>(indent), ' ') : "";
  const std::string text = text_of(document, indent);
  // A member of the whole document: within strings a quote has a backslash before it and there are
  // no ends of lines, deeper members have more blanks.
  const std::string empty =
      (lines ? "\n" + blanks : "") + "\"" + name + "\":" + (lines ? " []" : "[]");
  const std::size_t end = text.find(empty) + empty.size();
  out << std::string_view(text).substr(0, end - 1);
  bool any = false;
  each([&](const json& element) {
    std::string one = (lines ? "\n" : "") + text_of(element, indent);
    for (std::size_t at = one.find('\n'); at != std::string::npos; at = one.find('\n', at + 1)) {
      one.insert(at + 1, blanks + blanks);
    }
    out << (any ? "," : "") << one;
    any = true;
  });
  if (any && lines) out << '\n' << blanks;
  out << std::string_view(text).substr(end - 1);
}

}  // namespace cch::documents
