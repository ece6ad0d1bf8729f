#include "data/open.hpp"

#include <algorithm>
#include <filesystem>

#include "cch/core/nearest_name.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/sha256.hpp"
#include "data/text.hpp"

namespace cch {

SourceSpec parse_source(std::string_view text) {
  SourceSpec spec{std::string(text), std::string(text), {}};
  if (text.empty()) {
    refuse_usage("empty-source", "no file was named", {},
                 "Write PATH, PATH:KEY or a data set's name");
  }
  std::error_code ignored;
  if (std::filesystem::exists(spec.text, ignored)) return spec;
  std::size_t split = text.rfind(':');
  if (split == std::string_view::npos) return spec;
  for (std::size_t at = split; at != std::string_view::npos && at > 0;
       at = text.rfind(':', at - 1)) {
    const std::string left(text.substr(0, at));
    if (!std::filesystem::exists(left, ignored)) continue;
    split = at;
    break;
  }
  spec.path = text.substr(0, split);
  spec.key = text.substr(split + 1);
  if (spec.key.empty() || spec.path.empty()) {
    refuse_usage("empty-key", "'" + spec.text + "' has nothing on one side of its last ':'", {},
                 "Write PATH or PATH:KEY");
  }
  return spec;
}

}  // namespace cch

namespace cch::detail {

std::string choose_key(const std::vector<std::string>& keys, const std::string& key,
                       const std::string& where, const std::string& what) {
  if (keys.empty()) {
    refuse_data("no-arrays", "the file holds no " + what, where, {}, "Check how it was written");
  }
  if (std::find(keys.begin(), keys.end(), key) != keys.end()) return key;
  if (!key.empty()) {
    refuse_usage(
        "unknown-key", where + " has no " + what + " '" + key + "'", "it has " + join_names(keys),
        "Did you mean " + where + ":" + nearest_name(key, keys) + "? It has: " + join_names(keys));
  }
  if (keys.size() == 1) return keys.front();
  refuse_usage("key-needed", where + " has " + std::to_string(keys.size()) + " " + what + "s",
               "only one can be meant", "Write " + where + ":KEY with one of: " + join_names(keys));
}

Opened open_source(const SourceSpec& source, Use use, const LoadOptions&) {
  const Bytes bytes = map_file(source.path);
  static_cast<void>(use);
  Opened opened;
  opened.where = source.path;
  opened.array = parse_npy(bytes, source.path);
  opened.info = {source.text,
                 sha256(bytes.view),
                 opened.array.shape(),
                 std::string(to_string(opened.array.dtype())),
                 {}};
  return opened;
}

}  // namespace cch::detail
