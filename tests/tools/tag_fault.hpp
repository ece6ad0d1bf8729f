#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace cch::test {

/// The first fault in the nesting of tags, or "". Text and attribute values must have no bare '<'.
inline std::string tag_fault(const std::string& page) {
  static const std::vector<std::string> empty = {"meta",    "line",     "rect", "circle",
                                                 "polygon", "polyline", "path", "br"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    const std::string tag = page.substr(at + 1, end - at - 1);
    if (end == std::string::npos || tag.find('<') != std::string::npos) return "broken tag " + tag;
    if (tag.front() == '!') continue;
    const bool closing = tag.front() == '/';
    const std::string name = tag.substr(closing, tag.find_first_of(" /\n", 1) - closing);
    if (!closing && std::find(empty.begin(), empty.end(), name) == empty.end()) {
      open.push_back(name);
    } else if (closing && (open.empty() || open.back() != name)) {
      return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
    } else if (closing) {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " is never closed";
}

}  // namespace cch::test
