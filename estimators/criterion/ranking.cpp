#include "cch/criterion/ranking.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cch/criterion/controls.hpp"
#include "cch/estimators/catalog.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/ranked_controls.hpp"
#include "estimators/criterion/ranked_pilot.hpp"
#include "estimators/criterion/ranking_checks.hpp"
#include "estimators/criterion/ranking_scale.hpp"
#include "estimators/criterion/representation.hpp"
#include "estimators/criterion/sensitivity.hpp"

namespace cch {
namespace {

using detail::attempt;
using detail::MeasuredTeacher;
using detail::RankedControls;
using detail::RepresentationLevel;
using detail::Scaled;

void adjust_over_teachers(std::vector<MeasuredTeacher>& teachers) {
  std::vector<Margin*> margins;
  for (MeasuredTeacher& teacher : teachers) margins.push_back(&teacher.result.margin);
  detail::adjust_by_holm(margins);
}

int place_of(Verdict verdict) {
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

std::vector<double> margins_of(const EstimatorRanking& ranking) {
  std::vector<double> out;
  for (const TeacherResult& teacher : ranking.teachers) out.push_back(teacher.margin.nats);
  return out;
}

// Mid-ranks.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> out;
  for (const double value : values) {
    double rank = 0.5;
    for (const double other : values) {
      rank += other < value ? 1.0 : other == value ? 0.5 : 0.0;
    }
    out.push_back(rank);
  }
  return out;
}

// Pearson's correlation of the ranks; nothing for fewer than three values or equal ones.
std::optional<double> spearman(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 3) return std::nullopt;
  const auto x = ranks_of(a);
  const auto y = ranks_of(b);
  const double mean = (static_cast<double>(a.size()) + 1.0) / 2.0;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
    xy += (x[i] - mean) * (y[i] - mean);
  }
  if (xx == 0.0 || yy == 0.0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

void note_mixed_families(RankResult& result) {
  const auto& first = result.estimators.front();
  const bool mixed = std::any_of(first.teachers.begin(), first.teachers.end(),
                                 [](const TeacherResult& t) { return t.mixed_families; });
  if (!mixed) return;
  result.warnings.push_back(
      {"mixed-families", "I(teacher; student) by " + first.teacher_student +
                             " and I(student; labels) by " + first.student_labels +
                             " have different biases; a CCH that holds then also has to hold "
                             "against the upper value of I(student; labels)"});
}

// What one set of teachers, the user's or the controls, is judged by.
struct Judged {
  std::vector<MeasuredTeacher> measured;
  std::vector<TeacherEvidence> evidence;
  std::vector<std::size_t> order;  // by rank
};

class Ranking {
 public:
  Ranking(const RankInput& input, const RankOptions& options, const Execution& exec)
      : input_(input), options_(options), outer_(exec), exec_(without_progress(exec)) {}

  RankResult run() {
    result_.decided_by = options_.decide_by;
    result_.scenario = options_.scenario;
    if (const auto* classes = std::get_if<ClassLabels>(&input_.labels)) {
      result_.entropy_labels = classes->entropy_nats();
    }
    unreliable_ = detail::why_unreliable(input_);
    const Scaled data = detail::put_on_scale(input_, options_.scale, result_.warnings, exec_);
    const RepresentationLevel level(options_.estimators.front(), data.student, data.labels,
                                    input_.groups, options_, exec_);
    EstimatorRanking first;
    Judged teachers = measured(level, data.teachers, input_, first.warnings);
    const RankedControls controls =
        detail::ranked_controls(input_, options_, exec_, result_.warnings);
    const detail::RankedPilot pilot =
        detail::ranked_pilot(input_, controls, options_, outer_, result_.warnings);
    result_.pilot = pilot.alone;
    gather(level, teachers);
    add_pilot(pilot.teachers, teachers);
    settle(level, teachers);
    stabilise(teachers);
    keep_first(level, teachers, std::move(first));
    keep_others(data, teachers.order);
    compare(teachers);
    sensitivity(level, teachers);
    judge_controls(level, controls, pilot.controls);
    note_mixed_families(result_);
    return std::move(result_);
  }

 private:
  static Execution without_progress(Execution exec) {
    exec.sink = nullptr;  // the steps inside one teacher would hide how far the ranking is
    return exec;
  }

  Judged measured(const RepresentationLevel& level, const std::vector<Samples>& features,
                  const RankInput& input, std::vector<Warning>& warnings) const {
    Judged out;
    for (std::size_t t = 0; t < features.size(); ++t) {
      outer_.progress("information", t, features.size());
      out.measured.push_back(level.measure(input.teachers[t].name, features[t], warnings));
    }
    outer_.progress("information", features.size(), features.size());
    adjust_over_teachers(out.measured);
    out.evidence.resize(out.measured.size());
    return out;
  }

  // Everything but the pilot and the decision.
  void gather(const RepresentationLevel& level, Judged& teachers) {
    auto levels = detail::predictions(input_, options_, outer_, result_.warnings);
    const auto labels_bias =
        plants(level, teachers)
            ? attempt("planted-bias", result_.warnings,
                      [&] {
                        return detail::planted_side(
                            level.student_labels_options(), level.student(), level.labels(),
                            level.groups(), level.i_student_labels().nats, options_.scale, exec_);
                      })
            : std::nullopt;
    for (std::size_t t = 0; t < teachers.measured.size(); ++t) {
      const MeasuredTeacher& teacher = teachers.measured[t];
      TeacherEvidence& evidence = teachers.evidence[t];
      evidence.prediction = std::move(levels[t]);
      evidence.i_teacher_labels_given_student =
          attempt("conditional-information", result_.warnings,
                  [&] { return detail::conditional_information(level, teacher, options_, exec_); });
      if (auto all_rows = attempt("all-rows", result_.warnings, [&] {
            return detail::on_all_rows(input_, t, teacher.choice.options, options_.scale, exec_);
          })) {
        evidence.i_teacher_student_all_rows = std::move(*all_rows);
      }
      if (labels_bias) add_planted(level, *labels_bias, teacher, evidence);
      if (options_.permutations > 0) add_null(level, t, teachers);
      outer_.progress("evidence", t + 1, teachers.measured.size());
    }
  }

  // Planting fits an estimator dozens of times, which networks are too slow for.
  bool plants(const RepresentationLevel& level, const Judged& teachers) {
    if (!options_.planted_bias) return false;
    bool networks = entry_of(level.student_labels_options()).networks;
    for (const MeasuredTeacher& teacher : teachers.measured) {
      networks = networks || entry_of(teacher.choice.options).networks;
    }
    if (!networks) return true;
    result_.warnings.push_back(
        {"no-planted-bias",
         "the bias of estimators that train networks is not measured on planted data: it would "
         "take "
         "dozens of trainings a teacher; name an estimator without networks first to have it"});
    return false;
  }

  void add_planted(const RepresentationLevel& level, const NearbyBias& labels_bias,
                   const MeasuredTeacher& teacher, TeacherEvidence& evidence) {
    evidence.planted = attempt("planted-bias", result_.warnings, [&] {
      auto side = detail::planted_side(teacher.choice.options, teacher.features, level.student(),
                                       level.groups(), teacher.result.i_teacher_student.nats,
                                       options_.scale, exec_);
      return detail::planted_margin(teacher, std::move(side), labels_bias.bias,
                                    level.groups().count());
    });
  }

  void add_null(const RepresentationLevel& level, std::size_t t, Judged& teachers) {
    PermutationOptions options;
    options.permutations = options_.permutations;
    options.tests = teachers.measured.size();
    const MeasuredTeacher& teacher = teachers.measured[t];
    teachers.evidence[t].null = attempt("permutation-null", result_.warnings, [&] {
      return permutation_null(teacher.choice.options, teacher.features, level.student(),
                              level.groups(), options, exec_);
    });
  }

  static void add_pilot(const std::vector<detail::PilotEvidence>& from, Judged& teachers) {
    for (std::size_t t = 0; t < teachers.evidence.size(); ++t) {
      teachers.evidence[t].pilot = from[t].pilot;
      teachers.evidence[t].gain_over_uninformed = from[t].gain_over_uninformed;
    }
  }

  void settle(const RepresentationLevel& level, Judged& teachers) const {
    for (std::size_t t = 0; t < teachers.measured.size(); ++t) {
      TeacherEvidence& evidence = teachers.evidence[t];
      level.decide(teachers.measured[t], evidence.planted, unreliable_);
      VerdictEvidence look;
      look.representation = teachers.measured[t].result.cch;
      if (evidence.prediction) look.prediction = evidence.prediction->outcome;
      if (evidence.pilot) {
        look.pilot_gain = evidence.pilot->gain.value;
        look.pilot_interval = evidence.pilot->gain.interval95;
      }
      if (evidence.gain_over_uninformed)
        look.pilot_over_uninformed = evidence.gain_over_uninformed->interval95;
      look.unreliable = unreliable_;
      evidence.decision = cch::decide(options_.decide_by, look);
    }
    teachers.order = order_of(teachers);
    for (std::size_t i = 0; i < teachers.order.size(); ++i) {
      teachers.measured[teachers.order[i]].result.rank = i + 1;
    }
  }

  // What comes after the verdict in the order: the gain or margin that decides, larger first.
  [[nodiscard]] std::array<double, 2> keys(const Judged& teachers, std::size_t t) const {
    const TeacherEvidence& evidence = teachers.evidence[t];
    const double representation = teachers.measured[t].result.margin.nats;
    const double prediction =
        evidence.prediction ? evidence.prediction->margin.nats : representation;
    switch (options_.decide_by) {
      case DecideBy::cch:
        return {representation, prediction};
      case DecideBy::cch_prediction:
        return {prediction, representation};
      case DecideBy::combined:
      case DecideBy::pilot:
        break;
    }
    return {evidence.pilot ? evidence.pilot->gain.value : 0.0, prediction};
  }

  [[nodiscard]] std::vector<std::size_t> order_of(const Judged& teachers) const {
    std::vector<std::size_t> order(teachers.measured.size());
    for (std::size_t t = 0; t < order.size(); ++t) order[t] = t;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const int first = place_of(teachers.evidence[a].decision.verdict);
      const int second = place_of(teachers.evidence[b].decision.verdict);
      return first != second ? first < second : keys(teachers, a) > keys(teachers, b);
    });
    return order;
  }

