#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace cch::detail {

/// z and the squares of its columns, at mean 0 and variance 1.
Eigen::MatrixXd with_squares(const Eigen::MatrixXd& z);

/// z, and the cosines and sines of `count` / 2 combinations z w, w ~ N(0, I/q) (Rahimi & Recht
/// 2007), at mean 0 and variance 1. For columns of unit variance the arguments have about unit
/// variance, so that the waves bend once or twice over the bulk of the rows.
Eigen::MatrixXd with_waves(const Eigen::MatrixXd& z, Eigen::Index count, std::uint64_t seed);

}  // namespace cch::detail
