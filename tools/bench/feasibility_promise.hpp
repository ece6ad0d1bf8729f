#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "cch/criterion/feasibility.hpp"

namespace cch::bench {

struct PromiseChoices {
  std::string out;  ///< finished plans, appended
  std::size_t plans = 6;
  std::uint64_t seed = 1;
  unsigned threads = 0;
};

/// The question at so many times its rows and groups.
using ShapeAtTimes = std::function<QuestionShape(std::size_t times)>;

void print_promise_head();
/// A row: the smallest margin that plans expect at four times their rows, each plan of its own
/// seed, beside what checks of so many rows find with draws of their own. Means are geometric.
void print_promise(const std::string& name, const ShapeAtTimes& shape,
                   const PromiseChoices& choices);

}  // namespace cch::bench
