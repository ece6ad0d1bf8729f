#include "cch/criterion/discrete_decomposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "estimators/criterion/linear/checks.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostSweeps = 1000;
// Of a marginal: far below the gap, far above rounding.
constexpr double kMarginalError = 1e-12;

using Distribution = std::vector<double>;  // T × S, row after row

double x_log_ratio(double p, double q) {
  return p > 0.0 ? p * std::log(p / q) : 0.0;
}

/// One class y: its share, its two marginals, and r scaled to them.
struct ClassPart {
  double share = 0.0;
  std::vector<double> t;  // p(t|y)
  std::vector<double> s;  // p(s|y)
  std::vector<double> scale_t;
  std::vector<double> scale_s;
  Distribution q;

  /// q = diag(scale_t) r diag(scale_s) with the marginals t and s, from the last scales.
  void project(const Distribution& r) {
    for (std::size_t sweep = 0; sweep < kMostSweeps; ++sweep) {
      for (std::size_t i = 0; i < t.size(); ++i) {
        double sum = 0.0;
        for (std::size_t j = 0; j < s.size(); ++j) sum += r[i * s.size() + j] * scale_s[j];
        scale_t[i] = sum > 0.0 ? t[i] / sum : 0.0;
      }
      double error = 0.0;
      for (std::size_t j = 0; j < s.size(); ++j) {
        double sum = 0.0;
        for (std::size_t i = 0; i < t.size(); ++i) sum += r[i * s.size() + j] * scale_t[i];
        error = std::max(error, std::abs(sum * scale_s[j] - s[j]));
        scale_s[j] = sum > 0.0 ? s[j] / sum : 0.0;
      }
      if (error < kMarginalError) break;
    }
    for (std::size_t i = 0; i < t.size(); ++i) {
      for (std::size_t j = 0; j < s.size(); ++j) {
        q[i * s.size() + j] = scale_t[i] * r[i * s.size() + j] * scale_s[j];
      }
    }
  }
};

/// I(Y;X) of the marginals of one side.
double information(const std::vector<ClassPart>& parts, std::vector<double> ClassPart::*side) {
  std::vector<double> mean((parts.front().*side).size(), 0.0);
  for (const ClassPart& part : parts) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += part.share * (part.*side)[i];
  }
  double sum = 0.0;
  for (const ClassPart& part : parts) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      sum += part.share * x_log_ratio((part.*side)[i], mean[i]);
    }
  }
  return sum;
}

double information(const std::vector<ClassPart>& parts, const Distribution& r) {
  double sum = 0.0;
  for (const ClassPart& part : parts) {
    for (std::size_t i = 0; i < r.size(); ++i) sum += part.share * x_log_ratio(part.q[i], r[i]);
  }
  return sum;
}

Distribution mean_of(const std::vector<ClassPart>& parts) {
  Distribution r(parts.front().q.size(), 0.0);
  for (const ClassPart& part : parts) {
    for (std::size_t i = 0; i < r.size(); ++i) r[i] += part.share * part.q[i];
  }
  return r;
}

/// The parts of all classes that have rows; q is P(t,s|y).
std::vector<ClassPart> parts_of(const ClassLabels& t, const ClassLabels& s, const ClassLabels& y) {
  const std::size_t k_t = t.classes();
  const std::size_t k_s = s.classes();
  std::vector<ClassPart> all(y.classes());
  for (ClassPart& part : all) {
    part.t.resize(k_t);
    part.s.resize(k_s);
    part.scale_t.assign(k_t, 1.0);
    part.scale_s.assign(k_s, 1.0);
    part.q.resize(k_t * k_s);
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    ClassPart& part = all[static_cast<std::size_t>(y[i])];
    const auto a = static_cast<std::size_t>(t[i]);
    const auto b = static_cast<std::size_t>(s[i]);
    part.share += 1.0;
    part.t[a] += 1.0;
    part.s[b] += 1.0;
    part.q[a * k_s + b] += 1.0;
  }
  std::erase_if(all, [](const ClassPart& part) { return part.share == 0.0; });
  for (ClassPart& part : all) {
    for (auto* values : {&part.t, &part.s, &part.q}) {
      for (double& v : *values) v /= part.share;
    }
    part.share /= static_cast<double>(y.size());
  }
  return all;
}

}  // namespace

DiscreteDecomposition decompose_discrete(const ClassLabels& t, const ClassLabels& s,
                                         const ClassLabels& y, const DecompositionOptions& options,
                                         const Execution& exec) {
  detail::check_rows("teacher classes", t.size(), y.size());
  detail::check_rows("student classes", s.size(), y.size());
  std::vector<ClassPart> parts = parts_of(t, s, y);
  const double i_t = information(parts, &ClassPart::t);
  const double i_s = information(parts, &ClassPart::s);
  const double i_both = information(parts, mean_of(parts));
  for (ClassPart& part : parts) {
    for (std::size_t i = 0; i < part.t.size(); ++i) {
      for (std::size_t j = 0; j < part.s.size(); ++j) {
        part.q[i * part.s.size() + j] = part.t[i] * part.s[j];
      }
    }
  }
  Distribution r = mean_of(parts);
  DiscreteDecomposition out;
  out.gap = std::numeric_limits<double>::infinity();
  while (out.gap > options.gap && out.iterations < options.most_iterations) {
    exec.throw_if_stopped();
    for (ClassPart& part : parts) part.project(r);
    const Distribution next = mean_of(parts);
    double most = 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      if (next[i] > 0.0) most = std::max(most, std::log(next[i] / r[i]));
    }
    out.gap = most;
    r = next;
    ++out.iterations;
  }
  const double least = information(parts, r);
  out.unique_teacher = least - i_s;
  out.unique_student = least - i_t;
  out.redundancy = i_t + i_s - least;
  out.synergy = i_both - least;
  return out;
}

ClassLabels likeliest(MatrixView scores) {
  std::vector<int> codes;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < scores.rows(); ++i) {
    const auto row = scores.row(i);
    codes.push_back(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  for (std::size_t c = 0; c < scores.cols(); ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

}  // namespace cch
