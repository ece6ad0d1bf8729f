#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cch::report {

/// A section of a page under the name of its id.
struct PageSection {
  std::string name;
  std::string html;
  bool may_go = false;  ///< a page that would be too large does without
};

/// How a section is made of what the page shows.
template <class Shown>
struct PagePart {
  const char* name;
  std::string (*render)(const Shown& shown);
  bool may_go = false;
};

/// What surrounds the sections.
struct PageFrame {
  std::string title;
  std::string version;         ///< of the program that made the document; the foot names it
  std::string elsewhere_html;  ///< where a section that had to go is: "sweep.json has its numbers"
  std::size_t largest_body = 930'000;  ///< bytes of the sections; the rest is for head and style
};

/// The whole page below 990 kB: no script, nothing fetched (a content security policy forbids it),
/// the one style sheet. The largest sections that may go are replaced by a line where the body
/// would be too large; `downloads` is the last section and is told how many bytes are left for it.
std::string page_of(const PageFrame& frame, std::vector<PageSection> sections,
                    const std::function<std::string(std::size_t room)>& downloads);

/// The same from the parts of a kind of page.
template <class Shown, std::size_t kCount>
std::string page_of(const PageFrame& frame, const PagePart<Shown> (&parts)[kCount],
                    const Shown& shown, std::string (*downloads)(const Shown&, std::size_t)) {
  std::vector<PageSection> sections;
  for (const PagePart<Shown>& part : parts) {
    sections.push_back({part.name, part.render(shown), part.may_go});
  }
  return page_of(frame, std::move(sections),
                 [&](std::size_t room) { return downloads(shown, room); });
}

/// A page around a body as it is. `pictures`: the body holds pictures as data.
std::string html_page(std::string_view version, std::string_view title, std::string_view body_html,
                      bool pictures = false);

}  // namespace cch::report
