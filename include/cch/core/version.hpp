#pragma once

#include <string_view>

namespace cch {

/// Version of the toolkit, written into every result; the same as project(VERSION) in CMakeLists.txt.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace cch
