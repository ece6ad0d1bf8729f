#pragma once

#include "cch/documents/segmentation.hpp"
#include "tools/documents/schema.hpp"

// Settings of any shape stand in a document as they are.

namespace cch::documents {

template <>
inline json encode(const Echo& value) {
  return json::parse(value.json);
}

template <>
inline void decode(const json& node, const Spot&, Echo& out) {
  out.json = text_of(node, -1);
}

}  // namespace cch::documents
