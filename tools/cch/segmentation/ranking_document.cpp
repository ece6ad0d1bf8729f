// All rankings of the images of a study as one document, and its files.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cch/documents/from_result.hpp"
#include "cch/report/image_ranking.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/result_folder.hpp"
#include "tools/cch/segmentation/ranking.hpp"
#include "tools/documents/json.hpp"
#include "tools/options/echo.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::ImageRankDocument;
using documents::JudgedTeacher;
using documents::RankedPair;
using documents::RankedStudent;

constexpr const char* kImageRank = "image-rank.json";
constexpr const char* kPairs = "ranking.csv";

/// I(T;Y) − I(S;Y): where it was not measured, that of the cross-fitted predictions, which is
/// evidence of a chance.
documents::Number information_difference(const JudgedTeacher& teacher) {
  if (teacher.i_teacher_labels && teacher.i_teacher_labels->nats && teacher.i_student_labels.nats) {
    return *teacher.i_teacher_labels->nats - *teacher.i_student_labels.nats;
  }
  if (!teacher.chances || teacher.chances->empty()) return {};
  for (const documents::ChancePart& part : teacher.chances->front().contributions) {
    if (part.evidence == "information difference") return part.value;
  }
  return {};
}

RankedPair pair_of(const JudgedTeacher& teacher, std::size_t place) {
  RankedPair out;
  out.teacher = teacher.name;
  out.place = place;
  out.verdict = teacher.verdict;
  out.reasons = teacher.reasons;
  if (teacher.chances && !teacher.chances->empty()) {
    const documents::ChanceOfGain& chance = teacher.chances->front();
    out.scenario = chance.scenario;
    out.metric = chance.metric;
    out.p_gain = chance.p_gain;
    out.p_worthwhile = chance.p_worthwhile;
    out.expected_gain = chance.expected_gain;
    out.low = chance.low;
    out.high = chance.high;
    out.in_range = chance.in_range;
    out.moved = chance.contributions;
  }
  if (teacher.pilot) out.pilot = teacher.pilot->gain_cross_entropy;
  if (teacher.prediction) {
    out.prediction = teacher.prediction->outcome;
    out.prediction_margin = teacher.prediction->margin.nats;
  }
  out.representation = teacher.representation.outcome;
  out.representation_margin = teacher.margin.nats;
  out.information_difference = information_difference(teacher);
  return out;
}

void add_pairs(const std::vector<JudgedTeacher>& teachers, const RankedPair& common,
               ImageRankDocument& to) {
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    RankedPair pair = pair_of(teachers[t], t + 1);
    pair.age = common.age;
    pair.student = common.student;
    pair.condition = common.condition;
    pair.class_name = common.class_name;
    to.pairs.push_back(std::move(pair));
  }
}

void add_answer(const ImageRanking& r, const AnsweredQuestion& answer, ImageRankDocument& to) {
  RankedStudent student;
  student.age = to_string(answer.age);
  student.student = r.modalities[answer.question.student];
  if (answer.question.condition) student.condition = r.set->conditions[*answer.question.condition];
  if (!answer.document) {
    student.refused = answer.refused;
    to.students.push_back(std::move(student));
    return;
  }
  const documents::RankDocument& document = *answer.document;
  student.rows = document.rows;
  student.groups = document.groups ? document.groups->count : 0;
  student.folder = answer.folder;
  student.sentence = report::verdict_sentence(document);
  RankedPair common;
  common.age = student.age;
  common.student = student.student;
  common.condition = student.condition;
  add_pairs(document.teachers, common, to);
  for (const documents::ClassAgainstOthers& one : document.per_class) {
    common.class_name = one.name;
    add_pairs(one.teachers, common, to);
  }
  to.students.push_back(std::move(student));
}

/// The teachers of a student in the order of an age, with their verdicts.
std::vector<const RankedPair*> order_of(const ImageRankDocument& document, const std::string& age,
                                        const std::string& student) {
  std::vector<const RankedPair*> out;
  for (const RankedPair& pair : document.pairs) {
    if (pair.age == age && pair.student == student && !pair.condition && !pair.class_name) {
      out.push_back(&pair);
    }
  }
  return out;
}

documents::AgesCompared compared(const ImageRankDocument& document, const std::string& student,
                                 const std::string& first, const std::string& second) {
  documents::AgesCompared out{student, first, second, false, {}, 0, 0};
  std::vector<std::string> names[2];
  const auto one = order_of(document, first, student);
  const auto other = order_of(document, second, student);
  for (const RankedPair* pair : one) names[0].push_back(pair->teacher);
  for (const RankedPair* pair : other) names[1].push_back(pair->teacher);
  const OrderAgreement agreement = compare_orders(names[0], names[1]);
  out.same_first = agreement.same_first;
  if (names[0].size() > 1) out.same_order = agreement.pairs;
  for (const RankedPair* a : one) {
    for (const RankedPair* b : other) {
      if (a->teacher != b->teacher) continue;
      ++out.verdicts;
      out.same_verdicts += a->verdict == b->verdict ? 1 : 0;
    }
  }
  return out;
}

