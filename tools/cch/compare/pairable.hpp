#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "cch/experiments/pairing.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {

/// Names study, question and seed.
std::string unit_text(const std::string& study, const documents::RecordedUnit& unit);

/// A run as it is paired; its texts name what is the same by equal JSON.
PairableRun pairable(const documents::RecordedRun& run);
/// What was known of a teacher, likewise.
TeacherCriteria criteria_of(const documents::CriteriaDocument& document);

/// Short names in the place of texts of some hundred bytes that many runs share.
class ShortNames {
 public:
  void shorten(PairableRun& run);
  void shorten(TeacherCriteria& criteria);
  /// Pairs come in the order of their cells: names of the same order as the texts.
  void in_order(std::vector<PairableRun>& runs) const;

 private:
  using Numbers = std::map<std::string, std::size_t>;
  std::string other(std::string text);

  Numbers cells_;
  Numbers others_;
};

}  // namespace cch
