#include "cch/criterion/controls.hpp"

#include <cctype>
#include <cmath>
#include <numeric>
#include <string>

#include "cch/core/random.hpp"
#include "cch/estimators/permutation_null.hpp"

namespace cch {
namespace {

constexpr std::string_view kReserved = "control:";

Samples with_noise(const Samples& x, double noise, std::uint64_t seed) {
  const auto n = static_cast<double>(x.size());
  std::vector<double> sd(x.dim(), 0.0);
  for (std::size_t j = 0; j < x.dim(); ++j) {
    double mean = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) mean += x(i, j) / n;
    for (std::size_t i = 0; i < x.size(); ++i) sd[j] += (x(i, j) - mean) * (x(i, j) - mean) / n;
    sd[j] = std::sqrt(sd[j]);
  }
  Random random(seed);
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      out(i, j) = x(i, j) + noise * sd[j] * random.normal();
    }
  }
  return Samples::from(std::move(out), std::string(kNoisyCloneControl));
}

void add_shuffled(const RankInput& input, const Execution& exec, Controls& controls) {
  const Samples& teacher = input.teachers.front().features;
  try {
    const GroupPermuter permuter(input.groups, teacher);
    std::vector<std::size_t> rows(teacher.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const auto drawn = permuter.draw(derive_seed(exec.seed, "control-shuffled"));
    for (std::size_t i = 0; i < drawn.size(); ++i) rows[permuter.rows()[i]] = drawn[i];
    controls.teachers.push_back({std::string(kShuffledControl), teacher.select(rows)});
    if (drawn.size() < rows.size()) {
      controls.warnings.push_back(
          {"control-partly-shuffled",
           std::to_string(rows.size() - drawn.size()) + " of " + std::to_string(rows.size()) +
               " rows of the shuffled teacher are in groups of a size of their own and kept their "
               "place"});
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    controls.warnings.push_back(
        {"control-left-out", "there is no shuffled teacher: " + error.faults().front().problem +
                                 ", and " + error.faults().front().why});
  }
}

}  // namespace

bool is_control(std::string_view name) {
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  if (name.size() < kReserved.size()) return false;
  for (std::size_t i = 0; i < kReserved.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(name[i])) != kReserved[i]) return false;
  }
  return true;
}

void refuse_reserved_names(const RankInput& input) {
  std::vector<Fault> faults;
  auto look_at = [&](const std::string& name) {
    if (!is_control(name)) return;
    faults.push_back({"reserved-name",
                      "a modality is called '" + name + "'",
                      {},
                      "names that begin with 'control:' belong to the control teachers",
                      "Give it another name"});
  };
  look_at(input.student.name);
  for (const Modality& teacher : input.teachers) look_at(teacher.name);
  if (!faults.empty()) throw Error(ErrorKind::data, std::move(faults));
}

Samples noise_rows(std::size_t rows, std::size_t dim, std::uint64_t seed) {
  Random random(derive_seed(seed, "control-noise"));
  Matrix out(rows, dim);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& v : out.row(i)) v = random.normal();
  }
  return Samples::from(std::move(out), std::string(kNoiseControl));
}

Controls control_teachers(const RankInput& input, const ControlOptions& options,
                          const Execution& exec) {
  refuse_reserved_names(input);
  if (input.teachers.empty()) {
    refuse_usage("no-teacher", "there is no teacher to shuffle", {}, "Give at least one teacher");
  }
  if (!(options.noise > 0.0) || !std::isfinite(options.noise)) {
    refuse_usage("bad-noise", "the noise of the clone must be a positive number", {},
                 "Use the default of 1 standard deviation");
  }
  const Samples& student = input.student.features;
  Controls controls;
  controls.teachers.push_back({std::string(kCloneControl), student});
  controls.teachers.push_back(
      {std::string(kNoisyCloneControl),
       with_noise(student, options.noise, derive_seed(exec.seed, "control-clone-noise"))});
  add_shuffled(input, exec, controls);
  controls.teachers.push_back(
      {std::string(kNoiseControl), noise_rows(student.size(), student.dim(), exec.seed)});
  return controls;
}

}  // namespace cch
