#include "cch/estimators/scale.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch {
namespace {

/// A column counts as tied when more than this share of its rows have a value in common with
/// others.
constexpr double kTiedShare = 0.05;

struct ColumnFacts {
  bool constant = false;
  std::size_t tied_rows = 0;  // rows whose value occurs more than once
};

using Column = std::vector<double>;

constexpr std::array<std::pair<Scale, std::string_view>, 3> kNames{
    {{Scale::none, "none"}, {Scale::zscore, "zscore"}, {Scale::rank, "rank"}}};

/// Columns of extreme size come to about 1 by a power of two, which costs no digits: the squares of
/// subnormal numbers are 0, those of very large ones infinite.
void to_usual_size(Column& x) {
  double largest = 0.0;
  for (const double value : x) largest = std::max(largest, std::abs(value));
  if (largest > 0x1p-300 && largest < 0x1p300) return;
  const int exponent = std::ilogb(largest);
  for (double& value : x) value = std::ldexp(value, -exponent);
}

/// (x − mean) / sd with N in the denominator; two passes, so that a large mean costs no digits.
void to_zscores(Column& x) {
  to_usual_size(x);
  const auto n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double sum_of_squares = 0.0;
  for (const double value : x) sum_of_squares += (value - mean) * (value - mean);
  const double sd = std::sqrt(sum_of_squares / n);
  for (double& value : x) value = (value - mean) / sd;
}

/// Φ⁻¹(mid-rank / (N + 1)) from twice the mid-rank. The upper half mirrors the lower one, so that a
/// column and its negative get exactly opposite scores.
double normal_score(std::size_t twice_rank, std::size_t n) {
  const std::size_t twice_top = 2 * (n + 1);
  if (2 * twice_rank > twice_top) return -normal_score(twice_top - twice_rank, n);
  return detail::normal_quantile(static_cast<double>(twice_rank) / static_cast<double>(twice_top));
}

/// normal_score of every mid-rank of n rows, by twice the mid-rank.
Column score_table(std::size_t n) {
  Column table(2 * n + 1);
  for (std::size_t twice = 2; twice < table.size(); ++twice) table[twice] = normal_score(twice, n);
  return table;
}

struct Keyed {
  std::uint64_t key;
  std::size_t row;
};

/// Unsigned integers in the order of the values.
std::uint64_t order_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value == 0.0 ? 0.0 : value);  // −0 is 0
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

constexpr unsigned kDigit = 11;             // bits of a pass
constexpr unsigned kTop = 64 - 3 * kDigit;  // where the three highest digits begin

/// Sorts by the digits from `shift` up, the lowest first, below bit `end`; digits that all keys
/// share are passed over.
void radix_passes(std::vector<Keyed>& items, std::vector<Keyed>& buffer, unsigned shift,
                  unsigned end) {
  constexpr std::size_t buckets = std::size_t{1} << kDigit;
  buffer.resize(items.size());
  for (; shift < end; shift += kDigit) {
    std::array<std::size_t, buckets> first{};
    for (const Keyed& item : items) ++first[(item.key >> shift) & (buckets - 1)];
    if (first[(items.front().key >> shift) & (buckets - 1)] == items.size()) continue;
    std::exclusive_scan(first.begin(), first.end(), first.begin(), std::size_t{0});
    for (const Keyed& item : items) buffer[first[(item.key >> shift) & (buckets - 1)]++] = item;
    items.swap(buffer);
  }
}

/// For items that are nearly in order.
void insertion_sort(std::vector<Keyed>& items) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Keyed item = items[i];
    std::size_t at = i;
    for (; at > 0 && items[at - 1].key > item.key; --at) items[at] = items[at - 1];
    items[at] = item;
  }
}

/// The most steps that insertion_sort takes on items whose three highest digits are in order.
std::size_t steps_left(const std::vector<Keyed>& items) {
  std::size_t steps = 0;
  for (std::size_t first = 0; first < items.size();) {
    std::size_t end = first + 1;
    bool differ = false;
    for (; end < items.size() && items[end].key >> kTop == items[first].key >> kTop; ++end) {
      differ = differ || items[end].key != items[first].key;
    }
    if (differ) steps += (end - first) * (end - first);
    first = end;
  }
  return steps;
}

/// Sorts by key, equal keys in their order. Half of the digits nearly always tell all values apart;
/// where they do not, all of them are passed. Cost O(N), several times quicker than comparisons
/// from some hundred rows.
void sort_by_key(std::vector<Keyed>& items, std::vector<Keyed>& buffer) {
  radix_passes(items, buffer, kTop, 64);
  if (steps_left(items) <= 4 * items.size()) {
    insertion_sort(items);
  } else {
    radix_passes(items, buffer, 0, kTop);
    radix_passes(items, buffer, kTop, 64);
  }
}

/// What one worker scales columns with.
struct Workspace {
  std::vector<Column> columns;
  std::vector<Keyed> order;
  std::vector<Keyed> buffer;
};

