// Which criterion predicts on real data whether distillation helps a linear student. Finished
// cells are appended to a file, so that a run goes on where it stopped.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>

#include "cch/core/parallel.hpp"
#include "tools/bench/criteria_mfh.hpp"
#include "tools/bench/criteria_table.hpp"

namespace {

using cch::bench::Cell;
using cch::bench::CellResult;
using cch::bench::DataSet;

struct Choices {
  std::string data;
  std::string out = "criteria.jsonl";
  std::vector<std::string> sets;  // all when empty
  std::vector<std::size_t> rows{100, 300, 1000};
  std::vector<std::string> scenarios{"same-rows", "more-labels", "unlabelled-pairs"};
  std::uint64_t seeds = 5;
  std::uint64_t first_seed = 1;
  bool ring = false;
  bool table = false;
  bool mfh = false;
  unsigned threads = 0;
};

/// The finished cells; a line cut short by a kill is removed, so that its cell is run again.
std::vector<CellResult> load(const std::string& path) {
  std::vector<CellResult> results;
  if (!std::filesystem::exists(path)) return results;
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::size_t first = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', first)) {
    const auto line = nlohmann::json::parse(text.substr(first, end - first));
    results.push_back(cch::bench::cell_result(line));
    first = end + 1;
  }
  if (first < text.size()) std::filesystem::resize_file(path, first);
  return results;
}

/// Ordered pairs of modalities; --ring keeps, in sets with more than two, those where the teacher
/// follows the student in the alphabetical ring: each modality once on either side.
std::vector<std::pair<std::string, std::string>> pairs_of(const DataSet& set, bool ring) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::size_t m = set.modalities.size();
  for (std::size_t t = 0; t < m; ++t) {
    for (std::size_t s = 0; s < m; ++s) {
      if (t == s || (ring && m > 2 && (s + 1) % m != t)) continue;
      pairs.emplace_back(set.modalities[t].name, set.modalities[s].name);
    }
  }
  return pairs;
}

std::vector<Cell> cells_of(const DataSet& set, const Choices& choices, std::uint64_t seed,
                           const std::set<Cell>& done) {
  std::vector<Cell> cells;
  const auto split = split_rows(set, seed);
  for (const std::string& scenario : choices.scenarios) {
    for (const std::size_t n : choices.rows) {
      if (scenario == "unlabelled-pairs" && n != 100) continue;
      for (const auto& [teacher, student] : pairs_of(set, choices.ring)) {
        const Cell cell{set.name, teacher, student, scenario, n, seed};
        if (has_rows(split, cell) && !done.contains(cell)) cells.push_back(cell);
      }
    }
  }
  return cells;
}

void append(const std::string& path, const CellResult& result) {
  std::ofstream out(path, std::ios::app);
  out << cch::bench::to_json(result).dump() << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write to " + path);
}

void run_set(const DataSet& set, const Choices& choices, std::uint64_t seed,
             const std::set<Cell>& done) {
  cch::Execution exec;
  exec.threads = choices.threads;
  std::mutex mutex;
  const auto cells = cells_of(set, choices, seed, done);
  const auto split = split_rows(set, seed);
  cch::parallel_for(cells.size(), exec, [&](std::size_t i) {
    const CellResult result = measure(set, split, cells[i], exec.serial());
    const std::lock_guard lock(mutex);
    append(choices.out, result);
  });
  fmt::print(stderr, "seed {}, {}: {} cells\n", seed, set.name, cells.size());
}

/// Seed after seed, so that a run that is stopped has all sets of the seeds before.
void run(const Choices& choices) {
  std::set<Cell> done;
  for (const CellResult& result : load(choices.out)) done.insert(result.cell);
  const std::set<std::string> wanted(choices.sets.begin(), choices.sets.end());
  std::set<std::string> left_out;
  for (std::uint64_t seed = choices.first_seed; seed < choices.first_seed + choices.seeds; ++seed) {
    for (const std::string& name : cch::bench::set_names(choices.data)) {
      if ((!wanted.empty() && !wanted.contains(name)) || left_out.contains(name)) continue;
      try {
        run_set(cch::bench::load_set(choices.data, name), choices, seed, done);
      } catch (const cch::Error& error) {
        if (error.kind() != cch::ErrorKind::data) throw;
        left_out.insert(name);
        fmt::print(stderr, "{} left out: {}\n", name, error.what());
      }
    }
  }
}

void add_options(CLI::App& app, Choices& choices) {
  app.add_option("data", choices.data, "Folder of data sets, one folder of .npy files each");
  app.add_option("--out", choices.out, "File of finished cells; a run goes on from it")
      ->capture_default_str();
  app.add_option("--set", choices.sets, "Data sets (default: all)")->delimiter(',');
  app.add_option("--rows", choices.rows, "Labelled rows")->delimiter(',')->capture_default_str();
  app.add_option("--scenario", choices.scenarios, "Scenarios; unlabelled-pairs with 100 rows only")
      ->delimiter(',')
      ->check(CLI::IsMember({"same-rows", "more-labels", "unlabelled-pairs"}))
      ->capture_default_str();
  app.add_option("--seeds", choices.seeds, "Seeds (with --mfh: of the sweep)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--first-seed", choices.first_seed, "First seed")->capture_default_str();
  app.add_flag("--ring", choices.ring,
               "Of sets with more than two modalities only pairs where the teacher follows the "
               "student in the alphabetical ring");
  app.add_flag("--table", choices.table, "Print the table of the finished cells, run nothing");
  app.add_flag("--mfh", choices.mfh, "Both ends of the MFH γ sweep instead");
  app.add_option("--threads", choices.threads, "Threads (0: all)")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"Criteria for the worth of a teacher, compared with true gains of linear students"};
  add_options(app, choices);
  CLI11_PARSE(app, argc, argv);
  try {
    if (choices.mfh) {
      cch::Execution exec;
      exec.threads = choices.threads;
      exec.seed = choices.first_seed;
      fmt::print("{}", cch::bench::mfh_table(choices.seeds, exec));
      return 0;
    }
    if (!choices.table) {
      if (choices.data.empty()) throw std::runtime_error("give the folder of the data sets");
      run(choices);
    }
    fmt::print("{}", cch::bench::criteria_table(load(choices.out)));
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
