#include <deque>
#include <set>

#include "data/hdf5/module/answers.hpp"
#include "data/hdf5/module/dataset.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kMostDatasets = 10'000;
constexpr std::size_t kMostLinks = 100'000;
constexpr std::size_t kLongestPath = 4096;

struct Walk {
  hid_t file;
  Socket& socket;
  std::deque<std::string> groups;  // still to be looked into
  std::set<haddr_t> seen;
  std::size_t datasets = 0;
  std::size_t links = 0;
  bool more = false;
  std::string group;  // that is looked into
};

// One link. Those to other files and those that lead nowhere are left out; another name of an
// object is the object.
herr_t take(hid_t group, const char* name, const H5L_info_t* link, void* data) noexcept {
  Walk& walk = *static_cast<Walk*>(data);
  try {
    const std::string path = walk.group + "/" + name;
    walk.more = walk.more || walk.links >= kMostLinks || walk.datasets >= kMostDatasets;
    if (walk.more) return 1;
    ++walk.links;
    if (link->type != H5L_TYPE_HARD || path.size() > kLongestPath) return 0;
    H5O_info_t info{};
    if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return 0;
    if (info.type == H5O_TYPE_GROUP) {
      if (walk.seen.insert(info.addr).second) walk.groups.push_back(path);
    } else if (info.type == H5O_TYPE_DATASET) {
      ++walk.datasets;
      walk.socket.say(FrameKind::entry,
                      Packer().text(path).number(bytes_of(walk.file, path.c_str())).bytes());
    }
  } catch (...) {
    return -1;
  }
  return 0;
}

}  // namespace

void answer_list(hid_t file, Socket& socket) {
  Walk walk{file, socket, {""}, {}, 0, 0, false, {}};
  H5O_info_t root{};
  needed(H5Oget_info_by_name2(file, "/", &root, H5O_INFO_BASIC, H5P_DEFAULT), "its root");
  walk.seen.insert(root.addr);
  while (!walk.groups.empty() && !walk.more) {
    walk.group = std::move(walk.groups.front());
    walk.groups.pop_front();
    const std::string path = walk.group.empty() ? "/" : walk.group;
    const Object group(needed(H5Gopen2(file, path.c_str(), H5P_DEFAULT), "a group"), H5Gclose);
    hsize_t at = 0;
    needed(H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_INC, &at, take, &walk), "a group");
  }
  socket.say(FrameKind::end, Packer().number(walk.more ? 1 : 0).bytes());
}

}  // namespace cch::detail
