#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/ranking_scale.hpp"
#include "estimators/criterion/representation.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

constexpr std::size_t kMostRows = 1000;
constexpr double kErrors = 3.0;
constexpr double kBias = 0.02;           // nats: what a bias that matters to nobody may add
constexpr double kShareOfCopies = 0.35;  // two copies need twice the columns, which costs that much
constexpr double kShareOfChannel = 0.1;
constexpr double kFlipped = 0.3;
constexpr double kJitter = 0.05;  // on one-hot columns, so that neighbours are not tied

Rows by_group(const Groups& groups, std::uint64_t seed) {
  Random random(derive_seed(seed, "group-order"));
  Rows out;
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    out.insert(out.end(), members.begin(), members.end());
  }
  return out;
}

Samples mapped(const Samples& x, std::size_t cols, auto&& value) {
  Matrix out(x.size(), cols);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < cols; ++j) out(i, j) = value(i, j);
  }
  return Samples::from(std::move(out), x.name());
}

Samples side_by_side(const Samples& a, const Samples& b) {
  return mapped(a, a.dim() + b.dim(), [&](std::size_t i, std::size_t j) {
    return j < a.dim() ? a(i, j) : b(i, j - a.dim());
  });
}

double error_of(const Estimate& estimate) {
  return estimate.standard_error.value_or(0.0);
}

class Battery {
 public:
  Battery(const RankInput& input, const RankOptions& options, const Execution& exec)
      : options_(options), outer_(exec), exec_(exec), groups_(Groups::singletons(0)) {
    exec_.sink = nullptr;
    const auto rows = detail::rows_of_whole_groups(input.groups, kMostRows, exec.seed);
    RankInput part{{input.student.name, input.student.features.select(rows)},
                   {},
                   select(input.labels, rows),
                   input.groups.select(rows)};
    for (const Modality& teacher : input.teachers) {
      part.teachers.push_back({teacher.name, teacher.features.select(rows)});
      names_.push_back(teacher.name);
    }
    student_name_ = input.student.name;
    std::vector<Warning> ignored;
    detail::Scaled data = detail::put_on_scale(part, options.scale, ignored, exec_);
    student_ = std::move(data.student);
    teachers_ = std::move(data.teachers);
    labels_ = std::move(data.labels);
    groups_ = part.groups;
  }

  ConsistencyReport run() {
    for (std::size_t t = 0; t < teachers_.size(); ++t) {
      attempt([&] { of_teacher(t); });
      outer_.progress("self-consistency", t + 1, teachers_.size() + 1);
    }
    if (const auto* classes = std::get_if<ClassLabels>(&labels_)) {
      attempt([&] { ceiling(*classes); });
      attempt([&] { label_noise(*classes); });
    }
    outer_.progress("self-consistency", teachers_.size() + 1, teachers_.size() + 1);
    return std::move(report_);
  }

