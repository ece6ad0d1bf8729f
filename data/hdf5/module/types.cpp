#include <array>

#include "data/hdf5/module/dataset.hpp"

namespace cch::detail {
namespace {

// libhdf5 1.10 has no name for them.
Object half_type(H5T_order_t order) {
  Object type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  H5Tset_order(type.get(), order);
  return type;
}

bool is_ieee(hid_t type, std::size_t size) {
  if (size == 2) {
    const Object little = half_type(H5T_ORDER_LE);
    const Object big = half_type(H5T_ORDER_BE);
    return H5Tequal(type, little.get()) > 0 || H5Tequal(type, big.get()) > 0;
  }
  if (size == 4) return H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0;
  return size == 8 && (H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0);
}

// As h5py stores them: FALSE = 0, TRUE = 1 in one byte.
bool is_boolean(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  std::array<char, 16> name{};
  std::array<std::string, 2> names;
  for (unsigned char value = 0; value < 2; ++value) {
    if (H5Tenum_nameof(type, &value, name.data(), name.size()) < 0) return false;
    names[value] = name.data();
  }
  return names[0] == "FALSE" && names[1] == "TRUE";
}

StoredType whole(hid_t type, std::size_t size) {
  StoredType out;
  const bool plain = H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0;
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  out.item = size;
  switch (plain ? size : 0) {
    case 1:
      out.dtype = is_signed ? DType::i8 : DType::u8;
      break;
    case 2:
      out.dtype = is_signed ? DType::i16 : DType::u16;
      break;
    case 4:
      out.dtype = is_signed ? DType::i32 : DType::u32;
      break;
    case 8:
      out.dtype = is_signed ? DType::i64 : DType::u64;
      break;
    default:
      out.why_not = "whole numbers of " + std::to_string(H5Tget_precision(type)) + " bits in " +
                    std::to_string(size) + " bytes";
  }
  return out;
}

StoredType string_type(hid_t type, std::size_t size) {
  StoredType out;
  out.dtype = DType::text;
  if (H5Tis_variable_str(type) > 0) {
    out.text = TextStorage::variable;
    out.item = sizeof(char*);
    return out;
  }
  out.item = size;
  const H5T_str_t padding = H5Tget_strpad(type);
  out.text = padding == H5T_STR_NULLTERM   ? TextStorage::null_terminated
             : padding == H5T_STR_SPACEPAD ? TextStorage::space_padded
                                           : TextStorage::null_padded;
  return out;
}

std::string fields_of(hid_t type) {
  std::string out = "a compound of the fields ";
  constexpr int kMost = 10;
  const int count = H5Tget_nmembers(type);
  for (int i = 0; i < count && i < kMost; ++i) {
    char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
    out += (i == 0 ? "" : ", ") + std::string(name == nullptr ? "?" : name);
    H5free_memory(name);
  }
  return out + (count > kMost ? ", …" : "");
}

}  // namespace

StoredType stored_type(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  StoredType out;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      out = whole(type, size);
      break;
    case H5T_FLOAT:
      out.dtype = size == 2 ? DType::f16 : size == 4 ? DType::f32 : DType::f64;
      out.item = size;
      if (!is_ieee(type, size)) out.why_not = "floats that are not IEEE's of 16, 32 or 64 bits";
      break;
    case H5T_ENUM:
      out.dtype = DType::boolean;
      out.item = 1;
      if (!is_boolean(type)) out.why_not = "an enumeration";
      break;
    case H5T_STRING:
      return string_type(type, size);
    case H5T_COMPOUND:
      out.why_not = fields_of(type);
      break;
    case H5T_VLEN:
      out.why_not = "lists of different lengths";
      break;
    case H5T_ARRAY:
      out.why_not = "arrays as elements";
      break;
    case H5T_REFERENCE:
      out.why_not = "references to other objects";
      break;
    default:
      out.why_not = "bit fields or bytes without a meaning";
  }
  out.big_endian = out.item > 1 && H5Tget_order(type) == H5T_ORDER_BE;
  return out;
}

}  // namespace cch::detail
