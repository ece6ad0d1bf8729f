#include <cmath>

#include "experiments/tasks/draws.hpp"

namespace cch::detail {
namespace {

/// [common; own; nuisance; 0] + noise·N.
Matrix side(const std::vector<const Matrix*>& factors, Matrix noise, double size) {
  for (std::size_t i = 0; i < noise.rows(); ++i) {
    for (double& v : noise.row(i)) v *= size;
    std::size_t at = 0;
    for (const Matrix* part : factors) {
      for (const double v : part->row(i)) noise(i, at++) += v;
    }
  }
  return noise;
}

}  // namespace

StudyDraw draw(const GaussianTask& t, std::uint64_t seed) {
  const std::size_t n = t.rows + t.fresh_rows + t.test_rows + t.moment_rows;
  StudyDraw out;
  number_rows(out, t.rows, t.fresh_rows, t.test_rows, t.moment_rows);
  const Matrix common = normals(n, t.common_factors, seed, "common");
  const Matrix teacher = normals(n, t.teacher_factors, seed, "teacher");
  const Matrix student = normals(n, t.student_factors, seed, "student");
  const Matrix nuisance = normals(n, t.nuisance_factors, seed, "nuisance");
  const Matrix noise = normals(n, 1, seed, "labels");
  const auto weight = [](double part, std::size_t factors) {
    return factors > 0 ? std::sqrt(part / static_cast<double>(factors)) : 0.0;
  };
  const double a = weight(t.share, t.common_factors);
  const double b = weight((1.0 - t.share) / 2.0, t.teacher_factors);
  const double d = weight((1.0 - t.share) / 2.0, t.student_factors);
  out.targets = Matrix(n, 1);
  const auto sum = [](std::span<const double> row) {
    return std::accumulate(row.begin(), row.end(), 0.0);
  };
  for (std::size_t i = 0; i < n; ++i) {
    out.targets(i, 0) = a * sum(common.row(i)) + b * sum(teacher.row(i)) + d * sum(student.row(i)) +
                        t.label_noise * noise(i, 0);
  }
  out.x = side({&common, &student, &nuisance}, normals(n, t.student_dim, seed, "student-noise"),
               t.student_noise);
  for (const double size : t.teacher_noise) {
    TeacherView view;
    view.name = "x1";
    view.parameters = {{"teacher-noise", size}};
    view.x = side({&common, &teacher, &nuisance}, normals(n, t.teacher_dim, seed, "teacher-noise"),
                  size);
    out.teachers.push_back(std::move(view));
  }
  return out;
}

}  // namespace cch::detail
