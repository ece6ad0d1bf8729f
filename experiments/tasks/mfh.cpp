#include "cch/gaussian/mfh_model.hpp"
#include "experiments/tasks/draws.hpp"

namespace cch::detail {
namespace {

Matrix side(const Matrix& z, const std::vector<std::size_t>& seen, Matrix noise) {
  for (std::size_t i = 0; i < z.rows(); ++i) {
    for (const std::size_t j : seen) noise(i, j) = z(i, j);
  }
  return noise;
}

}  // namespace

StudyDraw draw(const MfhTask& task, std::uint64_t seed) {
  const std::size_t n = task.rows + task.fresh_rows + task.test_rows + task.moment_rows;
  const auto model_of = [&](std::size_t v) {
    return task.alpha ? MfhModel::alpha(v, seed) : MfhModel::gamma(v, seed);
  };
  StudyDraw out;
  number_rows(out, task.rows, task.fresh_rows, task.test_rows, task.moment_rows);
  const MfhModel any = model_of(0);
  const Matrix z = normals(n, any.a.size(), seed, "mfh-decisive");
  out.x = side(z, any.student_z, normals(n, any.p2, seed, "mfh-student"));
  out.classes = 2;
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = z.row(i);
    const double latent = std::inner_product(row.begin(), row.end(), any.a.begin(), 0.0);
    out.y.push_back(latent > 0.0 ? 1 : 0);
  }
  for (const std::size_t v : task.v) {
    const MfhModel model = model_of(v);
    TeacherView view;
    view.name = "x1";
    view.parameters = mfh_parameters(task, v);
    // One stream for all v: teachers differ in the columns that they see, not in their noise.
    view.x = side(z, model.teacher_z, normals(n, model.p1, seed, "mfh-teacher"));
    out.teachers.push_back(std::move(view));
  }
  return out;
}

}  // namespace cch::detail
