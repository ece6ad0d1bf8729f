#include "cch/criterion/ranking_units.hpp"

#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/estimators/column_units.hpp"

namespace cch {
namespace {

/// Puts all rows of a variable into the units of `x`; returns whether that changed anything.
bool put(const std::string& what, Samples& x, const std::vector<Samples*>& further, Scale scale) {
  const ColumnUnits units(x);
  if (units.usual()) return false;
  if (scale == Scale::none && !units.first_extreme().empty()) {
    refuse_data("extreme-values", what + " has values of extreme size", units.first_extreme(),
                "without a scale columns are compared as they come, and squares of such values are "
                "lost",
                "Use --scale rank or zscore, or give the column in other units");
  }
  x = units.applied(x);
  for (Samples* rows : further) {
    if (rows != nullptr) *rows = units.applied(*rows);
  }
  return true;
}

Samples* values_of(std::optional<Variable>& labels) {
  return labels ? std::get_if<Samples>(&*labels) : nullptr;
}

Samples* values_of(std::optional<Samples>& rows) {
  return rows ? &*rows : nullptr;
}

Samples* teacher_of(ExtraRows& rows, std::size_t t) {
  return t < rows.teachers.size() ? &rows.teachers[t] : nullptr;
}

}  // namespace

bool put_in_usual_units(RankInput& input, ExtraRows* further, Scale scale) {
  ExtraRows none;
  ExtraRows& more = further == nullptr ? none : *further;
  const double* clone = input.student.features.view().data();
  bool changed = put(
      "student '" + input.student.name + "'", input.student.features,
      {values_of(input.extra.student), values_of(input.unpaired.student), values_of(more.student)},
      scale);
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    Modality& teacher = input.teachers[t];
    if (teacher.stored) continue;
    const bool cloned = teacher.features.view().data() == clone;
    changed |= put("teacher '" + teacher.name + "'", teacher.features,
                   {teacher_of(input.extra, t), teacher_of(more, t)}, scale);
    if (cloned) teacher.features = input.student.features;
  }
  if (auto* values = std::get_if<Samples>(&input.labels)) {
    changed |= put(
        "labels", *values,
        {values_of(input.extra.labels), values_of(input.unpaired.labels), values_of(more.labels)},
        scale);
  }
  return changed;
}

}  // namespace cch
