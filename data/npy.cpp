#include "cch/data/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "cch/core/error.hpp"
#include "data/npy_dictionary.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 1 << 20;  // numpy itself warns above 10 kB

[[noreturn]] void refuse_truncated(const std::string& where, std::size_t needed, std::size_t got) {
  refuse_data("truncated",
              "the file ends early: " + std::to_string(needed) + " bytes expected, " +
                  std::to_string(got) + " there",
              where, "values are missing", "Copy or write the file again");
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<DType> number_type(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, DType>, 13> kTypes = {{
      {"b1", DType::boolean},
      {"i1", DType::i8},
      {"i2", DType::i16},
      {"i4", DType::i32},
      {"i8", DType::i64},
      {"u1", DType::u8},
      {"u2", DType::u16},
      {"u4", DType::u32},
      {"u8", DType::u64},
      {"f2", DType::f16},
      {"f4", DType::f32},
      {"f8", DType::f64},
      {"?", DType::boolean},
  }};
  for (const auto& [name, type] : kTypes) {
    if (name == code) return type;
  }
  return std::nullopt;
}

void read_type(const std::string& descr, NpyHeader& header, const std::string& where) {
  std::string_view code = descr;
  char order = '|';
  if (code[0] == '<' || code[0] == '>' || code[0] == '|' || code[0] == '=') {
    order = code[0];
    code.remove_prefix(1);
  }
  header.layout.big_endian =
      order == '>' || (order == '=' && std::endian::native == std::endian::big);
  if (const auto type = number_type(code)) {
    header.layout.dtype = *type;
    header.item_bytes = item_size(*type);
    if (header.item_bytes > 1 && order == '|')
      detail::refuse_npy_header(where, "descr names no byte order");
    return;
  }
  if (code.starts_with('O')) {
    refuse_data("object-dtype", "the array holds Python objects (dtype object)", where,
                "objects are stored as a pickle, which can run any code when read",
                "Convert it first, e.g. numpy.asarray(x, dtype=float) or dtype=str");
  }
  const bool text = code.starts_with('U') || code.starts_with('S');
  const auto length = text ? detail::parse_number<std::size_t>(code.substr(1)) : std::nullopt;
  if (!length || *length == 0 || *length > (std::size_t{1} << 32)) {
    refuse_data("unsupported-dtype",
                "elements of type '" + detail::printable(descr) + "' are not read", where,
                "bool, integers, float16/32/64 and fixed-width strings are",
                "Convert the array to one of these and save it again");
  }
  header.layout.dtype = DType::text;
  header.unicode = code[0] == 'U';
  header.item_bytes = *length * (header.unicode ? 4 : 1);
}

std::string decode_string(std::span<const std::byte> item, const NpyHeader& header,
                          const std::string& where, std::size_t index) {
  std::string out;
  bool good = true;
  if (!header.unicode) {
    std::string_view text = as_text(item);
    const std::size_t end = text.find_last_not_of('\0');
    out = end == std::string_view::npos ? std::string() : std::string(text.substr(0, end + 1));
    good = detail::is_utf8(out);
  } else {
    std::vector<char32_t> points(item.size() / 4);
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t b = 0; b < 4; ++b) {
        const std::size_t at = header.layout.big_endian ? b : 3 - b;
        points[i] = (points[i] << 8) | std::to_integer<char32_t>(item[4 * i + at]);
      }
    }
    while (!points.empty() && points.back() == 0) points.pop_back();
    for (const char32_t point : points) good = good && detail::append_utf8(out, point);
  }
  if (good) return out;
  refuse_data("bad-text", "a string is not valid Unicode",
              where + ", element " + std::to_string(index), "names could not be shown or compared",
              "Save the strings as UTF-8 or as dtype '<U'");
}

Array decode_text(const NpyHeader& header, const Bytes& data, std::vector<std::size_t> shape,
                  const std::string& where) {
  const std::size_t count = element_count(shape).value_or(0);
  if (header.layout.fortran && header.layout.shape.size() > 1) {
    refuse_data("unsupported-dtype", "strings in Fortran order are not read", where,
                "labels, groups and identifiers have one dimension", "Save them as a 1-D array");
  }
  std::vector<std::string> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto item = data.view.subspan(i * header.item_bytes, header.item_bytes);
    values.push_back(decode_string(item, header, where, i));
  }
  return Array::text(std::move(values), std::move(shape), data.part(0, count * header.item_bytes));
}

}  // namespace

