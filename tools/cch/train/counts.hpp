#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "cch/documents/run.hpp"
#include "tools/report/train/model.hpp"

namespace cch {

/// Counts over the runs of a study, which come one after the other: weights and costs a role, what
/// was chosen, failures, seeds and test rows. What it keeps grows with different values, not runs.
class RunTotals {
 public:
  void add(const documents::RunDocument& run);
  void put(report::TrainReport& out) const;

 private:
  struct Role {
    std::size_t runs = 0;
    double seconds = 0.0;
    std::size_t done = 0;
    std::set<std::string> kinds;                 ///< of weights that count
    std::map<std::size_t, std::size_t> stopped;  ///< runs by steps
    std::map<std::size_t, std::size_t> best;
    std::map<double, std::size_t> decays;  ///< runs by weight decay
  };
  static void add_to_role(const documents::RunDocument& run, Role& role);
  void add_choices(const documents::RunDocument& run);
  void put_role(const std::string& name, report::TrainReport& out) const;
  void put_choices(report::TrainReport& out) const;

  std::map<std::string, Role> roles_;
  std::map<std::pair<std::string, std::string>, std::size_t> losses_;  ///< chosen λ and T
  std::set<std::uint64_t> seeds_;
  std::set<std::size_t> rows_;
  std::map<std::string, std::size_t> failures_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::size_t networks_ = 0;
  std::size_t ended_ = 0;  ///< of them, before patience stopped them
};

}  // namespace cch
