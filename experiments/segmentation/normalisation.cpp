#include <cmath>

#include "cch/experiments/segmentation_set.hpp"
#include "experiments/segmentation/packed.hpp"

namespace cch {
namespace {

/// Means and squared distances of images become those of all (Chan, Golub & LeVeque 1979).
Normalisation packed_normalisation(const SegmentationSet& set, std::span<const std::size_t> rows) {
  Normalisation out;
  const auto pixels = static_cast<double>(set.pixels());
  std::size_t first = 0;
  for (const ModalityImages& m : set.modalities) {
    std::vector<double> means(m.channels);
    std::vector<double> deviations(m.channels);
    for (std::size_t c = 0; c < m.channels; ++c) {
      double n = 0.0;
      double mean = 0.0;
      double squares = 0.0;
      for (const std::size_t row : rows) {
        const auto moments = set.packed->moments(set.records[row]).subspan(2 * (first + c), 2);
        const double step = moments[0] - mean;
        mean += step * pixels / (n + pixels);
        squares += moments[1] + step * step * n * pixels / (n + pixels);
        n += pixels;
      }
      means[c] = mean;
      deviations[c] = squares > 0.0 ? std::sqrt(squares / n) : 1.0;
    }
    first += m.channels;
    out.mean.push_back(std::move(means));
    out.deviation.push_back(std::move(deviations));
  }
  return out;
}

}  // namespace

Normalisation normalisation_of(const SegmentationSet& set) {
  const auto rows = set.rows(Split::train);
  if (set.packed) return packed_normalisation(set, rows);
  const std::size_t pixels = set.pixels();
  Normalisation out;
  for (std::size_t m = 0; m < set.modalities.size(); ++m) {
    const std::size_t channels = set.modalities[m].channels;
    std::vector<double> mean(channels, 0.0);
    std::vector<double> deviation(channels, 0.0);
    const double count = static_cast<double>(rows.size() * pixels);
    for (std::size_t c = 0; c < channels; ++c) {
      for (const std::size_t n : rows) {
        const auto image = set.image(m, n);
        for (const float v : image.subspan(c * pixels, pixels)) mean[c] += v;
      }
      mean[c] /= count;
      for (const std::size_t n : rows) {
        const auto image = set.image(m, n);
        for (const float v : image.subspan(c * pixels, pixels)) {
          deviation[c] += (v - mean[c]) * (v - mean[c]);
        }
      }
      deviation[c] = std::sqrt(deviation[c] / count);
      if (deviation[c] == 0.0) deviation[c] = 1.0;
    }
    out.mean.push_back(std::move(mean));
    out.deviation.push_back(std::move(deviation));
  }
  return out;
}

void normalise(SegmentationSet& set, const Normalisation& normalisation) {
  if (set.packed) {
    set.packed = std::make_shared<const detail::PackedImages>(*set.packed, normalisation);
    return;
  }
  const std::size_t pixels = set.pixels();
  for (std::size_t m = 0; m < set.modalities.size(); ++m) {
    ModalityImages& images = set.modalities[m];
    for (std::size_t plane = 0; plane < set.images * images.channels; ++plane) {
      const double mean = normalisation.mean[m][plane % images.channels];
      const double deviation = normalisation.deviation[m][plane % images.channels];
      for (std::size_t i = plane * pixels; i < (plane + 1) * pixels; ++i) {
        images.values[i] = static_cast<float>((images.values[i] - mean) / deviation);
      }
    }
  }
}

}  // namespace cch
