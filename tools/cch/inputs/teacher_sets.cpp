#include "tools/cch/inputs/teacher_sets.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "cch/core/nearest_name.hpp"
#include "tools/cch/inputs/named_source.hpp"

namespace cch {
namespace {

using Members = std::vector<std::size_t>;

/// Names that the whole of `text` is a sum of; nothing where it is none.
std::optional<Members> parted(const std::string& text, const std::vector<std::string>& names,
                              const Members& longest_first) {
  for (const std::size_t t : longest_first) {
    const std::string& name = names[t];
    if (name.empty() || !text.starts_with(name)) continue;
    if (text.size() == name.size()) return Members{t};
    if (text[name.size()] != '+') continue;
    auto rest = parted(text.substr(name.size() + 1), names, longest_first);
    if (!rest) continue;
    rest->insert(rest->begin(), t);
    return rest;
  }
  return std::nullopt;
}

/// Parts of a text at its '+'.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (true) {
    const std::size_t plus = text.find('+', begin);
    out.push_back(text.substr(begin, plus - begin));
    if (plus == std::string::npos) return out;
    begin = plus + 1;
  }
}

bool is_name(const std::vector<std::string>& names, const std::string& word) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

Members sorted(Members members) {
  std::sort(members.begin(), members.end());
  return members;
}

void add_set(const std::string& text, const Members& longest_first, AskedTeachers& to) {
  const auto members = parted(text, to.names, longest_first);
  if (!members) {
    const auto words = words_of(text);
    const auto unknown = std::find_if_not(words.begin(), words.end(), [&](const std::string& word) {
      return is_name(to.names, word);
    });
    refuse_usage("unknown-name",
                 "--teacher '" + text + "' names '" + *unknown + "', which is no teacher",
                 "a set is made of teachers that are named themselves",
                 "Did you mean '" + nearest_name(*unknown, to.names) + "'?");
  }
  const Members own = sorted(*members);
  if (std::adjacent_find(own.begin(), own.end()) != own.end()) {
    refuse_usage("bad-set", "--teacher '" + text + "' has a teacher twice",
                 "its columns would only be doubled", "Name each once");
  }
  for (const AskedSet& other : to.sets) {
    if (sorted(other.members) != own) continue;
    refuse_usage("bad-set", "--teacher '" + text + "' is the set '" + other.name + "' again",
                 "the order of members changes nothing", "Leave one of them out");
  }
  to.sets.push_back({text, *members});
}

}  // namespace

bool may_be_set(const std::string& text, const std::filesystem::path& folder) {
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos || plus == 0 || text.back() == '+') return false;
  return text.find_first_of("=:/\\") == std::string::npos && !is_there(text, folder);
}

AskedTeachers asked_teachers(const RankSettings& settings, FaultCollector& faults) {
  AskedTeachers out;
  const auto read = [&](const std::string& text) {
    FaultCollector elsewhere;  // said where the file is read
    out.read.push_back(text);
    std::string& name = out.names.emplace_back();
    elsewhere.attempt([&] { name = named_source("--teacher", text, Naming::optional).name; });
  };
  std::vector<std::string> sums;
  for (const std::string& text : settings.teachers) {
    if (may_be_set(text, {})) {
      sums.push_back(text);
    } else {
      read(text);
    }
  }
  Members longest_first(out.names.size());
  std::iota(longest_first.begin(), longest_first.end(), std::size_t{0});
  std::stable_sort(longest_first.begin(), longest_first.end(), [&](std::size_t a, std::size_t b) {
    return out.names[a].size() > out.names[b].size();
  });
  for (const std::string& text : sums) {
    const auto words = words_of(text);
    const bool names_some =
        std::any_of(words.begin(), words.end(),
                    [&](const std::string& word) { return is_name(out.names, word); }) ||
        parted(text, out.names, longest_first);
    if (names_some && !is_name(out.names, text)) {
      faults.attempt([&] { add_set(text, longest_first, out); });
    } else {
      read(text);  // a file that is not there
    }
  }
  return out;
}

AskedTeachers asked_teachers(const RankSettings& settings) {
  FaultCollector elsewhere;
  return asked_teachers(settings, elsewhere);
}

}  // namespace cch
