#include "cch/criterion/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/estimators/catalog.hpp"

namespace cch {
namespace {

constexpr std::size_t kFewestGroups = 20;
constexpr std::size_t kFewestRows = 100;

void check_input(const RankInput& input) {
  std::vector<Fault> faults;
  const std::size_t n = input.student.features.size();
  auto check_rows = [&](const std::string& what, std::size_t rows) {
    if (rows == n) return;
    faults.push_back({"unequal-rows",
                      what + " has " + std::to_string(rows) + " rows, the student '" +
                          input.student.name + "' has " + std::to_string(n),
                      {},
                      "row i must be the same sample everywhere",
                      "Align the files by id, or export them from the same rows"});
  };
  std::set<std::string> names{input.student.name};
  for (const Modality& teacher : input.teachers) {
    check_rows("teacher '" + teacher.name + "'", teacher.features.size());
    if (names.insert(teacher.name).second) continue;
    faults.push_back({"duplicate-name",
                      "two modalities are called '" + teacher.name + "'",
                      {},
                      "the ranking could not tell them apart",
                      "Give each modality its own name"});
  }
  check_rows("labels", size(input.labels));
  if (input.groups.rows() != n) check_rows("groups", input.groups.rows());
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels);
      classes != nullptr && classes->entropy_nats() == 0.0) {
    faults.push_back({"one-class",
                      "all labels are of one class",
                      {},
                      "there is nothing to know about such labels",
                      "Give the rows of at least two classes"});
  }
  if (!faults.empty()) throw Error(ErrorKind::data, std::move(faults));
  if (input.teachers.empty()) {
    refuse_usage("no-teacher", "there is no teacher to rank", {}, "Give at least one --teacher");
  }
}

// The variables of a ranking on one scale, estimated from there on.
struct Scaled {
  Samples student;
  std::vector<Samples> teachers;
  Variable labels;
};

// One warning for all inputs with ties: a ranking of images would otherwise begin with a page of
// them.
void merge_tied_values(std::vector<Warning>& warnings) {
  std::string names;
  std::size_t count = 0;
  std::erase_if(warnings, [&](const Warning& warning) {
    if (warning.code != "tied-values") return false;
    names +=
        (count++ == 0 ? "" : ", ") + warning.message.substr(0, warning.message.find(" has equal"));
    return true;
  });
  if (count == 0) return;
  warnings.push_back({"tied-values",
                      "columns in which more than 5 % of the rows share a value with other rows "
                      "(these share their mid-rank) are in: " +
                          names});
}

Scaled put_on_scale(const RankInput& input, Scale scale, std::vector<Warning>& warnings,
                    const Execution& exec) {
  Scaled out{scaled(input.student.features, scale, warnings, exec), {}, input.labels};
  for (const Modality& teacher : input.teachers) {
    out.teachers.push_back(scaled(teacher.features, scale, warnings, exec));
  }
  if (const auto* values = std::get_if<Samples>(&input.labels)) {
    out.labels = scaled(*values, scale, warnings, exec);
  }
  merge_tied_values(warnings);
  return out;
}

EstimatorChoice configured(EstimatorChoice choice, const RankOptions& options) {
  if (options.k && entry_of(choice.options).neighbours) set_neighbours(choice.options, *options.k);
  if (auto* cca = std::get_if<CcaKsgOptions>(&choice.options); cca && options.k)
    cca->k = *options.k;
  if (options.exact) set_exact(choice.options);
  return choice;
}

// The estimators of one ranking: a choice for each pair, because `auto` looks at the dimensions.
struct Plan {
  std::vector<EstimatorChoice> teacher_student;
  std::vector<EstimatorChoice> teacher_labels;
  EstimatorChoice student_labels;
};

EstimatorChoice label_side(const std::string& name, const EstimatorOptions& teacher_student,
                           const Samples& x, const Scaled& data, const Groups& groups) {
  if (name == "auto") return choose_estimator(x, data.labels, groups);
  return label_partner(teacher_student, data.labels);
}

