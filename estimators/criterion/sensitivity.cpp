#include "estimators/criterion/sensitivity.hpp"

#include <algorithm>
#include <array>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/criterion/gather.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kMostRows = 2000;
constexpr std::size_t kComponents = 16;
constexpr std::array<std::size_t, 4> kCurveNeighbours{3, 5, 10, 20};
constexpr std::array<std::size_t, 3> kGridNeighbours{3, 5, 10};

// Whole groups in random order until `most` rows are full, at least one group.
std::vector<std::size_t> some_rows(const Groups& groups, std::size_t most, std::uint64_t seed) {
  std::vector<std::size_t> rows;
  Random random(derive_seed(seed, "sensitivity-rows"));
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    if (!rows.empty() && rows.size() + members.size() > most) break;
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

// The groups dealt into `parts` parts at random.
std::vector<std::vector<std::size_t>> dealt(const Groups& groups, std::size_t parts,
                                            std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> out(parts);
  Random random(derive_seed(seed, "learning-curve", parts));
  const auto order = random.permutation(groups.count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto members = groups.members(order[i]);
    out[i % parts].insert(out[i % parts].end(), members.begin(), members.end());
  }
  for (auto& rows : out) std::sort(rows.begin(), rows.end());
  return out;
}

bool set_k(EstimatorOptions& options, std::size_t k) {
  if (auto* cca = std::get_if<CcaKsgOptions>(&options)) {
    cca->k = k;
    return true;
  }
  if (!entry_of(options).neighbours) return false;
  set_neighbours(options, k);
  return true;
}

// One random split of cca-ksg instead of five: a reading then moves by about .03 nats at 2000 rows,
// little beside what the choices move it by.
EstimatorOptions quick(EstimatorOptions options) {
  if (auto* cca = std::get_if<CcaKsgOptions>(&options)) cca->splits = 1;
  return options;
}

std::vector<EstimatorOptions> with_every_k(const EstimatorOptions& options) {
  std::vector<EstimatorOptions> out;
  for (const std::size_t k : kGridNeighbours) {
    EstimatorOptions one = quick(options);
    if (!set_k(one, k)) return {options};
    out.push_back(one);
  }
  return out;
}

std::optional<std::size_t> neighbours_of(const EstimatorOptions& options) {
  return std::visit(
      [](const auto& o) -> std::optional<std::size_t> {
        if constexpr (requires { o.k; }) return o.k;
        return std::nullopt;
      },
      options);
}

struct Prepared {
  std::string name;
  Samples student;
  std::vector<Samples> teachers;
  Variable labels;
};

Samples reduced(const Samples& x, std::uint64_t seed, const Execution& exec) {
  const Eigen::MatrixXd scores = principal_components(x.view(), kComponents, seed, exec);
  if (scores.cols() == 0) return x;  // constant: nothing to reduce
  Matrix out(x.size(), static_cast<std::size_t>(scores.cols()));
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) {
      out(i, j) = scores(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    }
  }
  return Samples::from(std::move(out), x.name());
}

// Columns with one value say nothing, but estimators that need their variance refuse them.
Samples without_constants(const Samples& x) {
  std::vector<std::size_t> kept;
  for (std::size_t j = 0; j < x.dim(); ++j) {
    for (std::size_t i = 1; i < x.size(); ++i) {
      if (x(i, j) == x(0, j)) continue;
      kept.push_back(j);
      break;
    }
  }
  if (kept.empty() || kept.size() == x.dim()) return x;
  Matrix out(x.size(), kept.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t c = 0; c < kept.size(); ++c) out(i, c) = x(i, kept[c]);
  }
  return Samples::from(std::move(out), x.name());
}

Prepared prepared(const RankInput& input, const std::vector<std::size_t>& order, Scale scale,
                  bool components, const Execution& exec) {
  std::vector<Warning> known;  // the ranking itself has said them
  auto put = [&](const Samples& x) {
    Samples out = without_constants(scaled(x, scale, known, exec));
    return components && x.dim() > kComponents
               ? reduced(out, derive_seed(exec.seed, "grid-pca"), exec)
               : out;
  };
  Prepared out{std::string(to_string(scale)) + (components ? ", 16 components" : ""),
               put(input.student.features),
               {},
               input.labels};
  for (const std::size_t t : order) out.teachers.push_back(put(input.teachers[t].features));
  if (const auto* values = std::get_if<Samples>(&input.labels)) {
    out.labels = scaled(*values, scale, known, exec);
  }
  return out;
}

