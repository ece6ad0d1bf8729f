#include "training/plain_network.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace cch::test {
namespace {

using Values = std::vector<double>;

// out × in weights, then offsets; moves `w` behind them.
Values layer(const Values& in, std::size_t out, const double*& w) {
  Values z(out, 0.0);
  for (double& v : z) {
    for (const double x : in) v += *w++ * x;
  }
  for (double& v : z) v += *w++;
  return z;
}

void rectify(Values& values) {
  for (double& v : values) v = std::max(v, 0.0);
}

struct Image {
  ImageShape shape;
  Values values;

  [[nodiscard]] double at(std::size_t c, std::size_t i, std::size_t j) const {
    return values[(c * shape.height + i) * shape.width + j];
  }
  // 0 beyond the border; i and j count from 1.
  [[nodiscard]] double bordered(std::size_t c, std::size_t i, std::size_t j) const {
    const bool inside = i >= 1 && j >= 1 && i <= shape.height && j <= shape.width;
    return inside ? at(c, i - 1, j - 1) : 0.0;
  }
};

Image convolved(const Image& in, std::size_t out, const double*& w) {
  Image z{{out, in.shape.height, in.shape.width}, {}};
  const double* offsets = w + out * in.shape.channels * 9;
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in.shape.height; ++i) {
      for (std::size_t j = 0; j < in.shape.width; ++j) {
        double sum = offsets[o];
        const double* kernel = w + o * in.shape.channels * 9;
        for (std::size_t c = 0; c < in.shape.channels; ++c) {
          for (std::size_t k = 0; k < 9; ++k)
            sum += *kernel++ * in.bordered(c, i + k / 3, j + k % 3);
        }
        z.values.push_back(sum);
      }
    }
  }
  w = offsets + out;
  return z;
}

Image halved(const Image& in) {
  Image out{{in.shape.channels, in.shape.height / 2, in.shape.width / 2}, {}};
  for (std::size_t c = 0; c < out.shape.channels; ++c) {
    for (std::size_t i = 0; i < out.shape.height; ++i) {
      for (std::size_t j = 0; j < out.shape.width; ++j) {
        out.values.push_back(
            std::max(std::max(in.at(c, 2 * i, 2 * j), in.at(c, 2 * i, 2 * j + 1)),
                     std::max(in.at(c, 2 * i + 1, 2 * j), in.at(c, 2 * i + 1, 2 * j + 1))));
      }
    }
  }
  return out;
}

Values log_softmax(std::span<const double> z, double temperature) {
  double sum = 0.0;
  for (const double v : z) sum += std::exp(v / temperature);
  Values out;
  for (const double v : z) out.push_back(v / temperature - std::log(sum));
  return out;
}

double hard_of_row(const TrainingData& data, const TrainingJob& job, std::size_t row,
                   const Values& z) {
  if (data.classes > 0) return -log_softmax(z, 1.0)[static_cast<std::size_t>(data.y[row])];
  double sum = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    sum += std::pow(z[k] - job.label_scale * data.targets(row, k), 2);
  }
  return sum;
}

double on_outputs(const DistilLoss& loss, const Values& z, std::span<const double> t) {
  double squares = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) squares += std::pow(z[k] - t[k], 2);
  if (loss.form == DistilForm::prediction) return squares;
  if (loss.form == DistilForm::logits) return squares / static_cast<double>(z.size());
  Values from = log_softmax(t, loss.temperature);
  Values to = log_softmax(z, loss.temperature);
  if (loss.form == DistilForm::reverse_kl) std::swap(from, to);
  double sum = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) sum += std::exp(from[k]) * (from[k] - to[k]);
  return sum * (loss.scaled ? loss.temperature * loss.temperature : 1.0);
}

double cosine(std::span<const double> a, std::span<const double> b) {
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    ab += a[j] * b[j];
    aa += a[j] * a[j];
    bb += b[j] * b[j];
  }
  return aa * bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;  // no unit is on: no direction
}

double on_features(const DistilLoss& loss, const TeacherOutputs& teacher, const PlainStep& step,
                   std::size_t i, const Values& mapped) {
  const auto g = teacher.features.row(step.rows[i]);
  if (loss.form == DistilForm::cosine) return 1.0 - cosine(mapped, g);
  double sum = 0.0;
  if (loss.form == DistilForm::fitnet) {
    for (std::size_t j = 0; j < g.size(); ++j) sum += std::pow(mapped[j] - g[j], 2);
    return sum / static_cast<double>(g.size());
  }
  for (const std::size_t row : step.rows) {
    if (!teacher.pairs(row)) continue;
    sum += std::exp(cosine(mapped, teacher.features.row(row)) / loss.temperature);
  }
  return std::log(sum) - cosine(mapped, g) / loss.temperature;
}

Values mapped_of(const Values& h, std::size_t columns, const Values& map) {
  Values out(columns, 0.0);
  const double* w = map.data();
  for (double& v : out) {
    for (const double x : h) v += *w++ * x;
  }
  return out;
}

}  // namespace

PlainOutputs plain_outputs(const NetworkSpec& network, const TrainingData& data, std::size_t row,
                           const std::vector<double>& weights) {
  const auto x = data.x.row(row);
  PlainOutputs out;
  Values in(x.begin(), x.end());
  const double* w = weights.data();
  if (network.layers == Layers::cnn) {
    Image image{data.shape, in};
    for (const std::size_t width : network.widths) {
      image = convolved(image, width, w);
      rectify(image.values);
      image = halved(image);
    }
    in = image.values;
    out.h = in;
  } else {
    for (const std::size_t width : network.widths) {
      in = layer(in, width, w);
      rectify(in);
      out.h = in;
    }
  }
  out.z = layer(in, data.outputs(), w);
  return out;
}

PlainLoss plain_loss(const NetworkSpec& network, const TrainingData& data, const TrainingJob& job,
                     const PlainStep& step, const std::vector<double>& weights,
                     const std::vector<double>& map) {
  PlainLoss sum;
  for (std::size_t i = 0; i < step.rows.size(); ++i) {
    const PlainOutputs out = plain_outputs(network, data, step.rows[i], weights);
    const double hard =
        step.labelled[i] ? step.hard_scale * hard_of_row(data, job, step.rows[i], out.z) : 0.0;
    sum.hard += hard;
    if (job.loss.lambda == 0.0) continue;
    const TeacherOutputs& teacher = data.teachers[*job.teacher];
    if (!teacher.pairs(step.rows[i])) {
      sum.unpaired += (1.0 - job.loss.hard_weight()) * hard;
      continue;
    }
    if (compares_features(job.loss.form)) {
      sum.soft +=
          on_features(job.loss, teacher, step, i, mapped_of(out.h, teacher.features.cols(), map));
    } else {
      sum.soft += on_outputs(job.loss, out.z, teacher.outputs.row(step.rows[i]));
    }
  }
  const auto rows = static_cast<double>(step.rows.size());
  return {sum.hard / rows, sum.soft / rows, sum.unpaired / rows};
}

}  // namespace cch::test
