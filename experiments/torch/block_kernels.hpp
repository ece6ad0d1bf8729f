#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cch::training {

/// One block of a cnn on the processor: 3 × 3 convolution with a border of zeros, rectifier, 2 × 2
/// maximum, in one pass over each image.
///
/// An image lies with a border and its channels next to each other, so that the 3 × 3 × channels
/// values under a pixel are three runs of memory. Forward, the four pixels of a cell are summed in
/// registers, eight output channels at a time, and only the largest is written, with its place.
/// Backward, only that place has a gradient, and none where the rectifier was off: a quarter of the
/// products of a convolution at most.
/// Cost of an image: 18·in·out·height·width operations forward, at most a quarter of it for each of
/// the two gradients.
struct BlockShape {
  std::size_t in = 0;
  std::size_t out = 0;
  std::size_t height = 0;
  std::size_t width = 0;

  [[nodiscard]] std::size_t image() const { return in * height * width; }
  [[nodiscard]] std::size_t cells() const { return (height / 2) * (width / 2); }
  [[nodiscard]] std::size_t pooled() const { return out * cells(); }
};

/// Where in its cell the largest value was (0..3, row after row).
inline constexpr std::uint8_t kOff = 4;  ///< nowhere: no value was above 0

template <class Real>
class BlockKernel {
 public:
  explicit BlockKernel(const BlockShape& shape);

  /// Weights of one network: out × in × 3 × 3 and `out` offsets.
  void take(const Real* w, const Real* b);
  /// Image in × height × width to out × height/2 × width/2.
  void forward(const Real* x, Real* pooled, std::uint8_t* places);
  /// Adds to the weights' gradients; writes that of the image unless `dx` is null.
  void backward(const Real* x, const Real* dpooled, const std::uint8_t* places, Real* dx);
  /// Gradients since take(), in the order of its arguments.
  void gradients(Real* dw, Real* db) const;

 private:
  void lay_out(const Real* x);

  BlockShape shape_;
  std::vector<Real> image_;  // with its border, channels last
  std::vector<Real> image_slope_;
  std::vector<Real> forward_;  // 9·in × outputs, these in full lanes
  std::vector<Real> offsets_;
  std::vector<Real> backward_;  // outputs × 9·in
  std::vector<Real> slope_;     // as backward_
  std::vector<Real> offset_slope_;
};

extern template class BlockKernel<float>;
extern template class BlockKernel<double>;

}  // namespace cch::training
