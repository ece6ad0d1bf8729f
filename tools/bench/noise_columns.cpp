// What columns of noise beside a view cost: I([view, noise]; student) and I([view, noise]; labels)
// beside those of the view alone, by the estimators that `auto` takes.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/data/source.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/scale.hpp"

namespace {

using cch::Execution;
using cch::Groups;
using cch::Matrix;
using cch::Random;
using cch::Samples;

struct Set {
  std::string name;
  std::string view;
  std::string student;
  std::string other;  // a view whose columns, rows shuffled, are structured noise
  bool classes;       // the labels are classes
};

const std::vector<Set>& sets() {
  static const std::vector<Set> all{
      {"mfeat", "fou", "kar", "pix", true},
      {"mfeat", "kar", "fou", "fac", true},
      {"houston_hsi_lidar", "hsi", "lidar", "hsi", true},
      {"houston_hsi_lidar", "lidar", "hsi", "hsi", true},
      {"landsat", "visible", "nir", "nir", true},
      {"mosi_heldout", "text", "audio", "video", true},
      {"mosei_video", "text", "audio", "video", false},
      {"mosei_video", "audio", "video", "text", false},
      {"mnist_mnistm", "mnist", "mnistm", "mnistm", true},
      {"tcga_brca5", "mirna", "rppa", "mrna", true},
      {"normal", "view", "student", "", false},
      {"classes", "view", "student", "", true},
  };
  return all;
}

struct Choices {
  std::string data = "../shared/data";
  std::vector<std::string> names;  // all when empty
  std::vector<std::size_t> factors{3, 10};
  std::size_t rows = 2000;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  bool clean_only = false;
  bool diagnostics = false;
};

struct Rows {
  Samples view;
  Samples student;
  Samples other;
  std::optional<cch::ClassLabels> labels;
  Groups groups = Groups::singletons(1);
};

// Three pairs with ρ = .8 at the head of 24 + 24 standard normal columns (1.53 nats), or ten
// classes whose means are N(0, I) in four of 64 columns.
Rows generated(const Set& set, const Choices& choices) {
  Random random(cch::derive_seed(choices.seed, "generated"));
  const std::size_t d = set.classes ? 64 : 24;
  Matrix x(choices.rows, d);
  Matrix y(choices.rows, d);
  for (std::size_t i = 0; i < x.rows() * d; ++i) x.data()[i] = random.normal();
  for (std::size_t i = 0; i < x.rows() * d; ++i) y.data()[i] = random.normal();
  Rows rows;
  rows.groups = Groups::singletons(choices.rows);
  if (set.classes) {
    Matrix means(10, 4);
    for (std::size_t i = 0; i < 40; ++i) means.data()[i] = random.normal();
    std::vector<int> codes(choices.rows);
    std::vector<std::string> names;
    for (int c = 0; c < 10; ++c) names.push_back(std::to_string(c));
    for (std::size_t i = 0; i < x.rows(); ++i) {
      codes[i] = static_cast<int>(random.below(10));
      for (std::size_t j = 0; j < 4; ++j) x(i, j) += means(static_cast<std::size_t>(codes[i]), j);
    }
    rows.labels = cch::ClassLabels::from(std::move(codes), std::move(names));
  } else {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      for (std::size_t j = 0; j < 3; ++j) y(i, j) = 0.8 * x(i, j) + 0.6 * y(i, j);
    }
  }
  rows.view = Samples::from(std::move(x), "view");
  rows.student = Samples::from(std::move(y), "student");
  return rows;
}

Rows read(const Set& set, const Choices& choices) {
  if (set.other.empty()) return generated(set, choices);
  const std::filesystem::path folder = std::filesystem::path(choices.data) / set.name;
  auto load = [&](const std::string& view) {
    return cch::load_samples(cch::parse_source((folder / (view + ".npy")).string()), view).samples;
  };
  Rows rows{load(set.view), load(set.student), load(set.other), {}, Groups::singletons(1)};
  const std::size_t n = rows.view.size();
  auto picked = Random(cch::derive_seed(choices.seed, "rows")).permutation(n);
  picked.resize(std::min(n, choices.rows));
  std::sort(picked.begin(), picked.end());
  const auto groups = folder / "groups.npy";
  rows.groups = std::filesystem::exists(groups)
                    ? cch::load_groups(cch::parse_source(groups.string())).groups.select(picked)
                    : Groups::singletons(picked.size());
  if (set.classes) {
    const auto labels = cch::load_labels(cch::parse_source((folder / "labels.npy").string()),
                                         cch::LabelKind::discrete);
    rows.labels = std::get<cch::ClassLabels>(labels.labels).select(picked);
  }
  rows.view = rows.view.select(picked);
  rows.student = rows.student.select(picked);
  rows.other = rows.other.select(picked);
  return rows;
}

