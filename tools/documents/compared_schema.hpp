#pragma once

#include "cch/documents/compare.hpp"
#include "tools/documents/parts_schema.hpp"

// Keys of the question of a pair, which its runs have as well.

namespace cch::documents {

template <class V>
void describe(V& v, Of<ComparedUnit> auto& x) {
  v("task", x.task, "setting", x.setting);
  v.if_there("labelled", x.labelled);
  v.if_there("scenario", x.scenario);
}

template <class V>
void describe(V& v, Of<ComparedTeacher> auto& x) {
  v("name", x.name);
  v.if_there("parameters", x.parameters);
  v.if_there("labels_from", x.labels_from);
}

template <class V>
void describe(V& v, Of<ComparedLoss> auto& x) {
  v("form", x.form);
  v.if_there("weighting", x.weighting);
  v.if_there("lambda", x.lambda);
  v.if_there("temperature", x.temperature);
  v.if_there("scaled", x.scaled);
}

}  // namespace cch::documents
