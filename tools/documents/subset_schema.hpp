#pragma once

#include "cch/experiments/segmentation_summary.hpp"
#include "tools/documents/schema.hpp"

namespace cch {

template <class V>
void describe(V& v, documents::Of<SubsetLevel> auto& x) {
  v("modalities", x.modalities, "miou", x.miou, "class_iou", x.class_iou);
}

}  // namespace cch
