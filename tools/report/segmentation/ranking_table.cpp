#include <fmt/format.h>

#include "cch/report/image_ranking.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"
#include "tools/report/segmentation/ranking_words.hpp"

namespace cch::report {
namespace {

using documents::ImageRankDocument;
using documents::RankedPair;

constexpr std::size_t kMostWarnings = 12;

std::string matrix_cell(const RankedPair* pair) {
  if (pair == nullptr) return "";
  std::string out(verdict_symbol(pair->verdict));
  const std::string chance = pair_chance(*pair);
  return out + " " + (chance.empty() ? or_missing(pair_gain(*pair)) : chance);
}

/// A row a student, a column a teacher.
std::string matrix_text(const ImageRankDocument& document, const TerminalStyle& style) {
  TextColumn students{"student"};
  students.shrink_to = 8;
  TextColumn alone{"alone, mIoU", true};
  alone.optional = true;
  std::vector<TextColumn> columns;
  for (const std::string& student : ranked_students(document)) {
    students.cells.push_back(printable(student));
    std::string miou = kMissing;
    for (const documents::RankedNetwork& n : document.ages.back().networks) {
      if (n.modality == student && n.miou) miou = fixed(100.0 * *n.miou, 1);
    }
    alone.cells.push_back(miou);
  }
  columns.push_back(std::move(students));
  for (const std::string& teacher : ranked_teachers(document)) {
    TextColumn column{"by " + printable(teacher)};
    column.shrink_to = 6;
    for (const std::string& student : ranked_students(document)) {
      column.cells.push_back(matrix_cell(find_pair(document, student, teacher)));
    }
    columns.push_back(std::move(column));
  }
  columns.push_back(std::move(alone));
  std::vector<std::string> left_out;
  return text_table(std::move(columns), style.columns(), left_out);
}

std::string part_line(const PartOfRanking& part, std::size_t width) {
  std::vector<std::string> worth;
  std::vector<std::string> not_worth;
  std::size_t open = 0;
  for (const RankedPair* pair : part.pairs) {
    if (pair->verdict == "distil") {
      worth.push_back(pair_words(*pair));
    } else if (pair->verdict == "do_not_distil") {
      not_worth.push_back(pair->student + " ← " + pair->teacher);
    } else {
      ++open;
    }
  }
  std::string words = part.name + ": ";
  words += worth.empty() ? "nothing worth distilling" : "distil " + list_in_words(worth, 4);
  if (!not_worth.empty()) words += "; not " + list_in_words(not_worth, 4);
  if (open > 0) words += fmt::format("; {} open", open);
  if (!part.refused.empty()) {
    words +=
        fmt::format("; {} not ranked ({})", part.refused.size(), *part.refused.front()->refused);
  }
  return wrap(printable(words), width, "  ", "    ");
}

std::string parts_text(const std::string& heading, const std::vector<PartOfRanking>& parts,
                       std::size_t width) {
  std::string out;
  for (const PartOfRanking& part : parts) out += part_line(part, width);
  return out.empty() ? out : "\n" + heading + "\n" + out;
}

std::string ages_text(const ImageRankDocument& document, std::size_t width) {
  std::string out;
  for (const documents::AgesCompared& c : document.agreement) {
    const std::string words =
        fmt::format("{}: {} against {}: {}", c.student, c.first, c.second, agreement_words(c));
    out += wrap(printable(words), width, "  ", "    ");
  }
  return out.empty() ? out : "\nDo encoders of other ages say the same?\n" + out;
}

}  // namespace

std::string render_image_rank_table(const ImageRankDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  std::string out = wrap(printable(image_rank_sentence(document)), width);
  if (!document.ages.empty()) {
    out += wrap(
        fmt::format("Features of {}: {}", age_words(document.ages.back()), images_words(document)),
        width);
  }
  out += "\n" + matrix_text(document, style);
  out += "✓ distil, ✗ do not distil, ? open, ! unreliable; beside it the chance that it helps\n";
  out += parts_text("Each class against all others", by_class_of(document), width);
  out += parts_text("Under each condition", by_condition_of(document), width);
  if (style.quiet) return out;
  out += ages_text(document, width);
  const Messages messages = messages_of(document.warnings, false);
  if (!messages.warnings.empty()) out += "\n";
  for (std::size_t i = 0; i < messages.warnings.size() && i < kMostWarnings; ++i) {
    out += wrap("warning: " + messages.warnings[i], width, "", "  ");
  }
  if (messages.warnings.size() > kMostWarnings) {
    out += fmt::format("and {} more warnings in image-rank.json\n",
                       messages.warnings.size() - kMostWarnings);
  }
  return out;
}

}  // namespace cch::report
