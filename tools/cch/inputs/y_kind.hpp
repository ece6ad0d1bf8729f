#pragma once

#include <array>
#include <string>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/data/label_kind.hpp"

namespace cch {

/// --y-kind: auto, continuous or discrete.
inline LabelKind parse_label_kind(const std::string& name) {
  if (name == "auto") return LabelKind::automatic;
  if (name == "continuous") return LabelKind::continuous;
  if (name == "discrete") return LabelKind::discrete;
  const std::array<std::string, 3> names{"auto", "continuous", "discrete"};
  refuse_usage(
      "unknown-y-kind", "there is no kind of labels '" + name + "'", {},
      "Did you mean '" + nearest_name(name, names) + "'? There are auto, continuous and discrete");
}

}  // namespace cch
