#include "tools/cch/document_parts.hpp"

#include <ostream>

#include "cch/core/version.hpp"
#include "cch/data/bytes.hpp"
#include "cch/data/sha256.hpp"

namespace cch {

nlohmann::json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {interval->lo, interval->hi};
}

void print_diagnostics(const std::string& title, const nlohmann::json& diagnostics,
                       std::ostream& out) {
  out << "\nDiagnostics of " << title << '\n';
  for (const auto& [name, value] : diagnostics.items()) {
    const bool text = value.is_string();
    out << "  " << name << "  " << (text ? value.get<std::string>() : value.dump()) << '\n';
  }
}

nlohmann::json warnings_json(const std::vector<Warning>& warnings) {
  nlohmann::json json = nlohmann::json::array();
  for (const Warning& warning : documents::distinct(warnings)) {
    json.push_back({{"code", warning.code}, {"message", warning.message}});
  }
  return json;
}

documents::InputRecord input_record(const std::string& role, const std::string& name,
                                    const SourceInfo& info) {
  documents::InputRecord out{role, name, info.source, info.sha256, info.shape, info.dtype};
  if (!info.sha256_of.empty()) out.sha256_of = info.sha256_of;
  return out;
}

documents::FileRecord file_record(const std::string& role, const std::string& path) {
  const Bytes bytes = map_file(path);
  return {role, path, sha256(bytes.view), {}};
}

std::string version() {
  return std::string(kVersion);
}

}  // namespace cch
