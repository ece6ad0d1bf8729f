#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "estimators/criterion/feasibility/law_data.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/ranking_scale.hpp"
#include "estimators/criterion/representation.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

using namespace detail;

constexpr double kErrors = 3.0;
constexpr double kBias = 0.02;           // nats: what a bias that matters to nobody may add
constexpr double kRounding = 1e-6;       // nats
constexpr double kShareOfCopies = 0.35;  // two copies need twice the columns, which costs that much
constexpr double kShareOfChannel = 0.1;
constexpr double kFlipped = 0.3;
constexpr double kJitter = 0.05;          // on one-hot columns, so that neighbours are not tied
constexpr std::size_t kNoiseColumns = 3;  // for each column
constexpr std::size_t kSplits = 2;        // of an estimator that learns directions
constexpr std::size_t kTeachers = 2;      // tried unless all laws are asked for

enum class Law { equal, at_most };

double error_of(const Estimate& estimate) {
  return estimate.standard_error.value_or(0.0);
}

/// The rows that the battery reads, on the scale of the ranking.
struct LawInput {
  LawInput(const RankInput& input, const RankOptions& options, std::size_t most_rows,
           const Execution& exec)
      : groups(Groups::singletons(0)) {
    const auto rows = rows_of_whole_groups(input.groups, most_rows, exec.seed);
    RankInput part{{input.student.name, input.student.features.select(rows)},
                   {},
                   select(input.labels, rows),
                   input.groups.select(rows)};
    for (const Modality& teacher : input.teachers) {
      part.teachers.push_back({teacher.name, teacher.features.select(rows)});
      names.push_back(teacher.name);
    }
    student_name = input.student.name;
    std::vector<Warning> ignored;
    Scaled data = put_on_scale(part, options.scale, ignored, exec);
    student = std::move(data.student);
    teachers = std::move(data.teachers);
    labels = std::move(data.labels);
    groups = part.groups;
  }

  std::string student_name;
  std::vector<std::string> names;
  Samples student;
  std::vector<Samples> teachers;
  Variable labels;
  Groups groups;
};

class Battery {
 public:
  Battery(const LawInput& data, const RankOptions& options, bool all, const Execution& exec)
      : data_(data), options_(options), all_(all), outer_(exec), exec_(exec) {
    exec_.sink = nullptr;
  }

  ConsistencyReport run() {
    const std::vector<std::size_t> teachers = tried();
    for (std::size_t t = 0; t < teachers.size(); ++t) {
      attempt([&] { of_teacher(teachers[t]); });
      if (all_) attempt([&] { of_labels(data_.names[teachers[t]], data_.teachers[teachers[t]]); });
      outer_.progress("self-consistency", t + 1, teachers.size() + 1);
    }
    attempt([&] { of_labels(data_.student_name, data_.student); });
    if (const auto* classes = std::get_if<ClassLabels>(&data_.labels)) {
      attempt([&] { label_noise(*classes); });
    }
    outer_.progress("self-consistency", teachers.size() + 1, teachers.size() + 1);
    return std::move(report_);
  }

 private:
  // All teachers, or those with the fewest and with the most columns: the laws are about
  // estimators, and what they do wrong they do where there is most or least to learn.
  [[nodiscard]] std::vector<std::size_t> tried() const {
    std::vector<std::size_t> all(data_.teachers.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    if (all_ || all.size() <= kTeachers) return all;
    const auto [least, most] =
        std::minmax_element(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
          return data_.teachers[a].dim() < data_.teachers[b].dim();
        });
    return {*least, *most};
  }

  template <class Step>
  void attempt(Step&& step) {
    detail::attempt("self-consistency", report_.warnings, [&] {
      step();
      return true;
    });
  }

  [[nodiscard]] EstimatorOptions estimator(const Samples& x, const Variable& y,
                                           const Groups& groups) const {
    const std::string& name = options_.estimators.front();
    if (name == "auto") return quick(configured(choose_estimator(x, y, groups), options_).options);
    const EstimatorOptions named = default_options(name);
    if (!is_discrete(y)) return quick(configured({named, {}}, options_).options);
    return configured(label_partner(named, y), options_).options;
  }

  [[nodiscard]] EstimatorOptions quick(const EstimatorOptions& options) const {
    return all_ ? options : with_fewer_splits(options, data_.groups.rows(), kSplits);
  }

  [[nodiscard]] Measurement read(const Samples& x, const Variable& y, const Groups& groups) const {
    return Measurement(estimator(x, y, groups), x, y, groups, exec_);
  }
  [[nodiscard]] Measurement read(const Samples& x, const Variable& y) const {
    return read(x, y, data_.groups);
  }

