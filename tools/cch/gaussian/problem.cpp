#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "cch/data/source.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/settings.hpp"

namespace cch {
namespace {

documents::SolveInput array_input(const std::string& role, const std::string& name,
                                  const SourceInfo& info) {
  documents::SolveInput out{{role, info.source, info.sha256, {}}, name, info.shape, info.dtype};
  if (!info.sha256_of.empty()) out.sha256_of = info.sha256_of;
  return out;
}

Matrix matrix_of(const Samples& samples) {
  Matrix out(samples.size(), samples.dim());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t j = 0; j < samples.dim(); ++j) out(i, j) = samples(i, j);
  }
  return out;
}

void check_dims(const std::vector<std::size_t>& dims) {
  if (dims.size() == 3) return;
  refuse_usage("dims-needed", "a covariance needs three block sizes",
               "its columns are those of x1 (teacher), x2 (student) and y (labels), in this order",
               "Give --dims D1,D2,DY");
}

std::size_t sum_of(const std::vector<std::size_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::size_t{0});
}

/// The blocks of x1 (one, or one for each of several teachers), x2 and y.
std::vector<GaussianBlock> blocks_of(const GaussianProblem& p,
                                     const std::vector<std::size_t>& teachers) {
  std::vector<GaussianBlock> out;
  for (std::size_t k = 0; k < p.teacher_blocks.size(); ++k) {
    out.push_back({p.teacher_blocks[k], teachers.empty() ? p.d1 : teachers[k]});
  }
  out.push_back({"x2", p.p});
  out.push_back({"y", p.q});
  return out;
}

void part_teachers(GaussianProblem& p, const std::vector<std::size_t>& teachers) {
  if (teachers.empty()) return;
  if (sum_of(teachers) != p.d1) {
    refuse_usage("block-sizes",
                 "the teachers have " + std::to_string(sum_of(teachers)) + " columns and x1 has " +
                     std::to_string(p.d1),
                 "every column of x1 belongs to one teacher", "Give --teachers that add up");
  }
  p.teacher_blocks.clear();
  for (std::size_t k = 1; k <= teachers.size(); ++k) {
    p.teacher_blocks.push_back("x1." + std::to_string(k));
  }
}

void read_model(GaussianSettings& s, const std::vector<std::string>& given, GaussianProblem& p) {
  if (!s.dims.empty()) {
    refuse_usage("option-without-meaning", "--dims is for a covariance alone",
                 "a model has dimensions of its own", "Leave it out");
  }
  p.model = read_gaussian_model(s.source, given, s);
  p.inputs.push_back({file_record("model", s.source), {}, {}, {}});
  p.d1 = p.model->p1();
  p.p = p.model->p2();
  part_teachers(p, s.teachers);
  if (s.teachers.empty()) {
    static_cast<void>(p.model->information());  // refuses what has none
  } else {
    p.joint = JointGaussian::from(p.model->joint().covariance(), blocks_of(p, s.teachers));
  }
}

/// Half a unit in the last place of a stored correlation near 1.
double rounding_of(const std::string& dtype) {
  if (dtype == "float32") return 0x1p-25;
  if (dtype == "float16") return 0x1p-12;
  return dtype == "bfloat16" ? 0x1p-9 : 0.0;
}

/// Above the rounding of sums in double precision.
constexpr double kSayAsymmetry = 1e-12;

void warn_about_asymmetry(const Matrix& covariance, std::vector<Warning>& warnings) {
  const double asymmetry = largest_asymmetry(covariance);
  if (!(asymmetry > kSayAsymmetry)) return;
  warnings.push_back({"covariance-rounded",
                      fmt::format("the covariance is symmetric up to {:.2g} of √(Σ_ii Σ_jj), as "
                                  "after rounding; both halves were averaged",
                                  asymmetry)});
}

