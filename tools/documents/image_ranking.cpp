#include "cch/documents/image_ranking.hpp"

#include "tools/documents/chances_schema.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<RankedNetwork> auto& x) {
  v("modality", x.modality, "key", x.key, "miou", x.miou, "seconds", x.seconds);
}

template <class V>
void describe(V& v, Of<RankedAge> auto& x) {
  v("name", x.name, "epochs", x.epochs, "networks", x.networks);
}

template <class V>
void describe(V& v, Of<RankedPair> auto& x) {
  v("age", x.age, "student", x.student, "teacher", x.teacher, "condition", x.condition, "class",
    x.class_name, "place", x.place, "verdict", x.verdict, "reasons", x.reasons, "scenario",
    x.scenario, "metric", x.metric, "p_gain", x.p_gain, "p_worthwhile", x.p_worthwhile,
    "expected_gain", x.expected_gain);
  v.interval("interval80", x.low, x.high);
  v("in_range", x.in_range, "moved", x.moved, "pilot", x.pilot, "cch_prediction", x.prediction,
    "cch_prediction_margin", x.prediction_margin, "cch_representation", x.representation,
    "cch_representation_margin", x.representation_margin, "information_difference",
    x.information_difference);
}

template <class V>
void describe(V& v, Of<RankedStudent> auto& x) {
  v("age", x.age, "student", x.student, "condition", x.condition, "rows", x.rows, "groups",
    x.groups, "folder", x.folder, "refused", x.refused, "sentence", x.sentence);
}

template <class V>
void describe(V& v, Of<AgesCompared> auto& x) {
  v("student", x.student, "first", x.first, "second", x.second, "same_first", x.same_first,
    "same_order", x.same_order, "same_verdicts", x.same_verdicts, "verdicts", x.verdicts);
}

template <class V>
void describe(V& v, Of<RankedImages> auto& x) {
  v("fitted", x.fitted, "ranked", x.ranked, "groups", x.groups, "grouped_by", x.grouped_by,
    "height", x.height, "width", x.width, "pixels", x.pixels, "stage", x.stage);
}

template <class V>
void describe(V& v, Of<ImageRankDocument> auto& x) {
  v.schema("cch.image-rank/1");
  v("version", x.version, "command", x.command, "seed", x.seed, "title", x.title, "modalities",
    x.modalities, "classes", x.classes, "conditions", x.conditions, "images", x.images, "ages",
    x.ages, "students", x.students, "pairs", x.pairs, "agreement", x.agreement, "warnings",
    x.warnings, "inputs", x.inputs, "config", x.config, "machine", x.machine, "seconds", x.seconds);
}

const RankedPair* find_pair(const ImageRankDocument& document, const std::string& student,
                            const std::string& teacher) {
  for (const RankedPair& pair : document.pairs) {
    if (pair.age == document.decides() && pair.student == student && pair.teacher == teacher &&
        !pair.condition && !pair.class_name) {
      return &pair;
    }
  }
  return nullptr;
}

nlohmann::json to_json(const ImageRankDocument& document) {
  return encode(document);
}

ImageRankDocument read_image_rank(const nlohmann::json& document) {
  return read<ImageRankDocument>(document);
}

std::string to_text(const ImageRankDocument& document, int indent) {
  return text_of(encode(document), indent);
}

ImageRankDocument parse_image_rank(std::string_view text) {
  return read_image_rank(parse(text));
}

ImageRankDocument as_stored(const ImageRankDocument& document) {
  return parse_image_rank(to_text(document));
}

}  // namespace cch::documents