/// Every pair of ages, for each student that was ranked at both.
void compare_ages(ImageRankDocument& document) {
  std::vector<std::string> students;
  for (const RankedStudent& s : document.students) {
    if (!s.condition && std::find(students.begin(), students.end(), s.student) == students.end()) {
      students.push_back(s.student);
    }
  }
  for (const std::string& student : students) {
    for (std::size_t a = 0; a + 1 < document.ages.size(); ++a) {
      const std::string& first = document.ages[a].name;
      const std::string& last = document.ages.back().name;
      if (order_of(document, first, student).empty() || order_of(document, last, student).empty()) {
        continue;
      }
      document.agreement.push_back(compared(document, student, first, last));
    }
  }
}

documents::RankedImages images_of(const ImageRanking& r) {
  const SegmentationSet& set = *r.set;
  documents::RankedImages out;
  const auto ranked = set.rows(Split::test);
  out.fitted = set.rows(Split::train).size();
  out.ranked = ranked.size();
  std::set<std::size_t> groups;
  for (const std::size_t row : ranked) groups.insert(set.groups[row]);
  out.grouped_by = r.settings.groups == "image" ? "image" : "study";
  out.groups = out.grouped_by == "image" ? ranked.size() : groups.size();
  out.height = set.height;
  out.width = set.width;
  out.pixels = r.settings.pixels;
  out.stage = r.own.stage;
  return out;
}

/// Warnings of the rankings that decide: of each code the first one, with how many more there are.
std::vector<Warning> warnings_of_rankings(EncoderAge decides,
                                          const std::vector<AnsweredQuestion>& answers) {
  std::vector<Warning> out;
  std::vector<std::size_t> more;
  for (const AnsweredQuestion& answer : answers) {
    if (answer.age != decides || !answer.document || answer.question.condition) continue;
    for (const Warning& w : answer.document->warnings) {
      const auto same = std::find_if(out.begin(), out.end(),
                                     [&](const Warning& other) { return other.code == w.code; });
      if (same == out.end()) {
        out.push_back(w);
        more.push_back(0);
      } else if (same->message != w.message) {
        ++more[static_cast<std::size_t>(same - out.begin())];
      }
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (more[i] > 0) {
      out[i].message += fmt::format("; and {} more like it in the rankings", more[i]);
    }
  }
  return out;
}

/// Set-ups that learn from fewer labels than the ranking reads.
std::optional<Warning> labels_of_all(const ImageRanking& r) {
  std::size_t fewest = 0;
  for (const SegmentationSetup& setup : r.study.setups) {
    if (setup.labelled > 0 && (fewest == 0 || setup.labelled < fewest)) fewest = setup.labelled;
  }
  if (fewest == 0) return std::nullopt;
  return Warning{"labels-of-all-images",
                 fmt::format("set-ups of the study see the labels of {} images alone; this ranking "
                             "reads those of all training images",
                             fewest)};
}

std::vector<Warning> warnings_of(const ImageRanking& r,
                                 const std::vector<AnsweredQuestion>& answers) {
  std::vector<Warning> out = r.set->warnings;
  if (r.settings.groups == "image") {
    out.push_back({"images-as-groups",
                   "every image counts as its own group, as --groups image says: images of one "
                   "place would count as new evidence"});
  }
  if (auto few = labels_of_all(r)) out.push_back(*std::move(few));
  const auto more = warnings_of_rankings(r.own.ages.back(), answers);
  out.insert(out.end(), more.begin(), more.end());
  return documents::distinct(out);
}

documents::Facts config_of(const ImageRanking& r) {
  RankSettings asked = r.settings;
  ImageRankSettings own = r.own;
  if (!own.brief) own.brief = usual_brief_epochs(r.study);
  options::Table table = rank_table(asked);
  options::append(table, image_rank_table(own));
  return documents::read_facts(options::echo(table));
}

}  // namespace

ImageRankDocument image_rank_document(const ImageRanking& r, const std::vector<AgedNetworks>& ages,
                                      const std::vector<AnsweredQuestion>& answers,
                                      const std::string& command_line, double seconds,
                                      const Execution& exec) {
  ImageRankDocument out;
  out.title = r.study.title;
  out.modalities = r.modalities;
  out.classes = r.set->classes;
  if (r.own.per_condition) out.conditions = r.set->conditions;
  out.images = images_of(r);
  for (const AgedNetworks& age : ages) out.ages.push_back(age.said);
  for (const AnsweredQuestion& answer : answers) add_answer(r, answer, out);
  compare_ages(out);
  out.warnings = warnings_of(r, answers);
  out.inputs = r.head.inputs;
  out.config = config_of(r);
  out.version = version();
  out.command = command_line;
  out.seed = r.seed();
  out.machine = documents::machine_of(exec);
  out.seconds = seconds;
  return documents::as_stored(out);
}

std::vector<std::string> write_image_rank(const ImageRankDocument& document,
                                          const std::string& folder, const std::string& html,
                                          bool with_document) {
  const ResultFolder to{folder, html};
  std::vector<FileContent> files{{kPairs, report::render_image_rank_csv(document)}};
  if (with_document) files.push_back({kImageRank, documents::to_text(document, 1) + "\n"});
  return to.write(std::move(files), report::render_image_rank_html(document));
}

bool has_image_rank(const std::string& folder) {
  return fs::exists(fs::path(folder) / kImageRank);
}

ImageRankDocument read_image_rank_folder(const std::string& folder) {
  return documents::read_image_rank(read_document((fs::path(folder) / kImageRank).string(),
                                                  "cch.image-rank/1", "cch rank STUDY.toml -o"));
}

}  // namespace cch
