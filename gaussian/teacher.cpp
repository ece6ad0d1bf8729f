#include "cch/gaussian/teacher.hpp"

#include <charconv>

#include "cch/core/error.hpp"

namespace cch {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  refuse_usage("bad-teacher", "'" + name + "' is no teacher", why,
               "Use optimal, ols:N1, ols:n, same-rows or same-rows:FOLDS");
}

std::size_t count_in(const std::string& name, std::size_t start) {
  std::size_t value = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + start, end, value);
  if (start < name.size() && result.ec == std::errc() && result.ptr == end) return value;
  refuse(name, "after the colon comes a whole number");
}

}  // namespace

std::optional<Teacher> named_teacher(const std::string& name, std::size_t n) {
  if (name == "optimal") return OptimalTeacher{};
  if (name == "ols:n") return FreshRowsTeacher{n};
  if (name.starts_with("ols:")) return FreshRowsTeacher{count_in(name, 4)};
  if (name == "same-rows") return StudentRowsTeacher{1};
  if (!name.starts_with("same-rows:")) return std::nullopt;
  const std::size_t folds = count_in(name, 10);
  if (folds == 0 || folds > n) {
    refuse(name, "each of the folds needs at least one of the " + std::to_string(n) + " rows");
  }
  return StudentRowsTeacher{folds};
}

}  // namespace cch
