#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch {

/// What a reader should know about the rows before trusting a ranking of them; nothing is changed.
/// Warnings: "all-rows-equal", "duplicate-rows" (of one modality with at least two columns),
/// "duplicate-samples" (equal in every modality), "column-follows-rows" (row_order.hpp),
/// "many-classes" (fewer than five rows a class), "groups-of-one-row" (`groups_given` but no two
/// rows share one), "few-groups" (fewer than 20).
std::vector<Warning> look_at_rows(const RankInput& input, bool groups_given);

/// Warning "serial-rows" where rows of some modality resemble the next ones (serial_rows.hpp).
std::optional<Warning> look_at_serial_rows(const RankInput& input, std::uint64_t seed);

}  // namespace cch
