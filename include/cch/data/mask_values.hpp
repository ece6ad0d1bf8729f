#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace cch {

/// Pixels of label images by the value that is stored.
using MaskValues = std::map<int, std::size_t>;

/// A mask of two classes as pictures write it: 0 and 255 and nothing else.
bool is_two_valued(const MaskValues& values);

/// Data Error "soft-mask": 0 and 255 hold half of the pixels or more, and five values or more stand
/// between them, up to above 200: edges that were blurred when a mask of 0 and 255 was resized or
/// stored as JPEG. Each value would become a class.
void refuse_soft_mask(const MaskValues& values, const std::string& where);

/// "12.3 %" of the pixels.
std::string share_of(std::size_t pixels, const MaskValues& values);

}  // namespace cch
