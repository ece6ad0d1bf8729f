#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cch::detail {

/// Which columns of a side enter: all, or those that passed a screen against the other side.
enum class Columns {
  all,
  strict,    ///< one in a thousand of those kept carries nothing: for strong dependence
  generous,  ///< one in ten: for weak dependence, spread over many columns
};

/// "", "strict " or "generous ", for the name of what was fitted on them.
const char* prefix_of(Columns columns);

/// Columns below this share of all that a screen would drop are not worth a second fit.
inline constexpr double kLeastDropped = 0.1;

/// Whether so few of so many columns are fewer by that share.
bool fewer_by_enough(std::size_t kept, std::size_t all);
/// Whether they are, and some are left.
bool drops_enough(std::size_t kept, std::size_t all);

/// P(R² > r2) of what `m` explanatory columns explain of an independent column, n rows in all, by
/// Wilson & Hilferty's (1931) cube roots for F = (R²/m) / ((1 − R²)/(n − 1 − m)); exact for normal
/// columns up to that, and near it where no row outweighs the others. 1 where no rows are left
/// over.
double chance_of_explained(double r2, double m, double n);

/// The columns, ascending, that pass at the level's false discovery rate (Benjamini & Hochberg
/// 1995) with Storey's (2002) share of columns without information, π₀ = (1 + #{p > ½}) / (D/2):
/// where most columns carry something nearly all stay, where most carry nothing nearly all of those
/// go. Cost O(D log D).
std::vector<std::size_t> passing_columns(std::span<const double> p, Columns level);

}  // namespace cch::detail
