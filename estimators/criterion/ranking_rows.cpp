#include "estimators/criterion/ranking_rows.hpp"

#include <algorithm>

#include "cch/core/random.hpp"

namespace cch::detail {

std::vector<std::size_t> information_rows(std::size_t rows, bool all, std::uint64_t seed) {
  if (all || rows <= kMostInformationRows) return {};
  Random random(derive_seed(seed, "information-rows"));
  std::vector<std::size_t> out = random.permutation(rows);
  out.resize(kMostInformationRows);
  std::sort(out.begin(), out.end());
  return out;
}

RankInput on_rows(const RankInput& input, const std::vector<std::size_t>& rows) {
  RankInput out{input.student, {}, select(input.labels, rows), input.groups.select(rows)};
  out.student.features = input.student.features.select(rows);
  for (const Modality& teacher : input.teachers) {
    out.teachers.push_back(teacher);
    const bool clone = teacher.features.view().data() == input.student.features.view().data();
    out.teachers.back().features = clone ? out.student.features : teacher.features.select(rows);
  }
  out.doubts = input.doubts;
  return out;
}

}  // namespace cch::detail
