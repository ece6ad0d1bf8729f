#include "estimators/criterion/representation.hpp"

#include <algorithm>
#include <set>

#include "cch/core/random.hpp"

namespace cch::detail {
namespace {

std::optional<double> entropy_of(const Variable& labels) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  if (classes == nullptr) return std::nullopt;
  return classes->entropy_nats();
}

std::vector<std::size_t> half_of_groups(const Groups& groups, std::uint64_t seed) {
  Random random(derive_seed(seed, "half-of-groups"));
  std::vector<std::size_t> rows;
  const auto order = random.permutation(groups.count());
  for (std::size_t g = 0; g < order.size() && 2 * rows.size() < groups.rows(); ++g) {
    const auto members = groups.members(order[g]);
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

EstimatorChoice configured(EstimatorChoice choice, const RankOptions& options) {
  if (options.k && entry_of(choice.options).neighbours) set_neighbours(choice.options, *options.k);
  if (auto* cca = std::get_if<CcaKsgOptions>(&choice.options)) {
    cca->k = options.k.value_or(cca->k);
    if (options.coarse) cca->splits = 1;
  }
  if (options.exact) set_exact(choice.options);
  return choice;
}

RepresentationLevel::RepresentationLevel(std::string estimator, Samples student, Variable labels,
                                         Groups groups, const RankOptions& options,
                                         const Execution& exec)
    : name_(std::move(estimator)),
      student_(std::move(student)),
      labels_(std::move(labels)),
      groups_(std::move(groups)),
      options_(options),
      exec_(exec),
      entropy_(entropy_of(labels_)) {
  exec_.sink = nullptr;  // the steps inside one estimate would hide how far the ranking is
  const EstimatorOptions named =
      name_ == "auto" ? EstimatorOptions(Ksg1Options{}) : default_options(name_);
  student_labels_choice_ = label_side(student_, named);
  student_labels_ = std::make_unique<Measurement>(student_labels_choice_.options, student_, labels_,
                                                  groups_, exec_);
  i_student_labels_ = with_error_bar(*student_labels_, exec_);
  upper_ = upper_value();
}

EstimatorChoice RepresentationLevel::teacher_side(const Samples& teacher) const {
  return configured(name_ == "auto" ? choose_estimator(teacher, student_, groups_)
                                    : EstimatorChoice{default_options(name_), "as asked for"},
                    options_);
}

EstimatorChoice RepresentationLevel::label_side(const Samples& x,
                                                const EstimatorOptions& teacher_student) const {
  return configured(name_ == "auto" ? choose_estimator(x, labels_, groups_)
                                    : label_partner(teacher_student, labels_),
                    options_);
}

// A label bound is low by what its classifiers had too few rows to learn. That part falls like 1/N,
// so the step from half of the groups to all of them, taken twice, reaches past it (ours).
double RepresentationLevel::upper_value() const {
  const Estimate& full = student_labels_->estimate();
  double upper = full.nats + 2.0 * i_student_labels_.standard_error.value_or(0.0);
  if (std::holds_alternative<LabelBoundOptions>(student_labels_choice_.options)) {
    const auto rows = half_of_groups(groups_, exec_.seed);
    try {
      const double half = estimate(student_labels_choice_.options, student_.select(rows),
                                   select(labels_, rows), groups_.select(rows), exec_)
                              .nats;
      upper += 2.0 * std::max(0.0, full.nats - half);
    } catch (const Error& error) {  // half of the rows lose a class: nothing is known but H(Y)
      if (error.kind() == ErrorKind::cancelled) throw;
      upper = entropy_.value_or(upper);
    }
  }
  return entropy_ ? std::min(upper, *entropy_) : upper;
}

MeasuredTeacher RepresentationLevel::glance(std::string name, Samples features) const {
  MeasuredTeacher out{{}, std::move(features), {}, nullptr, nullptr, {}, {}};
  out.choice = teacher_side(out.features);
  TeacherResult& result = out.result;
  result.name = std::move(name);
  result.dim = out.features.dim();
  out.teacher_student =
      std::make_unique<Measurement>(out.choice.options, out.features, student_, groups_, exec_);
  result.i_teacher_student = out.teacher_student->estimate();
  if (!options_.coarse) add_teacher_labels(out);
  result.margin.nats = result.i_teacher_student.nats - i_student_labels_.nats;
  out.ordered_nats = result.i_teacher_student.nats;
  const auto& ts = entry_of(out.choice.options);
  const auto& sl = entry_of(student_labels_choice_.options);
  result.mixed_families = ts.name != sl.name && !(ts.neighbours && sl.neighbours);
  result.i_student_labels_upper = upper_;
  return out;
}

void RepresentationLevel::add_teacher_labels(MeasuredTeacher& to) const {
  const EstimatorChoice choice = label_side(to.features, to.choice.options);
  if (is_student(to.features) && choice.options.index() == student_labels_choice_.options.index()) {
    to.result.i_teacher_labels = i_student_labels_;
    return;
  }
  to.teacher_labels =
      std::make_unique<Measurement>(choice.options, to.features, labels_, groups_, exec_);
  to.result.i_teacher_labels = with_error_bar(*to.teacher_labels, exec_);
}

// A clone of the student shares its values, and what is known of the student holds for it.
bool RepresentationLevel::is_student(const Samples& features) const {
  return features.view().data() == student_.view().data();
}

MeasuredTeacher RepresentationLevel::measure(std::string name, Samples features,
                                             std::vector<Warning>& warnings) const {
  MeasuredTeacher out = glance(std::move(name), std::move(features));
  TeacherResult& result = out.result;
  result.i_teacher_student = with_error_bar(*out.teacher_student, exec_);
  std::string why_not;
  result.margin = paired_margin(*out.teacher_student, *student_labels_, exec_, &why_not);
  if (!why_not.empty()) {
    warnings.push_back({"no-error-bar", "margin of '" + result.name + "': " + why_not});
  }
  return out;
}

CchVerdict RepresentationLevel::verdict(const MeasuredTeacher& teacher) const {
  CchEvidence evidence;
  evidence.margin = teacher.result.margin;
  evidence.i_student_labels = i_student_labels_.nats;
  evidence.i_student_labels_upper = upper_;
  evidence.entropy_labels = entropy_;
  evidence.mixed_families = teacher.result.mixed_families;
  if (teacher.result.i_teacher_student.interval95) {
    evidence.i_teacher_student_low = teacher.result.i_teacher_student.interval95->lo;
  }
  evidence.unreliable = teacher.unreliable;
  const std::size_t joint_dim = teacher.result.dim + student_.dim();
  if (entry_of(teacher.choice.options).neighbours && joint_dim > 10) {
    evidence.unreliable.push_back("A neighbour estimate in " + std::to_string(joint_dim) +
                                  " dimensions is far too low without any sign; use auto or "
                                  "cca-ksg.");
  }
  if (!teacher.breaks_law.empty()) evidence.unreliable.push_back(teacher.breaks_law);
  if (teacher.planted && teacher.planted->could_flip) {
    evidence.unreliable.emplace_back(
        "The bias that planted data of this shape show could turn the sign of the margin.");
  }
  return decide_by_cch(evidence);
}

void RepresentationLevel::describe(const std::vector<const MeasuredTeacher*>& teachers,
                                   EstimatorRanking& out) const {
  std::set<std::string> names;
  std::string reasons;
  for (const MeasuredTeacher* teacher : teachers) {
    const std::string name(entry_of(teacher->choice.options).name);
    if (!names.insert(name).second) continue;
    out.teacher_student += (out.teacher_student.empty() ? "" : ", ") + name;
    reasons += (reasons.empty() ? "" : "; ") + name + " (" + teacher->choice.why + ")";
  }
  out.student_labels = entry_of(student_labels_choice_.options).name;
  out.why = "I(teacher; student): " + reasons + ". I(student; labels): " + out.student_labels +
            " (" + student_labels_choice_.why + ").";
  out.i_student_labels = i_student_labels_;
}

}  // namespace cch::detail
