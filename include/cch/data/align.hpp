#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cch/core/samples.hpp"

namespace cch {

/// Which row of each input goes with which row of the others.
struct Alignment {
  std::vector<std::vector<std::size_t>> rows;  ///< per input: its row numbers, in the common order
  std::vector<std::size_t> lost;               ///< per input: rows that some other input lacks
  bool verified = false;                       ///< true if identifiers were compared
};

/// Inner join on identifiers, in the order of the first input. `names` stand for the inputs in
/// messages. Identifiers must be unique within an input (data Error "duplicate-id"); an empty join
/// is a data Error "no-common-ids". Cost O(total rows).
Alignment align_by_id(std::span<const std::vector<std::string>> inputs,
                      std::span<const std::string> names);

/// Data Error "unequal-rows" where an array of this shape has another number of rows than `rows`
/// and a further axis of just that length: it was saved another way round. `name` stands for it.
void refuse_transposed(std::span<const std::size_t> shape, const std::string& name,
                       std::size_t rows);

/// Row i goes with row i. All inputs must have the same number of rows (data Error "unequal-rows",
/// listing every input with its N). Nothing shows that the orders agree, so `verified` is false.
Alignment align_by_order(std::span<const std::size_t> sizes, std::span<const std::string> names);

}  // namespace cch
