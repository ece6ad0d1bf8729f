#include "cch/documents/parts.hpp"

#include <set>
#include <utility>

#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

Value value(const Estimate& estimate) {
  Value out{estimate.nats, estimate.standard_error, {}, {}};
  if (!estimate.interval95) return out;
  out.low = estimate.interval95->lo;
  out.high = estimate.interval95->hi;
  return out;
}

Facts facts(const Diagnostics& diagnostics) {
  Facts out;
  for (const auto& [name, number] : diagnostics.numbers()) out[name] = number;
  for (const auto& [name, note] : diagnostics.notes()) out[name] = note;
  return out;
}

Facts read_facts(const json& object) {
  return read<Facts>(object);
}

std::vector<Warning> distinct(const std::vector<Warning>& warnings) {
  std::vector<Warning> out;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Warning& warning : warnings) {
    if (seen.emplace(warning.code, warning.message).second) out.push_back(warning);
  }
  return out;
}

std::string to_text(const Fact& fact) {
  return text_of(encode(fact), -1);
}

json to_json(const Fact& fact) {
  return encode(fact);
}

json to_json(const Facts& facts) {
  return encode(facts);
}

json to_json(const Machine& machine) {
  return encode(machine);
}

json to_json(const FileRecord& file) {
  return encode(file);
}

json to_json(const std::vector<InputRecord>& inputs) {
  return encode(inputs);
}

json to_json(const Alignment& alignment) {
  return encode(alignment);
}

}  // namespace cch::documents
