#include "experiments/segmentation/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "cch/core/error.hpp"

namespace cch::detail {
namespace {

constexpr double kGigabyte = 1e9;
const std::string kGroups = "/sys/fs/cgroup/";

/// The number that follows a name in a file of lines `name number …`.
std::optional<double> number_after(const std::string& path, const std::string& name) {
  std::ifstream in(path);
  for (std::string word; in >> word;) {
    double value = 0.0;
    if (word == name && in >> value) return value;
  }
  return std::nullopt;
}

/// The number in a file; nothing for "max".
std::optional<double> number_in(const std::string& path) {
  std::ifstream in(path);
  double value = 0.0;
  return in >> value ? std::optional(value) : std::nullopt;
}

/// Folder of the process's cgroup that limits memory, of the line `id:controllers:path`.
std::string cgroup_folder(const std::string& controller, const std::string& root) {
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) == controller) {
      return root + line.substr(second + 1) + "/";
    }
  }
  return "";
}

/// What a limit leaves; cached files count as free, since the system drops them first.
std::optional<double> left_of(const std::string& folder, const std::string& limit,
                              const std::string& used, const std::string& cached) {
  if (folder.empty()) return std::nullopt;
  const auto most = number_in(folder + limit);
  const auto now = number_in(folder + used);
  if (!most || !now) return std::nullopt;
  return *most - *now + number_after(folder + "memory.stat", cached).value_or(0.0);
}

}  // namespace

std::optional<double> free_memory() {
  const auto kilobytes = number_after("/proc/meminfo", "MemAvailable:");
  if (!kilobytes) return std::nullopt;
  double free = 1024.0 * *kilobytes;
  // Inside a container the group's own folder may lie at the root.
  for (const std::string& folder : {cgroup_folder("", "/sys/fs/cgroup"), kGroups}) {
    const auto left = left_of(folder, "memory.max", "memory.current", "inactive_file");
    if (left) free = std::min(free, std::max(0.0, *left));
  }
  for (const std::string& folder :
       {cgroup_folder("memory", kGroups + "memory"), kGroups + "memory/"}) {
    const auto left =
        left_of(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    if (left) free = std::min(free, std::max(0.0, *left));
  }
  return free;
}

double SetShape::bytes() const {
  return static_cast<double>(images) * static_cast<double>(height) * static_cast<double>(width) *
         (4.0 * static_cast<double>(channels) + 1.0);
}

void check_memory(const SetShape& shape, std::size_t copies, std::optional<double> free,
                  const std::string& where) {
  const double needed = static_cast<double>(copies) * shape.bytes();
  if (!free || needed <= *free) return;
  const std::string times =
      copies == 1 ? "" : fmt::format(", {} times (one for the pages, one a seed at work)", copies);
  refuse_data("out-of-memory",
              fmt::format("the images need {:.1f} GB of memory and {:.1f} GB are free",
                          needed / kGigabyte, *free / kGigabyte),
              where,
              fmt::format("{} images of {} x {} pixels with {} channels as float32{}", shape.images,
                          shape.height, shape.width, shape.channels, times),
              copies > 2 ? "Give a smaller size = [H, W], fewer modalities, or --threads 1"
                         : "Give a smaller size = [H, W], or fewer modalities");
}

}  // namespace cch::detail
