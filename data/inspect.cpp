#include "cch/data/inspect.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <span>
#include <utility>

#include "cch/data/csv.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/hdf5.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/safetensors.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/source.hpp"
#include "data/inspect_array.hpp"
#include "data/open.hpp"
#include "data/pack.hpp"
#include "data/pattern.hpp"
#include "data/recode.hpp"

namespace cch {

namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// Runs `read` for one array; what it refuses becomes a fault of that array.
template <class Read>
void add_array(FileFacts& file, const std::string& key, const std::string& where, std::size_t bytes,
               Read&& read) {
  try {
    file.arrays.push_back(detail::inspect_array(read(), key, where, bytes));
  } catch (const Error& error) {
    ArrayFacts facts;
    facts.key = key;
    facts.faults = error.faults();
    file.arrays.push_back(std::move(facts));
  }
}

// The first lines that end within so many bytes, quoted line ends not counted; all bytes where
// there is none, or where the text is UTF-16.
Bytes first_lines(const Bytes& bytes, std::size_t most, const std::string& where) {
  if (bytes.size() <= most || detail::text_code_of(bytes, where) != detail::TextCode::utf8) {
    return bytes;
  }
  std::size_t end = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < most; ++i) {
    if (bytes.view[i] == std::byte{'"'}) quoted = !quoted;
    if (bytes.view[i] == std::byte{'\n'} && !quoted) end = i + 1;
  }
  return end == 0 ? bytes : bytes.part(0, end);
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
    add_array(file, name, spec.path + ":" + name, kAll,
              [&] { return table.decimal_comma(col) ? table.numbers(col) : table.column(col); });
  }
}

template <class Read>
void inspect_keys(const SourceSpec& spec, const std::vector<std::string>& keys, std::size_t bytes,
                  Read&& read, FileFacts& file) {
  if (!spec.key.empty()) {
    const std::string key = detail::choose_key(keys, spec.key, spec.path, "array");
    return add_array(file, key, spec.path + ":" + key, bytes, [&] { return read(key); });
  }
  for (const std::string& key : keys) {
    add_array(file, key, spec.path + ":" + key, bytes / keys.size(), [&] { return read(key); });
  }
  if (keys.empty()) detail::choose_key(keys, {}, spec.path, "array");
}

void warn_about_sample(const SourceSpec& spec, FileFacts& file) {
  file.warnings.push_back({"sampled", spec.path +
                                          " is too large to be read whole in a moment: it was not "
                                          "hashed, and what is said of an array is said of the "
                                          "rows that were looked at"});
}

// Datasets may expand, so it is their size that says how much of each is looked at.
void inspect_hdf5(const Bytes& bytes, const SourceSpec& spec, std::size_t most, FileFacts& file) {
  const Hdf5File hdf5(bytes, spec.path);
  std::size_t total = 0;
  for (const Hdf5Entry& entry : hdf5.entries()) total += std::min(entry.bytes, most + 1);
  const bool whole = total <= most && bytes.size() <= most;
  const std::size_t each =
      std::max<std::size_t>(1, most / std::max<std::size_t>(1, hdf5.keys().size()));
  const auto read = [&](const std::string& key) {
    return hdf5.array(key, {.bytes = whole ? 0 : each});
  };
  const std::string key = spec.key.empty() || spec.key.front() == '/' ? spec.key : "/" + spec.key;
  inspect_keys({spec.text, spec.path, key}, hdf5.keys(), whole ? kAll : most, read, file);
  if (hdf5.more()) {
    file.warnings.push_back({"hdf5-more", spec.path + " holds more datasets than are listed"});
  }
  if (!whole) warn_about_sample(spec, file);
}

void inspect_arrays(const Bytes& bytes, const SourceSpec& spec, detail::Format format,
                    std::size_t most, FileFacts& file) {
  if (format == detail::Format::hdf5) return inspect_hdf5(bytes, spec, most, file);
  const std::size_t seen = bytes.size() > most ? most : kAll;
  if (format == detail::Format::npz) {
    const NpzFile npz(bytes, spec.path);
    const NpzLimits limits{.rows = {.bytes = most / std::max<std::size_t>(1, npz.keys().size())}};
    const auto read = [&](const std::string& key) {
      return npz.array(key, bytes.size() > most ? limits : NpzLimits{});
    };
    inspect_keys(spec, npz.keys(), kAll, read, file);
  } else if (format == detail::Format::safetensors) {
    const SafetensorsFile tensors(bytes, spec.path);
    const auto read = [&](const std::string& key) { return tensors.array(key); };
    inspect_keys(spec, tensors.keys(), seen, read, file);
  } else {
    detail::refuse_key_of_npy(spec);
    add_array(file, {}, spec.path, seen, [&] {
      return parse_npy(bytes, spec.path, {.bytes = bytes.size() > most ? most : 0});
    });
  }
  if (bytes.size() > most) warn_about_sample(spec, file);
}

