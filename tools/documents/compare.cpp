#include <sstream>
#include <utility>

#include "tools/documents/compared_schema.hpp"
#include "tools/documents/json.hpp"

namespace cch {

using documents::Of;

template <class V>
void describe(V& v, Of<Measured> auto& x) {
  v("value", x.value, "cases", x.cases);
  v.interval("interval95", x.interval95);
}

template <class V>
void describe(V& v, Of<MeasuredShare> auto& x) {
  v("value", x.value, "count", x.count, "of", x.of);
  v.interval("wilson95", x.wilson95);
  v.interval("interval95", x.interval95);
}

template <class V>
void describe(V& v, Of<CalibrationBin> auto& x) {
  v("cells", x.cells, "predicted", x.predicted, "observed", x.observed);
  v.interval("interval95", x.interval95);
}

template <class V>
void describe(V& v, Of<GainSummary> auto& x) {
  v("mean", x.mean, "standard_deviation", x.standard_deviation, "standard_error", x.standard_error,
    "seeds", x.seeds);
  v.interval("interval95", x.interval95);
}

}  // namespace cch

namespace cch::documents {

template <class V>
void describe_score(V& v, Of<ScoredCriterion> auto& x) {
  auto& s = x.score;
  v("cells", s.cells, "plus", s.plus, "minus", s.minus, "clusters", s.clusters, "resampled",
    x.resampled, "sign_auroc", s.sign_auroc, "hit_rate", s.hits, "false_holds", s.false_holds,
    "top1_regret", s.top1_regret, "kendall_tau", s.kendall_tau, "kendall_tau_overall",
    s.kendall_tau_overall, "slope", s.slope, "intercept", s.intercept, "calibration",
    s.calibration);
}

template <class V>
void describe(V& v, Of<CriterionSlice> auto& x) {
  describe_score(v, part<ScoredCriterion>(x));
  v("by", x.score.facet, "value", x.value);
}

template <class V>
void describe(V& v, Of<ComparedCriterion> auto& x) {
  describe_score(v, part<ScoredCriterion>(x));
  v("criterion", x.score.criterion, "kind", x.kind, "predicts", x.predicts, "slices", x.slices);
}

template <class V>
void describe(V& v, Of<PairPrediction> auto& x) {
  v("by", x.by, "score", x.score, "says", x.says);
}

template <class V>
void describe(V& v, Of<PairControl> auto& x) {
  v("control", x.control, "gain", x.gain, "difference", x.difference, "teacher_gains_more",
    x.teacher_gains_more);
}

template <class V>
void describe(V& v, Of<ComparedPair> auto& x) {
  v("study", x.study, "unit", x.unit, "teacher", x.teacher, "loss", x.loss, "seeds", x.seeds,
    "metric", x.metric, "predicted", x.predicted, "observed_gain", x.observed_gain, "sign", x.sign,
    "agrees", x.agrees, "gains", x.gains, "student", x.student, "distilled", x.distilled,
    "teacher_alone", x.teacher_alone, "scores", x.scores, "controls", x.controls);
}

template <class V>
void describe(V& v, Of<AgreementCounts> auto& x) {
  v("agree", x.agree, "decided", x.decided, "undecided", x.undecided, "plus", x.plus, "minus",
    x.minus, "pairs", x.pairs);
}

template <class V>
void describe(V& v, Of<ComparedFolder> auto& x) {
  v("folder", x.folder, "kind", x.kind);
  v.if_there("runs", x.runs);
  v.if_there("criteria", x.criteria);
  v.if_there("teachers", x.teachers);
  v.if_there("failed", x.failed);
  v.if_there("unfinished", x.unfinished);
  v.if_there("repeated", x.repeated);
}

template <class V>
void describe_head(V& v, Of<CompareHead> auto& x) {
  v.schema("cch.compare/1");
  v("criteria", x.criteria, "agreement", x.agreement, "metrics", x.metrics, "folders", x.folders,
    "warnings", x.warnings, "inputs", x.inputs, "version", x.version, "command", x.command, "seed",
    x.seed);
  v.object("config", [&x](auto& inner) {
    inner("metric", x.metric, "predict_by", x.predict_by, "draws", x.draws);
  });
}

/// Written alone, for pairs to be put in.
template <class V>
void describe(V& v, Of<CompareHead> auto& x) {
  describe_head(v, x);
  const std::vector<ComparedPair> none;
  v("pairs", none);
}

template <class V>
void describe(V& v, Of<CompareDocument> auto& x) {
  describe_head(v, part<CompareHead>(x));
  v("pairs", x.pairs);
}

nlohmann::json to_json(const CompareDocument& document) {
  return encode(document);
}

std::string to_text(const CompareDocument& document, int indent) {
  // A pair as JSON takes several times its text: one after the other.
  std::ostringstream out;
  write_with_list(
      encode(static_cast<const CompareHead&>(document)), "pairs", indent,
      [&](const auto& take) {
        for (const ComparedPair& pair : document.pairs) take(encode(pair));
      },
      out);
  return std::move(out).str();
}

CompareDocument read_compare(const nlohmann::json& document) {
  return read<CompareDocument>(document);
}

CompareDocument parse_compare(std::string_view text) {
  return read_compare(parse(text));
}

CompareDocument as_stored(CompareDocument document) {
  std::vector<ComparedPair> pairs = std::exchange(document.pairs, {});
  CompareDocument out = parse_compare(to_text(document));
  for (ComparedPair& pair : pairs) pair = read<ComparedPair>(parse(text_of(encode(pair), -1)));
  out.pairs = std::move(pairs);
  return out;
}

}  // namespace cch::documents
