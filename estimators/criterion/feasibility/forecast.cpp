#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility.hpp"
#include "cch/criterion/levels.hpp"
#include "estimators/criterion/feasibility/sizes.hpp"
#include "estimators/criterion/feasibility/smallest_margin.hpp"
#include "estimators/criterion/feasibility/stand_ins.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

using detail::MeasuredDraws;
using detail::PlantedQuestion;

constexpr std::size_t kDraws = 4;
constexpr std::size_t kMoreDraws = 8;  // where four leave open whether any margin is decided
constexpr double kNearlyAsSmall = 1.1;

void check(const FeasibilityOptions& o) {
  std::vector<Fault> faults;
  auto share = [&](double value, const std::string& name) {
    if (value > 0.0 && value < 1.0) return;
    faults.push_back({"bad-power",
                      "--" + name + " is not between 0 and 1",
                      {},
                      "it is a share of verdicts",
                      "Give for example 0.8"});
  };
  share(o.power, "power");
  share(o.wrong, "wrong");
  if (o.margin && !(*o.margin > 0.0 && std::isfinite(*o.margin))) {
    faults.push_back({"bad-margin",
                      "the wanted margin is not a number above 0",
                      {},
                      "zero is what a margin is distinguished from",
                      "Give for example --margin 0.1"});
  }
  for (const std::string& name : o.estimators) {
    if (name == "auto" || !entry_of(default_options(name)).networks) continue;
    faults.push_back({"no-planted-networks",
                      "the estimator " + name + " trains networks",
                      {},
                      "planting it would take hundreds of trainings",
                      "Check with auto, and rank with " + name});
  }
  if (!faults.empty()) throw Error(ErrorKind::usage, std::move(faults));
}

// The question on at most so many rows, whole groups.
QuestionShape on_rows(const QuestionShape& shape, std::size_t most, std::uint64_t seed) {
  QuestionShape out = shape;
  if (shape.groups.rows() <= most) return out;
  const auto rows = detail::rows_of_whole_groups(shape.groups, most, seed);
  out.groups = shape.groups.select(rows);
  if (shape.labels) out.labels = shape.labels->select(rows);
  return out;
}

// Where a smallest margin in favour is looked for first: where the family before had it.
std::optional<double> expected_margin(const EstimatorPower& so_far) {
  if (so_far.families.empty()) return std::nullopt;
  return so_far.families.front().above.nats;
}

// The smallest margin that holds in every family planted.
std::optional<double> worst(const EstimatorPower& estimator) {
  double largest = 0.0;
  for (const FamilyPower& family : estimator.families) {
    if (!family.above.nats) return std::nullopt;
    largest = std::max(largest, *family.above.nats);
  }
  return largest;
}

void recommend(TeacherPower& teacher) {
  if (teacher.estimators.empty()) return;
  const auto first = worst(teacher.estimators.front());
  std::optional<double> best = first;
  for (std::size_t e = 1; e < teacher.estimators.size(); ++e) {
    const auto other = worst(teacher.estimators[e]);
    if (!other || (best && *other * kNearlyAsSmall >= *best)) continue;
    best = other;
    teacher.recommended = e;
  }
  const std::string& name = teacher.estimators[teacher.recommended].teacher_student;
  if (!best) {
    teacher.why = "No estimator decides any margin in every planted family; " + name +
                  " is the one that would decide.";
  } else if (teacher.recommended == 0) {
    teacher.why = name + " decides the smallest margin in the worse of the planted families" +
                  (teacher.estimators.size() > 1 ? ", or one within a tenth of it." : ".");
  } else {
    teacher.why = name + " decides a smaller margin in the worse of the planted families than " +
                  teacher.estimators.front().teacher_student + " does.";
  }
}

class Forecast {
 public:
  Forecast(const QuestionShape& shape, const FeasibilityOptions& options, const Execution& exec)
      : shape_(shape),
        options_(options),
        exec_(exec),
        planted_(on_rows(shape, options.most_rows, exec.seed)) {
    result_.rows = shape.groups.rows();
    result_.rows_planted = planted_.groups.rows();
    result_.i_student_labels = shape.i_student_labels;
    if (shape.labels) result_.entropy_labels = shape.labels->entropy_nats();
    stand_in_ = detail::stand_ins(shape.teachers);
    for (std::size_t t = 0; t < shape.teachers.size(); ++t) {
      TeacherPower teacher;
      teacher.shape = shape.teachers[t];
      teacher.planted_as = shape.teachers[stand_in_[t]].name;
      result_.teachers.push_back(std::move(teacher));
    }
    factor_ =
        std::sqrt(static_cast<double>(result_.rows_planted) / static_cast<double>(result_.rows));
    if (factor_ < 1.0) {
      result_.warnings.push_back(
          {"fewer-rows-planted",
           std::to_string(result_.rows_planted) + " of " + std::to_string(result_.rows) +
               " rows are planted: spreads are scaled by 1/√N, and biases are those of fewer rows, "
               "which are larger"});
    }
  }

