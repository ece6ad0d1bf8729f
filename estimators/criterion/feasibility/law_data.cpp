#include "estimators/criterion/feasibility/law_data.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "cch/core/matrix.hpp"
#include "cch/core/random.hpp"
#include "estimators/group_moves.hpp"

namespace cch::detail {
namespace {

constexpr int kReflections = 8;

Samples mapped(const Samples& x, std::size_t cols, auto&& value) {
  Matrix out(x.size(), cols);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < cols; ++j) out(i, j) = value(i, j);
  }
  return Samples::from(std::move(out), x.name());
}

ClassLabels recoded(const ClassLabels& labels, std::vector<std::string> names, auto&& code_of) {
  std::vector<int> codes;
  for (const int code : labels.codes()) codes.push_back(code_of(code));
  return ClassLabels::from(std::move(codes), std::move(names));
}

}  // namespace

Samples beside_noise(const Samples& x, std::size_t columns, std::uint64_t seed) {
  Random random(derive_seed(seed, "noise-columns"));
  return mapped(x, x.dim() + columns, [&](std::size_t i, std::size_t j) {
    return j < x.dim() ? x(i, j) : random.normal();
  });
}

Samples blurred(const Samples& x, std::uint64_t seed) {
  Random random(derive_seed(seed, "blur"));
  return mapped(x, x.dim(),
                [&](std::size_t i, std::size_t j) { return x(i, j) + random.normal(); });
}

Samples half_of_columns(const Samples& x, std::uint64_t seed) {
  Random random(derive_seed(seed, "half-of-columns"));
  std::vector<std::size_t> kept = random.permutation(x.dim());
  kept.resize(std::max<std::size_t>(1, x.dim() / 2));
  std::sort(kept.begin(), kept.end());
  return mapped(x, kept.size(), [&](std::size_t i, std::size_t j) { return x(i, kept[j]); });
}

Samples mirrored(const Samples& x) {
  return mapped(x, x.dim(),
                [&](std::size_t i, std::size_t j) { return 5.0 - 3.0 * x(i, x.dim() - 1 - j); });
}

Samples rotated(const Samples& x, std::uint64_t seed) {
  Random random(derive_seed(seed, "rotation"));
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = x(i, j);
  }
  std::vector<double> v(x.dim());
  for (int r = 0; r < kReflections; ++r) {
    double square = 0.0;
    for (double& value : v) {
      value = random.normal();
      square += value * value;
    }
    for (std::size_t i = 0; i < out.rows(); ++i) {
      double along = 0.0;
      for (std::size_t j = 0; j < v.size(); ++j) along += v[j] * out(i, j);
      for (std::size_t j = 0; j < v.size(); ++j) out(i, j) -= 2.0 * along / square * v[j];
    }
  }
  return Samples::from(std::move(out), x.name());
}

ClassLabels merged_in_pairs(const ClassLabels& labels) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < labels.classes(); c += 2) names.push_back(labels.names()[c]);
  return recoded(labels, std::move(names), [](int code) { return code / 2; });
}

ClassLabels renamed(const ClassLabels& labels) {
  std::vector<std::string> names(labels.names().rbegin(), labels.names().rend());
  const int last = static_cast<int>(labels.classes()) - 1;
  return recoded(labels, std::move(names), [last](int code) { return last - code; });
}

Rows by_group(const Groups& groups, std::uint64_t seed) {
  Random random(derive_seed(seed, "group-order"));
  Rows out;
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    out.insert(out.end(), members.begin(), members.end());
  }
  return out;
}

Rows turned(const Groups& groups, std::uint64_t seed) {
  if (groups.count() < 2) return by_group(groups, seed);
  Random random(derive_seed(seed, "group-order"));
  return rows_of_other_groups(groups, random.permutation(groups.count()), groups.count() / 2);
}

}  // namespace cch::detail
