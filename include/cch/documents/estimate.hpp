#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"

namespace cch::documents {

/// One mutual information, schema cch.estimate/1.
struct EstimateDocument {
  Value value;            ///< nats
  std::string estimator;  ///< catalog name
  std::string why;        ///< it was taken
  std::string scale;      ///< none, zscore, rank
  std::size_t n = 0;      ///< rows that entered
  std::size_t dim_x = 0;
  std::size_t dim_y = 0;
  Facts diagnostics;
  std::vector<Warning> warnings;
  std::vector<InputRecord> inputs;
  Facts config;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  Machine machine;
};

/// The document as JSON, in one line or indented.
std::string to_text(const EstimateDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
EstimateDocument parse_estimate(std::string_view text);

}  // namespace cch::documents
