#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <span>

#include "cch/data/sha256.hpp"
#include "cch/data/source.hpp"
#include "tools/cch/gaussian_settings.hpp"

namespace cch {
namespace {

Matrix matrix_of(const Samples& samples) {
  Matrix out(samples.size(), samples.dim());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t j = 0; j < samples.dim(); ++j) out(i, j) = samples(i, j);
  }
  return out;
}

std::string sha256_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return sha256(std::as_bytes(std::span(bytes)));
}

void check_dims(const std::vector<std::size_t>& dims) {
  if (dims.size() == 3) return;
  refuse_usage("dims-needed", "a covariance needs three block sizes",
               "its columns are those of x1 (teacher), x2 (student) and y (labels), in this order",
               "Give --dims D1,D2,DY");
}

JointGaussian read_joint(GaussianSettings& s, const std::vector<std::string>& given,
                         nlohmann::json& inputs) {
  if (s.source.ends_with(".toml")) {
    if (!s.dims.empty()) {
      refuse_usage("option-without-meaning", "--dims is for a covariance alone",
                   "a model has dimensions of its own", "Leave it out");
    }
    const SharedPrivateModel model = read_gaussian_model(s.source, given, s);
    inputs.push_back(
        {{"role", "model"}, {"source", s.source}, {"sha256", sha256_of_file(s.source)}});
    return model.joint();
  }
  check_dims(s.dims);
  const LoadedSamples loaded = load_samples(parse_source(s.source), "the covariance");
  inputs.push_back(input_json("covariance", "covariance", loaded.info));
  return JointGaussian::from(matrix_of(loaded.samples),
                             {{"x1", s.dims[0]}, {"x2", s.dims[1]}, {"y", s.dims[2]}});
}

std::size_t count_after(const std::string& text, std::size_t start) {
  std::size_t count = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + start, end, count);
  if (start < text.size() && result.ec == std::errc() && result.ptr == end) return count;
  refuse_usage("bad-teacher", "the teacher '" + text + "' has no whole number after the colon", {},
               "Use optimal, ols:N1, same-rows, same-rows:FOLDS or a file of weights");
}

Teacher read_teacher(const std::string& text, nlohmann::json& inputs) {
  if (text == "optimal") return OptimalTeacher{};
  if (text.starts_with("ols:")) return FreshRowsTeacher{count_after(text, 4)};
  if (text == "same-rows") return StudentRowsTeacher{1};
  if (text.starts_with("same-rows:")) return StudentRowsTeacher{count_after(text, 10)};
  const LoadedSamples loaded = load_samples(parse_source(text), "the teacher's weights");
  inputs.push_back(input_json("teacher", "weights", loaded.info));
  return GivenTeacher{matrix_of(loaded.samples)};
}

}  // namespace

GaussianProblem read_gaussian_problem(GaussianSettings& s, const std::vector<std::string>& given) {
  nlohmann::json inputs = nlohmann::json::array();
  JointGaussian joint = read_joint(s, given, inputs);
  if (!s.n) {
    refuse_usage("n-needed", "the number of the student's rows is missing",
                 "the risk of least squares depends on it", "Give --n N");
  }
  if (s.lambdas.empty()) {
    refuse_usage("empty-grid", "there is no λ to solve for", {}, "Give --lambda 0.1,0.5,1");
  }
  for (const double lambda : s.lambdas) {
    if (lambda >= 0.0 && std::isfinite(lambda)) continue;
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels",
                 "Give finite λ of at least 0");
  }
  Teacher teacher = read_teacher(s.teacher, inputs);
  return {std::move(joint), std::move(teacher), {*s.n, s.intercept}, std::move(inputs)};
}

}  // namespace cch
