#include <algorithm>
#include <cmath>

#include "experiments/tasks/features.hpp"

namespace cch::detail {
namespace {

/// Channels last (as stored) to channels first (as networks take them); others stay as they are.
void put_channels_first(Matrix& x, const ImageShape& shape) {
  if (shape.channels < 2) return;
  const std::size_t pixels = shape.height * shape.width;
  std::vector<double> stored(x.cols());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const auto row = x.row(i);
    std::copy(row.begin(), row.end(), stored.begin());
    for (std::size_t p = 0; p < pixels; ++p) {
      for (std::size_t c = 0; c < shape.channels; ++c) {
        row[c * pixels + p] = stored[p * shape.channels + c];
      }
    }
  }
}

/// Columns of all parts, standardised by the given rows; constant columns become 0. Values of rows
/// that are not paired mean nothing.
Matrix standardised(const TaskData& data, const std::string& name,
                    const std::vector<std::size_t>& rows) {
  std::size_t columns = 0;
  for (const auto& part : parts_of(name)) columns += array_of(data, part).samples.dim();
  Matrix out(data.groups.rows(), columns);
  std::size_t first = 0;
  for (const auto& part : parts_of(name)) {
    const MatrixView x = array_of(data, part).samples.view();
    for (std::size_t j = 0; j < x.cols(); ++j) {
      double mean = 0.0;
      for (const std::size_t i : rows) mean += x(i, j) / static_cast<double>(rows.size());
      double variance = 0.0;
      for (const std::size_t i : rows) {
        variance += (x(i, j) - mean) * (x(i, j) - mean) / static_cast<double>(rows.size());
      }
      const double scale = variance > 1e-20 ? 1.0 / std::sqrt(variance) : 0.0;
      for (std::size_t i = 0; i < x.rows(); ++i) out(i, first + j) = (x(i, j) - mean) * scale;
    }
    first += x.cols();
  }
  return out;
}

void split_rows(const FeaturesTask& task, const TaskData& data, std::uint64_t seed,
                StudyDraw& out) {
  const std::size_t n = data.groups.rows();
  Random random(derive_seed(seed, "split"));
  if (task.split_of_file) {
    for (std::size_t i = 0; i < n; ++i) {
      (data.split[i] == 2 ? out.test : out.train).push_back(i);
    }
  } else {
    const auto most = std::min(task.test_rows,
                               static_cast<std::size_t>(task.test_share * static_cast<double>(n)));
    for (const std::size_t g : random.permutation(data.groups.count())) {
      const auto members = data.groups.members(g);
      auto& part = out.test.size() + members.size() <= most ? out.test : out.train;
      part.insert(part.end(), members.begin(), members.end());
    }
  }
  std::sort(out.train.begin(), out.train.end());
  std::sort(out.test.begin(), out.test.end());
  random.shuffle(std::span(out.train));
}

}  // namespace

StudyDraw draw(const FeaturesTask& task, const TaskData& data, const StudyValues& setting,
               std::uint64_t seed) {
  const auto& student = std::get<std::string>(setting.front().second);
  StudyDraw out;
  out.y = data.y;
  out.classes = data.classes;
  out.targets = data.targets;
  out.groups = data.groups;
  split_rows(task, data, seed, out);
  out.x = standardised(data, student, out.train);
  out.shape = shape_of(task, student);
  put_channels_first(out.x, out.shape);
  for (const auto& name : task.teachers) {
    if (name == student) continue;
    TeacherView view;
    view.name = name;
    view.paired = paired_rows(data, name);
    if ((view.stored = stored_outputs(task, name))) {
      view.x = std::find_if(data.outputs.begin(), data.outputs.end(), [&](const auto& entry) {
                 return entry.first == name;
               })->second;
      out.teachers.push_back(std::move(view));
      continue;
    }
    view.shape = shape_of(task, name);
    Matrix clean = standardised(data, name, view.paired_of(out.train));
    for (std::size_t i = 0; i < clean.rows(); ++i) {
      if (!view.pairs(i)) std::fill(clean.row(i).begin(), clean.row(i).end(), 0.0);
    }
    put_channels_first(clean, shape_of(task, name));
    for (std::size_t level = 0; level < task.noise.size(); ++level) {
      view.x = clean;
      view.parameters = feature_parameters(task, task.noise[level]);
      if (task.noise[level] > 0.0) {
        const Matrix noise = normals(clean.rows(), clean.cols(), seed, "noise " + name);
        for (std::size_t i = 0; i < clean.rows(); ++i) {
          for (std::size_t j = 0; j < clean.cols(); ++j) {
            view.x(i, j) += task.noise[level] * noise(i, j);
          }
        }
      }
      out.teachers.push_back(view);
    }
  }
  return out;
}

}  // namespace cch::detail