  PowerForecast run() {
    steps_ = options_.estimators.size() * (options_.curved ? 2 : 1) + (options_.sizes ? 2 : 0);
    for (const std::string& name : options_.estimators) by_estimator(name);
    for (TeacherPower& teacher : result_.teachers) recommend(teacher);
    if (options_.sizes) by_size();
    return std::move(result_);
  }

 private:
  void step() { exec_.progress("planted questions", ++done_, steps_); }

  void by_estimator(const std::string& name) {
    std::vector<EstimatorPower> all(result_.teachers.size());
    for (const PlantedFamily family : {PlantedFamily::gaussian, PlantedFamily::curved}) {
      if (family == PlantedFamily::curved && !options_.curved) continue;
      const auto planted = [&] {
        plant(name, family, all);
        return true;
      };
      detail::attempt("estimator " + name, result_.warnings, planted, false);
      step();
    }
    for (std::size_t t = 0; t < all.size(); ++t) {
      if (!all[t].families.empty()) result_.teachers[t].estimators.push_back(std::move(all[t]));
    }
  }

  // Student and labels are planted and measured once for all estimators with the same label
  // partner.
  const MeasuredDraws& draws_for(const std::string& name, PlantedFamily family, std::size_t count) {
    const MeasuredDraws*& own = named_[{name, family, count}];
    if (own == nullptr) own = &new_draws(name, family, count);
    return *own;
  }

  const MeasuredDraws& new_draws(const std::string& name, PlantedFamily family, std::size_t count) {
    auto& known = draws_[{family, count}];
    if (name != "auto") {
      const Variable labels = shape_.labels ? Variable(*shape_.labels) : Variable(Samples());
      const auto partner = entry_of(label_partner(default_options(name), labels).options).name;
      for (const auto& draws : known) {
        if (draws->student_labels() == partner) return *draws;
      }
    }
    auto& question = questions_[family];
    if (!question) {
      question = std::make_unique<PlantedQuestion>(planted_, family, options_.scale, exec_.seed);
    }
    known.push_back(std::make_unique<MeasuredDraws>(*question, name, options_, count, exec_));
    return *known.back();
  }

  // What was asked for, or four, or eight where a planted teacher needed them.
  [[nodiscard]] std::size_t draws_of(std::size_t key) const {
    if (options_.draws > 0) return std::max<std::size_t>(options_.draws, 2);
    return doubtful_.contains(key) ? kMoreDraws : kDraws;
  }

  /// What a stand-in showed, and on which draws.
  struct Planted {
    detail::MarginSearch search;
    const MeasuredDraws* draws = nullptr;
  };

  // On more draws where the usual ones leave open whether any margin is decided.
  Planted search(const std::string& name, PlantedFamily family, std::size_t key,
                 const FeasibilityOptions& options, std::optional<double> expected) {
    const auto on = [&](std::size_t count) {
      const MeasuredDraws& draws = draws_for(name, family, count);
      return Planted{search_smallest_margin(draws, name, shape_.teachers[key], family, options,
                                            shape_.teachers.size(), factor_, {expected, false}),
                     &draws};
    };
    const std::size_t count = draws_of(key);
    Planted out = on(count);
    // Whether anything can be decided at all: the other families and estimators only qualify it.
    const bool decides = family == PlantedFamily::gaussian && name == options_.estimators.front();
    const bool more = decides && out.search.doubtful && options_.draws == 0 && count < kMoreDraws;
    return more ? on(kMoreDraws) : std::move(out);
  }

  void plant(const std::string& name, PlantedFamily family, std::vector<EstimatorPower>& all) {
    FeasibilityOptions options = options_;
    options.below = options.below && name == options_.estimators.front();
    std::map<std::size_t, Planted> known;
    for (std::size_t t = 0; t < all.size(); ++t) {
      const std::size_t key = stand_in_[t];
      const bool first = !known.contains(key);
      if (first) known[key] = search(name, family, key, options, expected_margin(all[t]));
      const auto& [found, draws] = known[key];
      if (family == PlantedFamily::gaussian) {
        const bool decides = name == options_.estimators.front() && !sizes_.contains(key);
        if (first && decides) keep_for_sizes(key, *draws, found);
        all[t].label_seconds = draws->seconds();
        all[t].teacher_seconds = found.seconds;
      }
      all[t].teacher_student = draws->teacher_student(name, shape_.teachers[key]);
      all[t].student_labels = draws->student_labels();
      all[t].families.push_back(found.found);
    }
  }

