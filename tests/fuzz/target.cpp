#include "tests/fuzz/target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "cch/core/error.hpp"

namespace cch::fuzz {
namespace {

/// Removed at the end of the process.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), W_OK) == 0;
    std::string pattern =
        ((usable ? memory : std::filesystem::temp_directory_path()) / "cch-fuzz-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for files");
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::vector<Target> targets() {
  std::vector<Target> all = array_targets();
  for (std::vector<Target> more : {picture_targets(), study_targets(), stored_targets()}) {
    for (Target& target : more) all.push_back(std::move(target));
  }
  return all;
}

Outcome run(const Target& target, std::string_view bytes) {
  try {
    target.read(bytes);
    return Outcome::read;
  } catch (const Error& error) {
    if (error.faults().empty()) throw std::logic_error("an Error without a fault");
    for (const Fault& fault : error.faults()) {
      if (fault.code.empty() || fault.code == "internal") {
        throw std::logic_error("an Error without a code: " + fault.problem);
      }
    }
    return Outcome::refused;
  }
}

std::string in_file(const std::string& name, std::string_view bytes) {
  static const Folder folder;
  const std::filesystem::path place = folder.path() / name;
  std::filesystem::create_directories(place.parent_path());
  std::string path = place.string();
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot write " + path);
  const bool whole =
      ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  ::close(file);
  if (!whole) throw std::runtime_error("cannot write " + path);
  return path;
}

}  // namespace cch::fuzz
