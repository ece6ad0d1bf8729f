#include "tools/bench/criteria_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cch/core/random.hpp"
#include "cch/criterion/rivals.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kDraws = 2000;
// With two, a gain of any size may lie two standard errors from 0 by chance (30 % of all).
constexpr std::size_t kFewestSeeds = 3;

/// One (set, teacher, student, n, scenario), over seeds.
struct Averaged {
  std::string set;
  std::string scenario;
  std::size_t seeds = 0;
  int sign = 0;  // of the true gain; 0 where it is not decided
  std::map<std::string, double> scores;
  std::size_t firm_holds = 0;  // seeds in which the prediction-level CCH held
};

int decided_sign(const std::vector<double>& gains) {
  const auto n = static_cast<double>(gains.size());
  double mean = 0.0;
  for (const double g : gains) mean += g / n;
  double squares = 0.0;
  for (const double g : gains) squares += (g - mean) * (g - mean);
  if (!(std::abs(mean) > 2.0 * std::sqrt(squares / (n - 1.0) / n))) return 0;
  return mean > 0.0 ? 1 : -1;
}

/// A criterion that is missing in some seed has no mean.
void average_scores(const std::vector<const CellResult*>& seeds, Averaged& out) {
  const auto n = static_cast<double>(seeds.size());
  for (std::size_t c = 0; c < seeds.front()->scores.size(); ++c) {
    double mean = 0.0;
    bool all = true;
    for (const CellResult* result : seeds) {
      const auto& value = result->scores[c].second;
      all = all && value && std::isfinite(*value);
      if (all) mean += *value / n;
    }
    if (all) out.scores[seeds.front()->scores[c].first] = mean;
  }
}

std::vector<Averaged> average(const std::vector<CellResult>& results, bool by_accuracy) {
  std::map<Cell, std::vector<const CellResult*>> groups;
  for (const CellResult& result : results) {
    Cell key = result.cell;
    key.seed = 0;
    groups[key].push_back(&result);
  }
  std::vector<Averaged> cells;
  for (auto& [key, seeds] : groups) {
    std::sort(seeds.begin(), seeds.end(),
              [](const CellResult* a, const CellResult* b) { return a->cell.seed < b->cell.seed; });
    if (seeds.size() < kFewestSeeds || (by_accuracy && !seeds.front()->gain_accuracy)) continue;
    Averaged cell{key.set, key.scenario, seeds.size(), 0, {}, 0};
    std::vector<double> gains;
    for (const CellResult* result : seeds) {
      gains.push_back(by_accuracy ? *result->gain_accuracy : result->gain);
      cell.firm_holds += result->prediction_outcome == "holds" ? 1 : 0;
    }
    cell.sign = decided_sign(gains);
    average_scores(seeds, cell);
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::optional<double> auroc_of(const std::vector<const Averaged*>& cells, const std::string& name) {
  std::vector<double> scores;
  std::vector<bool> positive;
  for (const Averaged* cell : cells) {
    const auto score = cell->scores.find(name);
    if (cell->sign == 0 || score == cell->scores.end()) continue;
    scores.push_back(score->second);
    positive.push_back(cell->sign > 0);
  }
  return auroc(scores, positive);
}

/// Whole data sets drawn with replacement: pairs of one set share modalities and rows.
std::string bootstrap_interval(const std::vector<const Averaged*>& cells, const std::string& name) {
  std::map<std::string, std::vector<const Averaged*>> by_set;
  for (const Averaged* cell : cells) by_set[cell->set].push_back(cell);
  std::vector<std::vector<const Averaged*>> sets;
  for (auto& [set, members] : by_set) sets.push_back(std::move(members));
  Random random(derive_seed(1, "criteria bootstrap"));
  std::vector<double> values;
  for (std::size_t d = 0; d < kDraws; ++d) {
    std::vector<const Averaged*> drawn;
    for (std::size_t s = 0; s < sets.size(); ++s) {
      const auto& members = sets[random.below(sets.size())];
      drawn.insert(drawn.end(), members.begin(), members.end());
    }
    if (const auto value = auroc_of(drawn, name)) values.push_back(*value);
  }
  if (values.size() < kDraws / 2) return "–";
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return fmt::format("{:.2f}–{:.2f}", at(0.025), at(0.975));
}

struct Column {
  std::string title;
  std::vector<Averaged> cells;
  [[nodiscard]] std::vector<const Averaged*> pointers() const {
    std::vector<const Averaged*> out;
    for (const Averaged& cell : cells) out.push_back(&cell);
    return out;
  }
};

std::vector<Column> columns_of(const std::vector<CellResult>& results) {
  std::vector<Column> columns;
  for (const bool by_accuracy : {false, true}) {
    const auto cells = average(results, by_accuracy);
    for (const char* scenario : {"same-rows", "more-labels", "unlabelled-pairs"}) {
      Column column{fmt::format("{}, {}", scenario, by_accuracy ? "accuracy" : "nats"), {}};
      for (const Averaged& cell : cells) {
        if (cell.scenario == scenario) column.cells.push_back(cell);
      }
      if (!column.cells.empty()) columns.push_back(std::move(column));
    }
  }
  return columns;
}

std::string share(std::size_t count, std::size_t of) {
  if (of == 0) return "–";
  return fmt::format("{} of {} ({:.0f} %)", count, of,
                     100.0 * static_cast<double>(count) / static_cast<double>(of));
}

std::string outcome_row(const Column& column) {
  std::size_t plus = 0;
  std::size_t minus = 0;
  std::size_t runs = 0;
  std::size_t false_holds = 0;
  std::set<std::string> sets_plus;
  std::set<std::string> sets_minus;
  for (const Averaged& cell : column.cells) {
    if (cell.sign > 0) sets_plus.insert(cell.set), ++plus;
    if (cell.sign >= 0) continue;
    sets_minus.insert(cell.set), ++minus;
    runs += cell.seeds;
    false_holds += cell.firm_holds;
  }
  return fmt::format("| {} | {} | {} | {} / {} | {} |\n", column.title,
                     share(plus, column.cells.size()), share(minus, column.cells.size()),
                     sets_plus.size(), sets_minus.size(), share(false_holds, runs));
}

}  // namespace

std::string criteria_table(const std::vector<CellResult>& results) {
  if (results.empty()) return "no cells yet\n";
  const auto columns = columns_of(results);
  std::string text =
      "| scenario, outcome | helps | harms | sets with a + / a − | prediction-level CCH firmly "
      "holds "
      "in runs of cells that are − |\n|---|---|---|---|---|\n";
  for (const Column& column : columns) text += outcome_row(column);
  text += "\n| AUROC of the sign of the true gain |";
  std::string rule = "|---|";
  for (const Column& column : columns) {
    text += fmt::format(" {} |", column.title);
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const auto& [name, unused] : results.front().scores) {
    text += fmt::format("| {} |", name);
    for (const Column& column : columns) {
      const auto value = auroc_of(column.pointers(), name);
      text +=
          value ? fmt::format(" {:.2f} ({}) |", *value, bootstrap_interval(column.pointers(), name))
                : std::string(" – |");
    }
    text += "\n";
  }
  return text;
}

}  // namespace cch::bench
