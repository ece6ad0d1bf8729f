#include <fmt/format.h>

#include <algorithm>

#include "cch/report/image_ranking.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"
#include "tools/report/segmentation/ranking_words.hpp"

namespace cch::report {
namespace {

using documents::ImageRankDocument;
using documents::RankedPair;

constexpr const char* kImageRankTitle = "Who should teach whom";
constexpr std::size_t kMovedPairs = 60;

std::string rank_header(const ImageRankDocument& document) {
  const std::string title = document.title.empty() ? kImageRankTitle : document.title;
  std::string out = element("h1", escape_html(fit(title, 120))) +
                    element("p", element("strong", escape_html(image_rank_sentence(document))));
  if (!document.ages.empty()) {
    out += element("p", escape_html("Features of " + age_words(document.ages.back()) + ": " +
                                    images_words(document)));
  }
  std::vector<std::string> warnings = messages_of(document.warnings, false).warnings;
  return element("header", out) + warnings_box(std::move(warnings), "image-rank.json");
}

/// Verdict, chance and gain of one pair.
std::string pair_cell(const RankedPair* pair) {
  if (pair == nullptr) return kMissing;
  std::string out = verdict_html(pair->verdict);
  const std::string gain = pair_gain(*pair);
  const std::string chance = pair_chance(*pair);
  if (!chance.empty())
    out += element("span", escape_html("chance " + chance), "class=\"interval\"");
  if (!gain.empty()) out += element("span", escape_html(gain), "class=\"interval\"");
  return out;
}

std::string alone_cell(const documents::RankedAge& age, const std::string& modality) {
  for (const documents::RankedNetwork& n : age.networks) {
    if (n.modality == modality && n.miou) return fixed(100.0 * *n.miou, 1);
  }
  return kMissing;
}

std::string pair_matrix(const ImageRankDocument& document) {
  const auto teachers = ranked_teachers(document);
  std::vector<HtmlColumn> columns{{"student"}};
  for (const std::string& teacher : teachers) columns.push_back({"by " + teacher});
  columns.push_back({"alone, mIoU in %", true});
  std::vector<std::vector<std::string>> rows;
  for (const std::string& student : ranked_students(document)) {
    rows.push_back({name_html(student)});
    for (const std::string& teacher : teachers) {
      rows.back().push_back(pair_cell(find_pair(document, student, teacher)));
    }
    rows.back().push_back(document.ages.empty() ? kMissing
                                                : alone_cell(document.ages.back(), student));
  }
  return section("matrix", "Student by teacher",
                 wide(html_table("Each row a modality that works alone, each column one that may "
                                 "teach it in training. Alone: its own network on the images held "
                                 "out.",
                                 columns, rows)));
}

std::string rank_ages(const ImageRankDocument& document) {
  std::vector<HtmlColumn> columns{{"encoders"}, {"epochs", true}};
  for (const std::string& m : document.modalities) columns.push_back({m + " alone, mIoU", true});
  std::vector<std::vector<std::string>> rows;
  for (const documents::RankedAge& age : document.ages) {
    rows.push_back({escape_html(age.name), std::to_string(age.epochs)});
    for (const std::string& m : document.modalities) rows.back().push_back(alone_cell(age, m));
  }
  std::string out =
      wide(html_table("Ages of encoders whose features were ranked, the last one "
                      "decides. mIoU in % on the images held out.",
                      columns, rows));
  rows.clear();
  for (const documents::AgesCompared& c : document.agreement) {
    rows.push_back({name_html(c.student), escape_html(c.first + " against " + c.second),
                    escape_html(agreement_words(c))});
  }
  if (!rows.empty()) {
    out += wide(html_table("Whether encoders of other ages say the same of a student's teachers.",
                           {{"student"}, {"ages"}, {"agreement"}}, rows));
  }
  return section("ages", "Ages of the encoders", out);
}

/// All numbers of pairs, one a row, with a first column of its own.
std::string pairs_table(const std::string& caption, const std::string& first,
                        const std::vector<std::pair<std::string, const RankedPair*>>& pairs) {
  std::vector<HtmlColumn> columns;
  if (!first.empty()) columns.push_back({first});
  for (const char* name : {"student", "teacher", "verdict"}) columns.push_back({name});
  for (const char* name : {"chance", "expected gain", "pilot, nats", "CCH pred.", "CCH repr.",
                           "I(T;Y) − I(S;Y), nats"}) {
    columns.push_back({name, true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, p] : pairs) {
    std::vector<std::string>& row = rows.emplace_back();
    if (!first.empty()) row.push_back(name_html(name));
    const std::string gain = p->expected_gain ? pair_gain(*p) : "";
    for (const std::string& cell :
         {name_html(p->student), name_html(p->teacher), verdict_html(p->verdict),
          escape_html(or_missing(pair_chance(*p))), escape_html(or_missing(gain)),
          escape_html(with_error(p->pilot.nats, p->pilot.standard_error)),
          escape_html(or_missing(p->prediction.value_or(""))) + " " +
              escape_html(fixed(p->prediction_margin, 3)),
          escape_html(or_missing(p->representation.value_or(""))) + " " +
              escape_html(fixed(p->representation_margin, 3)),
          escape_html(fixed(p->information_difference, 3))}) {
      row.push_back(cell);
    }
  }
  return rows.empty() ? "" : wide(html_table(escape_html(caption), columns, rows));
}

std::string rank_numbers(const ImageRankDocument& document) {
  std::vector<std::pair<std::string, const RankedPair*>> pairs;
  for (const RankedPair& pair : document.pairs) {
    if (!pair.condition && !pair.class_name) pairs.emplace_back(pair.age, &pair);
  }
  return section(
      "numbers", "All pairs at all ages",
      pairs_table("Gains are those of a student on the features, not of mIoU.", "encoders", pairs));
}

std::string parts_section(const std::string& id, const std::string& heading,
                          const std::string& column, const std::vector<PartOfRanking>& parts) {
  std::vector<std::pair<std::string, const RankedPair*>> pairs;
  std::vector<std::string> refused;
  for (const PartOfRanking& part : parts) {
    for (const RankedPair* pair : part.pairs) pairs.emplace_back(part.name, pair);
    for (const documents::RankedStudent* s : part.refused) {
      refused.push_back(fmt::format("{}, {}: not ranked ({})", name_in_sentence(part.name),
                                    name_in_sentence(s->student), *s->refused));
    }
  }
  return section(id, heading, pairs_table("", column, pairs) + sentences(refused));
}

std::string rank_classes(const ImageRankDocument& document) {
  return parts_section("classes", "Each class against all others", "class", by_class_of(document));
}

std::string rank_conditions(const ImageRankDocument& document) {
  return parts_section("conditions", "Under each condition", "condition",
                       by_condition_of(document));
}

/// Evidence and reasons of every pair that decides.
std::string what_moved(const ImageRankDocument& document) {
  std::string out;
  std::size_t shown = 0;
  for (const RankedPair& pair : document.pairs) {
    if (pair.age != document.decides() || pair.condition || pair.class_name) continue;
    if (++shown > kMovedPairs) break;
    std::vector<std::string> said = pair.reasons;
    for (const documents::ChancePart& part : pair.moved) {
      said.push_back(fmt::format("{} {} moved the expected gain by {}", part.evidence,
                                 general(part.value), fixed(part.effect, 4)));
    }
    out += folded(pair_words(pair), sentences(said));
  }
  return section("moved", "What moved each number", out);
}

std::string rank_reproduce(const ImageRankDocument& document) {
  std::vector<Fact> facts{
      {"Version", escape_html("cch " + document.version)},
      {"Seed", std::to_string(document.seed)},
      {"Machine", escape_html(document.machine.processor)},
      {"Time", escape_html(duration(document.seconds))},
      {"Features", escape_html(document.images.stage)},
      {"Groups", escape_html(document.images.grouped_by == "image" ? "images" : "of the study")}};
  for (const documents::FileRecord& input : document.inputs) {
    facts.push_back({fit_middle(input.role, 40), name_html(or_missing(input.source)) +
                                                     "<br>SHA-256 " + escape_html(input.sha256)});
  }
  std::vector<std::string> folders;
  for (const documents::RankedStudent& s : document.students) {
    if (s.folder && s.age == document.decides() && !s.condition) {
      folders.push_back(name_in_sentence(s.student) + ": " + *s.folder + "/report.html");
    }
  }
  return section("reproduce", "Reproduce",
                 code_block(document.command) + facts_list(facts) +
                     folded("Pages of the rankings", sentences(folders)));
}

std::string rank_downloads(const ImageRankDocument& document, std::size_t room) {
  const std::string elsewhere = "it stands beside this page";
  std::string items = download("ranking.csv", "text/csv", render_image_rank_csv(document),
                               "all pairs", elsewhere, room);
  items += download("image-rank.json", "application/json", documents::to_text(document, 1),
                    "the whole document", elsewhere, room);
  return section("downloads", "Downloads", element("ul", items));
}

constexpr PagePart<ImageRankDocument> kImageRankParts[] = {{"headline", rank_header},
                                                           {"matrix", pair_matrix},
                                                           {"ages", rank_ages},
                                                           {"classes", rank_classes, true},
                                                           {"conditions", rank_conditions, true},
                                                           {"numbers", rank_numbers, true},
                                                           {"moved", what_moved, true},
                                                           {"reproduce", rank_reproduce}};

}  // namespace

std::string render_image_rank_html(const ImageRankDocument& document) {
  return page_of({kImageRankTitle, document.version, "image-rank.json has its numbers"},
                 kImageRankParts, document, rank_downloads);
}

}  // namespace cch::report
