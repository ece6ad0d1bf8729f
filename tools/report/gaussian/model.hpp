#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/documents/sweep.hpp"

namespace cch::report {

using documents::SweepAxis;
using documents::SweepCell;
using documents::SweepDocument;

/// A study as its pictures need it; points at the document.
struct Sweep {
  const SweepDocument& document;
  /// A place an axis among its values for every cell; kNowhere if not there.
  std::vector<std::vector<std::size_t>> places;
  bool simulated = false;
  bool estimated = false;
};
inline constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

Sweep placed(const SweepDocument& document);

/// The value at this place of the axis; "–" for none.
std::string words_at(const SweepAxis& axis, std::size_t place);

/// "teacher-noise 0.3 · n 50" of the document's cell at `cell`; leaves out the axes named by
/// `without`.
std::string cell_words(const Sweep& sweep, std::size_t cell,
                       const std::vector<std::size_t>& without = {});

/// At most `most` cells whose places fill the grid evenly on every axis at once (a Kronecker
/// sequence: nothing of their results has a say), in the order of the document.
std::vector<std::size_t> spread_cells(const Sweep& sweep, std::size_t most);

/// "CCH", "risk law", "CCH estimated by ksg1"; any other word as it stands.
std::string criterion_name(const std::string& criterion);

}  // namespace cch::report