  [[nodiscard]] Samples on_scale(const Samples& x) const {
    std::vector<Warning> ignored;
    return scaled(x, options_.scale, ignored, exec_);
  }

  void keep(ConsistencyTest test) {
    test.passed = excess(test) <= test.tolerance;
    report_.tests.push_back(std::move(test));
  }

  /// What is read beside what is due, on the same rows.
  void compare(std::string name, const std::string& subject, bool of_labels,
               const Measurement& found, const Measurement& due, Law law, std::string words) {
    const Term terms[] = {{&found, 1.0}, {&due, -1.0}};
    const auto bar = error_bar(terms, exec_);
    const double error = bar ? bar->standard_error : 0.0;
    keep({std::move(name), subject, of_labels, found.estimate().method, found.estimate().nats,
          due.estimate().nats, error, kErrors * error + kBias, law == Law::at_most, true,
          std::move(words)});
  }

  void of_teacher(std::size_t t) {
    const Samples& teacher = data_.teachers[t];
    const Samples& student = data_.student;
    const std::string& name = data_.names[t];
    const Measurement own = read(teacher, student);
    shuffle(name, teacher, student, false);
    compare("noise-columns", name, false, read(noisy(teacher), student), own, Law::equal,
            "Columns of noise beside the teacher's change no information.");
    if (teacher.dim() > 1) {
      compare("half", name, false, read(half_of_columns(teacher, exec_.seed), student), own,
              Law::at_most, "Half of the teacher's columns know no more than all.");
    }
    compare("data-processing", name, false, read(teacher, on_scale(blurred(student, exec_.seed))),
            own, Law::at_most, "I(teacher; student + noise) must not exceed I(teacher; student).");
    compare("invariance", name, false, read(on_scale(mirrored(teacher)), student), own, Law::equal,
            "Reversing, stretching and shifting the teacher's columns changes no information.");
    compare("symmetry", name, false, read(student, teacher), own, Law::equal,
            "I(student; teacher) is I(teacher; student).");
    additivity(name, teacher);
    if (!all_) return;
    rotation_and_copy(name, teacher, student, own, false);
  }

  void of_labels(const std::string& name, const Samples& x) {
    const Measurement own = read(x, data_.labels);
    compare("noise-columns", name, true, read(noisy(x), data_.labels), own, Law::equal,
            "Columns of noise beside the features change nothing that they know of the labels.");
    if (const auto* classes = std::get_if<ClassLabels>(&data_.labels)) {
      ceiling(name, own, *classes);
      of_classes(name, x, own, *classes);
    }
    if (!all_) return;
    shuffle(name, x, data_.labels, true);
    if (x.dim() > 1) {
      compare("half", name, true, read(half_of_columns(x, exec_.seed), data_.labels), own,
              Law::at_most, "Half of the columns know no more of the labels than all.");
    }
    compare("data-processing", name, true, read(on_scale(blurred(x, exec_.seed)), data_.labels),
            own, Law::at_most, "I(features + noise; labels) must not exceed I(features; labels).");
    rotation_and_copy(name, x, data_.labels, own, true);
  }

  void of_classes(const std::string& name, const Samples& x, const Measurement& own,
                  const ClassLabels& classes) {
    if (classes.classes() > 2) {
      compare("merging", name, true, read(x, Variable(merged_in_pairs(classes))), own, Law::at_most,
              "Nothing is known of merged classes that is not known of the classes.");
    }
    if (!all_) return;
    const Measurement renamed_labels = read(x, Variable(renamed(classes)));
    keep({"renaming", name, true, own.estimate().method, renamed_labels.estimate().nats,
          own.estimate().nats, 0.0, kRounding, false, true,
          "The names of the classes say nothing."});
  }

  void rotation_and_copy(const std::string& name, const Samples& x, const Variable& y,
                         const Measurement& own, bool of_labels) {
    compare("rotation", name, of_labels, read(on_scale(rotated(x, exec_.seed)), y), own, Law::equal,
            "An orthogonal map of the columns changes no information.");
    compare("copy", name, of_labels, read(side_by_side(x, x), y), own, Law::equal,
            "A second copy of the columns adds nothing.");
  }

  [[nodiscard]] Samples noisy(const Samples& x) const {
    return on_scale(beside_noise(x, kNoiseColumns * x.dim(), exec_.seed));
  }

