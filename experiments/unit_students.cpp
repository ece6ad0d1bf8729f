#include <fmt/core.h>

#include <algorithm>

#include "cch/core/random.hpp"
#include "experiments/tasks/draws.hpp"
#include "experiments/unit_training.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

/// Text that tells teachers apart, for the names of random streams.
std::string label_of(const RunTeacher& teacher) {
  std::string out = teacher.name;
  for (const auto& [key, value] : teacher.parameters) {
    const auto* number = std::get_if<double>(&value);
    out += fmt::format(" {}={}", key,
                       number ? fmt::format("{}", *number) : std::get<std::string>(value));
  }
  return out + " " + std::string(to_string(teacher.rows));
}

bool same_view(const RunTeacher& a, const RunTeacher& b) {
  return a.name == b.name && a.parameters == b.parameters && a.rows == b.rows;
}

/// λ/(1 + λ), or λ itself: the weight of the teacher in a mixed target.
double mixed_weight(const DistilLoss& loss) {
  return loss.weighting == Weighting::mixed ? loss.lambda : loss.lambda / (1.0 + loss.lambda);
}

/// All students of a part, beside what teachers and controls say about its rows.
class Students {
 public:
  Students(const UnitContext& of, std::vector<RunSpec> specs)
      : of_(of),
        fitted_(hold_out(of.draw.groups, of.part.rows.labelled, of.study.training.validation,
                         of.unit.seed)),
        data_(training_data(of.draw, of.draw.x, of.draw.shape)) {
    if (!of.part.inner) closed_form_.emplace(of.draw, fitted_.fitted.size());
    for (RunSpec& spec : specs) {
      results_.emplace_back().spec = std::move(spec);
    }
  }

  std::vector<RunResult> run() {
    for (RunResult& result : results_) {
      if (result.spec.role == Role::teacher) add_teacher(result);
    }
    train_students();
    train_self();
    return std::move(results_);
  }

 private:
  struct Teacher {
    RunTeacher who;
    std::size_t outputs;   ///< its place in data_
    std::string unusable;  ///< why nothing may be distilled from it
    std::optional<std::size_t> shuffled;
  };
  struct Planned {
    std::size_t result;
    TrainingJob job;
  };

  void add_teacher(RunResult& result) {
    TeacherOutputs said = train_teacher(of_, result);
    std::string unusable;
    if (!result.failure.empty()) {
      unusable = "its teacher failed: " + result.failure;
    } else if (!of_.study.allow_chance && !of_.part.inner) {
      unusable = why_at_chance(of_.draw, paired_of(said, of_.part.test), result.metrics);
    }
    result.paired = paired_rows(said);
    teachers_.push_back({*result.spec.teacher, data_.teachers.size(), std::move(unusable), {}});
    data_.teachers.push_back(std::move(said));
  }

