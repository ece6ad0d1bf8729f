#include "cch/data/serial_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/data/row_order.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostRows = 5000;
constexpr std::size_t kMostColumns = 16;
constexpr std::size_t kFewestPairs = 50;
constexpr std::size_t kOrders = 999;
constexpr std::size_t kBins = 20;
constexpr double kLevel = 0.01;

using Column = std::vector<double>;

double dot(const Column& a, const Column& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void centre(Column& z) {
  const double mean = std::accumulate(z.begin(), z.end(), 0.0) / static_cast<double>(z.size());
  for (double& v : z) v -= mean;
}

/// To variance 1; false for a constant column.
bool standardise(Column& z) {
  centre(z);
  const double spread = std::sqrt(dot(z, z) / static_cast<double>(z.size()));
  double largest = 0.0;
  for (const double v : z) largest = std::max(largest, std::abs(v));
  if (!(spread > 1e-12 * std::max(largest, 1e-300))) return false;
  for (double& v : z) v /= spread;
  return true;
}

/// Columns of variance 1, or random projections of them where there are many.
std::vector<Column> read_columns(const Samples& x, std::size_t rows, Random& random) {
  const bool project = x.dim() > kMostColumns;
  std::vector<Column> out;
  if (project) out.assign(kMostColumns, Column(rows, 0.0));
  for (std::size_t j = 0; j < x.dim(); ++j) {
    Column z(rows);
    for (std::size_t i = 0; i < rows; ++i) z[i] = x(i, j);
    if (!standardise(z)) continue;
    if (!project) {
      out.push_back(std::move(z));
      continue;
    }
    for (Column& to : out) {
      const double weight = random.normal();
      for (std::size_t i = 0; i < rows; ++i) to[i] += weight * z[i];
    }
  }
  return out;
}

/// Rows that may take each other's places: of one class, or of one bin of sorted values.
std::vector<std::vector<std::size_t>> exchangeable(const Variable& labels, std::size_t rows) {
  std::vector<std::vector<std::size_t>> out;
  if (const auto* classes = std::get_if<ClassLabels>(&labels)) {
    out.resize(classes->classes());
    for (std::size_t i = 0; i < rows; ++i)
      out[static_cast<std::size_t>((*classes)[i])].push_back(i);
    return out;
  }
  const std::size_t bins = labels_in_row_order(labels) ? kBins : 1;
  out.resize(bins);
  for (std::size_t i = 0; i < rows; ++i) out[i * bins / rows].push_back(i);
  return out;
}

/// Takes out of every column what y and y² explain.
void take_out(const Samples& y, std::size_t rows, std::vector<Column>& columns) {
  std::vector<Column> basis;
  for (std::size_t j = 0; j < y.dim(); ++j) {
    for (const double power : {1.0, 2.0}) {
      Column b(rows);
      for (std::size_t i = 0; i < rows; ++i) b[i] = std::pow(y(i, j), power);
      if (!standardise(b)) continue;
      for (const Column& before : basis) {
        const double along = dot(b, before) / static_cast<double>(rows);
        for (std::size_t i = 0; i < rows; ++i) b[i] -= along * before[i];
      }
      if (standardise(b)) basis.push_back(std::move(b));
    }
  }
  for (Column& z : columns) {
    for (const Column& b : basis) {
      const double along = dot(z, b) / static_cast<double>(rows);
      for (std::size_t i = 0; i < rows; ++i) z[i] -= along * b[i];
    }
  }
}

/// Takes a straight line through its rows out of every part: what sorted values still explain.
void detrend_within(const std::vector<std::vector<std::size_t>>& parts, Column& z) {
  for (const auto& part : parts) {
    const double middle = 0.5 * (static_cast<double>(part.size()) - 1.0);
    double along = 0.0;
    double squares = 0.0;
    for (std::size_t k = 0; k < part.size(); ++k) {
      const double at = static_cast<double>(k) - middle;
      along += at * z[part[k]];
      squares += at * at;
    }
    if (squares == 0.0) continue;
    for (std::size_t k = 0; k < part.size(); ++k) {
      z[part[k]] -= along / squares * (static_cast<double>(k) - middle);
    }
  }
}

void centre_within(const std::vector<std::vector<std::size_t>>& parts, Column& z) {
  for (const auto& part : parts) {
    double mean = 0.0;
    for (const std::size_t i : part) mean += z[i] / static_cast<double>(part.size());
    for (const std::size_t i : part) z[i] -= mean;
  }
}

/// Mean of z_i z_{i+1} over pairs and columns, rows taken in `order`.
double lag_one(const std::vector<Column>& columns, const std::vector<std::size_t>& firsts,
               const std::vector<std::size_t>& order) {
  double sum = 0.0;
  for (const Column& z : columns) {
    for (const std::size_t i : firsts) sum += z[order[i]] * z[order[i + 1]];
  }
  return sum / static_cast<double>(firsts.size() * columns.size());
}

}  // namespace

std::optional<SerialRows> serial_rows(const Samples& x, const Variable& labels,
                                      std::uint64_t seed) {
  const std::size_t rows = std::min({x.size(), size(labels), kMostRows});
  if (rows <= kFewestPairs) return std::nullopt;
  Random random(derive_seed(seed, "serial-rows"));
  std::vector<Column> columns = read_columns(x, rows, random);
  const auto parts = exchangeable(labels, rows);
  if (parts.size() == 1 && !is_discrete(labels)) take_out(std::get<Samples>(labels), rows, columns);
  for (Column& z : columns) {
    centre_within(parts, z);
    if (parts.size() > 1 && !is_discrete(labels)) detrend_within(parts, z);
  }
  std::erase_if(columns, [](Column& z) { return !standardise(z); });
  std::vector<std::size_t> part_of(rows);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (const std::size_t i : parts[p]) part_of[i] = p;
  }
  std::vector<std::size_t> firsts;
  for (std::size_t i = 0; i + 1 < rows; ++i) {
    if (part_of[i] == part_of[i + 1]) firsts.push_back(i);
  }
  if (columns.empty() || firsts.size() < kFewestPairs) return std::nullopt;
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SerialRows out{lag_one(columns, firsts, order), 1.0, firsts.size()};
  if (out.correlation < kSerialCorrelation) return out;  // not looked at any closer
  std::size_t as_much = 0;
  for (std::size_t k = 0; k < kOrders; ++k) {
    for (const auto& part : parts) {
      std::vector<std::size_t> places = part;
      random.shuffle(std::span(places));
      for (std::size_t i = 0; i < part.size(); ++i) order[part[i]] = places[i];
    }
    as_much += lag_one(columns, firsts, order) >= out.correlation ? 1 : 0;
  }
  out.p = (1.0 + static_cast<double>(as_much)) / (1.0 + static_cast<double>(kOrders));
  return out;
}

bool is_serial(const std::optional<SerialRows>& rows, std::size_t modalities) {
  return rows && rows->correlation >= kSerialCorrelation &&
         rows->p <= kLevel / static_cast<double>(std::max<std::size_t>(modalities, 1));
}

}  // namespace cch
