#include "experiments/torch/block_kernels.hpp"

#include <algorithm>

namespace cch::training {
namespace {

constexpr std::size_t kLanes = 8;

#if defined(__x86_64__)
#define CCH_WIDE __attribute__((target("avx2")))
#else
#define CCH_WIDE
#endif
#define CCH_INLINE __attribute__((always_inline)) inline

bool wide() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
#else
  return false;
#endif
}

/// Eight numbers that are added and multiplied at once; anywhere in memory.
template <class Real>
struct Lanes {
  typedef Real type
      __attribute__((vector_size(kLanes * sizeof(Real)), aligned(alignof(Real)), may_alias));
};

std::size_t full_lanes(std::size_t n) {
  return (n + kLanes - 1) / kLanes * kLanes;
}

struct Geometry {
  std::size_t in;       // channels: from one pixel to the next
  std::size_t run;      // values under a pixel in one row
  std::size_t stride;   // of a row with its border
  std::size_t outputs;  // in full lanes
  std::size_t columns;  // cells in a row
  std::size_t cells;
};

Geometry geometry(const BlockShape& s) {
  return {s.in, 3 * s.in, (s.width + 2) * s.in, full_lanes(s.out), s.width / 2, s.cells()};
}

/// Sums of the four pixels of a cell for eight outputs; `x` is the first value under the first.
template <class Real>
CCH_INLINE void cell_sums(const Real* x, const Real* w, const Real* offsets, const Geometry& g,
                          Real* out) {
  using Eight = typename Lanes<Real>::type;
  Eight a = *reinterpret_cast<const Eight*>(offsets);
  Eight b = a;
  Eight c = a;
  Eight d = a;
  for (std::size_t row = 0; row < 3; ++row, x += g.stride) {
    const Real* below = x + g.stride;
    for (std::size_t k = 0; k < g.run; ++k, w += g.outputs) {
      const Eight weights = *reinterpret_cast<const Eight*>(w);
      a += x[k] * weights;
      b += x[k + g.in] * weights;
      c += below[k] * weights;
      d += below[k + g.in] * weights;
    }
  }
  auto* to = reinterpret_cast<Eight*>(out);
  to[0] = a;
  to[1] = b;
  to[2] = c;
  to[3] = d;
}

/// One row of cells for eight outputs, of which the first `lanes` are written.
template <class Real>
CCH_INLINE void cell_row(const Real* x, const Real* w, const Real* offsets, const Geometry& g,
                         std::size_t lanes, Real* pooled, std::uint8_t* places) {
  Real sums[4 * kLanes];
  for (std::size_t j = 0; j < g.columns; ++j) {
    cell_sums(x + 2 * j * g.in, w, offsets, g, sums);
    for (std::size_t l = 0; l < lanes; ++l) {
      Real most = 0;
      std::uint8_t place = kOff;
      for (std::uint8_t p = 0; p < 4; ++p) {
        // What is no number is passed on.
        const bool more = !(sums[p * kLanes + l] <= most);
        most = more ? sums[p * kLanes + l] : most;
        place = more ? p : place;
      }
      pooled[l * g.cells + j] = most;
      places[l * g.cells + j] = place;
    }
  }
}

/// Where one output's gradients come from and go to.
template <class Real>
struct Slopes {
  const Real* dpooled;
  const std::uint8_t* places;
  const Real* image;
  const Real* weights;
  Real* of_weights;
  Real* of_image;  // may be null
};

template <class Real>
CCH_INLINE Real output_slopes(const Slopes<Real>& s, const Geometry& g) {
  Real sum = 0;
  for (std::size_t cell = 0; cell < g.cells; ++cell) {
    const std::uint8_t place = s.places[cell];
    if (place == kOff) continue;
    const Real slope = s.dpooled[cell];
    sum += slope;
    const std::size_t at = (2 * (cell / g.columns) + place / 2) * g.stride +
                           (2 * (cell % g.columns) + place % 2) * g.in;
    for (std::size_t row = 0; row < 3; ++row) {
      const Real* x = s.image + at + row * g.stride;
      Real* to = s.of_weights + row * g.run;
      for (std::size_t k = 0; k < g.run; ++k) to[k] += slope * x[k];
    }
    if (s.of_image == nullptr) continue;
    for (std::size_t row = 0; row < 3; ++row) {
      const Real* w = s.weights + row * g.run;
      Real* to = s.of_image + at + row * g.stride;
      for (std::size_t k = 0; k < g.run; ++k) to[k] += slope * w[k];
    }
  }
  return sum;
}

// What is inlined into these is compiled for their instruction set; without fused operations the
// numbers are the same.
template <class Real>
CCH_WIDE void cell_row_wide(const Real* x, const Real* w, const Real* offsets, const Geometry& g,
                            std::size_t lanes, Real* pooled, std::uint8_t* places) {
  cell_row(x, w, offsets, g, lanes, pooled, places);
}
template <class Real>
CCH_WIDE Real output_slopes_wide(const Slopes<Real>& s, const Geometry& g) {
  return output_slopes(s, g);
}
template <class Real>
void cell_row_plain(const Real* x, const Real* w, const Real* offsets, const Geometry& g,
                    std::size_t lanes, Real* pooled, std::uint8_t* places) {
  cell_row(x, w, offsets, g, lanes, pooled, places);
}
template <class Real>
Real output_slopes_plain(const Slopes<Real>& s, const Geometry& g) {
  return output_slopes(s, g);
}

}  // namespace

