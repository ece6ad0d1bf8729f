#include "cch/experiments/segmentation_evaluation.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/metrics.hpp"
#include "experiments/segmentation/backend.hpp"

namespace cch {
namespace {

constexpr std::size_t kExamples = 4;
constexpr std::size_t kPixels = 20000;  // that a temperature is fitted on

const std::vector<Condition>& all_conditions() {
  static const std::vector<Condition> all{
      {"emm-dropped", false, 0, 0, 0}, {"emm-zeroed", true, 0, 0, 0},
      {"rmm-0.25", false, .25, 0, 0},  {"rmm-0.5", false, .5, 0, 0},
      {"rmm-0.75", false, .75, 0, 0},  {"nm-1", false, 0, .05, .1},
      {"nm-2", false, 0, .1, .2},      {"nm-3", false, 0, .2, .5}};
  return all;
}

/// Test images of a network's modalities, degraded.
class TestImages {
 public:
  TestImages(const SegmentationSet& set, const std::vector<std::string>& modalities,
             std::uint64_t seed)
      : set_(set),
        which_(detail::modality_indices(set, modalities)),
        rows_(set.rows(Split::test)),
        seed_(seed) {}

  [[nodiscard]] const std::vector<std::size_t>& rows() const { return rows_; }
  [[nodiscard]] std::vector<std::size_t> channels() const {
    std::vector<std::size_t> out;
    for (const std::size_t m : which_) out.push_back(set_.modalities[m].channels);
    return out;
  }
  [[nodiscard]] detail::ImageBatch batch(std::size_t first, const Condition& condition) const {
    const std::size_t count = std::min(detail::images_at_once(set_), rows_.size() - first);
    detail::ImageBatch out = detail::batch_of(set_, which_, std::span(rows_).subspan(first, count));
    for (std::size_t i = 0; i < which_.size(); ++i) {
      degrade_all(condition, which_[i], first, out.modalities[i]);
    }
    return out;
  }

 private:
  void degrade_all(const Condition& condition, std::size_t m, std::size_t first,
                   std::vector<float>& values) const {
    const std::size_t channels = set_.modalities[m].channels;
    const std::size_t pixels = set_.pixels();
    const std::uint64_t stream =
        derive_seed(derive_seed(seed_, condition.name), set_.modalities[m].name);
    for (std::size_t plane = 0; plane * pixels < values.size(); ++plane) {
      const std::size_t row = rows_[first + plane / channels];
      degrade(condition, derive_seed(stream, "plane", row * channels + plane % channels),
              std::span(values).subspan(plane * pixels, pixels));
    }
  }

  const SegmentationSet& set_;
  std::vector<std::size_t> which_;
  std::vector<std::size_t> rows_;
  std::uint64_t seed_;
};

/// Keeps an image where it is among those with the smallest share of right pixels, of equal ones
/// the first.
void offer(std::vector<WorstImage>& worst, std::size_t image, const Confusion& confusion,
           std::span<const std::uint8_t> codes) {
  std::uint64_t right = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) right += confusion(c, c);
  const auto all =
      std::accumulate(confusion.counts.begin(), confusion.counts.end(), std::uint64_t{0});
  if (all == 0) return;
  const double share = static_cast<double>(right) / static_cast<double>(all);
  const auto at =
      std::upper_bound(worst.begin(), worst.end(), share,
                       [](double value, const WorstImage& w) { return value < w.right; });
  if (at - worst.begin() == static_cast<std::ptrdiff_t>(kExamples)) return;
  worst.insert(at, {image, share, {codes.begin(), codes.end()}});
  if (worst.size() > kExamples) worst.pop_back();
}

ConditionScores score(const SegmentationSet& set, const TestImages& images,
                      const detail::SegmentationModel& model, const Condition& condition,
                      const std::vector<Subset>& subsets, std::size_t modalities,
                      AbsentClass absent, std::vector<WorstImage>& worst, const Execution& exec) {
  ConditionScores out;
  out.name = condition.name;
  const std::size_t k = set.classes.size();
  const std::size_t n = images.rows().size();
  out.by_image.assign(subsets.size(), std::vector<Confusion>(n, Confusion(k)));
  for (std::size_t first = 0; first < n; first += detail::images_at_once(set)) {
    exec.throw_if_stopped();
    const detail::ImageBatch batch = images.batch(first, condition);
    std::vector<std::uint8_t> codes(subsets.size() * batch.count * set.pixels());
    model.predict(batch, subsets,
                  condition.zeroed ? detail::Missing::zeroed : detail::Missing::dropped, codes);
    for (std::size_t i = 0; i < subsets.size() * batch.count; ++i) {
      const std::size_t image = first + i % batch.count;
      const auto predicted =
          std::span<const std::uint8_t>(codes).subspan(i * set.pixels(), set.pixels());
      Confusion& confusion = out.by_image[i / batch.count][image];
      confusion.add(set.label(images.rows()[image]), predicted);
      if (i / batch.count + 1 == subsets.size()) {  // all modalities
        offer(worst, images.rows()[image], confusion, predicted);
      }
    }
  }
  std::vector<double> miou;
  for (const auto& of_subset : out.by_image) {
    Confusion sum(k);
    for (const Confusion& c : of_subset) sum += c;
    miou.push_back(mean_iou(sum, absent));
    out.confusions.push_back(std::move(sum));
  }
  out.scores = subset_scores(miou, modalities);
  return out;
}

std::vector<Subset> example_subsets(std::size_t modalities) {
  std::vector<Subset> out{static_cast<Subset>((Subset{1} << modalities) - 1)};
  for (std::size_t m = 0; m < modalities; ++m) out.push_back(Subset{1} << m);
  return out;
}

}  // namespace