std::vector<EstimatorOptions> grid_estimators(const Prepared& data, const Groups& groups) {
  std::vector<EstimatorOptions> out{
      choose_estimator(data.teachers.front(), data.student, groups).options};
  for (const char* name : {"ksg1", "gaussian-copula"}) {
    const EstimatorOptions options = default_options(name);
    if (options.index() != out.front().index()) out.push_back(options);
  }
  return out;
}

}  // namespace

EstimateCurves estimate_curves(const RepresentationLevel& level, const MeasuredTeacher& teacher,
                               const Execution& exec) {
  const auto rows = some_rows(level.groups(), kMostRows, exec.seed);
  const Samples x = teacher.features.select(rows);
  const Samples y = level.student().select(rows);
  const Groups groups = level.groups().select(rows);
  const EstimatorOptions quick_options = quick(teacher.choice.options);
  EstimateCurves out;
  if (entry_of(quick_options).networks) return out;  // seven more trainings a teacher
  for (const std::size_t parts : {4, 2, 1}) {
    const auto dealt_rows = dealt(groups, parts, exec.seed);
    std::vector<double> values(parts);
    parallel_for(parts, exec, [&](std::size_t p) {
      const auto& part = dealt_rows[p];
      values[p] = estimate(quick_options, x.select(part), y.select(part), groups.select(part),
                           exec.serial())
                      .nats;
    });
    double mean = 0.0;
    for (const double value : values) mean += value / static_cast<double>(parts);
    out.by_rows.push_back({static_cast<double>(rows.size()) / static_cast<double>(parts), mean});
  }
  EstimatorOptions options = quick_options;
  if (!set_k(options, kCurveNeighbours.front())) return out;
  out.by_neighbours.resize(kCurveNeighbours.size());
  parallel_for(kCurveNeighbours.size(), exec, [&](std::size_t i) {
    EstimatorOptions one = quick_options;
    set_k(one, kCurveNeighbours[i]);
    out.by_neighbours[i] = {static_cast<double>(kCurveNeighbours[i]),
                            estimate(one, x, y, groups, exec.serial()).nats};
  });
  return out;
}

std::vector<SensitivityRow> sensitivity_grid(const RankInput& whole,
                                             const std::vector<std::size_t>& order,
                                             std::vector<Warning>& warnings,
                                             const Execution& outer) {
  Execution exec = outer;
  exec.sink = nullptr;  // only whole steps are reported
  const auto rows = some_rows(whole.groups, kMostRows, exec.seed);
  RankInput input{{whole.student.name, whole.student.features.select(rows)},
                  {},
                  select(whole.labels, rows),
                  whole.groups.select(rows)};
  for (const Modality& teacher : whole.teachers) {
    input.teachers.push_back({teacher.name, teacher.features.select(rows)});
  }
  std::vector<SensitivityRow> grid;
  std::vector<Warning> refused;
  const std::array<std::pair<Scale, bool>, 4> preprocessing{
      {{Scale::rank, false}, {Scale::zscore, false}, {Scale::none, false}, {Scale::rank, true}}};
  std::size_t done = 0;
  for (const auto& [scale, components] : preprocessing) {
    const Prepared data = prepared(input, order, scale, components, exec);
    const EstimatorOptions label_options =
        choose_estimator(data.student, data.labels, input.groups).options;
    const double i_student_labels =
        estimate(label_options, data.student, data.labels, input.groups, exec).nats;
    for (const EstimatorOptions& family : grid_estimators(data, input.groups)) {
      const bool every_k = scale == Scale::rank && !components;
      for (const EstimatorOptions& one :
           every_k ? with_every_k(family) : std::vector<EstimatorOptions>{quick(family)}) {
        SensitivityRow row{
            std::string(entry_of(one).name),   data.name,  neighbours_of(one), i_student_labels,
            std::vector<double>(order.size()), rows.size()};
        // One that has too few rows for so many columns is left out, the others stay.
        const auto read = attempt("sensitivity", refused, [&] {
          parallel_for(order.size(), exec, [&](std::size_t t) {
            row.i_teacher_student[t] =
                estimate(one, data.teachers[t], data.student, input.groups, exec.serial()).nats;
          });
          return true;
        });
        if (read) grid.push_back(std::move(row));
      }
    }
    outer.progress("sensitivity", ++done, preprocessing.size());
  }
  for (Warning& warning : refused) {
    const bool told = std::any_of(warnings.begin(), warnings.end(), [&](const Warning& other) {
      return other.message == warning.message;
    });
    if (!told) warnings.push_back(std::move(warning));
  }
  return grid;
}

}  // namespace cch::detail
