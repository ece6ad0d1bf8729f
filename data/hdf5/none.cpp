// In the place of the other files where libhdf5 is not there.

#include "cch/core/error.hpp"
#include "cch/data/hdf5.hpp"

namespace cch {

struct Hdf5File::State {
  std::vector<Hdf5Entry> entries;
  std::vector<std::string> keys;
};

bool reads_hdf5() {
  return false;
}

Hdf5File::Hdf5File(const Bytes&, const std::string& where, int) {
  refuse_data("no-hdf5", "this build of cch reads no HDF5", where, "it was built without HDF5",
              "Convert the file: python -m cch.convert FILE OUT.safetensors; or install "
              "libhdf5-dev and build again");
}

const std::vector<Hdf5Entry>& Hdf5File::entries() const {
  return state_->entries;
}
const std::vector<std::string>& Hdf5File::keys() const {
  return state_->keys;
}
bool Hdf5File::more() const {
  return false;
}
Array Hdf5File::array(const std::string&, const RowLimit&, std::uint64_t) const {
  return {};
}

}  // namespace cch