  void stabilise(Judged& teachers) {
    std::vector<const Measurement*> measurements;
    for (const MeasuredTeacher& teacher : teachers.measured) {
      measurements.push_back(teacher.teacher_student.get());
    }
    std::string why_not;
    const auto stability = rank_stability(measurements, exec_, &why_not);
    if (!stability) {
      result_.warnings.push_back({"stability-left-out", "rank stability: " + why_not});
      return;
    }
    result_.stability_method = stability->method;
    for (std::size_t t = 0; t < measurements.size(); ++t) {
      teachers.evidence[t].place = stability->teachers[t];
    }
  }

  void keep_first(const RepresentationLevel& level, const Judged& teachers,
                  EstimatorRanking ranking) {
    std::vector<const MeasuredTeacher*> sorted;
    for (const std::size_t t : teachers.order) {
      sorted.push_back(&teachers.measured[t]);
      ranking.teachers.push_back(teachers.measured[t].result);
      result_.evidence.push_back(teachers.evidence[t]);
    }
    level.describe(sorted, ranking);
    result_.estimators.push_back(std::move(ranking));
  }

  // The further estimators, at the level of representations only, in the order that is settled.
  void keep_others(const Scaled& data, const std::vector<std::size_t>& order) {
    for (std::size_t e = 1; e < options_.estimators.size(); ++e) {
      const RepresentationLevel level(options_.estimators[e], data.student, data.labels,
                                      input_.groups, options_, exec_);
      EstimatorRanking ranking;
      Judged judged = measured(level, data.teachers, input_, ranking.warnings);
      std::vector<const MeasuredTeacher*> sorted;
      for (std::size_t i = 0; i < order.size(); ++i) {
        MeasuredTeacher& teacher = judged.measured[order[i]];
        level.decide(teacher, {}, unreliable_);
        teacher.result.rank = i + 1;
        sorted.push_back(&teacher);
        ranking.teachers.push_back(teacher.result);
      }
      level.describe(sorted, ranking);
      ranking.rank_correlation =
          spearman(margins_of(result_.estimators.front()), margins_of(ranking));
      result_.estimators.push_back(std::move(ranking));
    }
  }

