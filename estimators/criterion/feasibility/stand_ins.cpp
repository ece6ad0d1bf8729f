#include "estimators/criterion/feasibility/stand_ins.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace cch::detail {
namespace {

constexpr std::size_t kMostShapes = 2;
constexpr double kAlike = 1.2;  // of columns, pairs and effective directions

// Participation ratio of the variances: how many directions there are in effect.
double effective_directions(const TeacherShape& teacher) {
  double squares = 0.0;
  double fourths = 0.0;
  for (const double sd : teacher.spectrum) {
    squares += sd * sd;
    fourths += sd * sd * sd * sd;
  }
  return fourths > 0.0 ? squares * squares / fourths : static_cast<double>(teacher.dim);
}

// Whether one planting can serve both: what their biases differ by is within their draws' chance.
bool alike(const TeacherShape& a, const TeacherShape& b) {
  const auto near = [](double x, double y) { return std::max(x, y) <= kAlike * std::min(x, y); };
  return near(static_cast<double>(a.dim), static_cast<double>(b.dim)) &&
         near(static_cast<double>(a.pairs), static_cast<double>(b.pairs)) &&
         near(effective_directions(a), effective_directions(b));
}

// How far two shapes are apart: pairs say how far information is spread, directions how much of it
// drowns.
double apart(const TeacherShape& a, const TeacherShape& b) {
  return std::abs(std::log(static_cast<double>(a.pairs) / static_cast<double>(b.pairs))) +
         std::abs(std::log(effective_directions(a) / effective_directions(b)));
}

}  // namespace

std::vector<std::size_t> stand_ins(const std::vector<TeacherShape>& teachers) {
  const auto rank = [&](std::size_t t) {
    return std::tuple(teachers[t].pairs, effective_directions(teachers[t]), teachers[t].dim);
  };
  std::vector<std::size_t> order(teachers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(b) < rank(a); });
  std::vector<std::size_t> shapes;
  std::vector<std::size_t> out(teachers.size());
  for (const std::size_t t : order) {
    const auto found = std::find_if(shapes.begin(), shapes.end(), [&](std::size_t other) {
      return alike(teachers[other], teachers[t]);
    });
    out[t] = found == shapes.end() ? t : *found;
    if (found == shapes.end()) shapes.push_back(t);
  }
  if (shapes.size() <= kMostShapes) return out;
  const TeacherShape& most = teachers[shapes.front()];
  const TeacherShape& least = teachers[shapes.back()];
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    out[t] = apart(teachers[t], least) < apart(teachers[t], most) ? shapes.back() : shapes.front();
  }
  return out;
}

}  // namespace cch::detail