template <class Real>
BlockKernel<Real>::BlockKernel(const BlockShape& shape)
    : shape_(shape),
      image_((shape.height + 2) * (shape.width + 2) * shape.in, Real{0}),
      image_slope_(image_.size()),
      forward_(9 * shape.in * full_lanes(shape.out), Real{0}),
      offsets_(full_lanes(shape.out), Real{0}),
      backward_(9 * shape.in * shape.out),
      slope_(backward_.size()),
      offset_slope_(shape.out) {}

template <class Real>
void BlockKernel<Real>::take(const Real* w, const Real* b) {
  const std::size_t outputs = full_lanes(shape_.out);
  for (std::size_t o = 0; o < shape_.out; ++o) {
    for (std::size_t c = 0; c < shape_.in; ++c) {
      for (std::size_t k = 0; k < 9; ++k) {
        const Real value = w[(o * shape_.in + c) * 9 + k];
        forward_[(k * shape_.in + c) * outputs + o] = value;
        backward_[(o * 9 + k) * shape_.in + c] = value;
      }
    }
    offsets_[o] = b[o];
  }
  std::fill(slope_.begin(), slope_.end(), Real{0});
  std::fill(offset_slope_.begin(), offset_slope_.end(), Real{0});
}

template <class Real>
void BlockKernel<Real>::lay_out(const Real* x) {
  for (std::size_t c = 0; c < shape_.in; ++c) {
    for (std::size_t i = 0; i < shape_.height; ++i) {
      Real* to = image_.data() + ((i + 1) * (shape_.width + 2) + 1) * shape_.in + c;
      for (std::size_t j = 0; j < shape_.width; ++j) to[j * shape_.in] = *x++;
    }
  }
}

template <class Real>
void BlockKernel<Real>::forward(const Real* x, Real* pooled, std::uint8_t* places) {
  lay_out(x);
  const Geometry g = geometry(shape_);
  const auto row = wide() ? &cell_row_wide<Real> : &cell_row_plain<Real>;
  for (std::size_t i = 0; i < shape_.height / 2; ++i) {
    for (std::size_t o = 0; o < shape_.out; o += kLanes) {
      const std::size_t at = o * g.cells + i * g.columns;
      row(image_.data() + 2 * i * g.stride, forward_.data() + o, offsets_.data() + o, g,
          std::min(kLanes, shape_.out - o), pooled + at, places + at);
    }
  }
}

template <class Real>
void BlockKernel<Real>::backward(const Real* x, const Real* dpooled, const std::uint8_t* places,
                                 Real* dx) {
  lay_out(x);
  const Geometry g = geometry(shape_);
  if (dx != nullptr) std::fill(image_slope_.begin(), image_slope_.end(), Real{0});
  const auto slopes = wide() ? &output_slopes_wide<Real> : &output_slopes_plain<Real>;
  for (std::size_t o = 0; o < shape_.out; ++o) {
    const std::size_t at = o * 3 * g.run;
    offset_slope_[o] +=
        slopes({dpooled + o * g.cells, places + o * g.cells, image_.data(), backward_.data() + at,
                slope_.data() + at, dx != nullptr ? image_slope_.data() : nullptr},
               g);
  }
  if (dx == nullptr) return;
  for (std::size_t c = 0; c < shape_.in; ++c) {
    for (std::size_t i = 0; i < shape_.height; ++i) {
      const Real* from = image_slope_.data() + (i + 1) * g.stride + shape_.in + c;
      for (std::size_t j = 0; j < shape_.width; ++j) *dx++ = from[j * shape_.in];
    }
  }
}

template <class Real>
void BlockKernel<Real>::gradients(Real* dw, Real* db) const {
  for (std::size_t o = 0; o < shape_.out; ++o) {
    for (std::size_t c = 0; c < shape_.in; ++c) {
      for (std::size_t k = 0; k < 9; ++k) *dw++ = slope_[(o * 9 + k) * shape_.in + c];
    }
  }
  std::copy(offset_slope_.begin(), offset_slope_.end(), db);
}

template class BlockKernel<float>;
template class BlockKernel<double>;

}  // namespace cch::training
