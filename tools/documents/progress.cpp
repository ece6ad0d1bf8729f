#include "tools/documents/progress.hpp"

#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<StudyStatus::Process> auto& x) {
  v("host", x.host, "process", x.process, "job", x.job, "shard", x.shard, "alive", x.alive, "runs",
    x.runs);
}

template <class V>
void describe(V& v, Of<StudyStatus::Failure> auto& x) {
  v("key", x.key, "reason", x.reason);
}

template <class V>
void describe(V& v, Of<StudyStatus> auto& x) {
  v.schema("cch.status/1");
  v("folder", x.folder, "title", x.title, "of", x.of, "planned", x.planned, "done", x.done,
    "failed", x.failed, "running", x.running, "damaged", x.damaged, "open", x.open, "seconds_left",
    x.seconds_left, "processes", x.processes, "failures", x.failures, "version", x.version,
    "command", x.command);
}

template <class V>
void describe(V& v, Of<Planned> auto& x) {
  v.schema("cch.planned/1");
  v("of", x.of, "title", x.title, "planned", x.planned, "stored", x.stored, "others", x.others,
    "names", x.names, "version", x.version, "command", x.command);
}

template <class V>
void describe(V& v, Of<UnitList::Unit> auto& x) {
  v("unit", x.unit, "name", x.name, "seed", x.seed, "runs", x.runs, "done", x.done, "failed",
    x.failed, "keys", x.keys, "needs", x.needs);
}

template <class V>
void describe(V& v, Of<UnitList> auto& x) {
  v.schema("cch.units/1");
  v("title", x.title, "runs", x.runs, "done", x.done, "failed", x.failed, "units", x.units,
    "inputs", x.inputs, "warnings", x.warnings, "version", x.version, "command", x.command, "seed",
    x.seed);
}

std::string to_text(const StudyStatus& status, int indent) {
  return text_of(encode(status), indent);
}

StudyStatus parse_status(std::string_view text) {
  return read<StudyStatus>(parse(text));
}

std::string to_text(const Planned& planned, int indent) {
  return text_of(encode(planned), indent);
}

Planned read_planned(const nlohmann::json& document) {
  return read<Planned>(document);
}

std::string to_text(const UnitList& list, int indent) {
  return text_of(encode(list), indent);
}

UnitList parse_units(std::string_view text) {
  return read<UnitList>(parse(text));
}

}  // namespace cch::documents
