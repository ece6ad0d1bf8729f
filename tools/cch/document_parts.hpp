#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/data/source.hpp"
#include "cch/documents/parts.hpp"

namespace cch {

nlohmann::json interval_json(const std::optional<Interval>& interval);
template <class T>
nlohmann::json optional_json(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}
/// An array that was read, as the documents record it.
documents::InputRecord input_record(const std::string& role, const std::string& name,
                                    const SourceInfo& info);
/// One line a diagnostic under a title, for --verbose.
void print_diagnostics(const std::string& title, const nlohmann::json& diagnostics,
                       std::ostream& out);
nlohmann::json warnings_json(const std::vector<Warning>& warnings);
/// A file of settings or results.
documents::FileRecord file_record(const std::string& role, const std::string& path);

std::string version();

}  // namespace cch
