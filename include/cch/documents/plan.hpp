#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"

namespace cch::documents {

/// A ranking that was not run, schema cch.rank-plan/1: the inputs as they would be used and the
/// estimators that would be taken.
struct RankPlan {
  struct Student {
    std::string name;
    std::size_t dim = 0;
  };
  struct Teacher {
    std::string name;
    std::size_t dim = 0;
    std::string estimator;
    std::string why;  ///< it would be taken
  };
  struct Labels {
    std::string kind;    ///< discrete, continuous
    std::string reason;  ///< for which they are taken as that
  };
  std::size_t rows = 0;
  std::optional<std::size_t> labelled;  ///< rows whose labels are kept; empty: all
  std::size_t extra_rows = 0;           ///< beside the labelled pairs
  std::string scenario;
  std::string decided_by;
  Student student;
  std::vector<Teacher> teachers;
  Labels labels;
  std::optional<std::size_t> groups;
  Alignment alignment;
  std::vector<Warning> warnings;
  std::vector<InputRecord> inputs;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// The plan as JSON, in one line or indented.
std::string to_text(const RankPlan& plan, int indent = -1);
/// The plan of a text. Data Errors as those of parse_rank.
RankPlan parse_rank_plan(std::string_view text);

}  // namespace cch::documents
