#include "cch/documents/race.hpp"

#include "tools/documents/echo_schema.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<RacedSetup> auto& x) {
  v("name", x.name, "mean", x.mean, "scores", x.scores, "kept", x.kept, "failure", x.failure);
}

template <class V>
void describe(V& v, Of<RacedRung> auto& x) {
  v("epochs", x.epochs, "seeds", x.seeds, "share", x.share, "setups", x.setups);
}

template <class V>
void describe(V& v, Of<RaceExpectation> auto& x) {
  v("name", x.name, "difference", x.difference, "p_best", x.p_best, "rungs", x.rungs,
    "full_seconds", x.full_seconds);
}

template <class V>
void describe(V& v, Of<RaceDocument> auto& x) {
  v.schema("cch.race/1");
  v("version", x.version, "command", x.command, "seed", x.seed, "title", x.title, "metric",
    x.metric, "full_epochs", x.full_epochs, "full_seeds", x.full_seeds, "fitted", x.fitted,
    "judged", x.judged, "rungs", x.rungs, "setups", x.setups, "level", x.level);
  v.interval("level95", x.level95);
  v("step", x.step, "budget", x.budget, "spent", x.spent, "race_seconds", x.race_seconds,
    "all_seconds", x.all_seconds, "warnings", x.warnings, "inputs", x.inputs, "config", x.config,
    "device", x.device);
}

nlohmann::json to_json(const RaceDocument& document) {
  return encode(document);
}

RaceDocument read_race(const nlohmann::json& document) {
  return read<RaceDocument>(document);
}

std::string to_text(const RaceDocument& document, int indent) {
  return text_of(encode(document), indent);
}

RaceDocument parse_race(std::string_view text) {
  return read_race(parse(text));
}

RaceDocument as_stored(const RaceDocument& document) {
  return parse_race(to_text(document));
}

}  // namespace cch::documents
