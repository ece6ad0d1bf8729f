#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/documents/rank.hpp"

namespace cch::report {

/// The ranking of a cch.rank/2 document as CSV (RFC 4180), a line a teacher in rank order, numbers
/// in full precision (they read back as the same doubles), an empty field for null.
std::string render_rank_csv(const documents::RankDocument& document);

/// Any leaf of a document as a field: numbers in full precision, structures as JSON, nothing for
/// null.
std::string csv_value(const nlohmann::json& value);

}  // namespace cch::report