  // Every size has as many draws as all rows had.
  void keep_for_sizes(std::size_t key, const MeasuredDraws& draws,
                      const detail::MarginSearch& found) {
    add_size(key, planted_, draws, found);
    if (found.even_bias) even_bias_.insert(key);
    if (draws.count() > draws_of(key)) doubtful_.insert(key);
  }

  void by_size() {
    for (const std::size_t share : {4, 2}) {
      detail::attempt("planted-size", result_.warnings, [&] {
        plant_share(share);
        return true;
      });
      step();
    }
    for (std::size_t t = 0; t < result_.teachers.size(); ++t) finish_sizes(t);
  }

  void add_size(std::size_t key, const QuestionShape& part, const MeasuredDraws& draws,
                const detail::MarginSearch& search) {
    const std::string& name = options_.estimators.front();
    sizes_[key].push_back(
        {part.groups.rows(), part.groups.count(), search.found.above, search.readings,
         draws.teacher_student(name, shape_.teachers[key]) + ' ' + draws.student_labels()});
  }

  void finish_sizes(std::size_t t) {
    const std::size_t key = stand_in_[t];
    TeacherPower& teacher = result_.teachers[t];
    auto found = sizes_.find(key);
    if (teacher.estimators.empty() || found == sizes_.end()) return;
    std::sort(found->second.begin(), found->second.end(),
              [](const auto& a, const auto& b) { return a.rows < b.rows; });
    if (found->second.back().rows != result_.rows_planted)
      return;  // the whole could not be planted
    if (!size_forecasts_.contains(key)) {
      size_forecasts_[key] =
          detail::forecast_sizes(found->second, result_.rows, shape_.groups.count(), options_);
    }
    const detail::SizeForecast& forecast = size_forecasts_[key];
    teacher.sizes = forecast.sizes;
    teacher.needed = forecast.needed;
    teacher.needed_low = forecast.needed_low;
    teacher.needed_high = forecast.needed_high;
    teacher.needed_why_not = forecast.needed_why_not;
  }

  void plant_share(std::size_t share) {
    const std::size_t rows = planted_.groups.rows() / share;
    const QuestionShape part = on_rows(planted_, rows, derive_seed(exec_.seed, "size", share));
    const bool few = part.groups.grouped() ? part.groups.count() < kFewestGroups
                                           : part.groups.count() < kFewestRows;
    if (few) return;
    const PlantedQuestion question(part, PlantedFamily::gaussian, options_.scale, exec_.seed);
    std::map<std::size_t, std::unique_ptr<MeasuredDraws>> all_draws;  // by number
    FeasibilityOptions above_alone = options_;
    above_alone.below = false;
    const double wider = std::sqrt(static_cast<double>(share));  // as error bars
    std::set<std::size_t> done;
    for (std::size_t t = 0; t < result_.teachers.size(); ++t) {
      const std::size_t key = stand_in_[t];
      if (!done.insert(key).second) continue;
      std::optional<double> expected;
      if (!result_.teachers[t].estimators.empty()) {
        expected = expected_margin(result_.teachers[t].estimators.front());
      }
      if (expected) *expected *= wider;
      auto& draws = all_draws[draws_of(key)];
      if (!draws) {
        draws = std::make_unique<MeasuredDraws>(question, options_.estimators.front(), options_,
                                                draws_of(key), exec_);
      }
      add_size(key, part, *draws,
               search_smallest_margin(*draws, options_.estimators.front(), shape_.teachers[key],
                                      PlantedFamily::gaussian, above_alone, shape_.teachers.size(),
                                      1.0, {expected, !even_bias_.contains(key)}));
    }
  }

  const QuestionShape& shape_;
  const FeasibilityOptions& options_;
  const Execution& exec_;
  QuestionShape planted_;
  std::vector<std::size_t> stand_in_;  // by teacher
  std::map<PlantedFamily, std::unique_ptr<PlantedQuestion>> questions_;
  std::map<std::tuple<std::string, PlantedFamily, std::size_t>, const MeasuredDraws*> named_;
  std::map<std::pair<PlantedFamily, std::size_t>, std::vector<std::unique_ptr<MeasuredDraws>>>
      draws_;                                                    // by family and number
  std::map<std::size_t, std::vector<detail::SizeFound>> sizes_;  // by stand-in
  std::map<std::size_t, detail::SizeForecast> size_forecasts_;
  std::set<std::size_t> even_bias_;
  std::set<std::size_t> doubtful_;
  double factor_ = 1.0;
  std::size_t steps_ = 0;
  std::size_t done_ = 0;
  PowerForecast result_;
};

}  // namespace

std::string_view to_string(PlantedFamily family) {
  return family == PlantedFamily::gaussian ? "gaussian" : "curved";
}

PowerForecast forecast_power(const QuestionShape& shape, const FeasibilityOptions& options,
                             const Execution& exec) {
  check(options);
  return Forecast(shape, options, exec).run();
}

}  // namespace cch
