#include "cch/data/inspect.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/data/csv.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/safetensors.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/source.hpp"
#include "data/open.hpp"
#include "data/pack.hpp"

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
  Scan(const Array& array, ArrayFacts& facts)
      : array_(array), facts_(facts), first_(array.cols()), constant_(array.cols(), true) {}

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
      } else if (facts_.non_finite++ == 0) {
        facts_.first_bad_row = i;
        facts_.first_bad_column = j;
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

ArrayFacts inspect_array(const Array& array, const std::string& key, const std::string& where) {
  ArrayFacts facts;
  facts.key = key;
  facts.shape = array.shape();
  facts.dtype = to_string(array.dtype());
  facts.order = array.fortran() ? "Fortran" : "C";
  facts.bytes = array.bytes();
  if (array.rows() == 0 || array.cols() == 0) {
    facts.faults.push_back({"empty-array", "the array has no values", where,
                            "there is nothing to estimate from",
                            "Give at least one row and one column"});
    return facts;
  }
  if (array.dtype() != DType::text) Scan(array, facts).run();
  if (array.cols() == 1 && array.shape().size() <= 2) {
    facts.distinct = distinct_values(array, array.rows());
  }
  decide_labels(array, facts);
  if (facts.non_finite == 0) return facts;
  facts.faults.push_back({"non-finite-value", "the array contains NaN or infinite values",
                          where + ", first at row " + std::to_string(facts.first_bad_row) +
                              ", column " + std::to_string(facts.first_bad_column) + " (from 0); " +
                              std::to_string(facts.non_finite) + " of " +
                              std::to_string(array.rows() * array.cols()) + " values",
                          "neighbour searches and covariances would be wrong without any sign",
                          "Impute or drop these rows in all files"});
  return facts;
}

// Runs `read` for one array; what it refuses becomes a fault of that array.
template <class Read>
void add_array(FileFacts& file, const std::string& key, const std::string& where, Read&& read) {
  try {
    file.arrays.push_back(inspect_array(read(), key, where));
  } catch (const Error& error) {
    ArrayFacts facts;
    facts.key = key;
    facts.faults = error.faults();
    file.arrays.push_back(std::move(facts));
  }
}

void inspect_table(const Bytes& bytes, const SourceSpec& spec, FileFacts& file) {
  const CsvTable table =
      CsvTable::parse(bytes, spec.path, detail::separator_of(spec.path), spec.key);
  file.warnings.push_back(
      {"csv-header", std::string("the first row was ") + (table.header() ? "" : "not ") +
                         "taken as names of columns (" + table.header_reason() + ")"});
  for (const Warning& warning : detail::table_warnings(table, spec.path, spec.key.empty())) {
    file.warnings.push_back(warning);
  }
  if (!spec.key.empty()) detail::choose_key(table.columns(), spec.key, spec.path, "column");
  for (std::size_t col = 0; col < table.cols(); ++col) {
    if (!spec.key.empty() && table.columns()[col] != spec.key) continue;
    const std::string& name = table.columns()[col];
    add_array(file, name, spec.path + ":" + name,
              [&] { return table.decimal_comma(col) ? table.numbers(col) : table.column(col); });
  }
}

template <class Read>
void inspect_keys(const SourceSpec& spec, const std::vector<std::string>& keys, Read&& read,
                  FileFacts& file) {
  if (!spec.key.empty()) {
    const std::string key = detail::choose_key(keys, spec.key, spec.path, "array");
    return add_array(file, key, spec.path + ":" + key, [&] { return read(key); });
  }
  for (const std::string& key : keys) {
    add_array(file, key, spec.path + ":" + key, [&] { return read(key); });
  }
  if (keys.empty()) detail::choose_key(keys, {}, spec.path, "array");
}

void inspect_file(const SourceSpec& spec, FileFacts& file) {
  const Bytes bytes = map_file(spec.path);
  file.bytes = bytes.size();
  file.sha256 = sha256(bytes.view);
  const detail::Format format = detail::format_of(bytes, spec.path);
  file.format = detail::format_name(format);
  if (format == detail::Format::npz) {
    const auto read = [&](const std::string& key) { return npz_array(bytes, key, spec.path); };
    inspect_keys(spec, npz_keys(bytes, spec.path), read, file);
  } else if (format == detail::Format::safetensors) {
    const auto read = [&](const std::string& key) {
      return safetensors_array(bytes, key, spec.path);
    };
    inspect_keys(spec, safetensors_keys(bytes, spec.path), read, file);
  } else if (format == detail::Format::table) {
    inspect_table(bytes, spec, file);
  } else {
    const auto read = [&] { return detail::open_source(spec, detail::Use::column, {}).array; };
    add_array(file, {}, spec.path, read);
  }
}

// A computed view has no bytes in any file; they are made here.
Array computed_array(const Matrix& view, const std::string& where) {
  const std::span<const double> values(view.data(), view.rows() * view.cols());
  return detail::pack(values, DType::f64, {view.rows(), view.cols()}, where);
}

void inspect_dataset(const SourceSpec& spec, FileFacts& file) {
  const bool folder = spec.path.starts_with("dir:");
  file.format = folder ? "folder" : "images";
  file.views = dataset_views(spec.path);
  const auto read = [&](const std::string& view) {
    const detail::Opened opened =
        detail::open_source({spec.text, spec.path, view}, detail::Use::column, {});
    if (file.views.size() == 1 || !spec.key.empty()) file.sha256 = opened.info.sha256;
    return opened.computed ? computed_array(*opened.computed, spec.text) : opened.array;
  };
  if (folder || !spec.key.empty()) inspect_keys(spec, file.views, read, file);
}

}  // namespace

bool FileFacts::faultless() const {
  return faults.empty() && std::all_of(arrays.begin(), arrays.end(), [](const ArrayFacts& array) {
           return array.faults.empty();
         });
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

FileFacts inspect_source(const std::string& source) {
  FileFacts file;
  file.source = source;
  try {
    const SourceSpec spec = parse_source(source);
    if (is_dataset(spec.path)) {
      inspect_dataset(spec, file);
    } else {
      inspect_file(spec, file);
    }
  } catch (const Error& error) {
    file.faults = error.faults();
  }
  return file;
}

}  // namespace cch
