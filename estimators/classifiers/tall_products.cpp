#include "estimators/classifiers/tall_products.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "cch/core/parallel.hpp"
#include "estimators/classifiers/products.hpp"
#include "estimators/classifiers/tiled_rows.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;

constexpr std::size_t kBlockRows = 256;  // rows of X that are tiled at a time
constexpr std::size_t kParts = 8;        // partial sums of Xᵀ R

struct Block {
  std::size_t first = 0;
  std::size_t count = 0;
};

std::size_t blocks_of(std::size_t rows) {
  return (rows + kBlockRows - 1) / kBlockRows;
}

Block block(std::size_t rows, std::size_t b) {
  return {b * kBlockRows, std::min(kBlockRows, rows - b * kBlockRows)};
}

TiledRows tiled(const MatrixXf& x, const Block& rows) {
  return TiledRows(x.middleRows(static_cast<Index>(rows.first), static_cast<Index>(rows.count)));
}

TiledRows tiled(const CentredRows& x, const Block& rows) {
  return TiledRows(x.x, x.offset, rows.first, rows.count);
}

std::size_t rows_of(const MatrixXf& x) {
  return static_cast<std::size_t>(x.rows());
}

std::size_t rows_of(const CentredRows& x) {
  return x.x.rows();
}

void untile(const std::vector<float>& tiles, const Block& rows, MatrixXf& out) {
  const auto k = static_cast<std::size_t>(out.cols());
  for (std::size_t c = 0; c < k; ++c) {
    float* to = &out(static_cast<Index>(rows.first), static_cast<Index>(c));
    for (std::size_t i = 0; i < rows.count; ++i) {
      to[i] = tiles[(i / kRowTile * k + c) * kRowTile + i % kRowTile];
    }
  }
}

template <class Rows>
MatrixXf times(const Rows& x, const MatrixXf& w, const Execution& exec) {
  const std::size_t n = rows_of(x);
  const auto k = static_cast<std::size_t>(w.cols());
  MatrixXf out(static_cast<Index>(n), w.cols());
  parallel_for(blocks_of(n), exec, [&](std::size_t b) {
    const TiledRows rows = tiled(x, block(n, b));
    std::vector<float> product(rows.tiles() * k * kRowTile);
    product_kernels().tall_times_narrow(rows.tile(0), rows.tiles(), rows.columns(), w.data(),
                                        static_cast<std::size_t>(w.outerStride()), k,
                                        product.data());
    untile(product, block(n, b), out);
  });
  return out;
}

template <class Rows>
MatrixXf transposed(const Rows& x, const MatrixXf& r, const Execution& exec) {
  const std::size_t n = rows_of(x);
  const std::size_t blocks = blocks_of(n);
  const std::size_t parts = std::min(kParts, blocks);
  std::vector<Eigen::MatrixXd> sums(parts);
  parallel_for(parts, exec, [&](std::size_t p) {
    MatrixXf product;
    for (std::size_t b = p * blocks / parts; b < (p + 1) * blocks / parts; ++b) {
      const TiledRows left = tiled(x, block(n, b));
      const TiledRows right = tiled(r, block(n, b));
      product.setZero(static_cast<Index>(left.columns()), r.cols());
      product_kernels().add_transposed(left.tile(0), left.columns(), left.columns(), right.tile(0),
                                       right.columns(), right.columns(), left.tiles(),
                                       product.data(), left.columns());
      if (sums[p].size() == 0) sums[p].setZero(product.rows(), product.cols());
      sums[p] += product.cast<double>();
    }
  });
  for (std::size_t p = 1; p < parts; ++p) sums[0] += sums[p];
  return sums[0].cast<float>();
}

}  // namespace

MatrixXf tall_times(const MatrixXf& x, const MatrixXf& w, const Execution& exec) {
  return times(x, w, exec);
}

MatrixXf tall_times(const CentredRows& x, const MatrixXf& w, const Execution& exec) {
  return times(x, w, exec);
}

MatrixXf transposed_times(const MatrixXf& x, const MatrixXf& r, const Execution& exec) {
  return transposed(x, r, exec);
}

MatrixXf transposed_times(const CentredRows& x, const MatrixXf& r, const Execution& exec) {
  return transposed(x, r, exec);
}

}  // namespace cch::detail
