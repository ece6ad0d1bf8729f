#include "cch/report/race.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

using documents::RaceDocument;
using documents::RacedRung;
using documents::RacedSetup;
using documents::RaceExpectation;

constexpr const char* kRacePage = "Which set-up to train";

std::string percent_of(double share, int decimals = 1) {
  return fixed(100.0 * share, decimals);
}

std::string chance_of(double p) {
  if (p > 0.99) return "over 99 %";
  if (p < 0.01) return "under 1 %";
  return percent_of(p, 0) + " %";
}

std::string metric_of_race(const RaceDocument& document) {
  const std::string& m = document.metric;
  if (m == "average") return "mIoU over all subsets of modalities";
  if (m == "full") return "mIoU with all modalities there";
  if (m == "worst") return "mIoU of the worst subset of modalities";
  if (m == "expected") return "expected mIoU, each modality missing with probability .1";
  return "mIoU of " + name_in_sentence(m) + " alone";
}

std::string rung_words(const RacedRung& rung) {
  return fmt::format("{} epoch{}, {} seed{}", rung.epochs, rung.epochs == 1 ? "" : "s",
                     rung.seeds.size(), rung.seeds.size() == 1 ? "" : "s");
}

/// Mean score of a set-up on a rung, with a sign where it went.
std::string rung_cell(const RacedRung& rung, const std::string& name) {
  for (const RacedSetup& s : rung.setups) {
    if (s.name != name) continue;
    if (!s.mean) return "failed";
    return percent_of(*s.mean) + (s.kept ? "" : " ✗");
  }
  return "";
}

/// Names of all set-ups that raced: those expected to be best first, then those that failed.
std::vector<std::string> racers(const RaceDocument& document) {
  std::vector<std::string> out;
  for (const RaceExpectation& e : document.setups) out.push_back(e.name);
  for (const RacedRung& rung : document.rungs) {
    for (const RacedSetup& s : rung.setups) {
      if (std::find(out.begin(), out.end(), s.name) == out.end()) out.push_back(s.name);
    }
  }
  return out;
}

const RaceExpectation* expectation_of(const RaceDocument& document, const std::string& name) {
  for (const RaceExpectation& e : document.setups) {
    if (e.name == name) return &e;
  }
  return nullptr;
}

std::string race_facts(const RaceDocument& document) {
  return fmt::format(
      "{} images to learn from, {} held out to judge on; test images were not looked at. The race "
      "took {} % of the cost of training all set-ups ({} % were allowed).",
      document.fitted, document.judged, percent_of(document.spent), percent_of(document.budget));
}

std::string cost_words(const RaceDocument& document) {
  if (document.setups.empty() || !document.setups.front().full_seconds) return "";
  return fmt::format(
      "On this machine, one thread: the race {}, the winner with all that it needs {} ({} seeds, "
      "{} epochs), all set-ups {}.",
      duration(document.race_seconds), duration(document.setups.front().full_seconds),
      document.full_seeds, document.full_epochs, duration(document.all_seconds));
}

std::string race_head(const RaceDocument& document) {
  const std::string title = document.title.empty() ? kRacePage : document.title;
  std::string out = element("h1", escape_html(fit(title, 120))) +
                    element("p", element("strong", escape_html(race_sentence(document)))) +
                    element("p", escape_html(race_facts(document))) +
                    element("p", escape_html(cost_words(document)));
  std::vector<std::string> warnings;
  for (const Warning& w : document.warnings) warnings.push_back(w.message);
  return element("header", out) + warnings_box(std::move(warnings), "race.json");
}

