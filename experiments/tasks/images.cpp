#include "experiments/tasks/images.hpp"

#include <cmath>
#include <numeric>

#include "cch/core/parallel.hpp"

namespace cch::detail {
namespace {

/// Along one direction: `count` values `stride` apart, from `from`.
void smooth_line(std::span<double> image, std::size_t from, std::size_t stride, std::size_t count,
                 const std::vector<double>& kernel, std::vector<double>& line) {
  const std::size_t reach = kernel.size() / 2;
  line.assign(count, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      if (i + k < reach || i + k - reach >= count) continue;
      line[i] += kernel[k] * image[from + (i + k - reach) * stride];
    }
  }
  for (std::size_t i = 0; i < count; ++i) image[from + i * stride] = line[i];
}

}  // namespace

void blur_images(Matrix& images, const ImageShape& shape, double sigma, const Execution& exec) {
  const auto reach = static_cast<std::size_t>(std::ceil(4.0 * sigma));
  std::vector<double> kernel(2 * reach + 1);
  for (std::size_t k = 0; k < kernel.size(); ++k) {
    const double at = (static_cast<double>(k) - static_cast<double>(reach)) / sigma;
    kernel[k] = std::exp(-0.5 * at * at);
  }
  const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
  for (double& v : kernel) v /= sum;
  const std::size_t area = shape.height * shape.width;
  parallel_for(images.rows(), exec, [&](std::size_t i) {
    std::vector<double> line;
    const auto row = images.row(i);
    for (std::size_t c = 0; c < shape.channels; ++c) {
      for (std::size_t r = 0; r < shape.height; ++r) {
        smooth_line(row, c * area + r * shape.width, 1, shape.width, kernel, line);
      }
      for (std::size_t w = 0; w < shape.width; ++w) {
        smooth_line(row, c * area + w, shape.width, shape.height, kernel, line);
      }
    }
  });
}

}  // namespace cch::detail
