// Laws of information on real and generated data: how often estimators break them, and by how much.
// Finished units are appended to a file, so that a run goes on where it stopped.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "cch/data/source.hpp"
#include "records.hpp"

namespace {

using nlohmann::json;

struct Choices {
  std::filesystem::path data;
  std::vector<std::string> sets;  // all when empty
  std::vector<std::string> estimators{"auto"};
  std::string out = "laws.jsonl";
  std::size_t rows = 1000;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  bool table_alone = false;
};

/// A student, its teacher, and whether rows come in groups.
struct Pair {
  std::string set;
  std::string student;
  std::string teacher;
  bool groups = false;
};

const std::vector<Pair> kPairs{
    {"mfeat", "fou", "fac"},
    {"mfeat", "zer", "kar"},
    {"mfeat", "mor", "pix"},
    {"houston_hsi_lidar", "lidar", "hsi"},
    {"houston_hsi_lidar", "hsi", "lidar"},
    {"landsat", "nir", "visible"},
    {"landsat", "visible", "nir"},
    {"mosi_heldout", "audio", "text", true},
    {"mosi_heldout", "video", "audio", true},
    {"mosei_video", "audio", "text"},
    {"mosei_video", "video", "audio"},
    {"mnist_mnistm", "mnistm", "mnist"},
    {"av_digits", "audio", "image"},
    {"tcga_brca5", "cnv", "mrna"},
    {"tcga_brca5", "rppa", "mirna"},
    {"tcga_kipan_cnv_rppa", "cnv", "rppa"},
    {"generated-gaussian", "S", "T"},
    {"generated-curved", "S", "T"},
    {"generated-wide", "S", "T"},
};

struct Views {
  cch::Samples student;
  cch::Samples teacher;
  cch::Variable labels;
  cch::Groups groups = cch::Groups::singletons(0);
};

/// Four classes at the corners of a cube of the student's first three columns; the teacher shares
/// them and two more directions, all among private columns.
Views generated(const std::string& name, std::size_t rows, std::uint64_t seed) {
  cch::Random random(cch::derive_seed(seed, name));
  const bool curved = name == "generated-curved";
  const std::size_t width = name == "generated-wide" ? 300 : 20;
  cch::Matrix s(rows, width);
  cch::Matrix t(rows, width + 10);
  std::vector<int> codes;
  for (std::size_t i = 0; i < rows; ++i) {
    codes.push_back(static_cast<int>(random.below(4)));
    for (std::size_t j = 0; j < s.cols(); ++j) s(i, j) = random.normal();
    for (std::size_t j = 0; j < 3; ++j) {
      s(i, j) += (codes.back() >> (j % 2)) % 2 == 1 ? 1.0 : -1.0;
    }
    for (std::size_t j = 0; j < t.cols(); ++j) {
      const double shared = j < 5 ? (curved ? s(i, j) * s(i, j) - 1.0 : s(i, j)) : 0.0;
      t(i, j) = shared + random.normal();
    }
  }
  return {cch::Samples::from(std::move(s)), cch::Samples::from(std::move(t)),
          cch::ClassLabels::from(std::move(codes), {"0", "1", "2", "3"}),
          cch::Groups::singletons(rows)};
}

Views views_of(const Pair& pair, const Choices& choices) {
  if (pair.set.starts_with("generated")) {
    return generated(pair.set, choices.rows, choices.seed);
  }
  const auto source = [&](const std::string& name) {
    return cch::parse_source((choices.data / pair.set / (name + ".npy")).string());
  };
  Views out{cch::load_samples(source(pair.student), pair.student).samples,
            cch::load_samples(source(pair.teacher), pair.teacher).samples,
            cch::load_labels(source("labels"), cch::LabelKind::automatic).labels};
  out.groups = pair.groups ? cch::load_groups(source("groups")).groups
                           : cch::Groups::singletons(out.student.size());
  return out;
}

json unit_of(const Pair& pair, const std::string& estimator, const Choices& choices) {
  return {{"set", pair.set},        {"student", pair.student}, {"teacher", pair.teacher},
          {"estimator", estimator}, {"rows", choices.rows},    {"seed", choices.seed}};
}

json measured(const Pair& pair, const std::string& estimator, const Choices& choices) {
  const Views views = views_of(pair, choices);
  cch::RankInput input{
      {pair.student, views.student}, {{pair.teacher, views.teacher}}, views.labels, views.groups};
  cch::RankOptions options;
  options.estimators = {estimator};
  cch::Execution exec;
  exec.seed = choices.seed;
  exec.threads = choices.threads;
  const auto report =
      cch::consistency_battery(input, options, {.all = true, .most_rows = choices.rows}, exec);
  json out = unit_of(pair, estimator, choices);
  out["tests"] = json::array();
  for (const cch::ConsistencyTest& t : report.tests) {
    out["tests"].push_back({{"law", t.name},
                            {"about", t.of_labels ? "labels" : "student"},
                            {"by", t.estimator},
                            {"value", t.value},
                            {"expected", t.expected},
                            {"standard_error", t.standard_error},
                            {"excess", cch::excess(t)}});
  }
  for (const cch::Warning& w : report.warnings) out["left_out"].push_back(w.message);
  return out;
}

/// Of one law, by one estimator.
struct Tally {
  std::size_t comparisons = 0;
  std::size_t broken = 0;  // beyond 2 SE and rounding
  double beyond = 0.0;     // nats beyond 2 SE, summed
  double worst = 0.0;
  double half_width = 0.0;

