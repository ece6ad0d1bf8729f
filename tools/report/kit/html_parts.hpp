#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"

namespace cch::report {

using documents::Value;

/// Building blocks of the page. What is called `html` here is markup and goes in as it is;
/// everything else is text and is escaped here.

/// <tag attributes>html</tag>.
std::string element(std::string_view tag, std::string_view html, std::string_view attributes = "");

/// A name as its user wrote it, whatever its letters or direction: <bdi>…</bdi>.
std::string name_html(std::string_view name);

/// <section> with a heading of level 2; "" when there is nothing to show.
std::string section(std::string_view id, std::string_view heading, std::string_view html);

/// Folded text that opens without JavaScript.
std::string folded(std::string_view summary, std::string_view html, bool open = false);

/// <ul> of sentences; "" for none.
std::string sentences(const std::vector<std::string>& items);

/// The box of warnings of a page, at most `most` of them and then where the others stand, then
/// `more`; "" for none.
std::string warnings_box(std::vector<std::string> warnings, std::string_view file,
                         std::size_t most = 20, std::string_view more = "");

/// A label and what it is, in two columns.
struct Fact {
  std::string label;
  std::string html;
};
std::string facts_list(const std::vector<Fact>& facts);

struct HtmlColumn {
  std::string heading;
  bool numeric = false;
};

/// A table with its caption; on narrow screens each row becomes a card, hence the headings are
/// repeated as data-label of every cell. A table wider than the page scrolls in a box of its own.
/// The first cell that is not numeric is the row's heading.
std::string html_table(std::string_view caption_html, const std::vector<HtmlColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows_html,
                       std::string_view style = "");

/// A box that scrolls: many set-ups make tables wider than a page.
std::string wide(const std::string& html);

/// Text as it is, in a box of its own.
std::string code_block(std::string_view words);

/// A list item: a link that holds the bytes, or "… is too large for this page; `elsewhere_html`."
/// where it has no room; takes what it uses from `room`.
std::string download(std::string_view name, std::string_view type, std::string_view bytes,
                     std::string_view words_html, std::string_view elsewhere_html,
                     std::size_t& room);

/// "0.432 ± 0.021", with the interval on a line below when there is one.
std::string value_html(const Value& value, bool with_interval = false);

/// "0.432" with "± 0.021" on a line below.
std::string stacked_html(const Value& value);

/// Symbol and words of a verdict in its colour.
std::string verdict_html(std::string_view verdict);

}  // namespace cch::report
