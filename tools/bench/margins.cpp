// Margins I(T;S) − I(S;Y) whose both sides are known, by pairs of estimators: is a margin better
// when its two terms come from one family?
//
// Y is uniform on C classes; given Y = c the informative columns of teacher and student are normal
// with means a_c and b_c, unit variance and correlation ρ in pairs; further columns are noise, and
// a random rotation mixes each side. Both truths are means of exact log densities over fresh rows.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"

namespace {

using cch::Execution;
using cch::Groups;
using cch::Random;
using cch::Samples;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Eigen::Index kMostInformative = 8;
constexpr std::size_t kTruthRows = 200000;  // standard error of each truth below .004 nats

struct Case {
  Eigen::Index dim;
  std::size_t classes;
  double rho;

  [[nodiscard]] std::string name() const {
    return fmt::format("{} columns, {} classes, ρ = {}", dim, classes, rho);
  }
};

struct Model {
  Case of;
  Rows teacher_means;  // classes × informative
  Rows student_means;

  explicit Model(const Case& c) : of(c) {
    const Eigen::Index m = std::min(c.dim, kMostInformative);
    const double scale = 1.6 / std::sqrt(static_cast<double>(m));
    Random random(cch::derive_seed(1, c.name()));
    teacher_means.resize(static_cast<Eigen::Index>(c.classes), m);
    student_means.resize(static_cast<Eigen::Index>(c.classes), m);
    for (Rows* means : {&teacher_means, &student_means}) {
      for (Eigen::Index i = 0; i < means->size(); ++i) means->data()[i] = scale * random.normal();
    }
  }
};

// Informative columns alone.
struct Draw {
  std::vector<int> codes;
  Rows teacher;
  Rows student;
};

Draw draw(const Model& model, std::size_t n, Random& random) {
  const Eigen::Index m = model.teacher_means.cols();
  const double own = std::sqrt(1.0 - model.of.rho * model.of.rho);
  Draw out{std::vector<int>(n), Rows(static_cast<Eigen::Index>(n), m),
           Rows(static_cast<Eigen::Index>(n), m)};
  for (Eigen::Index i = 0; i < out.teacher.rows(); ++i) {
    const auto c = static_cast<Eigen::Index>(random.below(model.of.classes));
    out.codes[static_cast<std::size_t>(i)] = static_cast<int>(c);
    for (Eigen::Index j = 0; j < m; ++j) {
      const double u = random.normal();
      out.teacher(i, j) = model.teacher_means(c, j) + u;
      out.student(i, j) = model.student_means(c, j) + model.of.rho * u + own * random.normal();
    }
  }
  return out;
}

double log_mean_exp(const Eigen::ArrayXd& values) {
  const double top = values.maxCoeff();
  return top + std::log((values - top).exp().mean());
}

struct Truth {
  double teacher_student = 0.0;
  double student_labels = 0.0;
};

Truth truth_of(const Model& model) {
  Random random(cch::derive_seed(2, model.of.name()));
  const Draw rows = draw(model, kTruthRows, random);
  const double rho = model.of.rho;
  const auto classes = static_cast<Eigen::Index>(model.of.classes);
  Truth sum;
  Eigen::ArrayXd of_teacher(classes);
  Eigen::ArrayXd of_student(classes);
  Eigen::ArrayXd of_both(classes);
  for (Eigen::Index i = 0; i < rows.teacher.rows(); ++i) {
    for (Eigen::Index c = 0; c < classes; ++c) {
      const Eigen::ArrayXd t = (rows.teacher.row(i) - model.teacher_means.row(c)).array();
      const Eigen::ArrayXd s = (rows.student.row(i) - model.student_means.row(c)).array();
      of_teacher(c) = -0.5 * t.square().sum();
      of_student(c) = -0.5 * s.square().sum();
      of_both(c) = of_teacher(c) - 0.5 * (s - rho * t).square().sum() / (1.0 - rho * rho) -
                   0.5 * static_cast<double>(t.size()) * std::log1p(-rho * rho);
    }
    const double student = log_mean_exp(of_student);
    const auto own = static_cast<Eigen::Index>(rows.codes[static_cast<std::size_t>(i)]);
    sum.teacher_student += log_mean_exp(of_both) - log_mean_exp(of_teacher) - student;
    sum.student_labels += of_student(own) - student;
  }
  const auto n = static_cast<double>(kTruthRows);
  return {sum.teacher_student / n, sum.student_labels / n};
}

// Informative columns with noise beside them, rotated; on the rank scale.
Samples side(const Rows& informative, Eigen::Index dim, const char* name, Random& random) {
  Rows all(informative.rows(), dim);
  for (Eigen::Index i = 0; i < all.size(); ++i) all.data()[i] = random.normal();
  all.leftCols(informative.cols()) = informative;
  Eigen::MatrixXd directions(dim, dim);
  for (Eigen::Index i = 0; i < directions.size(); ++i) directions.data()[i] = random.normal();
  const Eigen::MatrixXd rotation = directions.householderQr().householderQ();
  const Rows mixed = all * rotation;
  cch::Matrix values(static_cast<std::size_t>(mixed.rows()), static_cast<std::size_t>(dim),
                     std::vector<double>(mixed.data(), mixed.data() + mixed.size()));
  std::vector<cch::Warning> ignored;
  return cch::scaled(Samples::from(std::move(values), name), cch::Scale::rank, ignored,
                     Execution{});
}

struct Choices {
  std::vector<std::string> families{"auto", "ksg1", "mixed-ksg", "latent", "mine", "infonce"};
  std::size_t rows = 2000;
  std::uint64_t seeds = 2;
  unsigned threads = 0;
};

struct Sides {
  double teacher_student;
  double student_labels;
};

Sides measure(const std::string& family, const Samples& teacher, const Samples& student,
              const cch::ClassLabels& labels, const Execution& exec) {
  const Groups groups = Groups::singletons(student.size());
  const bool by_default = family == "auto";
  const cch::EstimatorOptions first = by_default
                                          ? cch::choose_estimator(teacher, student, groups).options
                                          : cch::default_options(family);
  const cch::EstimatorOptions second = by_default
                                           ? cch::choose_estimator(student, labels, groups).options
                                           : cch::label_partner(first, labels).options;
  return {cch::estimate(first, teacher, student, groups, exec).nats,
          cch::estimate(second, student, labels, groups, exec).nats};
}

struct Score {
  double teacher_student = 0.0;
  double student_labels = 0.0;
  double margin = 0.0;
  double signed_margin = 0.0;
  std::size_t wrong = 0;
  std::size_t count = 0;
};

void run(const Choices& choices) {
  std::map<std::string, Score> scores;
  fmt::print("| case | truth: I(T;S), I(S;Y), margin |");
  for (const std::string& family : choices.families) fmt::print(" {} |", family);
  fmt::print("\n|---|---|");
  for (std::size_t i = 0; i < choices.families.size(); ++i) fmt::print("---|");
  fmt::print("\n");
  for (const Eigen::Index dim : {2, 8, 32, 256}) {
    for (const std::size_t classes : {2, 10}) {
      for (const double rho : {0.0, 0.3, 0.6}) {
        const Model model({dim, classes, rho});
        const Truth truth = truth_of(model);
        const double margin = truth.teacher_student - truth.student_labels;
        fmt::print("| {} | {:.3f}, {:.3f}, {:.3f} |", model.of.name(), truth.teacher_student,
                   truth.student_labels, margin);
        std::map<std::string, double> means;
        for (std::uint64_t seed = 1; seed <= choices.seeds; ++seed) {
          Random random(cch::derive_seed(seed, "draw " + model.of.name()));
          const Draw rows = draw(model, choices.rows, random);
          const Samples teacher = side(rows.teacher, dim, "teacher", random);
          const Samples student = side(rows.student, dim, "student", random);
          std::vector<std::string> names;
          for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
          const auto labels = cch::ClassLabels::from(rows.codes, std::move(names));
          Execution exec;
          exec.threads = choices.threads;
          exec.seed = seed;
          for (const std::string& family : choices.families) {
            const Sides sides = measure(family, teacher, student, labels, exec);
            const double error = sides.teacher_student - sides.student_labels - margin;
            Score& score = scores[family];
            score.teacher_student += std::abs(sides.teacher_student - truth.teacher_student);
            score.student_labels += std::abs(sides.student_labels - truth.student_labels);
            score.margin += std::abs(error);
            score.signed_margin += error;
            score.wrong += (margin + error) * margin < 0.0 ? 1 : 0;
            ++score.count;
            means[family] += (margin + error) / static_cast<double>(choices.seeds);
          }
        }
        for (const std::string& family : choices.families) fmt::print(" {:.3f} |", means[family]);
        fmt::print("\n");
        std::fflush(stdout);
      }
    }
  }
  fmt::print(
      "\n| both sides by | error of I(T;S) | of I(S;Y) | of the margin | its mean | wrong sign |\n"
      "|---|---|---|---|---|---|\n");
  for (const std::string& family : choices.families) {
    const Score& s = scores[family];
    const auto n = static_cast<double>(s.count);
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} | {:+.3f} | {} of {} |\n", family,
               s.teacher_student / n, s.student_labels / n, s.margin / n, s.signed_margin / n,
               s.wrong, s.count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app("Margins with known sides, by families of estimators");
  app.add_option("--families", choices.families, "auto, or an estimator of both sides")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--rows", choices.rows)->capture_default_str();
  app.add_option("--seeds", choices.seeds)->capture_default_str();
  app.add_option("--threads", choices.threads, "0 = all")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(choices);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
