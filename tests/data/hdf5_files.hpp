#pragma once

// HDF5 files for tests, made by libhdf5 in memory. Without it there are none (CCH_HAS_HDF5).
#ifdef CCH_HAS_HDF5

#include <hdf5.h>

#include <string>
#include <vector>

namespace cch::test {

/// How a dataset is laid out.
struct Hdf5Layout {
  std::vector<hsize_t> chunk = {};  ///< none: in one piece
  bool gzip = false;                ///< after shuffling
  bool written = true;
};

/// A file that grows; bytes() ends it.
class Hdf5Writer {
 public:
  Hdf5Writer() {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, 0);
    static int number = 0;
    const std::string name = "unwritten-" + std::to_string(number++) + ".h5";
    file_ = H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    links_ = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links_, 1);
  }
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;
  ~Hdf5Writer() {
    H5Pclose(links_);
    H5Fclose(file_);
  }

  [[nodiscard]] hid_t file() const { return file_; }
  [[nodiscard]] hid_t links() const { return links_; }

  /// Values of the file's own type.
  Hdf5Writer& add(const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                  const void* values, const Hdf5Layout& layout = {}) {
    const hid_t space =
        shape.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (!layout.chunk.empty()) {
      H5Pset_chunk(properties, static_cast<int>(layout.chunk.size()), layout.chunk.data());
    }
    if (layout.gzip) {
      H5Pset_shuffle(properties);
      H5Pset_deflate(properties, 6);
    }
    add(path, type, space, properties, layout.written ? values : nullptr);
    H5Pclose(properties);
    H5Sclose(space);
    return *this;
  }
  void add(const std::string& path, hid_t type, hid_t space, hid_t properties, const void* values) {
    const hid_t set = H5Dcreate2(file_, path.c_str(), type, space, links_, properties, H5P_DEFAULT);
    if (values != nullptr) H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(set);
  }

  /// Strings of variable length.
  Hdf5Writer& add_texts(const std::string& path, const std::vector<std::string>& values) {
    std::vector<const char*> items;
    for (const std::string& value : values) items.push_back(value.c_str());
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    add(path, type, {items.size()}, items.data());
    H5Tclose(type);
    return *this;
  }

  [[nodiscard]] std::string bytes() const {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    std::string out(static_cast<std::size_t>(H5Fget_file_image(file_, nullptr, 0)), '\0');
    H5Fget_file_image(file_, out.data(), out.size());
    return out;
  }

 private:
  hid_t file_ = -1;
  hid_t links_ = -1;
};

/// IEEE's half, which libhdf5 1.10 has no name for; to be closed.
inline hid_t half_type() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

/// Booleans as h5py has them; to be closed.
inline hid_t boolean_type() {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const signed char no = 0;
  const signed char yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return type;
}

/// Strings of so many bytes; to be closed.
inline hid_t fixed_type(std::size_t size, H5T_str_t padding) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_strpad(type, padding);
  return type;
}

}  // namespace cch::test

#endif