void read_covariance(GaussianSettings& s, GaussianProblem& p) {
  check_dims(s.dims);
  const LoadedSamples loaded =
      load_samples(parse_source(s.source), "the covariance", {.held = s.common.held});
  p.inputs.push_back(array_input("covariance", "covariance", loaded.info));
  p.d1 = s.dims[0];
  p.p = s.dims[1];
  p.q = s.dims[2];
  part_teachers(p, s.teachers);
  const Matrix covariance = matrix_of(loaded.samples);
  p.warnings = loaded.info.warnings;
  p.joint = JointGaussian::from(covariance, blocks_of(p, s.teachers), "the covariance",
                                rounding_of(loaded.info.dtype));
  warn_about_asymmetry(covariance, p.warnings);
}

Teacher read_teacher(const std::string& text, std::size_t n, const Held& held,
                     std::vector<documents::SolveInput>& inputs, std::vector<Warning>& warnings) {
  if (auto named = named_teacher(text, n)) return *named;
  const LoadedSamples loaded =
      load_samples(parse_source(text), "the teacher's weights", {.held = held});
  inputs.push_back(array_input("teacher", "weights", loaded.info));
  warnings.insert(warnings.end(), loaded.info.warnings.begin(), loaded.info.warnings.end());
  return GivenTeacher{matrix_of(loaded.samples)};
}

void check_grid(const GaussianSettings& s) {
  if (s.lambdas.empty()) {
    refuse_usage("empty-grid", "there is no λ to solve for", {}, "Give --lambda 0.1,0.5,1");
  }
  for (const double lambda : s.lambdas) {
    if (lambda >= 0.0 && std::isfinite(lambda)) continue;
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels",
                 "Give finite λ of at least 0");
  }
  for (const double ridge : s.ridges) {
    if (ridge >= 0.0 && std::isfinite(ridge)) continue;
    refuse_usage("bad-ridge", "ℓ = " + std::to_string(ridge) + " is not a penalty",
                 "it is the weight of |w|²", "Give finite ℓ of at least 0");
  }
  if (std::isfinite(s.teacher_scale)) return;
  refuse_usage("bad-scale", "the teacher's scale is not finite", {}, "Give a number");
}

/// Informations and moments are those of the distribution; all else is of a student's rows.
bool needs_rows(const GaussianSettings& s) {
  return s.simulate > 0 || !s.ridges.empty() || !s.teachers.empty() ||
         s.teacher.starts_with("same-rows");
}

}  // namespace

GaussianProblem read_gaussian_problem(GaussianSettings& s, const std::vector<std::string>& given) {
  GaussianProblem p;
  if (s.source.ends_with(".toml")) {
    read_model(s, given, p);
  } else {
    read_covariance(s, p);
  }
  if (!s.n && needs_rows(s)) {
    refuse_usage("n-needed", "the number of the student's rows is missing",
                 "what was asked for depends on it", "Give --n N");
  }
  check_grid(s);
  p.teacher = read_teacher(s.teacher, s.n.value_or(0), s.common.held, p.inputs, p.warnings);
  p.teacher_scale = s.teacher_scale;
  p.fit = {s.n.value_or(0), s.intercept};
  return p;
}

DistillationMoments GaussianProblem::moments() const {
  const bool from_model = model && !joint;
  return scaled(from_model ? model->moments(teacher, fit.intercept)
                           : distillation_moments(*joint, teacher, fit.intercept, blocks()),
                teacher_scale);
}

ModelInformation GaussianProblem::information() const {
  if (model) return model->information();
  const BlockNames& x1 = teacher_blocks;
  const double x2_y = joint->information({"x2"}, {"y"});
  BlockNames both = x1;
  both.emplace_back("x2");
  // The chain rule: I(x1; y | x2) without another determinant.
  return {joint->information(x1, {"x2"}), x2_y, joint->information(x1, {"y"}),
          joint->information(both, {"y"}) - x2_y};
}

}  // namespace cch
