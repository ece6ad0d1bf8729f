#include "tools/cch/common_options.hpp"

#include <algorithm>
#include <utility>

#include "cch/estimators/catalog.hpp"
#include "cch/estimators/machine.hpp"

namespace cch {

options::Table common_table(CommonOptions& o) {
  using options::Echo;
  return {
      {"--seed", &o.seed, "Seed of every random stream"},
      {"--threads",
       &o.threads,
       "Worker threads, 0 = all; results do not depend on it",
       {.echo = Echo::never, .range = {{0, 4096}}}},
      {"--device",
       &o.device,
       "auto, cpu, cuda or cuda:N",
       {.suggestions = {"auto", "cpu", "cuda"}}},
      {"--json", &o.json, "One JSON document on standard output", {.echo = Echo::never}},
      {"-q,--quiet", &o.quiet, "No progress; the table alone", options::kLineOnly},
      {"-v,--verbose", &o.verbose, "Also show diagnostics", options::kLineOnly},
  };
}

Execution make_execution(const CommonOptions& options, std::stop_token stop, ProgressSink* sink,
                         bool networks) {
  Execution exec;
  const bool nothing_to_find = options.device == "auto" && !networks;
  exec.device = nothing_to_find ? "cpu" : resolved_device(options.device);
  exec.threads = options.threads;
  exec.seed = options.seed;
  exec.stop = std::move(stop);
  exec.sink = sink;
  return exec;
}

bool any_networks(std::span<const std::string> estimators) {
  const auto entries = catalog();
  return std::any_of(entries.begin(), entries.end(), [&](const CatalogEntry& entry) {
    return entry.networks &&
           std::find(estimators.begin(), estimators.end(), entry.name) != estimators.end();
  });
}

}  // namespace cch
