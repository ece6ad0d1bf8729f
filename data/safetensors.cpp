#include "cch/data/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cch/core/error.hpp"
#include "data/json_text.hpp"
#include "data/open.hpp"

namespace cch {

namespace detail {

struct StoredTensor {
  std::string name;
  std::string type;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;  // offsets from the end of the header
  std::size_t end = 0;
};

struct TensorHeader {
  std::vector<StoredTensor> tensors;
  std::size_t data = 0;  // offset of the first tensor's bytes
};

}  // namespace detail

namespace {

using Tensor = detail::StoredTensor;
using Header = detail::TensorHeader;

using Json = nlohmann::json;

constexpr std::size_t kMaxHeader = 100'000'000;  // the limit of the reference implementation

[[noreturn]] void refuse_header(const std::string& where, const std::string& problem) {
  refuse_data("bad-header", "the .safetensors header is malformed: " + problem, where,
              "types and places of the tensors are unknown", "Write the file again");
}

std::optional<DType> tensor_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, DType>, 13> kTypes = {{
      {"BOOL", DType::boolean},
      {"I8", DType::i8},
      {"I16", DType::i16},
      {"I32", DType::i32},
      {"I64", DType::i64},
      {"U8", DType::u8},
      {"U16", DType::u16},
      {"U32", DType::u32},
      {"U64", DType::u64},
      {"F16", DType::f16},
      {"BF16", DType::bf16},
      {"F32", DType::f32},
      {"F64", DType::f64},
  }};
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

/// Keeps the names of the outermost object in the order of the text. (The library's own parser with
/// a callback walks all of them again at the end of each.)
class Names : public nlohmann::json_sax<Json> {
 public:
  std::vector<std::string> order;
  std::string twice;

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*elements*/) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*elements*/) override { return open(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    if (!seen_.insert(name).second) twice = name;
    order.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  bool open() {
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::set<std::string> seen_;
};

// Parses the header text, with the names in its order; two entries of one name, which a JSON object
// would merge, are refused.
Json parse_json(std::string_view text, const std::string& where, std::vector<std::string>& order) {
  if (detail::too_deep(text)) refuse_header(where, "it has too many levels of brackets");
  const Json header = Json::parse(text, nullptr, false);
  if (header.is_discarded() || !header.is_object()) refuse_header(where, "it is not a JSON object");
  Names names;
  Json::sax_parse(text, &names);
  if (!names.twice.empty()) {
    refuse_data("duplicate-key", "two tensors are named '" + names.twice + "'", where,
                "it is not clear which is meant", "Write the file again");
  }
  order = std::move(names.order);
  return header;
}

std::size_t natural(const Json& value, const std::string& where, const std::string& what) {
  if (!value.is_number_unsigned()) refuse_header(where, what + " is not a natural number");
  return value.get<std::size_t>();
}

Tensor parse_tensor(const std::string& name, const Json& entry, const std::string& where) {
  const std::string place = where + ":" + name;
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
      !entry.contains("shape") || !entry.contains("data_offsets")) {
    refuse_header(place, "an entry needs exactly dtype, shape and data_offsets");
  }
  const Json& offsets = entry["data_offsets"];
  if (!entry["dtype"].is_string() || !entry["shape"].is_array() || !offsets.is_array() ||
      offsets.size() != 2 || entry["shape"].size() > 64) {
    refuse_header(place, "dtype, shape or data_offsets has the wrong type");
  }
  Tensor tensor{name, entry["dtype"].get<std::string>(), {}, 0, 0};
  for (const Json& extent : entry["shape"]) tensor.shape.push_back(natural(extent, place, "shape"));
  tensor.begin = natural(offsets[0], place, "data_offsets");
  tensor.end = natural(offsets[1], place, "data_offsets");
  return tensor;
}

void check_size(const Tensor& tensor, std::size_t available, const std::string& where) {
  const std::string place = where + ":" + tensor.name;
  if (tensor.begin > tensor.end || tensor.end > available) {
    refuse_data("offsets-out-of-range",
                "the tensor lies at bytes " + std::to_string(tensor.begin) + " to " +
                    std::to_string(tensor.end) + " of " + std::to_string(available),
                place, "the file is cut short or its header lies", "Copy or write the file again");
  }
  const auto count = element_count(tensor.shape);
  const auto type = tensor_type(tensor.type);
  std::size_t needed = 0;
  if (!count || (type && __builtin_mul_overflow(*count, item_size(*type), &needed))) {
    refuse_data("shape-overflow",
                "shape " + shape_text(tensor.shape) + " is too large for any file", place,
                "the header is wrong", "Write the file again");
  }
  if (type && needed != tensor.end - tensor.begin) {
    refuse_data("size-mismatch",
                "shape " + shape_text(tensor.shape) + " of " + tensor.type + " needs " +
                    std::to_string(needed) + " bytes, its offsets give " +
                    std::to_string(tensor.end - tensor.begin),
                place, "one of the two is wrong", "Write the file again");
  }
}

void check_cover(const std::vector<Tensor>& tensors, std::size_t available,
                 const std::string& where) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::size_t covered = 0;
  for (const Tensor* tensor : order) {
    if (tensor->begin < covered) {
      refuse_data("offsets-overlap", "two tensors share bytes of the file",
                  where + ":" + tensor->name, "at least one of them is wrong",
                  "Write the file again");
    }
    if (tensor->begin > covered) break;
    covered = tensor->end;
  }
  if (covered == available) return;
  refuse_data("offsets-gap", "bytes from " + std::to_string(covered) + " on belong to no tensor",
              where, "the header does not describe the file", "Write the file again");
}

Header parse_header(const Bytes& bytes, const std::string& where) {
  const auto refuse_short = [&](std::size_t needed) {
    refuse_data("truncated",
                "the file ends within its header: " + std::to_string(needed) + " bytes expected, " +
                    std::to_string(bytes.size()) + " there",
                where, "nothing can be read", "Copy or write the file again");
  };
  if (bytes.size() < 8) refuse_short(8);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    length |= std::to_integer<std::uint64_t>(bytes.view[i]) << (8 * i);
  }
  if (length > kMaxHeader) refuse_header(where, "it claims " + std::to_string(length) + " bytes");
  if (bytes.size() - 8 < length) refuse_short(8 + length);
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()) + 8, length);
  std::vector<std::string> order;
  const Json json = parse_json(text, where, order);
  Header header;
  header.data = 8 + length;
  const std::size_t available = bytes.size() - header.data;
  for (const std::string& name : order) {
    if (name == "__metadata__") continue;
    header.tensors.push_back(parse_tensor(name, json[name], where));
    check_size(header.tensors.back(), available, where);
  }
  check_cover(header.tensors, available, where);
  return header;
}

}  // namespace

