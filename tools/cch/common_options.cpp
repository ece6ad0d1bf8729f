#include "tools/cch/common_options.hpp"

#include <algorithm>
#include <utility>

#include "cch/estimators/catalog.hpp"
#include "cch/estimators/machine.hpp"

namespace cch {

void add_common_options(CommandLine app, CommonOptions& o) {
  app.option("--seed", o.seed, "Seed of every random stream").whole_number().show_default();
  app.option("--threads", o.threads, "Worker threads, 0 = all; results do not depend on it")
      .in_range(0, 4096)
      .show_default();
  app.option("--device", o.device, "auto, cpu, cuda or cuda:N").show_default();
  app.flag("--json", o.json, "One JSON document on standard output");
  app.flag("-q,--quiet", o.quiet, "No progress; the table alone");
  app.flag("-v,--verbose", o.verbose, "Also show diagnostics");
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
