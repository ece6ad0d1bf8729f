#pragma once

#include <span>
#include <string_view>

namespace cch::report {

/// Something that a ranking was made with: what it is, and where it is published.
struct Method {
  std::string_view name;  ///< an estimator's catalog name, or a part of the procedure
  std::string_view what;
  std::string_view paper;  ///< "" where the method is this project's own
};

/// All of them, in the order in which the report tells about them.
std::span<const Method> all_methods();

}  // namespace cch::report