  void compare(const Judged& teachers) {
    const auto& order = teachers.order;
    auto add = [&](std::size_t i, std::size_t j) {
      const MeasuredTeacher& a = teachers.measured[order[i]];
      const MeasuredTeacher& b = teachers.measured[order[j]];
      result_.differences.push_back(
          difference(a.result.name, *a.teacher_student, b.result.name, *b.teacher_student, exec_));
    };
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t j = i + 1; j < order.size(); ++j) {
        if (i == 0 || j == i + 1) add(i, j);
      }
    }
  }

  void sensitivity(const RepresentationLevel& level, const Judged& teachers) {
    if (!options_.sensitivity) return;
    for (const std::size_t t : teachers.order) {
      auto curves = attempt("curves", result_.warnings, [&] {
        return detail::estimate_curves(level, teachers.measured[t], exec_);
      });
      result_.curves.push_back(curves.value_or(EstimateCurves{}));
    }
    auto grid = attempt("sensitivity", result_.warnings,
                        [&] { return detail::sensitivity_grid(input_, teachers.order, outer_); });
    if (grid) result_.sensitivity = std::move(*grid);
  }

  void judge_controls(const RepresentationLevel& level, const RankedControls& controls,
                      const std::vector<detail::PilotEvidence>& pilot) {
    if (controls.input.teachers.empty()) return;
    Judged judged;
    for (const Modality& control : controls.input.teachers) {
      Samples features = detail::scaled_control(control, level.student(), options_.scale, exec_);
      std::vector<Warning> ignored;
      MeasuredTeacher& measured = judged.measured.emplace_back(
          options_.decide_by == DecideBy::cch
              ? level.measure(control.name, std::move(features), ignored)
              : level.glance(control.name, std::move(features)));
      measured.features = Samples();  // as large as the student's; only the result is asked for
      measured.teacher_student.reset();
    }
    adjust_over_teachers(judged.measured);
    auto levels = detail::predictions(controls.input, options_, outer_, result_.warnings);
    for (auto& one : levels) judged.evidence.emplace_back().prediction = std::move(one);
    add_pilot(pilot, judged);
    settle(level, judged);
    for (const std::size_t t : judged.order) {
      result_.controls.push_back({judged.measured[t].result, judged.evidence[t]});
    }
  }

  const RankInput& input_;
  const RankOptions& options_;
  const Execution& outer_;
  Execution exec_;
  std::vector<std::string> unreliable_;
  RankResult result_;
};

}  // namespace

RankResult rank_teachers(const RankInput& input, const RankOptions& options,
                         const Execution& exec) {
  detail::check_input(input);
  refuse_reserved_names(input);
  detail::check_options(input, options);
  return Ranking(input, options, exec).run();
}

}  // namespace cch
