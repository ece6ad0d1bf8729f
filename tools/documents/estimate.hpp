#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/documents/parts.hpp"

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

nlohmann::json to_json(const EstimateDocument& document);
/// Data Errors as those of read_rank.
EstimateDocument read_estimate(const nlohmann::json& document);

}  // namespace cch::documents
