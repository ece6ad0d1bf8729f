// Wall time of the neighbour estimators at the sizes that docs and peers report. Every row is a
// query (exact), so the numbers compare with programs that know no other way.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/ksg2.hpp"
#include "cch/estimators/ksg_conditional.hpp"
#include "cch/estimators/mixed_ksg.hpp"
#include "cch/estimators/ross.hpp"
#include "estimators/kNN/forced.hpp"

namespace {

using cch::Estimate;
using cch::Execution;
using cch::Groups;
using cch::Samples;

struct Data {
  Samples x;
  Samples y;
  Samples z;                // one column, half of it x's first
  cch::ClassLabels labels;  // two classes: the sign of y's first column
  Groups groups;
};

struct Shape {
  std::size_t rows;
  std::size_t dim_x;
  std::size_t dim_y;
};

// Every column of y has correlation .6 with its partner in x.
Data make_data(const Shape& shape) {
  cch::Random random(cch::derive_seed(1, "benchmark"));
  cch::Matrix x(shape.rows, shape.dim_x);
  cch::Matrix y(shape.rows, shape.dim_y);
  cch::Matrix z(shape.rows, 1);
  std::vector<int> codes(shape.rows);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (double& v : x.row(i)) v = random.normal();
    for (std::size_t d = 0; d < shape.dim_y; ++d) {
      y(i, d) = 0.6 * x(i, d % shape.dim_x) + 0.8 * random.normal();
    }
    z(i, 0) = x(i, 0) + random.normal();
    codes[i] = y(i, 0) > 0.0 ? 1 : 0;
  }
  return {Samples::from(std::move(x)), Samples::from(std::move(y)), Samples::from(std::move(z)),
          cch::ClassLabels::from(std::move(codes), {"negative", "positive"}),
          Groups::singletons(shape.rows)};
}

using Call = std::function<Estimate(const Data&, const Execution&)>;

void time_call(benchmark::State& state, const Call& call, const Shape& shape, unsigned threads) {
  const Data data = make_data(shape);
  Execution exec;
  exec.threads = threads;
  for (auto _ : state) benchmark::DoNotOptimize(call(data, exec).nats);
  state.counters["nats"] = call(data, exec).nats;
}

void add(const std::string& name, const Call& call, const Shape& shape,
         std::initializer_list<unsigned> thread_counts = {1U, 2U}) {
  for (const unsigned threads : thread_counts) {
    const std::string label = name + "/N:" + std::to_string(shape.rows) + "/" +
                              std::to_string(shape.dim_x) + "+" + std::to_string(shape.dim_y) +
                              "/threads:" + std::to_string(threads);
    auto* registered = benchmark::RegisterBenchmark(
        label.c_str(), [=](benchmark::State& state) { time_call(state, call, shape, threads); });
    registered->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
    // The largest cases run for seconds: once is enough.
    if (shape.rows > 10000) registered->Iterations(1);
  }
}

// The times behind estimators/kNN/search_cost.cpp, one thread.
void add_paths() {
  using cch::detail::SearchPath;
  const std::pair<const char*, SearchPath> paths[] = {{"tree", SearchPath::tree},
                                                      {"brute", SearchPath::brute},
                                                      {"coded-tree", SearchPath::coded_tree},
                                                      {"coded-brute", SearchPath::coded_brute}};
  for (const auto& [name, path] : paths) {
    const Call call = [path = path](const Data& d, const Execution& e) {
      const std::size_t k = 4;
      return cch::detail::ksg1_sweep(d.x, d.y, d.groups, std::span(&k, 1), {.exact = true}, path, e)
          .front();
    };
    for (const std::size_t rows : {1000, 3000, 10000, 30000, 100000}) {
      for (const std::size_t side : {1, 2, 3, 4, 5, 6, 8, 12, 16, 32}) {
        const bool hours = path == SearchPath::tree && side > 4 && rows > 30000;
        if (!hours) add(std::string("path-") + name, call, {rows, side, side}, {1U});
      }
    }
  }
}

void add_all() {
  const Call ksg1 = [](const Data& d, const Execution& e) {
    return cch::ksg1(d.x, d.y, d.groups, {.k = 4, .exact = true}, e);
  };
  for (const Shape& shape : {Shape{10000, 1, 1},
                             {10000, 3, 3},
                             {10000, 5, 5},
                             {10000, 32, 32},
                             {10000, 64, 64},
                             {100000, 1, 1},
                             {100000, 3, 3},
                             {100000, 5, 5},
                             {100000, 8, 8},
                             {1000000, 1, 1}}) {
    add("ksg1", ksg1, shape);
  }
  add_paths();
  const std::pair<const char*, Call> others[] = {
      {"ksg2",
       [](const Data& d, const Execution& e) {
         return cch::ksg2(d.x, d.y, d.groups, {.k = 4, .exact = true}, e);
       }},
      {"mixed-ksg",
       [](const Data& d, const Execution& e) {
         return cch::mixed_ksg(d.x, d.y, d.groups, {.k = 4, .exact = true}, e);
       }},
      {"ross",
       [](const Data& d, const Execution& e) {
         return cch::ross(d.x, d.labels, d.groups, {.k = 4, .exact = true}, e);
       }},
      {"ksg-conditional",
       [](const Data& d, const Execution& e) {
         return cch::ksg_conditional(d.x, d.y, d.z, d.groups, {.k = 4, .exact = true}, e);
       }},
  };
  for (const auto& [name, call] : others) {
    for (const Shape& shape : {Shape{10000, 1, 1}, {10000, 3, 3}, {10000, 5, 5}}) {
      add(name, call, shape);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