/// Φ⁻¹(rank / (N + 1)); rows with one value share the mean of their ranks. Returns the tied rows.
std::size_t to_normal_scores(Column& x, const Column& table, Workspace& work) {
  auto& order = work.order;
  order.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) order[i] = {order_key(x[i]), i};
  sort_by_key(order, work.buffer);
  std::size_t tied = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && order[end].key == order[first].key) ++end;
    if (end - first > 1) tied += end - first;
    for (std::size_t i = first; i < end; ++i) x[order[i].row] = table[first + 1 + end];
    first = end;
  }
  return tied;
}

ColumnFacts scale_column(Column& column, Scale scale, const Column& table, Workspace& work) {
  const auto [low, high] = std::minmax_element(column.begin(), column.end());
  ColumnFacts facts;
  facts.constant = *low == *high;
  if (scale == Scale::none) return facts;
  if (facts.constant) {
    std::fill(column.begin(), column.end(), 0.0);
  } else if (scale == Scale::zscore) {
    to_zscores(column);
  } else {
    facts.tied_rows = to_normal_scores(column, table, work);
  }
  return facts;
}

/// Columns that share the cache lines of a row are read and written together.
constexpr std::size_t kColumnsAtOnce = 16;

void scale_columns(const Samples& x, std::size_t first, Scale scale, const Column& table,
                   Workspace& work, std::vector<ColumnFacts>& facts, Matrix& out) {
  const std::size_t count = std::min(kColumnsAtOnce, x.dim() - first);
  work.columns.resize(kColumnsAtOnce, Column(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto row = x.view().row(i);
    for (std::size_t c = 0; c < count; ++c) work.columns[c][i] = row[first + c];
  }
  for (std::size_t c = 0; c < count; ++c) {
    facts[first + c] = scale_column(work.columns[c], scale, table, work);
  }
  if (scale == Scale::none) return;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto row = out.row(i);
    for (std::size_t c = 0; c < count; ++c) row[first + c] = work.columns[c][i];
  }
}

/// "column 3", "columns 3, 8" or "columns 3, 8, 9, 10, 12 and 20 more"; columns count from 0.
std::string name_columns(const std::vector<std::size_t>& columns) {
  constexpr std::size_t shown = 5;
  std::string text = columns.size() == 1 ? "column " : "columns ";
  for (std::size_t i = 0; i < std::min(shown, columns.size()); ++i) {
    text += (i ? ", " : "") + std::to_string(columns[i]);
  }
  if (columns.size() > shown) text += " and " + std::to_string(columns.size() - shown) + " more";
  return text;
}

void warn(const Samples& x, const std::vector<ColumnFacts>& facts, std::vector<Warning>& warnings) {
  std::vector<std::size_t> constant;
  std::vector<std::size_t> tied;
  for (std::size_t j = 0; j < facts.size(); ++j) {
    if (facts[j].constant) {
      constant.push_back(j);
    } else if (static_cast<double>(facts[j].tied_rows) >
               kTiedShare * static_cast<double>(x.size())) {
      tied.push_back(j);
    }
  }
  if (!constant.empty()) {
    warnings.push_back({"constant-column", x.name() + " has one value only in " +
                                               name_columns(constant) +
                                               ", which therefore carry no information"});
  }
  if (!tied.empty()) {
    warnings.push_back({"tied-values", x.name() +
                                           " has equal values in more than 5 % of the rows of " +
                                           name_columns(tied) + "; they share their mid-rank"});
  }
}

}  // namespace

Scale parse_scale(std::string_view name) {
  for (const auto& [scale, text] : kNames) {
    if (text == name) return scale;
  }
  const std::vector<std::string> names{"none", "zscore", "rank"};
  refuse_usage("unknown-scale", "there is no scale '" + std::string(name) + "'",
               "the scales are none, zscore and rank",
               "Did you mean '" + nearest_name(name, names) + "'?");
}

std::string_view to_string(Scale scale) {
  return std::find_if(kNames.begin(), kNames.end(), [&](auto& n) { return n.first == scale; })
      ->second;
}

Samples scaled(const Samples& x, Scale scale, std::vector<Warning>& warnings,
               const Execution& exec) {
  Matrix out = scale == Scale::none ? Matrix() : Matrix(x.size(), x.dim());
  std::vector<ColumnFacts> facts(x.dim());
  const Column table = scale == Scale::rank ? score_table(x.size()) : Column();
  parallel_for_with((x.dim() + kColumnsAtOnce - 1) / kColumnsAtOnce, exec,
                    [] { return Workspace{}; },
                    [&](Workspace& work, std::size_t block) {
                      scale_columns(x, block * kColumnsAtOnce, scale, table, work, facts, out);
                    });
  warn(x, facts, warnings);
  return scale == Scale::none ? x : Samples::from(std::move(out), x.name());
}

}  // namespace cch
