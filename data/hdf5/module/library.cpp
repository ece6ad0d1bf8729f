#include "data/hdf5/module/library.hpp"

namespace cch::detail {
namespace {

herr_t keep_first(unsigned number, const H5E_error2_t* error, void* out) {
  if (number == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
  return 0;
}

// The bytes of the one file of this process, for callbacks that hand them on instead of copies.
void* image = nullptr;

void* give_image(std::size_t, H5FD_file_image_op_t, void*) {
  return image;
}
void* copied_already(void* to, const void*, std::size_t, H5FD_file_image_op_t, void*) {
  return to;
}
void* never_larger(void*, std::size_t, H5FD_file_image_op_t, void*) {
  return nullptr;
}
herr_t free_nothing(void*, H5FD_file_image_op_t, void*) {
  return 0;
}

}  // namespace

void refuse_damaged(const std::string& what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_first, &reason);
  H5Eclear2(H5E_DEFAULT);
  throw Refusal{"bad-hdf5",
                "the HDF5 file cannot be read: " + what + (reason.empty() ? "" : ", ") + reason,
                "it is damaged, cut short, or no HDF5", "Copy or write the file again"};
}

void start_library() {
  needed(H5open(), "libhdf5 does not start");
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

Object open_image(const void* bytes, std::size_t size) {
  image = const_cast<void*>(bytes);
  const Object access(needed(H5Pcreate(H5P_FILE_ACCESS), "no access"), H5Pclose);
  H5FD_file_image_callbacks_t callbacks{give_image, copied_already, never_larger, free_nothing,
                                        nullptr,    nullptr,        nullptr};
  constexpr std::size_t kStep = std::size_t{1} << 16;
  needed(H5Pset_fapl_core(access.get(), kStep, 0), "no access");
  needed(H5Pset_file_image_callbacks(access.get(), &callbacks), "no access");
  needed(H5Pset_file_image(access.get(), image, size), "no access");
  return {needed(H5Fopen("cch.h5", H5F_ACC_RDONLY, access.get()), "it cannot be opened"), H5Fclose};
}

}  // namespace cch::detail