Plan make_plan(const std::string& name, const Scaled& data, const Groups& groups,
               const RankOptions& options) {
  Plan plan;
  for (const Samples& teacher : data.teachers) {
    EstimatorChoice choice = name == "auto"
                                 ? choose_estimator(teacher, data.student, groups)
                                 : EstimatorChoice{default_options(name), "as asked for"};
    plan.teacher_student.push_back(configured(std::move(choice), options));
    plan.teacher_labels.push_back(configured(
        label_side(name, plan.teacher_student.back().options, teacher, data, groups), options));
  }
  plan.student_labels = configured(
      label_side(name, plan.teacher_student.front().options, data.student, data, groups), options);
  return plan;
}

// A label bound is low by what its classifiers had too few rows to learn. That part falls like 1/N,
// so the step from half of the groups to all of them, taken twice, reaches past it (ours).
double upper_value(const Measurement& student_labels, const EstimatorOptions& options,
                   const Samples& student, const Variable& labels,
                   const std::optional<double>& entropy, const Execution& exec) {
  const Estimate& full = student_labels.estimate();
  double upper = full.nats + 2.0 * full.standard_error.value_or(0.0);
  if (std::holds_alternative<LabelBoundOptions>(options)) {
    const Groups& groups = student_labels.groups();
    Random random(derive_seed(exec.seed, "half-of-groups"));
    std::vector<std::size_t> rows;
    const auto order = random.permutation(groups.count());
    for (std::size_t g = 0; g < order.size() && 2 * rows.size() < groups.rows(); ++g) {
      const auto members = groups.members(order[g]);
      rows.insert(rows.end(), members.begin(), members.end());
    }
    std::sort(rows.begin(), rows.end());
    try {
      const double half =
          estimate(options, student.select(rows), select(labels, rows), groups.select(rows), exec)
              .nats;
      upper += 2.0 * std::max(0.0, full.nats - half);
    } catch (const Error& error) {  // half of the rows lose a class: nothing is known but H(Y)
      if (error.kind() == ErrorKind::cancelled) throw;
      upper = entropy.value_or(upper);
    }
  }
  return entropy ? std::min(upper, *entropy) : upper;
}

bool is_constant(const Samples& x) {
  for (std::size_t i = 1; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      if (x(i, j) != x(0, j)) return false;
    }
  }
  return true;
}

std::vector<std::string> why_unreliable(const RankInput& input, const EstimatorOptions& options,
                                        std::size_t joint_dim) {
  std::vector<std::string> reasons;
  // Estimates then differ by rounding alone, with as little spread.
  if (is_constant(input.student.features)) {
    reasons.emplace_back("The student's features are constant: there is nothing to compare.");
  }
  const std::size_t groups = input.groups.count();
  if (input.groups.grouped() && groups < kFewestGroups) {
    reasons.push_back("Only " + std::to_string(groups) +
                      " groups: intervals need at least 20, so this ranking is exploratory.");
  }
  if (!input.groups.grouped() && groups < kFewestRows) {
    reasons.push_back("Only " + std::to_string(groups) +
                      " rows: intervals need at least 100, so this ranking is exploratory.");
  }
  if (entry_of(options).neighbours && joint_dim > 10) {
    reasons.push_back("A neighbour estimate in " + std::to_string(joint_dim) +
                      " dimensions is far too low without any sign; use auto or cca-ksg.");
  }
  return reasons;
}

void adjust_over_teachers(std::vector<TeacherResult>& teachers) {
  std::vector<double> above;
  std::vector<double> below;
  for (const TeacherResult& teacher : teachers) {
    above.push_back(teacher.margin.p_above.value_or(1.0));
    below.push_back(teacher.margin.p_below.value_or(1.0));
  }
  above = holm_adjusted(above);
  below = holm_adjusted(below);
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    if (!teachers[t].margin.p_above) continue;
    teachers[t].margin.p_above = above[t];
    teachers[t].margin.p_below = below[t];
  }
}

