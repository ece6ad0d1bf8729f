#include <algorithm>
#include <nlohmann/json.hpp>

#include "cch/core/error.hpp"
#include "data/json_text.hpp"
#include "experiments/segmentation/packed_folder.hpp"

namespace cch::detail {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "cch.images/1";
constexpr std::size_t kMostSide = std::size_t{1} << 26;
constexpr std::size_t kMostRecords = std::size_t{1} << 32;

std::string_view number_type(StoredAs type) {
  return type == StoredAs::u8 ? "uint8" : type == StoredAs::u16 ? "uint16" : "float32";
}

/// Reads members of a foreign document; each that does not fit is refused by name.
class HeadReader {
 public:
  HeadReader(const json& document, const std::string& where) : document_(document), where_(where) {}

  [[noreturn]] void refuse(const std::string& member) const {
    refuse_data("result-damaged", "the list of packed images is damaged", where_,
                "'" + member + "' is missing or not what it should be", "Pack the images again");
  }
  const json& at(const json& object, const std::string& name) const {
    if (!object.is_object() || !object.contains(name)) refuse(name);
    return object[name];
  }
  const json& list(const json& object, const std::string& name) const {
    const json& value = at(object, name);
    if (!value.is_array()) refuse(name);
    return value;
  }
  std::size_t count(const json& value, const std::string& name, std::size_t most) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) refuse(name);
    return value.get<std::size_t>();
  }
  std::string text(const json& value, const std::string& name) const {
    if (!value.is_string()) refuse(name);
    return value.get<std::string>();
  }
  bool flag(const std::string& name) const {
    const json& value = at(document_, name);
    if (!value.is_boolean()) refuse(name);
    return value.get<bool>();
  }
  std::vector<std::size_t> counts(const std::string& name, std::size_t most) const {
    std::vector<std::size_t> out;
    for (const json& value : list(document_, name)) out.push_back(count(value, name, most));
    return out;
  }
  std::vector<std::string> texts(const std::string& name) const {
    std::vector<std::string> out;
    for (const json& value : list(document_, name)) out.push_back(text(value, name));
    return out;
  }

 private:
  const json& document_;
  const std::string& where_;
};

PackedModality read_modality(const HeadReader& read, const json& value) {
  PackedModality out;
  out.name = read.text(read.at(value, "name"), "name");
  const bool plain = !out.name.empty() && out.name.find('/') == std::string::npos &&
                     out.name.find('\0') == std::string::npos;
  if (!plain) read.refuse("name");
  out.channels = read.count(read.at(value, "channels"), "channels", kMostSide);
  const std::string type = read.text(read.at(value, "type"), "type");
  const StoredAs types[] = {StoredAs::u8, StoredAs::u16, StoredAs::f32};
  const auto* const found = std::find_if(std::begin(types), std::end(types), [&](StoredAs known) {
    return type == number_type(known);
  });
  if (out.channels == 0) read.refuse("channels");
  if (found == std::end(types)) read.refuse("type");
  out.stored.type = *found;
  const std::size_t divisor = read.count(read.at(value, "divisor"), "divisor", 65535);
  if (divisor != 1 && divisor != 255 && divisor != 65535) read.refuse("divisor");
  out.stored.divisor = static_cast<float>(divisor);
  return out;
}

}  // namespace

std::string packed_head_text(const PackedHead& head) {
  json modalities = json::array();
  for (const PackedModality& m : head.modalities) {
    modalities.push_back({{"name", m.name},
                          {"channels", m.channels},
                          {"type", number_type(m.stored.type)},
                          {"divisor", static_cast<std::size_t>(m.stored.divisor)}});
  }
  json warnings = json::array();
  for (const Warning& w : head.warnings) {
    warnings.push_back({{"code", w.code}, {"message", w.message}});
  }
  json split = json::array();
  for (const Split s : head.split) split.push_back(static_cast<unsigned>(s));
  json condition = json::array();
  for (const std::size_t c : head.condition) {
    condition.push_back(c == kNoCondition ? head.conditions.size() : c);
  }
  return json{{"schema", kSchema},
              {"records", head.records},
              {"height", head.height},
              {"width", head.width},
              {"modalities", modalities},
              {"classes", head.classes},
              {"two_valued", head.two_valued},
              {"published_split", head.published},
              {"images_sha256", head.images_sha256},
              {"record", head.record},
              {"groups", head.groups},
              {"split", split},
              {"names", head.names},
              {"conditions", head.conditions},
              {"condition", condition},
              {"warnings", warnings}}
             .dump(1) +
         "\n";
}

PackedHead parse_packed_head(std::string_view text, const std::string& where) {
  const json document = parsed_json(text);
  const HeadReader read(document, where);
  if (!document.is_object() || read.text(read.at(document, "schema"), "schema") != kSchema) {
    read.refuse("schema");
  }
  PackedHead out;
  out.records = read.count(read.at(document, "records"), "records", kMostRecords);
  out.height = read.count(read.at(document, "height"), "height", kMostSide);
  out.width = read.count(read.at(document, "width"), "width", kMostSide);
  if (out.records == 0) read.refuse("records");
  if (out.height == 0) read.refuse("height");
  if (out.width == 0) read.refuse("width");
  for (const json& value : read.list(document, "modalities")) {
    out.modalities.push_back(read_modality(read, value));
  }
  if (out.modalities.empty()) read.refuse("modalities");
  out.classes = read.texts("classes");
  if (out.classes.empty() || out.classes.size() > kMostClasses) read.refuse("classes");
  out.two_valued = read.flag("two_valued");
  out.published = read.flag("published_split");
  out.images_sha256 = read.text(read.at(document, "images_sha256"), "images_sha256");
  out.record = read.counts("record", out.records - 1);
  const std::size_t images = out.record.size();
  if (images == 0) read.refuse("record");
  out.groups = read.counts("groups", images - 1);
  if (out.groups.size() != images) read.refuse("groups");
  for (const std::size_t s : read.counts("split", 2)) out.split.push_back(static_cast<Split>(s));
  if (out.split.size() != images) read.refuse("split");
  out.names = read.texts("names");
  if (out.names.size() != images) read.refuse("names");
  out.conditions = read.texts("conditions");
  for (const std::size_t c : read.counts("condition", out.conditions.size())) {
    out.condition.push_back(c == out.conditions.size() ? kNoCondition : c);
  }
  const std::size_t wanted = out.conditions.empty() ? 0 : images;
  if (out.condition.size() != wanted) read.refuse("condition");
  for (const json& value : read.list(document, "warnings")) {
    out.warnings.push_back({read.text(read.at(value, "code"), "warnings"),
                            read.text(read.at(value, "message"), "warnings")});
  }
  return out;
}

}  // namespace cch::detail
