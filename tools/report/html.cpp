#include "tools/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/style.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

/// Bytes of the page, the foot not counted: the downloads take what is left of them.
constexpr std::size_t kLargestPage = 990'000;
/// Bytes of the rooms: the rest is for head and style, and for the CSV of a hundred teachers.
constexpr std::size_t kLargestBody = 850'000;

std::string head(const json& document) {
  const std::string title =
      "Teacher ranking for " + fit(text(field(document, "student", "name"), kMissing), 60);
  return "<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n" +
         element("title", escape_html(title)) + "\n<style>\n" + std::string(style_sheet()) +
         "</style>\n</head>\n";
}

std::string foot(const json& document) {
  return element(
             "footer",
             element("p", escape_html(fmt::format("Made by cch {} from saved results.",
                                                  text(field(document, "version"), kMissing))))) +
         '\n';
}

/// A room of the page; what may go is left out of pages that would be too large.
struct Room {
  const char* name;
  std::string (*render)(const json& document);
  bool may_go = false;
};

constexpr std::array kRooms = {Room{"headline", headline_section},
                               Room{"warnings", warnings_section},
                               Room{"ranking", ranking_section},
                               Room{"prediction", prediction_section},
                               Room{"order", order_section},
                               Room{"agreement", agreement_section, true},
                               Room{"sensitivity", sensitivity_section, true},
                               Room{"curves", curves_section, true},
                               Room{"calibration", calibration_section, true},
                               Room{"null", null_section, true},
                               Room{"controls", controls_section},
                               Room{"diagnostics", diagnostics_section, true},
                               Room{"data", data_section},
                               Room{"methods", methods_section},
                               Room{"reproduce", reproduce_section}};
using Rooms = std::array<std::string, kRooms.size()>;

std::size_t total_size(const Rooms& rooms) {
  return std::accumulate(rooms.begin(), rooms.end(), std::size_t{0},
                         [](std::size_t sum, const auto& room) { return sum + room.size(); });
}

/// Replaces the largest rooms that may go by a line about them until the rest fits.
void make_fit(Rooms& rooms) {
  std::array<bool, kRooms.size()> stays{};
  for (std::size_t i = 0; i < kRooms.size(); ++i) stays[i] = !kRooms[i].may_go;
  while (total_size(rooms) > kLargestBody) {
    std::size_t largest = kRooms.size();
    for (std::size_t i = 0; i < kRooms.size(); ++i) {
      if (stays[i]) continue;
      if (largest == kRooms.size() || rooms[i].size() > rooms[largest].size()) largest = i;
    }
    if (largest == kRooms.size()) return;
    stays[largest] = true;
    rooms[largest] = section(
        kRooms[largest].name, fmt::format("Left out: {}", kRooms[largest].name),
        "<p>Too large for one page; <code>cch rank --json</code> prints its numbers.</p>\n");
  }
}

}  // namespace

std::string render_rank_html(const json& document) {
  require_schema(document, "cch.rank/1");
  Rooms rooms;
  for (std::size_t i = 0; i < kRooms.size(); ++i) rooms[i] = kRooms[i].render(document);
  make_fit(rooms);
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n" + head(document) + "<body>\n<main>\n";
  for (const std::string& room : rooms) page += room;
  page += downloads_section(document, kLargestPage - std::min(kLargestPage, page.size()));
  return page + "</main>\n" + foot(document) + "</body>\n</html>\n";
}

}  // namespace cch::report
