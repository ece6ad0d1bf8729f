#include "estimators/criterion/nested_teachers.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "estimators/criterion/gather.hpp"

namespace cch::detail {
namespace {

constexpr double kErrors = 2.0;

/// Hashes of the columns, ascending, each once.
std::vector<std::uint64_t> columns_of(const Samples& x) {
  std::vector<std::uint64_t> out(x.dim(), 0xcbf29ce484222325);  // FNV-1a, a value a step
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = (out[j] ^ std::bit_cast<std::uint64_t>(x(i, j))) * 0x100000001b3;
      out[j] ^= out[j] >> 29;
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void hold_to(const MeasuredTeacher& whole, MeasuredTeacher& part, const Execution& exec,
             std::vector<Warning>& warnings) {
  const double own = part.result.i_teacher_student.nats;
  const double most = whole.result.i_teacher_student.nats;
  part.ordered_nats = std::min(part.ordered_nats, most);
  if (own <= most || !part.breaks_law.empty()) return;
  const Term terms[] = {{part.teacher_student.get(), 1.0}, {whole.teacher_student.get(), -1.0}};
  const auto bar = error_bar(terms, exec);
  if (!bar || own - most <= kErrors * bar->standard_error) return;
  part.breaks_law = "I(T;S) reads " + nats_text(own) + " nats, that of '" + whole.result.name +
                    "' " + nats_text(most) + " (difference " + nats_text(own - most) + " ± " +
                    nats_text(bar->standard_error) +
                    "), though that teacher has all its columns and a part knows no more than the "
                    "whole.";
  warnings.push_back({"law-broken", "teacher '" + part.result.name + "': " + part.breaks_law +
                                        " Nothing is ranked or decided on this excess"});
}

}  // namespace

std::vector<std::vector<std::size_t>> wholes_of(const std::vector<const Samples*>& teachers) {
  std::vector<std::vector<std::uint64_t>> columns;
  for (const Samples* teacher : teachers) columns.push_back(columns_of(*teacher));
  std::vector<std::vector<std::size_t>> out(teachers.size());
  for (std::size_t part = 0; part < teachers.size(); ++part) {
    for (std::size_t whole = 0; whole < teachers.size(); ++whole) {
      const auto& of = columns[whole];
      if (of.size() <= columns[part].size()) continue;
      if (std::includes(of.begin(), of.end(), columns[part].begin(), columns[part].end())) {
        out[part].push_back(whole);
      }
    }
  }
  return out;
}

void hold_to_wholes(std::vector<MeasuredTeacher>& teachers, const Execution& exec,
                    std::vector<Warning>& warnings) {
  std::vector<const Samples*> features;
  for (MeasuredTeacher& teacher : teachers) {
    features.push_back(&teacher.features);
    teacher.ordered_nats = teacher.result.i_teacher_student.nats;
  }
  const auto wholes = wholes_of(features);
  for (std::size_t part = 0; part < teachers.size(); ++part) {
    for (const std::size_t whole : wholes[part]) {
      hold_to(teachers[whole], teachers[part], exec, warnings);
    }
  }
}

}  // namespace cch::detail
