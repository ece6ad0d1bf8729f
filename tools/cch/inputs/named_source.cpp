#include "tools/cch/inputs/named_source.hpp"

#include "cch/data/datasets.hpp"
#include "cch/data/held_arrays.hpp"
#include "data/text.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

/// Where the '=' behind the name stands; npos where the text has no name. The one place that tells
/// NAME=PATH from a path with '='.
std::size_t end_of_name(const std::string& text, Naming naming, const fs::path& folder) {
  const auto equals = text.find('=');
  const auto held = text.find("=" + std::string(kHeldScheme));
  if (held != std::string::npos) return held;
  if (equals == std::string::npos || naming == Naming::required) return equals;
  const bool whole = is_there(text, folder);
  const bool behind = is_there(text.substr(equals + 1), folder);
  const bool in_a_folder = text.find_first_of("/\\") < equals;
  const bool is_path = in_a_folder ? whole || !behind : whole && !behind;
  return is_path ? std::string::npos : equals;
}

std::string own_name(const SourceSpec& source) {
  if (!source.key.empty()) return source.key;
  if (is_dataset(source.path)) return source.path;
  const auto slash = source.path.find_last_of("/\\");
  const std::string file = slash == std::string::npos ? source.path : source.path.substr(slash + 1);
  // Of a pattern, whose files have names of their own, that of the folder.
  if (file.find('*') != std::string::npos) {
    const std::string folder = fs::path(source.path).parent_path().filename().string();
    if (!folder.empty()) return folder;
  }
  const std::string stem = fs::path(file).stem().string();
  return stem.empty() ? source.text : stem;
}

}  // namespace

bool is_there(const std::string& source, const fs::path& folder) {
  try {
    const std::string path = parse_source(placed_source(source, folder)).path;
    std::error_code ignored;
    return is_dataset(path) || fs::exists(path, ignored);
  } catch (const Error&) {
    return false;  // nothing on one side of a ':', or nothing at all
  }
}

NamedSource named_source(const std::string& option, const std::string& text, Naming naming) {
  const auto equals = end_of_name(text, naming, {});
  NamedSource out;
  if (equals == std::string::npos && naming == Naming::optional) {
    out.source = parse_source(text);
    out.name = own_name(out.source);
  } else if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    refuse_usage("bad-arguments", option + " '" + text + "' is not NAME=PATH",
                 naming == Naming::required ? "the name says which input is meant"
                                            : "one side of its '=' is empty",
                 "Write for example " + option + " audio=audio.npy");
  } else {
    out = {text.substr(0, equals), parse_source(text.substr(equals + 1))};
  }
  if (!detail::is_utf8(out.name)) {
    refuse_usage("bad-name", "the name in " + option + " is not UTF-8 text",
                 "no report could show it", "Write " + option + " NAME=PATH with a name in UTF-8");
  }
  return out;
}

std::string placed_source(const std::string& source, const fs::path& folder) {
  if (source.empty() || source.front() == '/' || is_dataset(parse_source(source).path)) {
    return source;
  }
  return (folder / source).string();
}

std::string placed_pair(const std::string& text, Naming naming, const fs::path& folder) {
  const auto equals = end_of_name(text, naming, folder);
  if (equals == std::string::npos) {
    return naming == Naming::required ? text : placed_source(text, folder);
  }
  return text.substr(0, equals + 1) + placed_source(text.substr(equals + 1), folder);
}

}  // namespace cch
