#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostNumber = 100'000'000;  // rows beyond this are no plan

class PlanFaults {
 public:
  void add(bool wrong, std::string code, std::string problem, std::string why, std::string action) {
    if (!wrong) return;
    faults_.push_back({std::move(code), std::move(problem), {}, std::move(why), std::move(action)});
  }
  void throw_if_any() {
    if (!faults_.empty()) throw Error(ErrorKind::usage, std::move(faults_));
  }

 private:
  std::vector<Fault> faults_;
};

double effective_of(std::size_t pairs, std::size_t dim) {
  return static_cast<double>(std::clamp<std::size_t>(pairs, 1, dim));
}

Groups even_groups(std::size_t rows, std::size_t count) {
  std::vector<std::size_t> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = i * count / rows;
  return Groups::from(codes);
}

ClassLabels even_classes(std::size_t rows, std::size_t classes, std::uint64_t seed) {
  std::vector<int> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = static_cast<int>(i % classes);
  Random random(derive_seed(seed, "planned-labels"));
  random.shuffle(std::span(codes));
  std::vector<std::string> names(classes);
  for (std::size_t c = 0; c < classes; ++c) names[c] = std::to_string(c);
  return ClassLabels::from(std::move(codes), std::move(names));
}

}  // namespace

void check_plan(const PlanNumbers& p) {
  PlanFaults faults;
  const std::string rows = std::to_string(p.rows);
  faults.add(p.rows == 0, "plan-rows", "a plan of no rows", "there is nothing to estimate from",
             "Give --n of at least 100");
  faults.add(p.rows > kMostNumber, "plan-rows", "a plan of " + rows + " rows",
             "more than 100 million rows are no sample that could be planted",
             "Give a smaller --n");
  faults.add(p.groups && *p.groups == 0, "plan-groups", "a plan of no groups",
             "every row belongs to one", "Give --groups COUNT, or leave it out");
  faults.add(p.groups && p.rows > 0 && *p.groups > p.rows, "plan-groups",
             std::to_string(p.groups.value_or(0)) + " groups of " + rows + " rows",
             "every group has at least one row", "Give at most as many --groups as --n");
  faults.add(p.dim_student == 0, "plan-dimension", "a student without a column",
             "it would know nothing", "Give --dim-student of at least 1");
  faults.add(p.dims_teacher.empty(), "plan-dimension", "a plan without a teacher",
             "there would be nothing to decide", "Give --dim-teacher once for each teacher");
  const bool empty_teacher =
      std::find(p.dims_teacher.begin(), p.dims_teacher.end(), 0) != p.dims_teacher.end();
  faults.add(empty_teacher, "plan-dimension", "a teacher without a column", "it would know nothing",
             "Give --dim-teacher of at least 1");
  faults.add(p.classes == 1, "plan-classes", "labels of one class",
             "there is nothing to know about such labels",
             "Give --classes of at least 2, or 0 for a real-valued label");
  faults.add(p.rows > 0 && p.classes > p.rows, "plan-classes",
             std::to_string(p.classes) + " classes in " + rows + " rows",
             "most classes would have no row", "Give fewer --classes than --n");
  faults.add(!(p.icc >= 0.0 && p.icc < 1.0), "plan-icc",
             "an intra-class correlation outside [0, 1)",
             "rows of a group must neither repel each other nor be copies",
             "Give --icc of at least 0 and below 1");
  faults.add(p.icc > 0.0 && !p.groups, "plan-icc", "--icc without groups",
             "it says how alike the rows of a group are", "Add --groups COUNT, or leave --icc out");
  const bool share = p.classes == 0 ? p.share_of_entropy > 0.0
                                    : p.share_of_entropy > 0.0 && p.share_of_entropy < 1.0;
  faults.add(!share, "plan-information", "no such information of the student about the labels",
             "it lies above 0 and below H(Y)", "Give a share between 0 and 1");
  faults.throw_if_any();
}

QuestionShape planned_shape(const PlanNumbers& p, std::uint64_t seed) {
  check_plan(p);
  QuestionShape shape;
  shape.groups = p.groups ? even_groups(p.rows, *p.groups) : Groups::singletons(p.rows);
  shape.icc = p.icc;
  shape.dim_student = p.dim_student;
  shape.spectrum_student = power_law_spectrum(p.dim_student, effective_of(p.pairs, p.dim_student));
  for (std::size_t t = 0; t < p.dims_teacher.size(); ++t) {
    const std::size_t dim = p.dims_teacher[t];
    const std::size_t pairs = std::max<std::size_t>(1, std::min({p.pairs, dim, p.dim_student}));
    shape.teachers.push_back({"teacher " + std::to_string(t + 1), dim, pairs,
                              power_law_spectrum(dim, effective_of(p.pairs, dim))});
  }
  shape.i_student_labels = p.share_of_entropy;
  if (p.classes == 0) return shape;
  shape.labels = even_classes(p.rows, p.classes, seed);
  shape.i_student_labels *= shape.labels->entropy_nats();
  return shape;
}

}  // namespace cch
