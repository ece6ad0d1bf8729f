// How often the error bars are right: coverage of 95 % intervals and level of permutation tests,
// by simulation. Finished batches are appended to a file, so that a run goes on where it stopped.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "cch/core/parallel.hpp"
#include "cch/experiments/runner.hpp"
#include "coverage_cases.hpp"
#include "records.hpp"

namespace {

using cch::bench::Case;
using cch::bench::CaseKind;
using cch::bench::Repeat;
using nlohmann::json;

constexpr std::size_t kBatch = 20;

struct Choices {
  std::size_t repeats = 100;
  std::vector<std::string> names;  // all when empty
  std::string out = "coverage.jsonl";
  std::uint64_t seed = 1;
  unsigned threads = 0;
};

using Batches = std::map<std::string, std::map<std::size_t, std::vector<Repeat>>>;

Batches batches_in(const cch::LineStore& store, std::uint64_t seed) {
  Batches out;
  for (const std::string& record : store.records()) {
    const json batch = json::parse(record);
    if (batch.at("seed") != seed) continue;
    auto& repeats = out[batch.at("case")][batch.at("batch")];
    repeats.clear();
    for (const json& r : batch.at("repeats")) repeats.push_back({r[0], r[1], r[2], r[3], r[4]});
  }
  return out;
}

std::vector<Repeat> run_batch(const Case& c, std::size_t batch, const Choices& choices,
                              const cch::Execution& with) {
  const cch::Execution exec = with.with_seed(cch::derive_seed(choices.seed, c.name, batch));
  auto seed_of = [&](std::size_t r) {
    return cch::derive_seed(choices.seed, c.name + " draw", batch * kBatch + r);
  };
  // One curve a batch, at the shape (and intra-class correlation) of its first draw: a user has one
  // draw, but a curve a repeat would take most of the time.
  std::optional<cch::BiasCurve> curve;
  if (c.kind == CaseKind::estimate && cch::bench::truth_of(c)) {
    const auto first = cch::bench::draw(c, seed_of(0));
    const auto shape = cch::planted_shape(first.x, first.y, first.groups);
    curve = cch::planted_calibration(cch::default_options(c.estimator), shape, {}, exec);
  }
  std::vector<Repeat> repeats(kBatch);
  cch::parallel_for(kBatch, exec, [&](std::size_t r) {
    repeats[r] = cch::bench::measure(c, cch::bench::draw(c, seed_of(r)), curve ? &*curve : nullptr,
                                     exec.serial().with_seed(seed_of(r)));
  });
  return repeats;
}

std::string record_of(const Choices& choices, const Case& c, std::size_t batch,
                      const std::vector<Repeat>& repeats) {
  json line = {{"case", c.name}, {"batch", batch}, {"seed", choices.seed}};
  for (const Repeat& r : repeats) {
    line["repeats"].push_back({r.nats, r.standard_error, r.df, r.bias, r.p});
  }
  return line.dump();
}

double percent(std::size_t count, std::size_t of) {
  return 100.0 * static_cast<double>(count) / static_cast<double>(of);
}

std::string covered(const std::vector<Repeat>& all, std::optional<double> target, bool with_bias) {
  if (!target) return "–";
  std::size_t count = 0;
  for (const Repeat& r : all) {
    const auto interval =
        cch::bias_aware_interval(r.nats, r.standard_error, r.df, with_bias ? r.bias : 0.0);
    count += interval.lo <= *target && *target <= interval.hi ? 1 : 0;
  }
  return fmt::format("{:.1f}", percent(count, all.size()));
}

void print_row(const Case& c, const std::vector<Repeat>& all) {
  if (c.kind == CaseKind::permutation) {
    const auto rejected =
        std::count_if(all.begin(), all.end(), [](const Repeat& r) { return r.p <= 0.05; });
    fmt::print("| {} | {} | – | – | – | – | – | – | – | {:.1f} |\n", c.name, all.size(),
               percent(static_cast<std::size_t>(rejected), all.size()));
    return;
  }
  std::vector<double> nats;
  double mean_se = 0.0;
  for (const Repeat& r : all) {
    nats.push_back(r.nats);
    mean_se += r.standard_error / static_cast<double>(all.size());
  }
  const auto summary = cch::test::summary(nats);
  const auto truth = cch::bench::truth_of(c);
  const bool planted = truth && c.kind == CaseKind::estimate;
  fmt::print("| {} | {} | {} | {:.4f} | {:.4f} | {:.4f} | {} | {} | {} | – |\n", c.name, all.size(),
             truth ? fmt::format("{:.4f}", *truth) : "–", summary.mean, summary.sd, mean_se,
             covered(all, truth, false), covered(all, summary.mean, false),
             planted ? covered(all, truth, true) : "–");
}

/// The batches of a case that are not there yet.
void run_case(const Choices& choices, const Case& c, const cch::LineStore& store,
              std::map<std::size_t, std::vector<Repeat>>& done) {
  const std::size_t batches = (choices.repeats + kBatch - 1) / kBatch;
  std::vector<cch::RunCell> cells;
  for (std::size_t b = 0; b < batches; ++b) cells.push_back({{}, done.contains(b)});
  std::mutex mutex;
  cch::CellWork work;
  work.run = [&](std::size_t b, const cch::Execution& inner) {
    const auto repeats = run_batch(c, b, choices, inner);
    const std::scoped_lock hold(mutex);
    store.add(record_of(choices, c, b, repeats));
    done[b] = repeats;
    return true;
  };
  cch::Execution exec;
  exec.threads = choices.threads;
  cch::run_cells(cells, work, {"", true}, exec);
  done.erase(done.lower_bound(batches), done.end());
}

void run(const Choices& choices) {
  const std::set<std::string> wanted(choices.names.begin(), choices.names.end());
  const cch::LineStore store = cch::bench::open_records(choices.out);
  Batches batches = batches_in(store, choices.seed);
  fmt::print(
      "| case | repeats | truth | mean | SD | mean SE | truth % | own mean % | "
      "bias-aware, truth % | rejected % |\n|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Case& c : cch::bench::cases()) {
    if (!wanted.empty() && !wanted.contains(c.name)) continue;
    auto& done = batches[c.name];
    run_case(choices, c, store, done);
    std::vector<Repeat> all;
    for (const auto& [batch, repeats] : done) all.insert(all.end(), repeats.begin(), repeats.end());
    print_row(c, all);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"Coverage of the 95 % intervals and level of the permutation tests"};
  std::vector<std::string> names;
  for (const Case& c : cch::bench::cases()) names.push_back(c.name);
  app.add_option("--repeats", choices.repeats, "Repeats of each case, in batches of 20")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--case", choices.names, "Cases (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--out", choices.out, "File of finished batches; a run goes on from it")
      ->capture_default_str();
  app.add_option("--seed", choices.seed, "Seed")->capture_default_str();
  app.add_option("--threads", choices.threads, "Threads (0: all)")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(choices);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
