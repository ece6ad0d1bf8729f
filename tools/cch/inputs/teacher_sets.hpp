#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/cch/fault_collector.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// Whether a value of --teacher may name a set: it has a '+', no '=', no folder and no KEY, and no
/// file of that name is there.
bool may_be_set(const std::string& text, const std::filesystem::path& folder);

/// "depth+audio": places in AskedTeachers::read.
struct AskedSet {
  std::string name;
  std::vector<std::size_t> members;
};

/// What --teacher asks for.
struct AskedTeachers {
  std::vector<std::string> read;   ///< [NAME=]PATH[:KEY] of those that have features of their own
  std::vector<std::string> names;  ///< of these; "" where a text is faulty
  std::vector<AskedSet> sets;
};

/// A text that may be a set is one if a part of it is the name of another teacher; names with a '+'
/// are parts as well, the longest first. `faults` gets sets with a part that is no teacher, with
/// one twice, and two sets of the same teachers.
AskedTeachers asked_teachers(const RankSettings& settings, FaultCollector& faults);
/// The same where faults were said before.
AskedTeachers asked_teachers(const RankSettings& settings);

}  // namespace cch