  void add(double excess, double error) {
    const double over = std::max(0.0, excess - 2.0 * error - 1e-6);
    ++comparisons;
    broken += over > 0.0 ? 1 : 0;
    beyond += over;
    worst = std::max(worst, excess);
    half_width += 2.0 * error;
  }
};

void print_row(const std::string& estimator, const std::string& about, const std::string& law,
               const Tally& t) {
  const auto n = static_cast<double>(t.comparisons);
  fmt::print("| {} | {} | {} | {} | {} | {:.3f} | {:.3f} | {:.3f} |\n", estimator, about, law,
             t.comparisons, t.broken, t.beyond / n, t.worst, t.half_width / n);
}

void print_table(const cch::LineStore& store, const Choices& choices) {
  std::map<std::string, std::map<std::pair<std::string, std::string>, Tally>> tallies;
  std::map<std::string, Tally> all;
  for (const std::string& record : store.records()) {
    const json unit = json::parse(record);
    if (unit["seed"] != choices.seed || unit["rows"] != choices.rows) continue;
    for (const json& t : unit["tests"]) {
      const std::string about = t["about"];
      const std::string law = t["law"];
      if (law == "additivity" || law == "label-noise") continue;  // not of the same data
      tallies[unit["estimator"]][{about, law}].add(t["excess"], t["standard_error"]);
      all[unit["estimator"]].add(t["excess"], t["standard_error"]);
    }
  }
  fmt::print(
      "| estimator | about | law | comparisons | beyond 2 SE | mean beyond, nats | largest, "
      "nats | mean half-width, nats |\n|---|---|---|---|---|---|---|---|\n");
  for (const auto& [estimator, of] : tallies) {
    for (const auto& [what, tally] : of) print_row(estimator, what.first, what.second, tally);
    print_row(estimator, "all", "all", all[estimator]);
  }
}

void run(const Choices& choices) {
  const cch::LineStore store = cch::bench::open_records(choices.out);
  std::set<json> done;
  for (const std::string& record : store.records()) {
    json unit = json::parse(record);
    unit.erase("tests");
    unit.erase("left_out");
    done.insert(std::move(unit));
  }
  for (const std::string& estimator : choices.estimators) {
    for (const Pair& pair : kPairs) {
      const bool asked =
          choices.sets.empty() || std::ranges::find(choices.sets, pair.set) != choices.sets.end();
      if (choices.table_alone || !asked || done.contains(unit_of(pair, estimator, choices)))
        continue;
      fmt::print(stderr, "{} {} from {} by {}\n", pair.set, pair.student, pair.teacher, estimator);
      store.add(measured(pair, estimator, choices).dump());
    }
  }
  print_table(cch::LineStore(choices.out), choices);
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app("Laws of information: how often estimators break them.");
  app.add_option("--data", choices.data, "folder of sets");
  app.add_option("--set", choices.sets, "these sets alone");
  app.add_option("--estimator", choices.estimators, "by catalog name, or auto");
  app.add_option("--rows", choices.rows, "most rows");
  app.add_option("--seed", choices.seed);
  app.add_option("--threads", choices.threads);
  app.add_option("--out", choices.out, "file of finished units");
  app.add_flag("--table", choices.table_alone, "print what the file has");
  CLI11_PARSE(app, argc, argv);
  try {
    run(choices);
  } catch (const cch::Error& error) {
    fmt::print(stderr, "cch-laws: {}\n", error.what());
    return 3;
  }
  return 0;
}
