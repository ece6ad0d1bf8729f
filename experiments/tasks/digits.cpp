#include <algorithm>
#include <cmath>
#include <numbers>

#include "cch/core/parallel.hpp"
#include "cch/data/datasets.hpp"
#include "experiments/tasks/draws.hpp"
#include "experiments/tasks/images.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kSide = 28;
constexpr std::size_t kPixels = kSide * kSide;
constexpr std::size_t kMostLoaded = 20000;

bool from_folder(const DigitsTask& task) {
  return task.source.starts_with("dir:");
}

void take_labels(TaskData& data, const std::string& source, const LoadOptions& options) {
  LoadedLabels loaded = load_labels(parse_source(source), LabelKind::discrete, options);
  const auto& labels = std::get<ClassLabels>(loaded.labels);
  data.y.assign(labels.codes().begin(), labels.codes().end());
  data.classes = labels.classes();
  data.class_names = labels.names();
  data.inputs.emplace_back("labels", loaded.info);
}

void take_array(TaskData& data, const std::string& role, const std::string& source,
                std::size_t columns, const LoadOptions& options) {
  LoadedSamples loaded = load_samples(parse_source(source), role, options);
  if (loaded.samples.dim() != columns) {
    refuse_data("wrong-shape", "the images of '" + role + "' are not 28 × 28",
                source + ": " + std::to_string(loaded.samples.dim()) + " values a row",
                "blur and colours are made for that size",
                "Give images of " + std::to_string(columns) + " values, or use task \"features\"");
  }
  data.inputs.emplace_back(role, loaded.info);
  data.arrays.emplace_back(role, std::move(loaded));
}

/// Height × width × channel of bytes to channel × height × width of shares.
void channels_first(std::span<const double> from, double scale, std::span<double> to) {
  const std::size_t channels = from.size() / kPixels;
  for (std::size_t p = 0; p < kPixels; ++p) {
    for (std::size_t c = 0; c < channels; ++c) to[c * kPixels + p] = from[p * channels + c] * scale;
  }
}

/// A patch of smooth colours: a mean and two waves a channel, drawn from the stream of its row.
void colour_patch(std::uint64_t seed, std::size_t row, std::span<double> out) {
  Random random(derive_seed(seed, "patch", row));
  for (std::size_t c = 0; c < 3; ++c) {
    const double mean = random.uniform();
    double wave[2][4];
    for (auto& w : wave) {
      const double angle = random.uniform(0.0, 2.0 * std::numbers::pi);
      const double turns = random.uniform(0.5, 4.0);
      w[0] = std::cos(angle) * turns;
      w[1] = std::sin(angle) * turns;
      w[2] = random.uniform(0.0, 2.0 * std::numbers::pi);
      w[3] = random.uniform(0.05, 0.3);
    }
    for (std::size_t p = 0; p < kPixels; ++p) {
      const double x = static_cast<double>(p % kSide) / kSide;
      const double y = static_cast<double>(p / kSide) / kSide;
      double value = mean;
      for (const auto& w : wave) {
        value += w[3] * std::sin(2.0 * std::numbers::pi * (w[0] * x + w[1] * y) + w[2]);
      }
      out[c * kPixels + p] = std::clamp(value, 0.0, 1.0);
    }
  }
}

/// A part of a picture, both drawn from the stream of its row.
void picture_patch(const std::vector<std::pair<ImageShape, Matrix>>& pictures, std::uint64_t seed,
                   std::size_t row, std::span<double> out) {
  Random random(derive_seed(seed, "patch", row));
  const auto& [shape, picture] = pictures[random.below(pictures.size())];
  const std::size_t top = random.below(shape.height - kSide + 1);
  const std::size_t left = random.below(shape.width - kSide + 1);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t p = 0; p < kPixels; ++p) {
      const std::size_t at = (top + p / kSide) * shape.width + left + p % kSide;
      out[c * kPixels + p] = picture(0, c * shape.height * shape.width + at);
    }
  }
}

double scale_of(const Samples& samples) {
  const MatrixView v = samples.view();
  double most = 0.0;
  for (std::size_t i = 0; i < std::min<std::size_t>(v.rows(), 100); ++i) {
    for (const double value : v.row(i)) most = std::max(most, value);
  }
  return most > 1.5 ? 1.0 / 255.0 : 1.0;
}