int order_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::distil:
      return 0;
    case Verdict::inconclusive:
      return 1;
    case Verdict::unreliable:
      return 2;
    case Verdict::do_not_distil:
      return 3;
  }
  return 4;
}

TeacherDifference difference(const std::string& first, const Measurement& a,
                             const std::string& second, const Measurement& b,
                             const Execution& exec) {
  TeacherDifference result{first, second, a.estimate().nats - b.estimate().nats, {}, {}};
  const Term terms[] = {{&a, 1.0}, {&b, -1.0}};
  if (const auto bar = error_bar(terms, exec)) {
    result.standard_error = bar->standard_error;
    result.interval95 = interval95(result.nats, *bar);
  }
  return result;
}

class OneRanking {
 public:
  OneRanking(const RankInput& input, const Scaled& data, const RankOptions& options,
             std::string name, const std::optional<double>& entropy, const Execution& exec)
      : input_(input),
        data_(data),
        outer_(exec),
        exec_(without_progress(exec)),
        entropy_(entropy),
        name_(std::move(name)),
        plan_(make_plan(name_, data, input.groups, options)) {}

  EstimatorRanking run() {
    report(0);
    student_labels_ = std::make_unique<Measurement>(plan_.student_labels.options, data_.student,
                                                    data_.labels, input_.groups, exec_);
    ranking_.i_student_labels = with_error_bar(*student_labels_, exec_);
    upper_ = upper_value(*student_labels_, plan_.student_labels.options, data_.student,
                         data_.labels, entropy_, exec_);
    for (std::size_t t = 0; t < data_.teachers.size(); ++t) {
      ranking_.teachers.push_back(measure(t));
      report(t + 1);
    }
    adjust_over_teachers(ranking_.teachers);
    decide();
    sort_and_compare();
    describe();
    return std::move(ranking_);
  }

 private:
  void report(std::size_t done) const {
    outer_.progress("ranking by " + name_, done, data_.teachers.size());
  }

  TeacherResult measure(std::size_t t) {
    TeacherResult result;
    result.name = input_.teachers[t].name;
    result.dim = data_.teachers[t].dim();
    const EstimatorOptions& options = plan_.teacher_student[t].options;
    teacher_student_.push_back(std::make_unique<Measurement>(options, data_.teachers[t],
                                                             data_.student, input_.groups, exec_));
    const Measurement& measured = *teacher_student_.back();
    result.i_teacher_student = with_error_bar(measured, exec_);
    result.i_teacher_labels =
        with_error_bar(Measurement(plan_.teacher_labels[t].options, data_.teachers[t], data_.labels,
                                   input_.groups, exec_),
                       exec_);
    std::string why_not;
    result.margin = paired_margin(measured, *student_labels_, exec_, &why_not);
    if (!why_not.empty()) {
      ranking_.warnings.push_back({"no-error-bar", "margin of '" + result.name + "': " + why_not});
    }
    const auto& ts = entry_of(options);
    const auto& sl = entry_of(plan_.student_labels.options);
    result.mixed_families = ts.name != sl.name && !(ts.neighbours && sl.neighbours);
    result.i_student_labels_upper = upper_;
    return result;
  }

  void decide() {
    for (std::size_t t = 0; t < ranking_.teachers.size(); ++t) {
      TeacherResult& teacher = ranking_.teachers[t];
      CchEvidence evidence;
      evidence.margin = teacher.margin;
      evidence.i_student_labels = ranking_.i_student_labels.nats;
      evidence.i_student_labels_upper = upper_;
      evidence.entropy_labels = entropy_;
      evidence.mixed_families = teacher.mixed_families;
      if (teacher.i_teacher_student.interval95) {
        evidence.i_teacher_student_low = teacher.i_teacher_student.interval95->lo;
      }
      evidence.unreliable = why_unreliable(input_, plan_.teacher_student[t].options,
                                           teacher.dim + data_.student.dim());
      teacher.cch = decide_by_cch(evidence);
    }
  }

