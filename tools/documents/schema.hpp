#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cch/documents/parts.hpp"

namespace cch::documents {

using nlohmann::json;

/// A schema says for each of its structs which member has which key, once for both directions:
///
///   template <class V> void describe(V& v, Of<Place> auto& x) {
///     v("best", x.best, "worst", x.worst);  // a Writer takes the members, a Reader sets them
///   }
///
/// Every key is always written (but those of if_there); what may be null is a std::optional. A
/// document that is read must have exactly these keys (but those of if_there and later), so that a
/// renamed one is an error and no section goes unseen. A part of a document that other versions
/// wrote too is read with others().

template <class T, class Struct>
concept Of = std::same_as<std::remove_const_t<T>, Struct>;

/// The part of a struct that it has from `Base`.
template <class Base, class T>
auto& part(T& x) {
  return static_cast<std::conditional_t<std::is_const_v<T>, const Base, Base>&>(x);
}

/// Where in a document a value stands, for errors alone.
struct Spot {
  const Spot* parent = nullptr;
  const char* key = nullptr;  ///< nullptr: element `index` of a list
  std::size_t index = 0;
};

/// Data Error "document-field-type".
[[noreturn]] void refuse_type(const Spot& at, std::string_view expected, const json& found);
/// The same where a list of so many is expected.
[[noreturn]] void refuse_size(const Spot& at, std::size_t expected, const json& found);
/// Data Error "result-incomplete": the schema always writes this key.
[[noreturn]] void refuse_missing(const Spot& at);
/// Data Error "document-schema": a key of `node` that is not among those known.
void refuse_unknown(const json& node, const std::vector<std::string_view>& known, const Spot& at);
/// Data Error "document-schema" unless `node` is an object of this schema, or of the one before.
void require_schema(const json& node, std::string_view schema, std::string_view older = {});

/// The values of an enum whose words to_string gives; a schema specialises it.
template <class Enum>
inline constexpr std::array<Enum, 0> kWords{};

Fact read_fact(const json& node, const Spot& at);
json write_fact(const Fact& fact);

template <class T>
json encode(const T& value);
template <class T>
void decode(const json& node, const Spot& at, T& out);

class Writer {
 public:
  template <class T, class... More>
  void operator()(const char* key, const T& value, const More&... more) {
    out_[key] = encode(value);
    if constexpr (sizeof...(more) > 0) (*this)(more...);
  }
  /// [low, high], or null without both.
  void interval(const char* key, const Number& low, const Number& high) {
    out_[key] = low || high ? json{encode(low), encode(high)} : json();
  }
  /// [low, null] is from low on.
  void interval(const char* key, const double& low, const Number& high) {
    out_[key] = json{low, encode(high)};
  }
  void interval(const char* key, const std::optional<Interval>& value) {
    out_[key] = value ? json{value->lo, value->hi} : json();
  }
  /// A list or text whose absence is null.
  template <class T>
  void null_if_empty(const char* key, const T& value) {
    out_[key] = value.empty() ? json() : encode(value);
  }
  /// A key that is left out where there is no value.
  template <class T>
  void if_there(const char* key, const std::optional<T>& value) {
    if (value) out_[key] = encode(*value);
  }
  /// A key that earlier versions did not write, or not always.
  template <class T, class... More>
  void later(const char* key, const T& value, const More&... more) {
    (*this)(key, value, more...);
  }
  /// Further keys may stand beside these.
  void others() {}
  /// An object that has no struct of its own.
  template <class Describe>
  void object(const char* key, Describe&& describe_members) {
    Writer inner;
    describe_members(inner);
    out_[key] = std::move(inner.out_);
  }
  /// A list of structs that are described here alone.
  template <class T, class Describe>
  void each(const char* key, const std::vector<T>& list, Describe&& describe_element) {
    json& out = out_[key] = json::array();
    for (const T& element : list) {
      Writer inner;
      describe_element(inner, element);
      out.push_back(std::move(inner.out_));
    }
  }
  void schema(const char* name, const char* = "") { out_["schema"] = name; }
  json take() { return std::move(out_); }