void inspect_file(const SourceSpec& spec, const InspectLimits& limits, FileFacts& file) {
  const Bytes bytes = map_file(spec.path);
  file.bytes = bytes.size();
  const detail::Format format = detail::format_of(bytes, spec.path);
  file.format = detail::format_name(format);
  if (format != detail::Format::table) {
    if (bytes.size() <= limits.arrays) file.sha256 = sha256(bytes.view);
    return inspect_arrays(bytes, spec, format, limits.arrays, file);
  }
  const Bytes seen = first_lines(bytes, limits.table, spec.path);
  const bool whole = seen.size() == bytes.size();
  if (whole) file.sha256 = sha256(bytes.view);
  inspect_table(seen, spec, file);
  if (whole) return;
  for (ArrayFacts& array : file.arrays) array.rows_seen = array.shape.empty() ? 0 : array.shape[0];
  warn_about_sample(spec, file);
}

// A computed view has no bytes in any file; they are made here.
Array computed_array(const Matrix& view, const std::string& where) {
  const std::span<const double> values(view.data(), view.rows() * view.cols());
  return detail::pack(values, DType::f64, {view.rows(), view.cols()}, where);
}

// Each view is a file of its own; together they are read whole up to the limit.
void inspect_folder(const SourceSpec& spec, const InspectLimits& limits, FileFacts& file) {
  const auto file_of = [&](const std::string& view) {
    return (std::filesystem::path(spec.path.substr(4)) / (view + ".npy")).string();
  };
  std::size_t total = 0;
  std::error_code ignored;
  for (const std::string& view : file.views) {
    if (!spec.key.empty() && view != spec.key) continue;
    const auto size = std::filesystem::file_size(file_of(view), ignored);
    if (!ignored) total += size;
  }
  const bool whole = total <= limits.arrays;
  const auto read = [&](const std::string& view) {
    const std::string path = file_of(view);
    const Bytes bytes = map_file(path);
    if (whole && (file.views.size() == 1 || !spec.key.empty())) file.sha256 = sha256(bytes.view);
    return parse_npy(bytes, path, {.bytes = whole ? 0 : limits.arrays / file.views.size()});
  };
  inspect_keys(spec, file.views, whole ? kAll : limits.arrays, read, file);
  if (!whole) warn_about_sample(spec, file);
}

void inspect_dataset(const SourceSpec& spec, const InspectLimits& limits, FileFacts& file) {
  const bool folder = spec.path.starts_with("dir:");
  file.format = folder ? "folder" : "images";
  file.views = dataset_views(spec.path);
  if (folder) return inspect_folder(spec, limits, file);
  if (spec.key.empty()) return;
  const auto read = [&](const std::string& view) {
    const detail::Opened opened =
        detail::open_source({spec.text, spec.path, view}, detail::Use::column, {});
    file.sha256 = opened.info.sha256;
    return opened.computed ? computed_array(*opened.computed, spec.text) : opened.array;
  };
  inspect_keys(spec, file.views, kAll, read, file);
}

// What a pattern's files are together.
void inspect_pattern(const SourceSpec& spec, FileFacts& file) {
  file.format = "files";
  const detail::Opened opened = detail::open_pattern(spec, detail::Use::samples, {});
  file.sha256 = opened.info.sha256;
  file.bytes = opened.array.bytes();
  file.warnings = opened.info.warnings;
  add_array(file, spec.key, spec.text, kAll, [&] { return opened.array; });
}

}  // namespace

bool FileFacts::faultless() const {
  return faults.empty() && std::all_of(arrays.begin(), arrays.end(), [](const ArrayFacts& array) {
           return array.faults.empty();
         });
}

FileFacts inspect_source(const std::string& source, const InspectLimits& limits) {
  FileFacts file;
  file.source = source;
  try {
    const SourceSpec spec = parse_source(source);
    if (is_dataset(spec.path)) {
      inspect_dataset(spec, limits, file);
    } else if (detail::is_pattern(spec.path)) {
      inspect_pattern(spec, file);
    } else {
      inspect_file(spec, limits, file);
    }
  } catch (const Error& error) {
    file.faults = error.faults();
  }
  return file;
}

}  // namespace cch