std::string race_rungs(const RaceDocument& document) {
  std::vector<HtmlColumn> columns{{"set-up"}};
  for (const RacedRung& rung : document.rungs) columns.push_back({rung_words(rung), true});
  for (const char* name : {"chance to be best", "to the finalists", "full training"}) {
    columns.push_back({name, true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : racers(document)) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(name_html(name));
    for (const RacedRung& rung : document.rungs) {
      row.push_back(escape_html(or_missing(rung_cell(rung, name))));
    }
    const RaceExpectation* e = expectation_of(document, name);
    row.push_back(e == nullptr ? kMissing : escape_html(chance_of(e->p_best)));
    row.push_back(e == nullptr ? kMissing : escape_html(percent_of(e->difference)));
    row.push_back(e == nullptr ? kMissing : escape_html(duration(e->full_seconds)));
  }
  return section("rungs", "The race",
                 wide(html_table(
                     escape_html("Columns are rungs: complete trainings of so many epochs with the "
                                 "same seeds for all, " +
                                 metric_of_race(document) +
                                 " in %; ✗ went after it. Differences "
                                 "in points of mIoU on the last rung of a set-up."),
                     columns, rows)));
}

std::string race_methods(const RaceDocument& document) {
  return section(
      "methods", "How it is foreseen",
      sentences({"Successive halving (Jamieson and Talwalkar 2016): after each rung the better "
                 "half stays.",
                 fmt::format(
                     "Chances: from rung to rung differences between set-ups changed by {} points "
                     "(standard deviation); as much is allowed for each rung that a set-up missed "
                     "and for the way to the full training.",
                     percent_of(document.step, 2)),
                 "The level is that of the last rung plus what the finalists gained per doubling "
                 "of epochs "
                 "before, which may be wrong by as much as it is. Full training has more images "
                 "and, on test images, other ones."}));
}

std::string race_reproduce(const RaceDocument& document) {
  std::vector<Fact> facts{{"Version", escape_html("cch " + document.version)},
                          {"Seed", std::to_string(document.seed)},
                          {"Device", escape_html(document.device)}};
  for (const documents::FileRecord& input : document.inputs) {
    facts.push_back({fit_middle(input.role, 40), name_html(or_missing(input.source)) +
                                                     "<br>SHA-256 " + escape_html(input.sha256)});
  }
  return section("reproduce", "Reproduce", code_block(document.command) + facts_list(facts));
}

std::string race_downloads(const RaceDocument& document, std::size_t room) {
  return section(
      "downloads", "Downloads",
      element("ul", download("race.json", "application/json", documents::to_text(document, 1),
                             "the whole document", "it stands beside this page", room)));
}

constexpr PagePart<RaceDocument> kRaceParts[] = {{"headline", race_head},
                                                 {"rungs", race_rungs, true},
                                                 {"methods", race_methods},
                                                 {"reproduce", race_reproduce}};

}  // namespace

std::string race_sentence(const RaceDocument& document) {
  if (document.setups.empty()) return "No set-up finished a training.";
  const RaceExpectation& first = document.setups.front();
  std::string out =
      fmt::format("Train {}: chance {} that it is the best of {} set-ups, {} of {} % expected",
                  name_in_sentence(first.name), chance_of(first.p_best), document.setups.size(),
                  metric_of_race(document), percent_of(document.level));
  if (document.level95) {
    out += fmt::format(" (95 %: {} to {})", percent_of(document.level95->lo),
                       percent_of(document.level95->hi));
  }
  return out + ".";
}

std::string render_race_table(const RaceDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  std::string out = wrap(race_sentence(document), width);
  if (!style.quiet) {
    out += wrap(race_facts(document), width) + wrap(cost_words(document), width);
  }
  TextColumn names{"set-up"};
  names.shrink_to = 12;
  std::vector<TextColumn> rungs;
  for (const RacedRung& rung : document.rungs) {
    rungs.push_back({fmt::format("{} × {}", rung.epochs, rung.seeds.size()), true});
  }
  TextColumn chance{"best", true};
  for (const std::string& name : racers(document)) {
    names.cells.push_back(printable(name));
    for (std::size_t r = 0; r < rungs.size(); ++r) {
      rungs[r].cells.push_back(rung_cell(document.rungs[r], name));
    }
    const RaceExpectation* e = expectation_of(document, name);
    chance.cells.push_back(e == nullptr ? kMissing : chance_of(e->p_best));
  }
  std::vector<TextColumn> columns{std::move(names)};
  columns.insert(columns.end(), rungs.begin(), rungs.end());
  columns.push_back(std::move(chance));
  std::vector<std::string> left_out;
  out += "\n" + text_table(std::move(columns), width, left_out);
  return out + wrap("Columns: epochs × seeds of each rung; ✗ went after it; chance to be the best.",
                    width);
}

std::string render_race_html(const RaceDocument& document) {
  return page_of({kRacePage, document.version, "race.json has its numbers"}, kRaceParts, document,
                 race_downloads);
}

}  // namespace cch::report
