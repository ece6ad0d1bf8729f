#include <filesystem>

#include "tools/cch/gaussian/settings.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

/// A file of weights is looked for beside the model.
std::string placed_teacher(const std::string& text, const fs::path& folder) {
  const fs::path beside = folder / text;
  return fs::exists(beside) ? beside.string() : text;
}

options::Table model_table(SharedPrivateModel& m) {
  return {{"a", &m.a, "Weights in y of the factors that both modalities have"},
          {"b", &m.b, "Of those that the teacher alone has"},
          {"d", &m.d, "Of those that the student alone has"},
          {"nuisance", &m.nuisance, "Shared factors that say nothing about y"},
          {"nuisance-size", &m.nuisance_size, "Their size, above 0"},
          {"teacher-noise", &m.teacher_noise, "Standard deviation"},
          {"student-noise", &m.student_noise, "Standard deviation"},
          {"label-noise", &m.label_noise, "Standard deviation"},
          {"teacher-dim", &m.teacher_dim, "Columns, 0 = as many as factors"},
          {"student-dim", &m.student_dim, "Likewise"}};
}

}  // namespace

options::Table gaussian_table(GaussianSettings& s) {
  using options::Completes;
  return {
      {"source",
       &s.source,
       "Covariance of (x1, x2, y) in any readable file, or MODEL.toml",
       {.required = true, .in_file = false, .completes = Completes::files}},
      {"--dims",
       &s.dims,
       "D1,D2,DY: columns of teacher, student and labels",
       {.commas = true, .in_file = false}},
      {"--n", &s.n, "Rows that the student is fitted on"},
      {"--lambda", &s.lambdas, "Weights of the teacher against the labels", {.commas = true}},
      {"--teacher",
       &s.teacher,
       "optimal; ols:N1 (least squares on N1 fresh rows); same-rows[:FOLDS] (on the student's "
       "rows, simulated); or a file of weights, D1 or D1 × DY",
       {.suggestions = {"optimal", "ols:", "same-rows"},
        .completes = Completes::files,
        .placed = placed_teacher}},
      {"--teacher-scale", &s.teacher_scale, "The teacher labels with γt instead of t"},
      {"--teachers",
       &s.teachers,
       "D11,D12,...: x1's columns belong to several teachers, each as --teacher says",
       {.commas = true}},
      {"--ridge",
       &s.ridges,
       "Also a ridge student, penalties nℓ|w|² with these ℓ and the best; then n may be below p",
       {.commas = true}},
      {"--intercept", &s.intercept, "Teacher and student are fitted with an intercept"},
      {"--simulate", &s.simulate, "Also simulate, with so many training sets"},
  };
}

namespace {

options::Table file_table(GaussianSettings& settings, SharedPrivateModel& model) {
  options::Table out = gaussian_table(settings);
  append(out, model_table(model));
  out.push_back({"seed", &settings.common.seed, "Seed of every random stream"});
  return out;
}

}  // namespace

SharedPrivateModel read_gaussian_model(const std::string& path,
                                       const std::vector<std::string>& given,
                                       GaussianSettings& settings) {
  SharedPrivateModel model;
  const options::Table table = file_table(settings, model);
  options::read_table(options::parse_file(path, "model"), table, {path, "model", "model"}, given);
  return model;
}

options::StudyFile gaussian_model_file() {
  struct Shown {
    GaussianSettings settings;
    SharedPrivateModel model;
  };
  const auto s = std::make_shared<Shown>();
  return {
      "model", "`cch gaussian solve MODEL.toml`", {{"", file_table(s->settings, s->model)}}, "", s};
}

}  // namespace cch
