#include "gaussian/shortest_mix.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <limits>
#include <vector>

#include "cch/core/error.hpp"

namespace cch::detail {
namespace {

/// Sums of products are off by some units in the last place of their largest terms.
constexpr double kRounding = 64.0 * std::numeric_limits<double>::epsilon();

using Chosen = std::vector<Eigen::Index>;

/// Weights of the shortest affine mix (Σ = 1, any sign) of the chosen vectors, by their differences
/// from the first.
Eigen::VectorXd shortest_affine(const Eigen::MatrixXd& m, const Chosen& chosen) {
  const auto others = static_cast<Eigen::Index>(chosen.size()) - 1;
  const Eigen::Index first = chosen.front();
  Eigen::MatrixXd d(others, others);
  Eigen::VectorXd to_first(others);
  for (Eigen::Index i = 0; i < others; ++i) {
    const Eigen::Index k = chosen[static_cast<std::size_t>(i) + 1];
    to_first(i) = m(first, first) - m(k, first);
    for (Eigen::Index j = 0; j < others; ++j) {
      const Eigen::Index l = chosen[static_cast<std::size_t>(j) + 1];
      d(i, j) = m(k, l) - m(k, first) - m(first, l) + m(first, first);
    }
  }
  Eigen::VectorXd out(others + 1);
  if (others > 0) out.tail(others) = d.completeOrthogonalDecomposition().solve(to_first);
  out(0) = 1.0 - out.tail(others).sum();
  return out;
}

/// Goes from w towards the shortest affine mix of `chosen`, dropping a vector wherever a weight
/// reaches 0.
void shorten(const Eigen::MatrixXd& m, Chosen& chosen, Eigen::VectorXd& w) {
  for (;;) {
    const Eigen::VectorXd wanted = shortest_affine(m, chosen);
    const auto count = static_cast<Eigen::Index>(chosen.size());
    double step = 1.0;
    Eigen::Index leaving = -1;
    for (Eigen::Index i = 0; i < count; ++i) {
      const double now = w(chosen[static_cast<std::size_t>(i)]);
      if (wanted(i) > 0.0) continue;
      const double until = now > 0.0 ? now / (now - wanted(i)) : 0.0;
      if (leaving >= 0 && until >= step) continue;
      step = until;
      leaving = i;
    }
    for (Eigen::Index i = 0; i < count; ++i) {
      double& weight = w(chosen[static_cast<std::size_t>(i)]);
      weight += step * (wanted(i) - weight);
    }
    if (leaving < 0) return;
    w(chosen[static_cast<std::size_t>(leaving)]) = 0.0;
    chosen.erase(chosen.begin() + leaving);
  }
}

}  // namespace

ShortestMix shortest_mix(const Eigen::MatrixXd& gram) {
  Eigen::Index first = 0;
  gram.diagonal().minCoeff(&first);
  Chosen chosen{first};
  Eigen::VectorXd w = Eigen::VectorXd::Zero(gram.rows());
  w(first) = 1.0;
  // A set never comes back, but rounding could make two alternate: far above what is ever needed.
  for (Eigen::Index step = 0; step < 1000 + 100 * gram.rows(); ++step) {
    const Eigen::VectorXd along = gram * w;
    const double length = w.dot(along);
    Eigen::Index entering = 0;
    const double gap = length - along.minCoeff(&entering);
    const double rounding =
        kRounding * (gram.row(entering).cwiseAbs().dot(w) + w.dot(gram.cwiseAbs() * w));
    const bool inside = std::find(chosen.begin(), chosen.end(), entering) != chosen.end();
    if (gap <= rounding || inside) return {w, std::max(0.0, gap)};
    chosen.push_back(entering);
    shorten(gram, chosen, w);
  }
  throw Error(ErrorKind::run, Fault{"not-converged",
                                    "the best mix of teachers was not found",
                                    {},
                                    "rounding made the search go in circles",
                                    "Leave out teachers that are nearly copies of others"});
}

}  // namespace cch::detail
