#include "estimators/classifiers/checks.hpp"

#include <string>

namespace cch::detail {
namespace {

/// Classes with fewer rows, or groups, than this are named in a warning.
constexpr std::size_t kSmallClass = 10;

std::vector<std::size_t> groups_per_class(const ClassLabels& y, const Groups& groups) {
  std::vector<std::size_t> count(y.classes(), 0);
  std::vector<std::size_t> last(y.classes(), groups.count());
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (const std::size_t i : groups.members(g)) {
      const auto c = static_cast<std::size_t>(y[i]);
      if (last[c] != g) ++count[c];
      last[c] = g;
    }
  }
  return count;
}

std::string quoted(const ClassLabels& y, std::size_t c) {
  return "'" + y.names()[c] + "'";
}

}  // namespace

void check_paired_rows(const Samples& x, std::size_t other, const Groups& groups) {
  if (x.size() == other && x.size() == groups.rows()) return;
  refuse_data("unequal-rows", "the inputs have different numbers of rows",
              x.name() + ": " + std::to_string(x.size()) + ", other side: " +
                  std::to_string(other) + ", groups: " + std::to_string(groups.rows()),
              "rows are paired by position", "Align the files on their ids first");
}

void check_classes(const ClassLabels& y, const Groups& groups, std::vector<Warning>& warnings) {
  const auto counts = y.counts();
  const auto spread = groups_per_class(y, groups);
  std::size_t present = 0;
  std::string lone;
  std::string small;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    ++present;
    const std::string text = quoted(y, c) + " (" + std::to_string(counts[c]) + " rows, " +
                             std::to_string(spread[c]) + (spread[c] == 1 ? " group)" : " groups)");
    if (spread[c] < 2) lone += (lone.empty() ? "" : ", ") + text;
    if (spread[c] >= 2 && spread[c] < kSmallClass) small += (small.empty() ? "" : ", ") + text;
  }
  if (present < 2) {
    refuse_data("one-class", "the labels have fewer than two classes",
                std::to_string(present) + " classes",
                "their entropy is 0, so nothing can be known about them", "Give other labels");
  }
  if (!lone.empty()) {
    refuse_data("lone-class", "a class has rows in one group only", lone,
                "it cannot be learned and held out at once", "Merge or drop these classes");
  }
  if (!small.empty()) {
    warnings.push_back({"small-class", "few rows or groups to learn these classes from: " + small});
  }
}

std::vector<int> present_codes(const ClassLabels& y, std::size_t& classes) {
  std::vector<int> number(y.classes(), -1);
  classes = 0;
  std::vector<int> codes(y.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    int& of = number[static_cast<std::size_t>(y[i])];
    if (of < 0) of = static_cast<int>(classes++);
    codes[i] = of;
  }
  return codes;
}

}  // namespace cch::detail
