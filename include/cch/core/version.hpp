#pragma once

#include <string_view>

namespace cch {

/// Version of the toolkit, written into every result. CMakeLists.txt reads it from this line.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace cch
