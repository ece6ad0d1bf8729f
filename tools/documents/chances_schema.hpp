#pragma once

#include "cch/documents/chances.hpp"
#include "tools/documents/schema.hpp"

namespace cch::documents {

// Keys of parts of chances that several documents have.

template <class V>
void describe(V& v, Of<ChancePart> auto& x) {
  v("evidence", x.evidence, "value", x.value, "effect", x.effect);
}

}  // namespace cch::documents
