#include "cch/experiments/segmentation_features.hpp"

#include <algorithm>
#include <charconv>

#include "experiments/segmentation/backend.hpp"

namespace cch {

std::size_t parse_stage(std::string_view text, std::size_t stages) {
  if (text == "head") return 0;
  std::size_t stage = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), stage);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && stage >= 1 &&
      stage <= stages) {
    return stage;
  }
  refuse_usage("unknown-stage", "the network has no stage '" + std::string(text) + "'", {},
               "Take \"head\" or a stage of the encoder, 1 to " + std::to_string(stages));
}

StageFeatures segmentation_features(const SegmentationSet& set, const TrainedSegmentation& network,
                                    const std::vector<std::size_t>& rows, std::size_t stage,
                                    const Execution& exec) {
  const auto which = detail::modality_indices(set, network.modalities);
  std::vector<std::size_t> channels;
  for (const std::size_t m : which) channels.push_back(set.modalities[m].channels);
  const auto model =
      detail::segmentation_backend().load(network, channels, set.classes.size(), exec);
  StageFeatures out;
  out.images = rows.size();
  const std::size_t at_once = detail::images_at_once(set);
  for (std::size_t first = 0; first < rows.size(); first += at_once) {
    exec.throw_if_stopped();
    const auto part = std::span(rows).subspan(first, std::min(at_once, rows.size() - first));
    std::vector<std::size_t> shape;
    const auto values = model->features(detail::batch_of(set, which, part), stage, shape);
    out.channels = shape[0];
    out.height = shape[1];
    out.width = shape[2];
    out.values.insert(out.values.end(), values.begin(), values.end());
  }
  return out;
}

std::vector<std::uint8_t> labels_on_grid(const SegmentationSet& set,
                                         const std::vector<std::size_t>& rows, std::size_t height,
                                         std::size_t width) {
  std::vector<std::uint8_t> out;
  out.reserve(rows.size() * height * width);
  for (const std::size_t row : rows) {
    const auto label = set.label(row);
    for (std::size_t y = 0; y < height; ++y) {
      const std::size_t from = (2 * y + 1) * set.height / (2 * height);
      for (std::size_t x = 0; x < width; ++x) {
        out.push_back(label[from * set.width + (2 * x + 1) * set.width / (2 * width)]);
      }
    }
  }
  return out;
}

}  // namespace cch
