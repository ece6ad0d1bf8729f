#include "estimators/criterion/ranked_pilot.hpp"

#include <cmath>
#include <numeric>

#include "cch/criterion/controls.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/row_terms.hpp"

namespace cch::detail {
namespace {

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

class Runner {
 public:
  Runner(const RankInput& input, const RankedControls& controls, const RankOptions& options,
         const Execution& exec, std::vector<Warning>& warnings)
      : input_(input), controls_(controls), options_(options), exec_(exec), warnings_(warnings) {}

  RankedPilot run() {
    RankedPilot out;
    out.teachers.resize(input_.teachers.size());
    out.controls.resize(controls_.input.teachers.size());
    const bool apart = options_.scenario == Scenario::more_labels;
    PilotInput first = rows_only();
    if (options_.scenario != Scenario::same_rows) first.extra = input_.extra;
    for (const Modality& teacher : input_.teachers) {
      first.teachers.push_back(teacher.features);
      first.stored.push_back(teacher.stored.has_value());
    }
    if (!apart) add_own(first);
    const auto main = pilot_of(first, options_.scenario);
    if (!main) return out;
    out.alone = PilotAlone{main->score_alone, main->accuracy_alone, main->rows.size(),
                           main->extra_rows, main->unpaired_rows};
    out.rows = main->rows;
    std::optional<PilotResult> second;
    if (apart) {
      PilotInput own = rows_only();
      add_own(own);
      second = pilot_of(own, Scenario::same_rows);
    }
    const std::size_t teachers = input_.teachers.size();
    const std::span<const PilotTeacher> own =
        apart ? (second ? std::span<const PilotTeacher>(second->teachers)
                        : std::span<const PilotTeacher>())
              : std::span<const PilotTeacher>(main->teachers).subspan(teachers);
    const Groups groups = input_.groups.select(main->rows);
    for (std::size_t t = 0; t < teachers; ++t) {
      out.teachers[t] = evidence(main->teachers[t], own, groups);
    }
    std::size_t next = kReferences;
    for (std::size_t c = 0; c < out.controls.size() && !own.empty(); ++c) {
      const auto reference = reference_of(controls_.input.teachers[c].name);
      out.controls[c] = evidence(own[reference ? *reference : next++], own, groups);
    }
    return out;
  }

 private:
  [[nodiscard]] PilotInput rows_only() const {
    PilotInput out{input_.student.features, {}, input_.labels, input_.groups, {}};
    out.unpaired = input_.unpaired;
    return out;
  }

  static constexpr std::size_t kReferences = 2;

  // Which reference a control is, if any.
  static std::optional<std::size_t> reference_of(const std::string& name) {
    if (name == kCloneControl) return 0;
    if (name == kNoiseControl) return 1;
    return std::nullopt;
  }

  // The student as its own teacher and a teacher of noise, then the controls that are neither.
  void add_own(PilotInput& to) const {
    const std::size_t rows = input_.student.features.size();
    const std::size_t extra = to.extra.student ? to.extra.student->size() : 0;
    const Samples noise = noise_rows(rows + extra, input_.student.features.dim(), exec_.seed);
    to.teachers.push_back(input_.student.features);
    to.teachers.push_back(noise.select(range(0, rows)));
    if (extra > 0) {
      to.extra.teachers.push_back(*to.extra.student);
      to.extra.teachers.push_back(noise.select(range(rows, rows + extra)));
    }
    for (std::size_t c = 0; c < controls_.input.teachers.size(); ++c) {
      const Modality& control = controls_.input.teachers[c];
      if (reference_of(control.name)) continue;
      to.teachers.push_back(control.features);
      if (extra > 0) to.extra.teachers.push_back(controls_.input.extra.teachers[c]);
    }
  }

  std::optional<PilotResult> pilot_of(const PilotInput& input, Scenario scenario) const {
    PilotOptions options;
    options.lambda = options_.lambda;
    options.scenario = scenario;
    Execution exec = exec_;
    exec.sink = nullptr;
    exec_.progress("pilot", 0, 1);
    auto out = attempt("pilot", warnings_, [&] { return pilot(input, options, exec); });
    exec_.progress("pilot", 1, 1);
    if (out) warnings_.insert(warnings_.end(), out->warnings.begin(), out->warnings.end());
    return out;
  }

  static PilotEvidence evidence(const PilotTeacher& teacher, std::span<const PilotTeacher> own,
                                const Groups& groups) {
    PilotEvidence out{teacher, {}};
    if (own.empty()) return out;
    const PilotTeacher& better = own[0].gain.value >= own[1].gain.value ? own[0] : own[1];
    out.gain_over_uninformed = gain_difference(teacher, better, groups);
    return out;
  }

  const RankInput& input_;
  const RankedControls& controls_;
  const RankOptions& options_;
  const Execution& exec_;
  std::vector<Warning>& warnings_;
};

}  // namespace

RankedPilot ranked_pilot(const RankInput& input, const RankedControls& controls,
                         const RankOptions& options, const Execution& exec,
                         std::vector<Warning>& warnings) {
  return Runner(input, controls, options, exec, warnings).run();
}

PilotGain gain_difference(const PilotTeacher& teacher, const PilotTeacher& reference,
                          const Groups& groups) {
  Estimate difference;
  difference.row_terms = teacher.row_terms;
  for (std::size_t i = 0; i < difference.row_terms.size(); ++i) {
    difference.row_terms[i] -= reference.row_terms[i];
  }
  difference.nats = mean_of(difference.row_terms);
  const double training = teacher.row_terms == reference.row_terms
                              ? 0.0
                              : std::hypot(teacher.gain.standard_error_training,
                                           reference.gain.standard_error_training);
  set_error_bars(difference, groups, training * training);
  return {difference.nats, *difference.standard_error, *difference.interval95, training};
}

}  // namespace cch::detail

namespace cch {

JudgedPilots judge_pilots(const RankInput& input, const RankOptions& options,
                          const Execution& exec) {
  JudgedPilots out;
  RankOptions plain = options;
  plain.controls = false;
  const auto none = detail::ranked_controls(input, plain, exec, out.warnings);
  detail::RankedPilot pilot = detail::ranked_pilot(input, none, plain, exec, out.warnings);
  out.alone = pilot.alone;
  out.teachers = std::move(pilot.teachers);
  out.rows = std::move(pilot.rows);
  return out;
}

}  // namespace cch