 private:
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
    if (name == "auto") return detail::configured(choose_estimator(x, y, groups), options_).options;
    const EstimatorOptions named = default_options(name);
    if (!is_discrete(y)) return detail::configured({named, {}}, options_).options;
    return detail::configured(label_partner(named, y), options_).options;
  }

  [[nodiscard]] Estimate read(const Samples& x, const Variable& y, const Groups& groups) const {
    return with_error_bar(Measurement(estimator(x, y, groups), x, y, groups, exec_), exec_);
  }

  void keep(std::string name, const std::string& subject, double value, double expected,
            double tolerance, bool at_most, std::string words) {
    const bool passed =
        at_most ? value <= expected + tolerance : std::abs(value - expected) <= tolerance;
    report_.tests.push_back(
        {std::move(name), subject, value, expected, tolerance, at_most, passed, std::move(words)});
  }

  void of_teacher(std::size_t t) {
    const Samples& teacher = teachers_[t];
    const Estimate own = read(teacher, student_, groups_);
    const double error = error_of(own);
    shuffle(t);
    const Samples noisy = with_noise();
    const Estimate blurred = read(teacher, noisy, groups_);
    keep("data-processing", names_[t], blurred.nats, own.nats,
         kErrors * std::hypot(error, error_of(blurred)) + kBias, true,
         "I(teacher; student + noise) must not exceed I(teacher; student).");
    const Samples turned = mapped(teacher, teacher.dim(), [&](std::size_t i, std::size_t j) {
      return 5.0 - 3.0 * teacher(i, teacher.dim() - 1 - j);
    });
    std::vector<Warning> ignored;
    const Estimate moved =
        estimate(estimator(teacher, student_, groups_),
                 scaled(turned, options_.scale, ignored, exec_), student_, groups_, exec_);
    keep("invariance", names_[t], moved.nats, own.nats, error + kBias, false,
         "Reversing, stretching and shifting the teacher's columns changes no information.");
    const Estimate swapped =
        estimate(estimator(student_, teacher, groups_), student_, teacher, groups_, exec_);
    keep("symmetry", names_[t], swapped.nats, own.nats, error + kBias, false,
         "I(student; teacher) is I(teacher; student).");
    additivity(t);
  }

  // Rows of every group meet those of another one, runs of rows staying together.
  void shuffle(std::size_t t) {
    const Rows order = by_group(groups_, exec_.seed);
    const std::size_t n = order.size();
    Rows from(n);
    for (std::size_t i = 0; i < n; ++i) from[order[i]] = order[(i + n / 2) % n];
    const Estimate value = read(teachers_[t].select(from), student_, groups_);
    keep("shuffle", names_[t], value.nats, 0.0, kErrors * error_of(value) + kBias, false,
         "The teacher's rows, each given to a row of another group, know nothing of the student.");
  }

  [[nodiscard]] Samples with_noise() const {
    Random random(derive_seed(exec_.seed, "blur"));
    Samples noisy = mapped(student_, student_.dim(), [&](std::size_t i, std::size_t j) {
      return student_(i, j) + random.normal();
    });
    std::vector<Warning> ignored;
    return scaled(noisy, options_.scale, ignored, exec_);
  }

  // Row i of one half of the groups beside row i of the other; a pair of groups is one group.
  void additivity(std::size_t t) {
    const Rows order = by_group(groups_, derive_seed(exec_.seed, "halves"));
    std::size_t middle = order.size() / 2;
    while (middle < order.size() && groups_.of(order[middle]) == groups_.of(order[middle - 1])) {
      ++middle;
    }
    const std::size_t n = std::min(middle, order.size() - middle);
    const Rows first(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
    const Rows second(order.begin() + static_cast<std::ptrdiff_t>(middle),
                      order.begin() + static_cast<std::ptrdiff_t>(middle + n));
    const Groups groups = groups_.select(first);
    const Samples& teacher = teachers_[t];
    const Estimate one = read(teacher.select(first), student_.select(first), groups);
    const Estimate two =
        read(side_by_side(teacher.select(first), teacher.select(second)),
             side_by_side(student_.select(first), student_.select(second)), groups);
    const double tolerance = kErrors * std::hypot(2.0 * error_of(one), error_of(two)) +
                             kShareOfCopies * 2.0 * std::abs(one.nats) + 2.0 * kBias;
    keep("additivity", names_[t], two.nats, 2.0 * one.nats, tolerance, false,
         "Two independent copies side by side hold twice the information.");
  }

  void ceiling(const ClassLabels& classes) {
    const Estimate value = read(student_, labels_, groups_);
    keep("ceiling", student_name_, value.nats, classes.entropy_nats(), kErrors * error_of(value),
         true, "I(student; labels) cannot exceed H(Y).");
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
    const std::size_t columns = std::max(classes.classes(), student_.dim());
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
    const Estimate value = read(x, labels_, groups_);
    keep("label-noise", "labels", value.nats, capacity,
         kErrors * error_of(value) + kShareOfChannel * capacity + kBias, false,
         "Labels of which 30 % were exchanged, one column a class among columns of noise, hold a "
         "known information about the labels.");
  }

  const RankOptions& options_;
  const Execution& outer_;
  Execution exec_;
  std::string student_name_;
  std::vector<std::string> names_;
  Samples student_;
  std::vector<Samples> teachers_;
  Variable labels_;
  Groups groups_;
  ConsistencyReport report_;
};

}  // namespace

ConsistencyReport consistency_battery(const RankInput& input, const RankOptions& options,
                                      const Execution& exec) {
  return Battery(input, options, exec).run();
}

}  // namespace cch