struct SafetensorsFile::Directory {
  Bytes bytes;
  std::string where;
  detail::TensorHeader header;
  std::vector<std::string> keys;
  std::map<std::string, std::size_t> places;  // of the tensors in the header
};

SafetensorsFile::SafetensorsFile(const Bytes& bytes, const std::string& where) {
  Directory directory{bytes, where, parse_header(bytes, where), {}, {}};
  for (const Tensor& tensor : directory.header.tensors) {
    directory.places.emplace(tensor.name, directory.keys.size());
    directory.keys.push_back(tensor.name);
  }
  directory_ = std::make_shared<const Directory>(std::move(directory));
}

const std::vector<std::string>& SafetensorsFile::keys() const {
  return directory_->keys;
}

Array SafetensorsFile::array(const std::string& key) const {
  const Directory& d = *directory_;
  auto found = d.places.find(key);
  if (found == d.places.end()) {
    found = d.places.find(detail::choose_key(d.keys, key, d.where, "tensor"));
  }
  const Tensor& tensor = d.header.tensors[found->second];
  const std::string place = d.where + ":" + tensor.name;
  const auto type = tensor_type(tensor.type);
  if (!type) {
    refuse_data("unsupported-dtype",
                "elements of type " + tensor.type.substr(0, 20) + " are not read", place,
                "BOOL, integers, F16, BF16, F32 and F64 are", "Convert the tensor to F32");
  }
  return Array::numeric({*type, tensor.shape, false, false},
                        d.bytes.part(d.header.data + tensor.begin, tensor.end - tensor.begin),
                        place);
}

}  // namespace cch