// The view and `factor` times as many columns of noise: white, or those of the other view in random
// order, their rows shuffled anew in every copy of it.
Samples with_noise(const Rows& rows, std::size_t factor, bool white, std::uint64_t seed) {
  Random random(cch::derive_seed(seed, white ? "white" : "structured", factor));
  const std::size_t n = rows.view.size();
  const std::size_t d = rows.view.dim();
  Matrix out(n, d * (1 + factor));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) out(i, j) = rows.view(i, j);
  }
  if (white) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = d; j < out.cols(); ++j) out(i, j) = random.normal();
    }
    return Samples::from(std::move(out), "noisy");
  }
  for (std::size_t first = d; first < out.cols(); first += rows.other.dim()) {
    const auto row = random.permutation(n);
    const auto column = random.permutation(rows.other.dim());
    const std::size_t count = std::min(rows.other.dim(), out.cols() - first);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < count; ++j) out(i, first + j) = rows.other(row[i], column[j]);
    }
  }
  return Samples::from(std::move(out), "noisy");
}

struct Timed {
  cch::Measurement measurement;
  double seconds;
};

Timed measure(const Samples& x, const cch::Variable& y, const Groups& groups,
              const Execution& exec) {
  std::vector<cch::Warning> ignored;
  const auto begin = std::chrono::steady_clock::now();
  const Samples scores = cch::scaled(x, cch::Scale::rank, ignored, exec);
  const cch::Variable other =
      cch::is_discrete(y) ? y : cch::scaled(std::get<Samples>(y), cch::Scale::rank, ignored, exec);
  cch::Measurement m(cch::choose_estimator(scores, other, groups).options, scores, other, groups,
                     exec);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {std::move(m), seconds.count()};
}

void print_diagnostics(const cch::Estimate& estimate) {
  for (const auto& [name, value] : estimate.diagnostics.numbers()) {
    fmt::print(stderr, "  {} {:.4f}\n", name, value);
  }
  for (const auto& [name, value] : estimate.diagnostics.notes()) {
    fmt::print(stderr, "  {} {}\n", name, value);
  }
}

void print_side(const Set& set, const Rows& rows, const cch::Variable& y, const char* side,
                const Choices& choices) {
  Execution exec;
  exec.threads = choices.threads;
  exec.seed = choices.seed;
  const Timed clean = measure(rows.view, y, rows.groups, exec);
  const cch::Estimate alone = cch::with_error_bar(clean.measurement, exec);
  const std::string label =
      fmt::format("| {} | {} ({}) | {}", set.name, set.view, rows.view.dim(), side);
  fmt::print("{} | – | {:.3f} ± {:.3f} | – | – | {:.1f} |\n", label, alone.nats,
             alone.standard_error.value_or(0.0), clean.seconds);
  std::fflush(stdout);
  if (choices.diagnostics) print_diagnostics(alone);
  if (choices.clean_only) return;
  for (const std::size_t factor : choices.factors) {
    for (const bool white : {true, false}) {
      if (!white && set.other.empty()) continue;
      const Timed noisy =
          measure(with_noise(rows, factor, white, choices.seed), y, rows.groups, exec);
      const std::vector<cch::Term> terms{{&clean.measurement, 1.0}, {&noisy.measurement, -1.0}};
      const auto bar = cch::error_bar(terms, exec);
      const double loss = alone.nats - noisy.measurement.estimate().nats;
      fmt::print("{} | {} × {} | {:.3f} | {:.3f} ± {:.3f} | {:.0f} % | {:.1f} |\n", label,
                 white ? "white" : "structured", factor, noisy.measurement.estimate().nats, loss,
                 bar ? bar->standard_error : 0.0, 100.0 * loss / std::abs(alone.nats),
                 noisy.seconds);
      std::fflush(stdout);
      if (choices.diagnostics) print_diagnostics(noisy.measurement.estimate());
    }
  }
}

void run(const Choices& choices) {
  fmt::print(
      "| set | view (columns) | information with | noise | nats | loss | loss | s |\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (const Set& set : sets()) {
    if (!choices.names.empty() &&
        std::find(choices.names.begin(), choices.names.end(), set.name) == choices.names.end()) {
      continue;
    }
    if (!set.other.empty() &&
        !std::filesystem::exists(std::filesystem::path(choices.data) / set.name)) {
      fmt::print(stderr, "{}: not in {}\n", set.name, choices.data);
      continue;
    }
    const Rows rows = read(set, choices);
    if (set.name != "classes") print_side(set, rows, rows.student, set.student.c_str(), choices);
    if (rows.labels) print_side(set, rows, *rows.labels, "labels", choices);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app("What columns of noise beside a view cost");
  app.add_option("--data", choices.data, "Folder of the sets")->capture_default_str();
  app.add_option("--set", choices.names, "Only these sets")->delimiter(',');
  app.add_option("--factor", choices.factors, "Noise columns for each column of the view")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--rows", choices.rows, "Rows, drawn by the seed")->capture_default_str();
  app.add_option("--seed", choices.seed)->capture_default_str();
  app.add_option("--threads", choices.threads, "0 = all")->capture_default_str();
  app.add_flag("--diagnostics", choices.diagnostics, "What each estimate was made of, on stderr");
  app.add_flag("--clean-only", choices.clean_only, "The views alone");
  CLI11_PARSE(app, argc, argv);
  try {
    run(choices);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