std::vector<Condition> conditions_named(const std::vector<std::string>& names) {
  std::vector<Condition> out;
  for (const std::string& name : names) {
    const std::size_t before = out.size();
    std::vector<std::string> known{"emm", "rmm", "nm"};
    for (const Condition& c : all_conditions()) {
      known.push_back(c.name);
      if (c.name == name || c.name.starts_with(name + "-")) out.push_back(c);
    }
    if (out.size() > before) continue;
    refuse_usage("unknown-condition", "there is no way of missing modalities '" + name + "'", {},
                 "Did you mean '" + nearest_name(name, known) + "'?");
  }
  return out;
}

void degrade(const Condition& condition, std::uint64_t seed, std::span<float> channel) {
  Random random(seed);
  if (condition.removed > 0.0) {
    for (float& v : channel) {
      if (random.uniform() < condition.removed) v = 0.0F;
    }
  }
  if (condition.density == 0.0 && condition.deviation == 0.0) return;
  const auto [low, high] = std::minmax_element(channel.begin(), channel.end());
  const float least = *low;
  const float most = *high;
  const double deviation = condition.deviation * static_cast<double>(most - least);
  for (float& v : channel) {
    const double draw = random.uniform();
    if (draw < condition.density) v = draw < condition.density / 2.0 ? least : most;
    v = static_cast<float>(v + deviation * random.normal());
  }
}

SegmentationScores evaluate_segmentation(const SegmentationSet& set,
                                         const TrainedSegmentation& network,
                                         const std::vector<Condition>& conditions,
                                         AbsentClass absent, std::uint64_t seed,
                                         const Execution& exec) {
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t m = network.modalities.size();
  const TestImages images(set, network.modalities, seed);
  const auto model =
      detail::segmentation_backend().load(network, images.channels(), set.classes.size(), exec);
  SegmentationScores out;
  out.modalities = network.modalities;
  for (const Condition& condition : conditions) {
    std::vector<WorstImage> worst;
    out.conditions.push_back(
        score(set, images, *model, condition, all_subsets(m), m, absent, worst, exec));
    if (out.conditions.size() > 1) {
      out.conditions.back().by_image.clear();
    } else {
      out.worst = std::move(worst);
    }
  }
  std::vector<std::size_t> groups;
  for (const std::size_t row : images.rows()) groups.push_back(set.groups[row]);
  const auto& by_image = out.conditions.front().by_image;
  out.average_interval =
      image_interval(groups, seed, [&](const std::vector<std::uint32_t>& weight) {
        return weighted_average_miou(by_image, weight, absent);
      });
  const auto shown = example_subsets(m);
  detail::ImageBatch batch = images.batch(0, {});
  out.example_images = std::min(kExamples, batch.count);
  std::vector<std::uint8_t> codes(shown.size() * batch.count * set.pixels());
  model->predict(batch, shown, detail::Missing::dropped, codes);
  for (std::size_t s = 0; s < shown.size(); ++s) {
    const auto from = codes.begin() + static_cast<std::ptrdiff_t>(s * batch.count * set.pixels());
    out.examples.insert(out.examples.end(), from,
                        from + static_cast<std::ptrdiff_t>(out.example_images * set.pixels()));
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

double segmentation_temperature(const SegmentationSet& set, const TrainedSegmentation& network,
                                std::span<const std::size_t> rows, const Execution& exec) {
  const auto modalities = detail::modality_indices(set, network.modalities);
  std::vector<std::size_t> channels;
  for (const std::size_t m : modalities) channels.push_back(set.modalities[m].channels);
  const std::size_t k = set.classes.size();
  const std::size_t step = std::max<std::size_t>(1, rows.size() * set.pixels() / kPixels);
  const auto model = detail::segmentation_backend().load(network, channels, k, exec);
  std::vector<double> chosen;
  std::vector<int> y;
  const std::size_t at_once = detail::images_at_once(set);
  for (std::size_t first = 0; first < rows.size(); first += at_once) {
    exec.throw_if_stopped();
    const auto part = rows.subspan(first, std::min(at_once, rows.size() - first));
    std::vector<float> logits(part.size() * k * set.pixels());
    model->logits(detail::batch_of(set, modalities, part), logits);
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto label = set.label(part[i]);
      for (std::size_t p = (first + i) % step; p < set.pixels(); p += step) {
        if (label[p] == kIgnoreLabel) continue;
        y.push_back(label[p]);
        for (std::size_t c = 0; c < k; ++c) {
          chosen.push_back(static_cast<double>(logits[(i * k + c) * set.pixels() + p]));
        }
      }
    }
  }
  Matrix z(y.size(), k);
  std::copy(chosen.begin(), chosen.end(), z.data());
  std::vector<std::size_t> all(y.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return calibration_temperature(z, y, all);
}

double weighted_average_miou(const std::vector<std::vector<Confusion>>& by_image,
                             std::span<const std::uint32_t> weight, AbsentClass absent) {
  double sum = 0.0;
  for (const auto& of_subset : by_image) {
    Confusion all(of_subset.front().classes);
    for (std::size_t i = 0; i < of_subset.size(); ++i) {
      if (weight[i] == 0) continue;
      for (std::size_t j = 0; j < all.counts.size(); ++j) {
        all.counts[j] += weight[i] * of_subset[i].counts[j];
      }
    }
    sum += mean_iou(all, absent);
  }
  return sum / static_cast<double>(by_image.size());
}

std::string subset_text(Subset subset, const std::vector<std::string>& modalities) {
  std::string out;
  for (std::size_t m = 0; m < modalities.size(); ++m) {
    if ((subset >> m & 1U) != 0) out += (out.empty() ? "" : "+") + modalities[m];
  }
  return out;
}

}  // namespace cch
