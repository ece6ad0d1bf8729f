#include <fmt/format.h>

#include <cmath>

#include "cch/gaussian/study.hpp"
#include "tools/cch/explain.hpp"

namespace cch {
namespace {

std::string keys_table(std::string_view study) {
  std::string out = "| where | key | meaning |\n|---|---|---|\n";
  for (const StudyKey& entry : all_study_keys()) {
    if (entry.study != study) continue;
    out += fmt::format("| {} | `{}` | {} |\n", entry.place, entry.key, entry.means);
  }
  return out + '\n';
}

std::string parameters_table(StudyFamily family) {
  std::string out = fmt::format(
      "### Parameters of `family = \"{}\"`\n\n| key | meaning | least | most "
      "|\n|---|---|---|---|\n",
      to_string(family));
  for (const StudyParameter& p : study_parameters(family)) {
    const auto end = [](double value) {
      return std::isfinite(value) ? fmt::format("{}", value) : std::string("–");
    };
    std::string means(p.meaning);
    for (std::size_t at = means.find('|'); at != std::string::npos; at = means.find('|', at + 2)) {
      means.insert(at, "\\");
    }
    out += fmt::format("| `{}` | {} | {} | {} |\n", p.name, means, end(p.least), end(p.most));
  }
  return out + '\n';
}

}  // namespace

std::string study_files_page() {
  return "# Study files\n\n"
         "Made by `cch explain --study-files` from the program's own tables; a test compares, and "
         "another holds every key of the readers against them. An unknown key is an error that "
         "names the nearest one; flags win over keys; paths are relative to the file. Examples: "
         "`data/examples`.\n\n"
         "## `cch rank STUDY.toml`, and `cch check STUDY.toml` with the same inputs\n\n" +
         keys_table("rank") + "## `cch gaussian sweep STUDY.toml`\n\n" +
         keys_table("gaussian_sweep") + parameters_table(StudyFamily::shared_private) +
         parameters_table(StudyFamily::shares) + "## `cch train STUDY.toml`\n\n" +
         keys_table("train") + "## `cch train STUDY.toml` with the task segmentation\n\n" +
         keys_table("segment");
}

}  // namespace cch