  void shuffle(const std::string& name, const Samples& x, const Variable& y, bool of_labels) {
    const Measurement away = read(x.select(turned(data_.groups, exec_.seed)), y);
    const Estimate value = with_error_bar(away, exec_);
    const double error = error_of(value);
    const bool bound = away.kind() == ErrorBarKind::row_terms;  // may read below 0, not above
    keep({"shuffle", name, of_labels, value.method, value.nats, 0.0, error, kErrors * error + kBias,
          bound, true, "Rows that are each given to a row of another group know nothing of it."});
  }

  // Row i of one half of the groups beside row i of the other; a pair of groups is one group.
  void additivity(const std::string& name, const Samples& teacher) {
    const Samples& student = data_.student;
    const Rows order = by_group(data_.groups, derive_seed(exec_.seed, "halves"));
    std::size_t middle = order.size() / 2;
    while (middle < order.size() &&
           data_.groups.of(order[middle]) == data_.groups.of(order[middle - 1])) {
      ++middle;
    }
    const std::size_t n = std::min(middle, order.size() - middle);
    const Rows first(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
    const Rows second(order.begin() + static_cast<std::ptrdiff_t>(middle),
                      order.begin() + static_cast<std::ptrdiff_t>(middle + n));
    const Groups groups = data_.groups.select(first);
    const Estimate one =
        with_error_bar(read(teacher.select(first), student.select(first), groups), exec_);
    const Estimate two =
        with_error_bar(read(side_by_side(teacher.select(first), teacher.select(second)),
                            side_by_side(student.select(first), student.select(second)), groups),
                       exec_);
    const double error = std::hypot(2.0 * error_of(one), error_of(two));
    keep({"additivity", name, false, two.method, two.nats, 2.0 * one.nats, error,
          kErrors * error + kShareOfCopies * 2.0 * std::abs(one.nats) + 2.0 * kBias, false, true,
          "Two independent copies side by side hold twice the information."});
  }

  void ceiling(const std::string& name, const Measurement& own, const ClassLabels& classes) {
    const Estimate value = with_error_bar(own, exec_);
    const double error = error_of(value);
    keep({"ceiling", name, true, value.method, value.nats, classes.entropy_nats(), error,
          kErrors * error, true, true, "I(features; labels) cannot exceed H(Y)."});
  }

  void label_noise(const ClassLabels& classes) {
    const auto k = static_cast<double>(classes.classes());
    Random random(derive_seed(exec_.seed, "label-channel"));
    std::vector<int> noisy(classes.codes().begin(), classes.codes().end());
    for (int& code : noisy) {
      if (random.uniform() >= kFlipped) continue;
      const auto other = static_cast<int>(random.below(classes.classes() - 1));
      code = other < code ? other : other + 1;
    }
    const std::size_t columns = std::max(classes.classes(), data_.student.dim());
    Matrix features(noisy.size(), columns);
    for (std::size_t i = 0; i < noisy.size(); ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const double noise = random.normal();
        const bool own = static_cast<std::size_t>(noisy[i]) == j;
        features(i, j) = j < classes.classes() ? (own ? 1.0 : 0.0) + kJitter * noise : noise;
      }
    }
    std::vector<Warning> ignored;
    const Samples x = scaled(Samples::from(std::move(features)), Scale::zscore, ignored, exec_);
    const double lost =
        -kFlipped * std::log(kFlipped / (k - 1.0)) - (1.0 - kFlipped) * std::log(1.0 - kFlipped);
    const double capacity =
        ClassLabels::from(std::move(noisy), classes.names()).entropy_nats() - lost;
    const Estimate value = with_error_bar(read(x, data_.labels), exec_);
    const double error = error_of(value);
    keep({"label-noise", "labels", true, value.method, value.nats, capacity, error,
          kErrors * error + kShareOfChannel * capacity + kBias, false, true,
          "Labels of which 30 % were exchanged, one column a class among columns of noise, hold a "
          "known information about the labels."});
  }

  const LawInput& data_;
  const RankOptions& options_;
  bool all_;
  const Execution& outer_;
  Execution exec_;
  ConsistencyReport report_;
};

}  // namespace

double excess(const ConsistencyTest& test) {
  const double over = test.value - test.expected;
  return test.at_most ? over : std::abs(over);
}

ConsistencyReport consistency_battery(const RankInput& input, const RankOptions& options,
                                      const ConsistencyOptions& which, const Execution& exec) {
  Execution quiet = exec;
  quiet.sink = nullptr;
  const LawInput data(input, options, which.most_rows, quiet);
  return Battery(data, options, which.all, exec).run();
}

}  // namespace cch