/// Mean 0 and variance 1 over all pixels of the first rows: with grey values as they are, half of
/// the hidden units of a network soon never fire again.
void standardise_images(Matrix& images, std::size_t rows) {
  const auto n = static_cast<double>(rows * images.cols());
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    for (const double v : images.row(i)) mean += v / n;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (const double v : images.row(i)) square += (v - mean) * (v - mean) / n;
  }
  const double scale = square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
  for (std::size_t i = 0; i < images.rows(); ++i) {
    for (double& v : images.row(i)) v = (v - mean) * scale;
  }
}

/// Which stored rows a seed takes: training rows first, then test rows.
std::vector<std::size_t> chosen_rows(const DigitsTask& task, const TaskData& data,
                                     std::uint64_t seed) {
  const std::size_t n = data.y.size();
  const std::size_t train = task.rows + task.pool_rows + task.fresh_rows;
  Random random(derive_seed(seed, "digits-rows"));
  const auto order = random.permutation(n);
  std::vector<std::size_t> first;
  std::vector<std::size_t> last;
  for (const std::size_t i : order) {
    // A set with a split of its own keeps its test rows (other pictures under the colours).
    const bool test = !data.split.empty() && data.split[i] == 2;
    const bool full = first.size() == train;
    if (!test && !full) {
      first.push_back(i);
    } else if ((data.split.empty() || test) && last.size() < task.test_rows) {
      last.push_back(i);
    }
  }
  if (first.size() < train || last.size() < task.test_rows) {
    refuse_data("too-few-rows", "the data have too few rows for this study",
                task.source + ": " + std::to_string(n) + " rows",
                "it needs " + std::to_string(train) + " to train and " +
                    std::to_string(task.test_rows) + " to test",
                "Lower rows, pool-rows, fresh-rows or test-rows");
  }
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

}  // namespace

TaskData load(const DigitsTask& task, const Execution& exec) {
  TaskData data;
  LoadOptions options;
  options.threads = exec.threads;
  if (from_folder(task)) {
    take_array(data, "mnist", task.source + ":mnist", kPixels, options);
    take_array(data, "mnistm", task.source + ":mnistm", 3 * kPixels, options);
    take_labels(data, task.source + ":labels", options);
    const auto views = dataset_views(task.source);
    if (std::find(views.begin(), views.end(), "split") != views.end()) {
      take_split(data, task.source, data.y.size());
    }
  } else {
    if (!task.patches.empty()) {
      SourceInfo info;
      info.source = task.patches;
      data.pictures = read_pictures(task.patches, kSide, info.sha256);
      data.inputs.emplace_back("patches", info);
    }
    options.max_rows = kMostLoaded;
    take_array(data, "grey", task.source + ":pixels", kPixels, options);
    take_labels(data, task.source + ":labels", options);
  }
  return data;
}

StudyDraw draw(const DigitsTask& task, const TaskData& data, std::uint64_t seed,
               const Execution& exec) {
  const auto rows = chosen_rows(task, data, seed);
  const std::size_t n = rows.size();
  const Samples& grey = data.arrays[0].second.samples;
  StudyDraw out;
  number_rows(out, task.rows + task.pool_rows, task.fresh_rows, task.test_rows, 0);
  out.classes = data.classes;
  for (const std::size_t row : rows) out.y.push_back(data.y[row]);
  const double scale = scale_of(grey);
  Matrix plain(n, kPixels);
  out.x = Matrix(n, 3 * kPixels);
  out.shape = {3, kSide, kSide};
  parallel_for(n, exec, [&](std::size_t i) {
    channels_first(grey.view().row(rows[i]), scale, plain.row(i));
    if (from_folder(task)) {
      const Samples& colour = data.arrays[1].second.samples;
      channels_first(colour.view().row(rows[i]), 1.0 / 255.0, out.x.row(i));
      return;
    }
    if (data.pictures.empty()) {
      colour_patch(seed, rows[i], out.x.row(i));
    } else {
      picture_patch(data.pictures, seed, rows[i], out.x.row(i));
    }
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t p = 0; p < kPixels; ++p) {
        double& v = out.x(i, c * kPixels + p);
        v = std::abs(v - plain(i, p));
      }
    }
  });
  standardise_images(out.x, task.rows);
  for (const double blur : task.blur) {
    TeacherView view;
    view.name = "grey";
    view.parameters = {{"blur", blur}};
    view.shape = {1, kSide, kSide};
    view.x = plain;
    if (blur > 0.0) blur_images(view.x, view.shape, blur, exec);
    standardise_images(view.x, task.rows);
    out.teachers.push_back(std::move(view));
  }
  return out;
}

}  // namespace cch::detail
