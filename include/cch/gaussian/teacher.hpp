#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "cch/core/matrix.hpp"

namespace cch {

/// t = W1ᵀx1 with these weights, D1 × DY.
struct GivenTeacher {
  Matrix weights;
};

/// t = E[y | x1], the best linear teacher: W1 = Σ11⁻¹ Σ1y.
struct OptimalTeacher {};

/// Least squares of y on x1 over rows of its own, which the student never sees. Moments are means
/// over these rows too.
struct FreshRowsTeacher {
  std::size_t rows = 0;  ///< n1 > D1 + 1, with an intercept > D1 + 2
};

/// Least squares of y on x1 over the student's own training rows: one fit on all of them (folds =
/// 1), or each fold labelled by a fit on the others. Its errors depend on the student's e, which no
/// formula here covers: such a teacher can only be simulated.
struct StudentRowsTeacher {
  std::size_t folds = 1;
};

using Teacher = std::variant<OptimalTeacher, GivenTeacher, FreshRowsTeacher, StudentRowsTeacher>;

/// The teacher that a name stands for: "optimal", "ols:N1" (fresh rows), "ols:n" (as many as the
/// student's n), "same-rows", "same-rows:FOLDS"; nothing for any other word. Usage Error
/// "bad-teacher" for "ols:" or "same-rows:" without a whole number, and for folds outside 1..n.
std::optional<Teacher> named_teacher(const std::string& name, std::size_t n);

}  // namespace cch
