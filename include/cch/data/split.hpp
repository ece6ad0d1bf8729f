#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cch/data/source.hpp"

namespace cch {

/// What a row was used for when features were fitted, or is used for in a study.
enum class SplitPart : std::uint8_t { train, validation, test };

struct LoadedSplit {
  std::vector<SplitPart> parts;  ///< one a row
  SourceInfo info;
  std::string reason;  ///< "'train' is for training, 'val' for validation, 'test' for test"
  bool usual = true;   ///< words or the codes 0, 1 and 2: nothing was read into it

  [[nodiscard]] std::vector<std::size_t> rows(SplitPart part) const;
};

/// Reads which rows are for training: words (train, val, validation, dev, test, held-out and the
/// like, in any spelling), the codes 0 (train), 1 (validation) and 2 (test), the codes 0 (train)
/// and 1 (held out) alone, or true and false: after what the key or file is called ("is_train",
/// "test_mask"), else training is what most rows have. With `training`, rows of that value are for
/// training and all others held out (test), whatever they are called. Errors of load_labels; usage
/// Error "unknown-split-value" (no row has `training`); data Errors "bad-split" (a value that is
/// none of these), "split-without-sides" (no training rows, or no others).
LoadedSplit load_split(const SourceSpec& source, const std::string& training = {},
                       const LoadOptions& options = {});

}  // namespace cch