std::size_t npy_header_bytes(std::span<const std::byte> front, const std::string& where) {
  const std::string_view text = as_text(front);
  if (!text.starts_with(kMagic.substr(0, std::min(kMagic.size(), text.size())))) {
    refuse_data("bad-magic", "this is not a .npy file: it does not begin with \\x93NUMPY", where,
                "its content cannot be interpreted", "Save the array with numpy.save");
  }
  if (front.size() < 12) refuse_truncated(where, 12, front.size());
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(front[i]); };
  const std::size_t major = byte(6);
  if (major < 1 || major > 3 || byte(7) != 0) {
    refuse_data("unsupported-version",
                ".npy format version " + std::to_string(major) + "." + std::to_string(byte(7)),
                where, "versions 1.0, 2.0 and 3.0 are read",
                "Save the array again with numpy.save");
  }
  const std::size_t start = major == 1 ? 10 : 12;
  std::size_t length = byte(8) | (byte(9) << 8);
  if (major > 1) length |= (byte(10) << 16) | (byte(11) << 24);
  if (length > kMaxHeader)
    detail::refuse_npy_header(where, "it claims to be " + std::to_string(length) + " bytes long");
  return start + length;
}

NpyHeader parse_npy_header(std::span<const std::byte> front, const std::string& where) {
  const std::size_t offset = npy_header_bytes(front, where);
  if (front.size() < offset) refuse_truncated(where, offset, front.size());
  const std::size_t start = std::to_integer<int>(front[6]) == 1 ? 10 : 12;
  detail::NpyDictionary words =
      detail::parse_npy_dictionary(as_text(front.subspan(start, offset - start)), where);
  NpyHeader header;
  header.data_offset = offset;
  read_type(words.descr, header, where);
  header.layout.fortran = words.fortran;
  header.layout.shape = std::move(words.shape);
  const auto count = element_count(header.layout.shape);
  if (!count || __builtin_mul_overflow(*count, header.item_bytes, &header.data_bytes) ||
      header.data_bytes > (std::size_t{1} << 62)) {
    refuse_data("shape-overflow",
                "shape " + shape_text(header.layout.shape) + " is too large for any file", where,
                "the header is wrong", "Write the file again");
  }
  return header;
}

std::size_t RowLimit::of(const NpyHeader& header) const {
  const auto& shape = header.layout.shape;
  std::size_t out = shape.empty() ? 1 : shape[0];
  if (rows > 0) out = std::min(out, rows);
  if (bytes == 0 || out == 0) return out;
  const std::size_t of_row = header.data_bytes / (shape.empty() ? 1 : shape[0]);
  return std::min(out, std::max<std::size_t>(1, of_row == 0 ? out : bytes / of_row));
}

Array parse_npy(const Bytes& bytes, const std::string& where, const RowLimit& limit) {
  const NpyHeader header = parse_npy_header(bytes.view, where);
  const std::size_t total = header.data_offset + header.data_bytes;
  if (bytes.size() < total) refuse_truncated(where, total, bytes.size());
  if (bytes.size() > total) {
    refuse_data("size-mismatch",
                std::to_string(bytes.size() - total) + " bytes follow the array of shape " +
                    shape_text(header.layout.shape),
                where, "the header may be wrong, or several arrays were saved into one file",
                "Save one array a file, or use numpy.savez");
  }
  const Bytes data = bytes.part(header.data_offset, header.data_bytes);
  if (header.layout.dtype == DType::text) return npy_rows(header, data, limit.of(header), where);
  return Array::numeric(header.layout, data, where);
}

Array npy_rows(const NpyHeader& header, const Bytes& data, std::size_t rows,
               const std::string& where) {
  ArrayLayout layout = header.layout;
  if (!layout.shape.empty()) layout.shape[0] = rows;
  Array array = layout.dtype == DType::text ? decode_text(header, data, layout.shape, where)
                                            : Array::numeric(layout, data, where);
  array.set_stored_shape(header.layout.shape);
  return array;
}

}  // namespace cch
