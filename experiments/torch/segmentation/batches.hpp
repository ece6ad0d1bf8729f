#pragma once

#include <algorithm>
#include <cstdint>
#include <future>
#include <span>
#include <utility>
#include <vector>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "experiments/segmentation/augment.hpp"
#include "experiments/segmentation/packed.hpp"
#include "experiments/torch/segmentation/trainer.hpp"

namespace cch::training {

/// Images of a step, augmented, on the device.
struct Batch {
  std::vector<Tensor> images;  // of all modalities of the set
  Tensor labels;               // B × H × W, int64
  std::vector<std::size_t> rows;
};

/// Training images in the order of a seed, over and over until an epoch is full.
class Images {
 public:
  /// An epoch has as many steps as the whole training split gives, whatever `rows` are. Unlabelled:
  /// labels are 0 inside the image and kIgnoreLabel around it. With several threads the next batch
  /// is made while the network works on this one; the bits are the same.
  Images(const SegmentationSet& set, const SegmentationOptimisation& optimisation,
         std::uint64_t order, std::vector<std::size_t> rows, bool labelled, const Execution& exec)
      : set_(set),
        optimisation_(optimisation),
        seed_(order),
        exec_(exec),
        device_(exec.device),
        rows_(std::move(rows)),
        all_(set.rows(Split::train).size()) {
    if (!labelled) blank_.assign(set.pixels(), 0);
  }

  [[nodiscard]] std::size_t steps() const { return std::max<std::size_t>(1, all_ / batch()); }
  [[nodiscard]] std::size_t batch() const { return std::min(optimisation_.batch, all_); }

  /// Rows that do not fill a batch sit an epoch out, each epoch others.
  [[nodiscard]] Batch step(std::size_t epoch, std::size_t s) {
    const std::size_t wanted = epoch * steps() + s;
    Batch out = ahead_.valid() && wanted == ahead_of_ ? ahead_.get() : make(wanted);
    if (worker_count(exec_) > 1 && wanted + 1 < optimisation_.epochs * steps()) {
      ahead_of_ = wanted + 1;
      ahead_ = std::async(std::launch::async, [this] { return make(ahead_of_); });
    }
    out.labels = out.labels.to(device_);
    for (Tensor& images : out.images) images = images.to(device_);
    return out;
  }

 private:
  /// Batch number `step` of the training, in memory of the processor.
  [[nodiscard]] Batch make(std::size_t step) {
    const std::size_t epoch = step / steps();
    if (epoch != epoch_ || order_.empty()) deal(epoch);
    Batch out;
    std::vector<detail::Placement> places;
    const std::size_t first = step % steps() * batch();
    for (std::size_t i = first; i < first + batch(); ++i) {
      out.rows.push_back(rows_[order_[i]]);
      places.push_back(placement(epoch, i / rows_.size(), out.rows.back()));
    }
    fill_labels(out, places);
    for (std::size_t m = 0; m < set_.modalities.size(); ++m) fill_images(out, places, m);
    return out;
  }

  void deal(std::size_t epoch) {
    Random random(derive_seed(seed_, "epoch", epoch));
    order_.clear();
    while (order_.size() < steps() * batch()) {
      const auto round = random.permutation(rows_.size());
      order_.insert(order_.end(), round.begin(), round.end());
    }
    epoch_ = epoch;
  }

  /// Another one each time that an epoch comes to the image.
  [[nodiscard]] detail::Placement placement(std::size_t epoch, std::size_t round,
                                            std::size_t row) const {
    std::uint64_t seed = derive_seed(derive_seed(seed_, "placement", epoch), "image", row);
    if (round > 0) seed = derive_seed(seed, "round", round);
    const auto& o = optimisation_;
    return detail::draw_placement(
        set_.height, set_.width, {o.least_scale, o.most_scale, o.flip, o.crop_height, o.crop_width},
        seed);
  }

  void fill_labels(Batch& out, const std::vector<detail::Placement>& places) const {
    const std::size_t pixels = places[0].height * places[0].width;
    std::vector<std::uint8_t> codes(batch() * pixels);
    parallel_for(batch(), exec_, [&](std::size_t i) {
      std::uint8_t* to = codes.data() + i * pixels;
      if (set_.packed && blank_.empty()) {
        const auto window = detail::window_of(set_.height, set_.width, places[i]);
        std::vector<std::uint8_t> read(window.height * window.width);
        set_.packed->read_labels(set_.records[out.rows[i]], window, read.data());
        detail::place_labels(read, window, set_.height, set_.width, places[i], to);
      } else if (blank_.empty()) {
        detail::place_labels(set_.label(out.rows[i]), whole(), set_.height, set_.width, places[i],
                             to);
      } else {
        detail::place_labels(blank_, whole(), set_.height, set_.width, places[i], to);
      }
    });
    out.labels =
        torch::from_blob(codes.data(),
                         {as_int(batch()), as_int(places[0].height), as_int(places[0].width)},
                         torch::kUInt8)
            .to(torch::kInt64);
  }

  void fill_images(Batch& out, const std::vector<detail::Placement>& places, std::size_t m) const {
    const std::size_t channels = set_.modalities[m].channels;
    const std::size_t pixels = places[0].height * places[0].width;
    const Tensor images = torch::empty(
        {as_int(batch()), as_int(channels), as_int(places[0].height), as_int(places[0].width)},
        torch::kFloat32);
    auto* to = images.data_ptr<float>();
    if (set_.packed) {
      parallel_for(batch(), exec_, [&](std::size_t i) {
        fill_packed(m, out.rows[i], places[i], to + i * channels * pixels);
      });
    } else {
      parallel_for(batch() * channels, exec_, [&](std::size_t plane) {
        const std::size_t i = plane / channels;
        const auto image = set_.image(m, out.rows[i]);
        detail::place_plane(image.subspan(plane % channels * set_.pixels(), set_.pixels()), whole(),
                            set_.height, set_.width, places[i], to + plane * pixels);
      });
    }
    out.images.push_back(images);
  }

  /// Reads of a packed image what its placement needs, and no more.
  void fill_packed(std::size_t m, std::size_t row, const detail::Placement& place,
                   float* to) const {
    const std::size_t channels = set_.modalities[m].channels;
    const auto window = detail::window_of(set_.height, set_.width, place);
    const std::size_t size = window.height * window.width;
    std::vector<float> read(channels * size);
    set_.packed->read(m, set_.records[row], window, read.data());
    for (std::size_t c = 0; c < channels; ++c) {
      detail::place_plane(std::span(read).subspan(c * size, size), window, set_.height, set_.width,
                          place, to + c * place.height * place.width);
    }
  }

  [[nodiscard]] detail::Window whole() const { return {0, 0, set_.height, set_.width}; }

  const SegmentationSet& set_;
  const SegmentationOptimisation& optimisation_;
  std::uint64_t seed_;
  const Execution& exec_;
  torch::Device device_;
  std::vector<std::size_t> rows_;
  std::size_t all_;
  std::vector<std::uint8_t> blank_;
  std::vector<std::size_t> order_;
  std::size_t epoch_ = 0;
  std::size_t ahead_of_ = 0;
  std::future<Batch> ahead_;  // last: it ends before what it reads
};

}  // namespace cch::training
