#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<EstimateDocument> auto& x) {
  v.schema("cch.estimate/1");
  describe(v, x.value);
  v("estimator", x.estimator, "why", x.why, "scale", x.scale, "n", x.n, "dim_x", x.dim_x, "dim_y",
    x.dim_y, "diagnostics", x.diagnostics, "warnings", x.warnings, "inputs", x.inputs, "config",
    x.config, "version", x.version, "command", x.command, "seed", x.seed, "machine", x.machine);
}

nlohmann::json to_json(const EstimateDocument& document) {
  return encode(document);
}

EstimateDocument read_estimate(const nlohmann::json& document) {
  return read<EstimateDocument>(document);
}

std::string to_text(const EstimateDocument& document, int indent) {
  return text_of(encode(document), indent);
}

EstimateDocument parse_estimate(std::string_view text) {
  return read_estimate(parse(text));
}

}  // namespace cch::documents
