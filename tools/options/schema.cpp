#include "tools/options/schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/options/echo.hpp"

namespace cch::options {
namespace {

using nlohmann::json;

json one_or_more(const json& item) {
  return {{"anyOf", {item, {{"type", "array"}, {"items", item}}}}};
}

json one_of(const std::vector<std::string>& words) {
  return words.empty() ? json{{"type", "string"}} : json{{"enum", words}};
}

struct TypeOf {
  const Rules& rules;

  json operator()(const bool* /*to*/) const { return {{"type", "boolean"}}; }
  json operator()(const std::optional<bool>* /*to*/) const { return {{"type", "boolean"}}; }
  json operator()(const std::size_t* /*to*/) const { return whole(); }
  json operator()(const unsigned* /*to*/) const { return whole(); }
  json operator()(const std::optional<std::size_t>* /*to*/) const { return whole(); }
  json operator()(const double* /*to*/) const { return {{"type", "number"}}; }
  json operator()(const std::optional<double>* /*to*/) const { return {{"type", "number"}}; }
  json operator()(const std::string* /*to*/) const { return one_of(rules.one_of); }
  json operator()(const std::optional<std::string>* /*to*/) const {
    return {{"type", {"string", "number"}}};
  }
  json operator()(const std::vector<std::string>* /*to*/) const { return one_or_more(one_of({})); }
  json operator()(const std::vector<std::size_t>* /*to*/) const { return one_or_more(whole()); }
  json operator()(const std::vector<double>* /*to*/) const {
    return one_or_more({{"type", "number"}});
  }
  json operator()(const Words& words) const {
    if (!words.number) return one_of(words.choices);
    return {{"anyOf", {one_of(words.choices), {{"type", "number"}}}}};
  }
  json operator()(const WordList& list) const { return one_or_more(one_of(list.choices)); }
  json operator()(const FromFile& file) const {
    return file.schema.empty() ? json::object() : json::parse(file.schema);
  }

 private:
  [[nodiscard]] json whole() const {
    json out{{"type", "integer"}, {"minimum", 0}};
    if (rules.range)
      out.update({{"minimum", rules.range->first}, {"maximum", rules.range->second}});
    return out;
  }
};

json object_of(const json& properties) {
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

json properties_of(const Table& table) {
  json out = json::object();
  for (const Option& option : table) {
    if (!option.rules.in_file) continue;
    json one = std::visit(TypeOf{option.rules}, option.target);
    one["description"] = meaning(option);
    if (!option.rules.suggestions.empty()) one["examples"] = option.rules.suggestions;
    out[option.key()] = std::move(one);
  }
  return out;
}

// What the sections of one place say: keys that it always has, and alternatives.
struct Merged {
  json always = json::object();
  std::vector<json> alternatives;

  [[nodiscard]] json schema() const {
    if (alternatives.empty()) return object_of(always);
    json any = json::array();
    for (const json& alternative : alternatives) {
      json properties = always;
      properties.update(alternative);
      any.push_back(object_of(properties));
    }
    return {{"anyOf", any}};
  }
};

// In the order of the sections.
std::vector<std::pair<std::string, Merged>> merged(const StudyFile& file) {
  std::vector<std::pair<std::string, Merged>> out;
  for (const Section& section : file.sections) {
    const auto is_its = [&](const auto& one) { return one.first == section.place; };
    auto at = std::find_if(out.begin(), out.end(), is_its);
    if (at == out.end()) at = out.insert(at, {section.place, {}});
    json properties = properties_of(section.table);
    if (section.by.empty()) {
      at->second.always.update(properties);
    } else {
      properties[section.by] = one_of(section.values);
      at->second.alternatives.push_back(std::move(properties));
    }
  }
  return out;
}

}  // namespace

json schema_of(const StudyFile& file) {
  json out = object_of(json::object());
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  out["title"] = "cch: " + file.name;
  for (const auto& [place, parts] : merged(file)) {
    if (place.empty()) {
      out["properties"].update(parts.schema()["properties"]);
    } else if (place.front() == '{') {
      out["definitions"][place.substr(1, place.size() - 2)] = parts.schema();
    } else if (place.front() == '[') {
      const std::string path = place.substr(1, place.size() - 2);
      const auto dot = path.find('.');
      const json list{{"type", "array"}, {"items", parts.schema()}};
      json& properties = out["properties"];
      if (dot == std::string::npos) {
        properties[path] = list;
      } else {
        properties[path.substr(0, dot)]["items"]["properties"][path.substr(dot + 1)] = list;
      }
    } else {
      out["properties"][place] = parts.schema();
    }
  }
  return out;
}

}  // namespace cch::options
