#include "tools/cch/inputs/looks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cch/data/inspect.hpp"
#include "cch/data/row_order.hpp"
#include "cch/data/serial_rows.hpp"

namespace cch {
namespace {

constexpr std::size_t kRowsAClass = 5;
constexpr std::size_t kFewGroups = 20;

void look_at_modality(const Modality& modality, std::vector<Warning>& warnings) {
  const Samples& x = modality.features;
  if (all_rows_equal(x)) {
    warnings.push_back({"all-rows-equal", fmt::format("all {} rows of '{}' are equal, so it knows "
                                                      "nothing about anything; check the export",
                                                      x.size(), modality.name)});
    return;
  }
  if (x.dim() < 2) return;  // equal numbers are ties, which have a warning of their own
  const std::size_t copies = duplicate_rows(std::span(&x, 1));
  if (copies == 0) return;
  warnings.push_back(
      {"duplicate-rows",
       fmt::format("{} of {} rows of '{}' are exact copies of an earlier row; copies are each "
                   "other's nearest neighbours, which raises kNN estimates, unless --groups puts "
                   "them into one group",
                   copies, x.size(), modality.name)});
}

void look_at_samples(const RankInput& input, std::vector<Warning>& warnings) {
  std::vector<Samples> parts{input.student.features};
  std::size_t columns = parts.front().dim();
  for (const Modality& teacher : input.teachers) {
    parts.push_back(teacher.features);
    columns += teacher.features.dim();
  }
  const std::size_t copies = columns < 2 ? 0 : duplicate_rows(parts);
  if (copies == 0) return;
  warnings.push_back(
      {"duplicate-samples",
       fmt::format("{} of {} rows are exact copies of an earlier row in every modality; a row and "
                   "its copy in two folds make everything look better than it is. Drop them, or "
                   "put them into one group with --groups",
                   copies, parts.front().size())});
}

}  // namespace

std::vector<Warning> look_at_rows(const RankInput& input, bool groups_given) {
  std::vector<Warning> warnings;
  look_at_modality(input.student, warnings);
  for (const Modality& teacher : input.teachers) look_at_modality(teacher, warnings);
  look_at_samples(input, warnings);
  if (const auto leak = look_at_row_order(input.student.features, input.student.name, input.labels))
    warnings.push_back(*leak);
  for (const Modality& teacher : input.teachers) {
    const auto leak = look_at_row_order(teacher.features, teacher.name, input.labels);
    if (leak) warnings.push_back(*leak);
  }
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels)) {
    const auto counts = classes->counts();
    const auto used = static_cast<std::size_t>(
        std::count_if(counts.begin(), counts.end(), [](std::size_t c) { return c > 0; }));
    if (used * kRowsAClass > classes->size()) {
      warnings.push_back(
          {"many-classes", fmt::format("{} classes in {} rows are fewer than {} rows a class: "
                                       "information about these labels can hardly be measured",
                                       used, classes->size(), kRowsAClass)});
    }
  }
  const std::size_t groups = input.groups.count();
  if (groups_given && !input.groups.grouped()) {
    warnings.push_back({"groups-of-one-row",
                        "every group has one row, so --groups changes nothing; check that it "
                        "names what belongs together and not the rows"});
  } else if (groups_given && groups < kFewGroups) {
    warnings.push_back({"few-groups", fmt::format("there are {} groups: error bars rest on groups, "
                                                  "and fewer than {} support no firm verdict",
                                                  groups, kFewGroups)});
  }
  return warnings;
}

std::optional<Warning> look_at_serial_rows(const RankInput& input, std::uint64_t seed) {
  std::vector<const Modality*> all{&input.student};
  for (const Modality& teacher : input.teachers) all.push_back(&teacher);
  std::string found;
  for (const Modality* modality : all) {
    const auto rows = serial_rows(modality->features, input.labels, seed);
    if (!is_serial(rows, all.size())) continue;
    found += fmt::format("{}'{}' ({:.2f})", found.empty() ? "" : ", ", modality->name,
                         rows->correlation);
  }
  if (found.empty()) return std::nullopt;
  return Warning{
      "serial-rows",
      fmt::format("rows resemble the next ones beyond what their labels explain, as overlapping "
                  "windows, frames and pixels of a scene do (correlation of neighbours: {}). Name "
                  "what belongs together with --groups, or say --groups none",
                  found)};
}

}  // namespace cch
