#pragma once

// The one header that tests include for their framework.
// LibTorch headers, where a test needs them, come before this one: both define CHECK, and glog's
// would silently replace doctest's.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "cch/core/error.hpp"

// As doctest's, but for a reference in between: clang before 16 lets no lambda capture a structured
// binding.
#define CCH_CAPTURE_AS(value, number)                           \
  [[maybe_unused]] const auto& cch_captured_##number = (value); \
  DOCTEST_INFO(#value " := ", cch_captured_##number)
#define CCH_CAPTURE(value, number) CCH_CAPTURE_AS(value, number)
#undef CAPTURE
#define CAPTURE(value) CCH_CAPTURE(value, __COUNTER__)

namespace cch::test {

/// Rounding only: both sides do the same arithmetic in another order.
inline constexpr double kRounding = 1e-10;

/// |a − b| ≤ tolerance · max(1, |a|, |b|).
inline bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

/// |estimate − truth| ≤ z · standard_error + bias_bound: for fixed-seed statistical checks. z = 4
/// fails a right program in 6 of 100 000 seeds; bias_bound is stated and justified where it is
/// used.
inline bool within_sampling_error(double estimate, double truth, double standard_error,
                                  double bias_bound = 0.0, double z = 4.0) {
  return std::abs(estimate - truth) <= z * standard_error + bias_bound;
}

/// Folder of one real data set, or an empty path after printing why the test is skipped (ctest then
/// reports it as skipped).
inline std::filesystem::path real_data(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(CCH_TEST_DATA) / name;
  if (std::filesystem::is_directory(folder)) return folder;
  std::cout << "cch-skip: data set " << name << " is not at " << folder.string() << '\n';
  return {};
}

/// The code of the first fault that `call` throws, or "" if it throws none.
template <class Call>
std::string fault_code(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.faults().front().code;
  }
  return "";
}

}  // namespace cch::test
