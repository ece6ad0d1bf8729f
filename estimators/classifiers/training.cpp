#include "estimators/classifiers/training.hpp"

#include "estimators/classifiers/tiled_rows.hpp"

namespace cch::detail {

Eigen::MatrixXd scatter_of(const Eigen::MatrixXf& x) {
  constexpr std::size_t kBlock = 16;  // tiles that stay in the cache
  constexpr std::size_t kPanel = 40;  // columns of the right factor at a time
  const TiledRows tiles(x);
  const std::size_t q = tiles.columns();
  const ProductKernels& kernels = product_kernels();
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  Eigen::MatrixXf part(x.cols(), x.cols());
  for (std::size_t t = 0; t < tiles.tiles(); t += kBlock) {
    const std::size_t count = std::min(kBlock, tiles.tiles() - t);
    const float* rows = tiles.tile(t);
    part.setZero();
    for (std::size_t c = 0; c < q; c += kPanel) {  // the lower triangle and the panel's square
      kernels.add_transposed(rows + c * kRowTile, q, q - c, rows + c * kRowTile, q,
                             std::min(kPanel, q - c), count, part.data() + c * q + c, q);
    }
    sum.triangularView<Eigen::Lower>() += part.cast<double>();
  }
  return sum.selfadjointView<Eigen::Lower>();
}

}  // namespace cch::detail