 private:
  json out_ = json::object();
};

class Reader {
 public:
  Reader(const json& node, const Spot& at) : node_(node), at_(at) {
    if (!node.is_object()) refuse_type(at, "an object", node);
  }
  template <class T, class... More>
  void operator()(const char* key, T& value, More&&... more) {
    decode(need(key), Spot{&at_, key}, value);
    if constexpr (sizeof...(more) > 0) (*this)(more...);
  }
  template <class Low>
  void interval(const char* key, Low& low, Number& high) {
    const json& found = need(key);
    const Spot spot{&at_, key};
    if (found.is_null() && std::same_as<Low, Number>) return;
    if (!found.is_array() || found.size() != 2) refuse_type(spot, "an interval [low, high]", found);
    decode(found[0], spot, low);
    decode(found[1], spot, high);
  }
  void interval(const char* key, std::optional<Interval>& value) {
    Number low;
    Number high;
    interval(key, low, high);
    if (low && high) value = Interval{*low, *high};
  }
  template <class T>
  void null_if_empty(const char* key, T& value) {
    const json& found = need(key);
    if (!found.is_null()) decode(found, Spot{&at_, key}, value);
  }
  template <class T>
  void if_there(const char* key, std::optional<T>& value) {
    if (const auto found = node_.find(key); found != node_.end()) {
      known_.emplace_back(key);
      T read{};
      decode(*found, Spot{&at_, key}, read);
      value = std::move(read);
    }
  }
  /// Missing or null leaves the value as it is.
  template <class T, class... More>
  void later(const char* key, T& value, More&&... more) {
    if (const auto found = node_.find(key); found != node_.end()) {
      known_.emplace_back(key);
      if (!found->is_null()) decode(*found, Spot{&at_, key}, value);
    }
    if constexpr (sizeof...(more) > 0) later(more...);
  }
  void others() { others_ = true; }
  template <class Describe>
  void object(const char* key, Describe&& describe_members) {
    const Spot spot{&at_, key};
    Reader inner(need(key), spot);
    describe_members(inner);
    inner.finish();
  }
  template <class T, class Describe>
  void each(const char* key, std::vector<T>& list, Describe&& describe_element) {
    const json& found = need(key);
    const Spot spot{&at_, key};
    if (!found.is_array()) refuse_type(spot, "a list", found);
    list.resize(found.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot element{&spot, nullptr, i};
      Reader inner(found[i], element);
      describe_element(inner, list[i]);
      inner.finish();
    }
  }
  /// `older`: a schema before it, all of whose documents are of this one as well.
  void schema(const char* name, std::string_view older = {}) {
    require_schema(node_, name, older);
    known_.emplace_back("schema");
  }
  /// After the last member.
  void finish() const {
    if (!others_ && known_.size() != node_.size()) refuse_unknown(node_, known_, at_);
  }

 private:
  const json& need(const char* key) {
    known_.emplace_back(key);
    const auto found = node_.find(key);
    if (found == node_.end()) refuse_missing(Spot{&at_, key});
    return *found;
  }

  const json& node_;
  const Spot& at_;
  std::vector<std::string_view> known_;
  bool others_ = false;
};

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t kSize>
struct IsArray<std::array<T, kSize>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
json encode(const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(value));
  } else if constexpr (std::same_as<T, Fact>) {
    return write_fact(value);
  } else if constexpr (IsOptional<T>::value) {
    return value ? encode(*value) : json();
  } else if constexpr (IsList<T>::value || IsArray<T>::value) {
    json out = json::array();
    for (const auto& element : value) out.push_back(encode(element));
    return out;
  } else if constexpr (IsMap<T>::value) {
    json out = json::object();
    for (const auto& [name, element] : value) out[name] = encode(element);
    return out;
  } else {
    Writer writer;
    describe(writer, value);
    return writer.take();
  }
}

template <class T>
void decode(const json& node, const Spot& at, T& out) {
  if constexpr (std::same_as<T, std::string>) {
    if (!node.is_string()) refuse_type(at, "a string", node);
    out = node.get_ref<const std::string&>();
  } else if constexpr (std::same_as<T, bool>) {
    if (!node.is_boolean()) refuse_type(at, "true or false", node);
    out = node.get<bool>();
  } else if constexpr (std::unsigned_integral<T>) {
    const bool negative =
        !node.is_number_unsigned() && node.is_number_integer() && node.get<std::int64_t>() < 0;
    if (!node.is_number_integer() || negative) refuse_type(at, "a whole number from 0", node);
    out = node.get<T>();
  } else if constexpr (std::floating_point<T>) {
    if (!node.is_number()) refuse_type(at, "a number", node);
    out = node.get<T>();
  } else if constexpr (std::is_enum_v<T>) {
    for (const T word : kWords<T>) {
      if (node.is_string() && node == to_string(word)) return void(out = word);
    }
    refuse_type(at, "a word of its list", node);
  } else if constexpr (std::same_as<T, Fact>) {
    out = read_fact(node, at);
  } else if constexpr (IsOptional<T>::value) {
    if (node.is_null()) return;
    decode(node, at, out.emplace());
  } else if constexpr (IsList<T>::value) {
    if (!node.is_array()) refuse_type(at, "a list", node);
    out.resize(node.size());
    for (std::size_t i = 0; i < out.size(); ++i) decode(node[i], Spot{&at, nullptr, i}, out[i]);
  } else if constexpr (IsArray<T>::value) {
    if (!node.is_array() || node.size() != out.size()) refuse_size(at, out.size(), node);
    for (std::size_t i = 0; i < out.size(); ++i) decode(node[i], Spot{&at, nullptr, i}, out[i]);
  } else if constexpr (IsMap<T>::value) {
    if (!node.is_object()) refuse_type(at, "an object", node);
    for (const auto& [name, element] : node.items()) {
      decode(element, Spot{&at, name.c_str()}, out[name]);
    }
  } else {
    Reader reader(node, at);
    describe(reader, out);
    reader.finish();
  }
}

/// The document that `node` holds.
template <class Document>
Document read(const json& node) {
  Document out;
  decode(node, Spot{}, out);
  return out;
}

/// The text of a document; bytes that are not UTF-8 are replaced.
std::string text_of(const json& node, int indent);
/// The text of a document whose own empty list `name` has these elements, which come one after the
/// other: none is kept.
void write_with_list(const json& document, const std::string& name, int indent,
                     const std::function<void(const std::function<void(const json&)>&)>& each,
                     std::ostream& out);

}  // namespace cch::documents
