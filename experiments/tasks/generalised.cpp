#include <algorithm>
#include <cmath>

#include "experiments/tasks/draws.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kRelevant = 3;

/// Three columns of a row, by a stream of their own.
std::vector<std::size_t> relevant(std::size_t columns, Random& random) {
  auto order = random.permutation(columns);
  order.resize(kRelevant);
  return order;
}

/// The columns of the three largest values, in descending order.
std::vector<std::size_t> largest(std::span<const double> row) {
  auto order = row_range(0, row.size());
  std::partial_sort(order.begin(), order.begin() + kRelevant, order.end(),
                    [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
  order.resize(kRelevant);
  return order;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Mean 0 and variance 1 on the first rows, as in the published code.
void standardise(Matrix& x, std::size_t rows) {
  const auto n = static_cast<double>(rows);
  for (std::size_t j = 0; j < x.cols(); ++j) {
    double mean = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < rows; ++i) mean += x(i, j) / n;
    for (std::size_t i = 0; i < rows; ++i) square += (x(i, j) - mean) * (x(i, j) - mean) / n;
    for (std::size_t i = 0; i < x.rows(); ++i) x(i, j) = (x(i, j) - mean) / std::sqrt(square);
  }
}

double product(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

StudyDraw draw(const GeneralisedTask& task, const StudyValues& setting, std::uint64_t seed) {
  const auto which = static_cast<std::size_t>(std::get<double>(setting.front().second));
  const std::size_t n = task.rows + task.fresh_rows + task.test_rows;
  const std::size_t d = task.columns;
  StudyDraw out;
  number_rows(out, task.rows, task.fresh_rows, task.test_rows, 0);
  out.classes = 2;
  const Matrix clean = normals(n, d, seed, "features", which);
  const Matrix alpha = normals(1, d, seed, "weights", which);
  const Matrix noise = normals(n, which == 2 ? d : 1, seed, "noise", which);
  Random random(derive_seed(seed, "relevant", which));
  const auto fixed = relevant(d, random);
  out.x = clean;
  TeacherView view;
  view.name = "privileged";
  view.x = Matrix(n, which == 1 ? 1 : which == 2 ? d : kRelevant);
  std::vector<double> latents(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = clean.row(i);
    double latent = product(row, alpha.row(0));
    if (which == 1) {
      view.x(i, 0) = latent;
      latent += noise(i, 0);
    } else if (which == 2) {
      for (std::size_t j = 0; j < d; ++j) {
        view.x(i, j) = row[j];
        out.x(i, j) += noise(i, j);
      }
    } else {
      const auto seen = which == 3 ? fixed : which == 4 ? largest(row) : relevant(d, random);
      latent = 0.0;
      for (std::size_t j = 0; j < kRelevant; ++j) {
        view.x(i, j) = row[seen[j]];
        latent += alpha(0, j) * row[seen[j]];
      }
    }
    latents[i] = latent;
  }
  standardise(out.x, task.rows);
  standardise(view.x, task.rows);
  // The three largest have no mean of 0: half of the rows lie above the median.
  const double bar = which == 4 ? median(latents) : 0.0;
  for (const double latent : latents) out.y.push_back(latent > bar ? 1 : 0);
  out.teachers.push_back(std::move(view));
  return out;
}

}  // namespace cch::detail
