#pragma once

#include "tools/documents/compared_schema.hpp"
#include "tools/documents/echo_schema.hpp"
#include "tools/documents/recorded.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<RecordedUnit> auto& x) {
  describe(v, part<ComparedUnit>(x));
  v("seed", x.seed);
}

}  // namespace cch::documents
