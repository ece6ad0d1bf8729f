#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/report/field.hpp"

namespace cch::report {

/// Bytes of a page: downloads take what its rooms leave of them.
inline constexpr std::size_t kLargestPage = 990'000;

/// A section of a page under the name of its id.
struct Room {
  std::string name;
  std::string html;
  bool may_go = false;  ///< a page that would be too large does without
};

/// The rooms one after the other in at most `most` bytes where that can be: the largest that may go
/// are replaced by a line that ends in `elsewhere_html` ("<code>cch …</code> prints its numbers").
std::string joined(std::vector<Room> rooms, std::size_t most, std::string_view elsewhere_html);

/// A whole page: no script, nothing fetched (a content security policy forbids it), the one style
/// sheet. The foot names the version of the document. `pictures`: the body holds pictures as data.
std::string html_page(const json& document, std::string_view title, std::string_view body_html,
                      bool pictures = false);

}  // namespace cch::report