  [[nodiscard]] static Rows paired_of(const TeacherOutputs& teacher, const Rows& rows) {
    Rows out;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(out),
                 [&](std::size_t row) { return teacher.pairs(row); });
    return out;
  }

  /// How many of the rows that a student learns from the teacher has; nothing where it has all.
  [[nodiscard]] std::optional<PairedRows> paired_rows(const TeacherOutputs& teacher) const {
    if (teacher.paired.empty()) return std::nullopt;
    const Rows none;
    const Rows& extra = unlabelled_pairs() ? of_.part.rows.extra : none;
    return PairedRows{fitted_.fitted.size(), paired_of(teacher, fitted_.fitted).size(),
                      extra.size(), paired_of(teacher, extra).size()};
  }

  [[nodiscard]] bool unlabelled_pairs() const {
    return of_.scenario() == Scenario::unlabelled_pairs;
  }

  /// Everything but self-distillation, whose teacher is trained here.
  void train_students() {
    std::vector<Planned> alone;
    std::vector<Planned> taught;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const RunSpec& spec = results_[i].spec;
      if (spec.role == Role::teacher || spec.control == Control::self) continue;
      if (spec.role == Role::student) {
        alone.push_back({i, job_of({}, {})});
      } else if (spec.control == Control::shrinkage) {
        alone.push_back({i, job_of({}, {})});
        alone.back().job.label_scale = 1.0 - mixed_weight(*spec.loss);
      } else if (const auto teacher = teacher_index(results_[i])) {
        taught.push_back({i, job_of(*spec.loss, teacher)});
      }
    }
    if (!unlabelled_pairs()) {
      // Same rows, same batches: all in one.
      alone.insert(alone.end(), taught.begin(), taught.end());
      taught.clear();
    }
    train(alone, {});
    train(taught, of_.part.rows.extra);
  }

  void train_self() {
    std::vector<Planned> planned;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].spec.control != Control::self) continue;
      if (!results_[0].failure.empty()) {
        results_[i].failure = "its teacher failed: " + results_[0].failure;
        continue;
      }
      planned.push_back({i, job_of(*results_[i].spec.loss, data_.teachers.size())});
    }
    if (planned.empty()) return;
    calibrate(of_, fitted_.validation, alone_.outputs);
    data_.teachers.push_back(std::move(alone_));
    train(planned, unlabelled_pairs() ? of_.part.rows.extra : Rows{});
  }

  [[nodiscard]] TrainingJob job_of(const DistilLoss& loss,
                                   std::optional<std::size_t> teacher) const {
    return {loss, teacher, derive_seed(of_.unit.seed, "student start"), 1.0};
  }

  /// Where the outputs for this run stand in data_; nothing where its teacher may not be used.
  std::optional<std::size_t> teacher_index(RunResult& result) {
    const RunSpec& spec = result.spec;
    if (spec.control == Control::uniform) return uniform();
    for (Teacher& teacher : teachers_) {
      if (!same_view(teacher.who, *spec.teacher)) continue;
      if (!teacher.unusable.empty()) {
        result.failure = teacher.unusable;
        return std::nullopt;
      }
      return spec.control == Control::shuffled ? shuffled(teacher) : teacher.outputs;
    }
    return std::nullopt;
  }

  std::size_t uniform() {
    if (uniform_) return *uniform_;
    Matrix said(data_.x.rows(), data_.outputs());
    if (of_.draw.classes == 0) {
      for (std::size_t c = 0; c < said.cols(); ++c) {
        double mean = 0.0;
        for (const std::size_t i : fitted_.fitted) mean += of_.draw.targets(i, c);
        mean /= static_cast<double>(fitted_.fitted.size());
        for (std::size_t i = 0; i < said.rows(); ++i) said(i, c) = mean;
      }
    }
    uniform_ = data_.teachers.size();
    data_.teachers.push_back({std::move(said), {}});
    return *uniform_;
  }

  /// The teacher's outputs dealt to other rows that the student learns from.
  std::size_t shuffled(Teacher& teacher) {
    if (teacher.shuffled) return *teacher.shuffled;
    Rows rows = fitted_.fitted;
    if (unlabelled_pairs()) {
      rows.insert(rows.end(), of_.part.rows.extra.begin(), of_.part.rows.extra.end());
    }
    const TeacherOutputs& from = data_.teachers[teacher.outputs];
    rows = paired_of(from, rows);
    Random random(derive_seed(of_.unit.seed, "shuffled " + label_of(teacher.who)));
    const auto order = random.permutation(rows.size());
    TeacherOutputs to = from;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto put = [&](const Matrix& source, Matrix& target) {
        if (source.rows() == 0) return;
        const auto row = source.row(rows[order[i]]);
        std::copy(row.begin(), row.end(), target.row(rows[i]).begin());
      };
      put(from.outputs, to.outputs);
      put(from.features, to.features);
    }
    teacher.shuffled = data_.teachers.size();
    data_.teachers.push_back(std::move(to));
    return *teacher.shuffled;
  }

  void train(const std::vector<Planned>& planned, const Rows& unlabelled) {
    if (planned.empty()) return;
    const auto start = std::chrono::steady_clock::now();
    TrainingFit fit;
    fit.labelled = fitted_.fitted;
    fit.validation = fitted_.validation;
    fit.unlabelled = unlabelled;
    fit.order = derive_seed(of_.unit.seed, "student order");
    fit.keeps_features = of_.compares_hidden();
    for (const Planned& p : planned) fit.jobs.push_back(p.job);
    auto trained = train_networks(data_, fit, of_.study.student, of_.study.training, of_.exec);
    const double share = seconds_since(start) / static_cast<double>(planned.size());
    for (std::size_t i = 0; i < planned.size(); ++i) {
      RunResult& result = results_[planned[i].result];
      keep(of_, data_, of_.study.student, of_.study.training.weights, trained[i], result);
      result.seconds = share;
      if (result.failure.empty()) measure(planned[i], trained[i], result);
    }
  }

  /// One temperature is fitted on all validation rows: halves of a few rows would tell nothing.
  [[nodiscard]] double validation_loss(const Matrix& outputs) const {
    const auto& rows = fitted_.validation;
    if (of_.draw.classes == 0) return *metrics_on(of_.draw, outputs, rows).mse;
    return calibrated_loss(outputs, of_.draw.y, rows);
  }

  void measure(const Planned& planned, TrainedNetwork& trained, RunResult& result) {
    result.metrics = metrics_of(of_, trained.outputs);
    if (!fitted_.validation.empty()) {
      result.validation_loss = validation_loss(trained.outputs);
    }
    const RunSpec& spec = result.spec;
    if (planned.job.teacher) result.paired = paired_rows(data_.teachers[*planned.job.teacher]);
    if (spec.role == Role::distilled && !unlabelled_pairs() && closed_form_ && !result.paired) {
      const Matrix& said = data_.teachers[*planned.job.teacher].outputs;
      result.predicted = (*closed_form_)(said, *spec.loss);
    }
    if (spec.role == Role::student) {
      alone_ = {std::move(trained.outputs), std::move(trained.features)};
    }
  }

  const UnitContext& of_;
  HeldOutRows fitted_;  // of the student's labelled rows
  std::optional<ClosedFormSource> closed_form_;
  std::vector<RunResult> results_;
  TrainingData data_;  // the student's, with all that teachers say
  std::vector<Teacher> teachers_;
  std::optional<std::size_t> uniform_;
  TeacherOutputs alone_;
};

}  // namespace

std::vector<RunResult> train_part(const UnitContext& of, std::vector<RunSpec> specs) {
  return Students(of, std::move(specs)).run();
}

}  // namespace cch::detail