  void sort_and_compare() {
    auto& teachers = ranking_.teachers;
    std::vector<std::size_t>& order = order_;
    order.resize(teachers.size());
    for (std::size_t t = 0; t < order.size(); ++t) order[t] = t;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const int first = order_of(teachers[a].cch.verdict);
      const int second = order_of(teachers[b].cch.verdict);
      return first != second ? first < second : teachers[a].margin.nats > teachers[b].margin.nats;
    });
    std::vector<TeacherResult> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      sorted.push_back(std::move(teachers[order[i]]));
      sorted.back().rank = i + 1;
    }
    teachers = std::move(sorted);
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t j = i + 1; j < order.size(); ++j) {
        if (i != 0 && j != i + 1) continue;
        ranking_.differences.push_back(difference(teachers[i].name, *teacher_student_[order[i]],
                                                  teachers[j].name, *teacher_student_[order[j]],
                                                  exec_));
      }
    }
  }

  void describe() {
    std::set<std::string> names;
    std::string reasons;
    for (const std::size_t t :
         order_) {  // in rank order, so that the order of the input is not seen
      const EstimatorChoice& choice = plan_.teacher_student[t];
      const std::string name(entry_of(choice.options).name);
      if (!names.insert(name).second) continue;
      ranking_.teacher_student += (ranking_.teacher_student.empty() ? "" : ", ") + name;
      reasons += (reasons.empty() ? "" : "; ") + name + " (" + choice.why + ")";
    }
    ranking_.student_labels = entry_of(plan_.student_labels.options).name;
    ranking_.why = "I(teacher; student): " + reasons +
                   ". I(student; labels): " + ranking_.student_labels + " (" +
                   plan_.student_labels.why + ").";
  }

  const RankInput& input_;
  const Scaled& data_;
  static Execution without_progress(Execution exec) {
    exec.sink = nullptr;  // the steps inside one teacher would hide how far the ranking is
    return exec;
  }

  const Execution& outer_;
  Execution exec_;
  std::optional<double> entropy_;
  std::string name_;
  Plan plan_;
  double upper_ = 0.0;
  std::vector<std::size_t> order_;  // teachers of the input by rank
  std::unique_ptr<Measurement> student_labels_;
  std::vector<std::unique_ptr<Measurement>> teacher_student_;
  EstimatorRanking ranking_;
};

void note_mixed_families(RankResult& result) {
  const auto& first = result.estimators.front();
  const bool mixed = std::any_of(first.teachers.begin(), first.teachers.end(),
                                 [](const TeacherResult& t) { return t.mixed_families; });
  if (!mixed) return;
  result.warnings.push_back(
      {"mixed-families", "I(teacher; student) by " + first.teacher_student +
                             " and I(student; labels) by " + first.student_labels +
                             " have different biases; 'distil' then also needs the margin to hold "
                             "against the upper value of I(student; labels)"});
}

}  // namespace

RankResult rank_teachers(const RankInput& input, const RankOptions& options,
                         const Execution& exec) {
  check_input(input);
  if (options.estimators.empty()) {
    refuse_usage("no-estimator", "there is no estimator to rank by", {},
                 "Give at least one name, for example auto");
  }
  RankResult result;
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels)) {
    result.entropy_labels = classes->entropy_nats();
  }
  const Scaled data = put_on_scale(input, options.scale, result.warnings, exec);
  for (const std::string& name : options.estimators) {
    result.estimators.push_back(
        OneRanking(input, data, options, name, result.entropy_labels, exec).run());
  }
  note_mixed_families(result);
  return result;
}

}  // namespace cch
