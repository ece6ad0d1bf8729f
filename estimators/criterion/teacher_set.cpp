#include "cch/criterion/teacher_set.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace cch {
namespace {

constexpr double kNoSpread = 1e-12;  // of a column, relative to its mean

/// x ↦ (x − mean) · scale.
struct ColumnScale {
  double mean = 0.0;
  double scale = 0.0;
};

std::vector<ColumnScale> column_scales(const Samples& x) {
  std::vector<ColumnScale> out(x.dim());
  const auto n = static_cast<double>(x.size());
  for (std::size_t j = 0; j < x.dim(); ++j) {
    ColumnScale& to = out[j];
    for (std::size_t i = 0; i < x.size(); ++i) to.mean += x(i, j) / n;
    double variance = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) variance += std::pow(x(i, j) - to.mean, 2) / n;
    const double deviation = std::sqrt(variance);
    to.scale = deviation > kNoSpread * std::abs(to.mean) ? 1.0 / deviation : 0.0;
  }
  return out;
}

using Members = std::vector<std::size_t>;

void check_members(const RankInput& input, const Members& members) {
  const std::set<std::size_t> different(members.begin(), members.end());
  if (members.size() < 2 || different.size() < members.size()) {
    refuse_usage("bad-set", "a set of teachers has fewer than two members, or one of them twice",
                 "it is their columns side by side", "Name two or more different teachers");
  }
  for (const std::size_t t : members) {
    if (!input.teachers[t].stored) continue;
    refuse_usage("set-of-outputs",
                 "'" + input.teachers[t].name + "' was trained before and can be in no set",
                 "a set is fitted to its members' features, and there are only outputs",
                 "Give its features, or leave it out of the set");
  }
}

/// Rows of all members side by side, on the scale of the labelled ones.
Samples side_by_side(const RankInput& input, const Members& members,
                     const std::vector<const Samples*>& rows, const std::string& name) {
  std::size_t columns = 0;
  for (const Samples* part : rows) columns += part->dim();
  Matrix out(rows.front()->size(), columns);
  std::size_t first = 0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const auto scales = column_scales(input.teachers[members[m]].features);
    const Samples& from = *rows[m];
    for (std::size_t i = 0; i < from.size(); ++i) {
      for (std::size_t j = 0; j < from.dim(); ++j) {
        out(i, first + j) = (from(i, j) - scales[j].mean) * scales[j].scale;
      }
    }
    first += from.dim();
  }
  return Samples::from(std::move(out), name);
}

void add_rows(const RankInput& input, const Members& members, const std::string& name,
              ExtraRows& to) {
  if (to.teachers.empty()) return;
  std::vector<const Samples*> rows;
  for (const std::size_t t : members) rows.push_back(&to.teachers[t]);
  to.teachers.push_back(side_by_side(input, members, rows, name));
}

}  // namespace

std::string set_name(const RankInput& input, const Members& members) {
  std::string out;
  for (const std::size_t t : members) out += (out.empty() ? "" : "+") + input.teachers[t].name;
  return out;
}

Modality teacher_set(const RankInput& input, const Members& members) {
  check_members(input, members);
  std::vector<const Samples*> rows;
  Modality out;
  for (const std::size_t t : members) {
    rows.push_back(&input.teachers[t].features);
    out.members.push_back(input.teachers[t].name);
  }
  out.name = set_name(input, members);
  out.features = side_by_side(input, members, rows, out.name);
  return out;
}

void add_teacher_set(const Members& members, RankInput& input, ExtraRows& further) {
  Modality set = teacher_set(input, members);
  add_rows(input, members, set.name, input.extra);
  add_rows(input, members, set.name, further);
  input.teachers.push_back(std::move(set));
}

}  // namespace cch
