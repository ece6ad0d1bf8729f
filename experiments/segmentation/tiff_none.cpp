// In the place of tiff.cpp where libtiff is not there.

#include "cch/core/error.hpp"
#include "experiments/segmentation/tiff.hpp"

namespace cch::detail {

bool reads_tiff() {
  return false;
}

Raster read_tiff(const std::string& path, Palette) {
  refuse_data("no-libtiff", "this build of cch reads no TIFF", path, "it was built without libtiff",
              "Install libtiff-dev and build again, or store the images as .npy");
}

}  // namespace cch::detail
