#include "data/inspect_array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "cch/core/non_finite.hpp"
#include "cch/core/random.hpp"
#include "cch/data/label_kind.hpp"

namespace cch {

namespace {

constexpr std::size_t kMaxRowsForDuplicates = std::size_t{1} << 25;
constexpr std::size_t kBlockValues = std::size_t{1} << 20;

// Calls f(first row, values) for blocks of whole rows, in order.
template <class F>
void for_each_block(const Array& array, F&& f) {
  const std::size_t cols = array.cols();
  const std::size_t step = std::max<std::size_t>(1, kBlockValues / std::max<std::size_t>(1, cols));
  std::vector<double> values;
  for (std::size_t first = 0; first < array.rows(); first += step) {
    const std::size_t count = std::min(step, array.rows() - first);
    values.resize(count * cols);
    array.to_doubles(first, count, values);
    f(first, values);
  }
}

struct RowHash {
  std::uint64_t hash;
  std::size_t row;
};

std::uint64_t hash_row(const double* values, std::size_t cols) {
  std::uint64_t state = cols;
  for (std::size_t j = 0; j < cols; ++j) {
    state ^= std::bit_cast<std::uint64_t>(values[j] + 0.0);  // −0 and 0 are equal
    state = detail::split_mix(state);
  }
  return state;
}

bool rows_equal(const Array& array, std::size_t a, std::size_t b) {
  std::vector<double> x(array.cols());
  std::vector<double> y(array.cols());
  array.to_doubles(a, 1, x);
  array.to_doubles(b, 1, y);
  return x == y;
}

// Rows equal to an earlier one; rows of equal hash are compared value by value with `equal`.
template <class Equal>
std::size_t count_duplicates(std::vector<RowHash> hashes, Equal&& equal) {
  std::sort(hashes.begin(), hashes.end(), [](const RowHash& a, const RowHash& b) {
    return std::pair(a.hash, a.row) < std::pair(b.hash, b.row);
  });
  std::size_t duplicates = 0;
  std::vector<std::size_t> distinct;  // rows of the current hash, all different
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i == 0 || hashes[i].hash != hashes[i - 1].hash) distinct.clear();
    const bool known = std::any_of(distinct.begin(), distinct.end(),
                                   [&](std::size_t row) { return equal(row, hashes[i].row); });
    if (known) {
      ++duplicates;
    } else {
      distinct.push_back(hashes[i].row);
    }
  }
  return duplicates;
}

// Range, mean, non-finite values and constant columns, gathered block by block.
class Scan {
 public:
  Scan(const Array& array, ArrayFacts& facts, NonFinite& bad)
      : array_(array),
        facts_(facts),
        first_(array.cols()),
        constant_(array.cols(), true),
        bad_(bad) {}

  void run() {
    const bool hash = array_.cols() > 1 && array_.rows() <= kMaxRowsForDuplicates;
    for_each_block(array_, [&](std::size_t first, const std::vector<double>& values) {
      for (std::size_t i = 0; i * array_.cols() < values.size(); ++i) {
        const double* row = values.data() + i * array_.cols();
        take_row(first + i, row);
        if (hash) hashes_.push_back({hash_row(row, array_.cols()), first + i});
      }
    });
    if (finite_ > 0) facts_.mean = sum_ / static_cast<double>(finite_);
    for (std::size_t j = 0; j < constant_.size() && array_.rows() > 1; ++j) {
      if (constant_[j]) facts_.constant_columns.push_back(j);
    }
    if (!hash) return;
    facts_.duplicate_rows =
        count_duplicates(std::move(hashes_),
                         [this](std::size_t a, std::size_t b) { return rows_equal(array_, a, b); });
  }

 private:
  void take_row(std::size_t i, const double* row) {
    for (std::size_t j = 0; j < array_.cols(); ++j) {
      if (i == 0) first_[j] = row[j];
      if (row[j] != first_[j] || !std::isfinite(row[j])) constant_[j] = false;
      if (std::isfinite(row[j])) {
        take_finite(row[j]);
      } else {
        bad_.take(i, j);
      }
    }
  }
  void take_finite(double value) {
    facts_.minimum = std::min(value, facts_.minimum.value_or(value));
    facts_.maximum = std::max(value, facts_.maximum.value_or(value));
    sum_ += value;
    ++finite_;
  }

