#pragma once

#include <string>

#include "cch/core/error.hpp"
#include "cch/data/label_kind.hpp"

namespace cch {

/// --y-kind: auto, continuous or discrete.
inline LabelKind parse_label_kind(const std::string& name) {
  if (name == "auto") return LabelKind::automatic;
  if (name == "continuous") return LabelKind::continuous;
  if (name == "discrete") return LabelKind::discrete;
  refuse_usage("unknown-y-kind", "there is no kind of labels '" + name + "'", {},
               "Use --y-kind auto, continuous or discrete");
}

}  // namespace cch
