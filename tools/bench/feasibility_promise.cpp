#include "tools/bench/feasibility_promise.hpp"

#include <fmt/core.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "cch/core/random.hpp"
#include "records.hpp"

namespace cch::bench {
namespace {

using nlohmann::json;

// What a plan says of four times its rows, and what a check of so many finds.
struct Promise {
  double planned = 0.0;  // at the rows of the plan
  double promised = 0.0;
  double low = 0.0;
  double high = 0.0;   // 0: no bound
  double steep = 0.0;  // a power law through the two largest planted sizes
  double found = 0.0;
};

constexpr std::size_t kTimes = 4;

// Zeros where one of the two has no margin.
Promise promise_of(const PromiseChoices& choices, const ShapeAtTimes& shape, std::uint64_t seed) {
  cch::FeasibilityOptions options;
  options.curved = false;
  options.below = false;
  cch::Execution exec;
  exec.threads = choices.threads;
  exec.seed = seed;
  Promise out;
  const auto plan = cch::forecast_power(shape(1), options, exec);
  const auto& sizes = plan.teachers.front().sizes;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const cch::SizePoint& size = sizes[i];
    if (!size.above.nats) continue;
    if (size.rows == plan.rows) {
      out.planned = *size.above.nats;
      if (sizes[i - 1].above.nats) {
        out.steep = out.planned * std::pow(out.planned / *sizes[i - 1].above.nats, 2.0);
        out.steep = std::max(out.steep, out.planned / static_cast<double>(kTimes));
      }
    } else if (size.extrapolated && size.rows == kTimes * plan.rows) {
      out.promised = *size.above.nats;
      out.low = size.low.value_or(0.0);
      out.high = size.high.value_or(0.0);
    }
  }
  options.sizes = false;
  exec.seed = cch::derive_seed(seed, "the check itself");  // draws of its own
  const auto check = cch::forecast_power(shape(kTimes), options, exec);
  out.found = check.teachers.front().estimators.front().families.front().above.nats.value_or(0.0);
  return out;
}

void to_json(json& out, const Promise& p) {
  out = {{"planned", p.planned}, {"promised", p.promised}, {"low", p.low},
         {"high", p.high},       {"steep", p.steep},       {"found", p.found}};
}

void from_json(const json& in, Promise& p) {
  p = {in["planned"], in["promised"], in["low"], in["high"], in["steep"], in["found"]};
}

std::vector<Promise> promises(const std::string& name, const ShapeAtTimes& shape,
                              const PromiseChoices& choices) {
  std::map<std::uint64_t, Promise> known;
  const std::string key = "promise " + name;
  const LineStore store = open_records(choices.out);
  for (const std::string& record : store.records()) {
    const json entry = json::parse(record);
    if (entry.value("key", "") == key) known[entry["seed"]] = entry["of"];
  }
  std::vector<Promise> out;
  for (std::uint64_t seed = choices.seed; seed < choices.seed + choices.plans; ++seed) {
    if (!known.contains(seed)) {
      known[seed] = promise_of(choices, shape, seed);
      store.add(json{{"key", key}, {"seed", seed}, {"of", known[seed]}}.dump());
    }
    out.push_back(known[seed]);
  }
  return out;
}

struct LogMean {
  double mean = 0.0;   // geometric
  double error = 0.0;  // standard error of its logarithm
};

template <class Value>
LogMean log_mean(const std::vector<Promise>& all, Value&& value) {
  const auto n = static_cast<double>(all.size());
  double sum = 0.0;
  double squares = 0.0;
  for (const Promise& p : all) sum += std::log(value(p)) / n;
  for (const Promise& p : all) squares += std::pow(std::log(value(p)) - sum, 2);
  return {std::exp(sum), std::sqrt(squares / (n - 1.0) / n)};
}

}  // namespace

void print_promise(const std::string& name, const ShapeAtTimes& shape,
                   const PromiseChoices& choices) {
  std::vector<Promise> all = promises(name, shape, choices);
  const std::size_t plans = all.size();
  std::erase_if(
      all, [](const Promise& p) { return p.promised == 0.0 || p.found == 0.0 || p.steep == 0.0; });
  if (all.size() < 2) {
    fmt::print("| {} | {} of {} plans have both | – | – | – | – | – | – |\n", name, all.size(),
               plans);
    return;
  }
  const LogMean found = log_mean(all, [](const Promise& p) { return p.found; });
  const LogMean promised = log_mean(all, [](const Promise& p) { return p.promised; });
  const LogMean steep = log_mean(all, [](const Promise& p) { return p.steep; });
  std::size_t held = 0;
  double width = 0.0;
  for (const Promise& p : all) {
    held += p.low <= found.mean && (p.high == 0.0 || found.mean <= p.high) ? 1 : 0;
    width += p.high == 0.0 ? 0.0 : p.high / p.low / static_cast<double>(all.size());
  }
  fmt::print(
      "| {} | {} of {} | {:.3f} | {:.3f} | {:.3f} ± {:.3f} | {:.2f} | {:.2f} | {} of {}, {:.1f} "
      "|\n",
      name, all.size(), plans, log_mean(all, [](const Promise& p) { return p.planned; }).mean,
      promised.mean, found.mean, found.mean * found.error, promised.mean / found.mean,
      steep.mean / found.mean, held, all.size(), width);
  std::fflush(stdout);
}

void print_promise_head() {
  fmt::print(
      "| case | plans | planned | expected at 4 × rows | found there | expected / found | power "
      "law "
      "of two sizes / found | intervals that hold the mean found; upper / lower end |\n"
      "|---|---|---|---|---|---|---|---|\n");
}

}  // namespace cch::bench