  const Array& array_;
  ArrayFacts& facts_;
  std::vector<double> first_;
  std::vector<bool> constant_;
  std::vector<RowHash> hashes_;
  NonFinite& bad_;
  double sum_ = 0.0;
  std::size_t finite_ = 0;
};

void decide_labels(const Array& array, ArrayFacts& facts) {
  const LabelDecision decision = decide_label_kind(array, array.rows());
  if (!decision.kind) {
    facts.taken_as_labels = "unclear: ";
  } else {
    facts.taken_as_labels = *decision.kind == LabelKind::discrete ? "discrete: " : "continuous: ";
  }
  facts.taken_as_labels += decision.reason;
}

// Rows in runs that are spread evenly over the array, so many in all; the first and the last row
// among them. Runs of a Fortran array are few: each begins anew in every column.
std::vector<std::size_t> spread_rows(const Array& array, std::size_t count) {
  const std::size_t runs = std::min<std::size_t>(count, array.fortran() ? 4 : 32);
  const std::size_t length = count / runs;
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < runs; ++k) {
    const std::size_t begin = runs == 1 ? 0 : k * (array.rows() - length) / (runs - 1);
    for (std::size_t i = 0; i < length; ++i) rows.push_back(begin + i);
  }
  return rows;
}

// At most so many bytes of an array; `rows` are the places of the rows chosen.
Array sample_of(const Array& array, std::size_t bytes, std::vector<std::size_t>& rows) {
  const std::size_t of_row = array.rows() == 0 ? 0 : array.bytes() / array.rows();
  if (of_row == 0 || array.bytes() <= bytes || array.dtype() == DType::text) return array;
  rows = spread_rows(array, std::clamp<std::size_t>(bytes / of_row, 1, array.rows()));
  return array.select(rows);
}

void describe(const Array& array, ArrayFacts& facts) {
  facts.shape = array.stored_shape();
  facts.dtype = to_string(array.dtype());
  facts.order = array.fortran() ? "Fortran" : "C";
  facts.bytes = array.dtype() == DType::text
                    ? array.bytes()
                    : element_count(facts.shape).value_or(0) * item_size(array.dtype());
  if (!facts.shape.empty() && array.rows() < facts.shape[0]) facts.rows_seen = array.rows();
}

}  // namespace

ArrayFacts detail::inspect_array(const Array& whole, const std::string& key,
                                 const std::string& where, std::size_t bytes) {
  ArrayFacts facts;
  facts.key = key;
  describe(whole, facts);
  std::vector<std::size_t> rows;
  const Array array = sample_of(whole, bytes, rows);
  if (!rows.empty()) facts.rows_seen = rows.size();
  if (array.rows() == 0 || array.cols() == 0) {
    facts.faults.push_back({"empty-array", "the array has no values", where,
                            "there is nothing to estimate from",
                            "Give at least one row and one column"});
    return facts;
  }
  NonFinite bad(array.cols());
  if (array.dtype() != DType::text) Scan(array, facts, bad).run();
  if (array.cols() == 1 && array.shape().size() <= 2) {
    facts.distinct = distinct_values(array, array.rows());
  }
  decide_labels(array, facts);
  if (bad.count() == 0) return facts;
  if (!rows.empty()) bad.set_first_row(rows[bad.first_row()]);
  facts.non_finite = bad.count();
  facts.first_bad_row = bad.first_row();
  facts.first_bad_column = bad.first_column();
  facts.faults.push_back(bad.fault("the array", array.rows()));
  facts.faults.back().where = where + ", " + facts.faults.back().where;
  return facts;
}

std::size_t duplicate_rows(std::span<const Samples> parts) {
  if (parts.empty() || parts.front().size() > kMaxRowsForDuplicates) return 0;
  std::vector<RowHash> hashes(parts.front().size());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    hashes[i] = {0, i};
    for (const Samples& part : parts) {
      hashes[i].hash = 31 * hashes[i].hash + hash_row(part.view().row(i).data(), part.dim());
    }
  }
  return count_duplicates(std::move(hashes), [&](std::size_t a, std::size_t b) {
    return std::all_of(parts.begin(), parts.end(), [&](const Samples& part) {
      return std::ranges::equal(part.view().row(a), part.view().row(b));
    });
  });
}

}  // namespace cch
