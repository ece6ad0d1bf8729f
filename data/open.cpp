#include "data/open.hpp"

#include <algorithm>
#include <filesystem>

#include "cch/core/nearest_name.hpp"
#include "cch/data/csv.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/hdf5.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/safetensors.hpp"
#include "data/datasets_open.hpp"
#include "data/pattern.hpp"
#include "data/text.hpp"

namespace cch {

SourceSpec parse_source(std::string_view text) {
  SourceSpec spec{std::string(text), std::string(text), {}};
  if (text.empty()) {
    refuse_usage("empty-source", "no file was named", {},
                 "Write PATH, PATH:KEY or a data set's name");
  }
  std::error_code ignored;
  if (std::filesystem::exists(spec.text, ignored)) return spec;
  std::size_t split = text.rfind(':');
  if (split == std::string_view::npos) return spec;
  if (is_dataset(text) && text.find(':') == split) return spec;
  for (std::size_t at = split; at != std::string_view::npos && at > 0;
       at = text.rfind(':', at - 1)) {
    const std::string left(text.substr(0, at));
    const bool known = std::filesystem::exists(left, ignored) || is_dataset(left);
    if (!known && left.find('*') == std::string::npos) continue;
    split = at;
    break;
  }
  spec.path = text.substr(0, split);
  spec.key = text.substr(split + 1);
  if (spec.key.empty() || spec.path.empty()) {
    refuse_usage("empty-key", "'" + spec.text + "' has nothing on one side of its last ':'", {},
                 "Write PATH or PATH:KEY");
  }
  return spec;
}

}  // namespace cch

namespace cch::detail {

std::string choose_key(const std::vector<std::string>& keys, const std::string& key,
                       const std::string& where, const std::string& what) {
  if (keys.empty()) {
    refuse_data("no-arrays", "the file holds no " + what, where, {}, "Check how it was written");
  }
  if (!key.empty()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return key;
    refuse_usage(
        "unknown-key", where + " has no " + what + " '" + key + "'", {},
        "Did you mean " + where + ":" + nearest_name(key, keys) + "? It has: " + join_names(keys));
  }
  if (keys.size() == 1) return keys.front();
  refuse_usage("key-needed", where + " has " + std::to_string(keys.size()) + " " + what + "s",
               "only one can be meant", "Write " + where + ":KEY with one of: " + join_names(keys));
}

Format format_of(const Bytes& bytes, const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".npy") return Format::npy;
  if (extension == ".npz") return Format::npz;
  if (extension == ".safetensors") return Format::safetensors;
  if (extension == ".h5" || extension == ".hdf5") return Format::hdf5;
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt") return Format::table;
  const std::string_view front(reinterpret_cast<const char*>(bytes.view.data()),
                               std::min<std::size_t>(bytes.size(), 8));
  if (front.starts_with("\x93NUMPY")) return Format::npy;
  if (front == "\x89HDF\r\n\x1a\n") return Format::hdf5;
  if (front.starts_with("PK\x03\x04")) return Format::npz;
  refuse_data("unknown-format", "files ending in '" + extension + "' are not read", path,
              ".npy, .npz, .safetensors, .h5, .hdf5, .csv, .tsv and .txt are",
              "Convert it, e.g. with numpy.save");
}

Separator separator_of(const std::string& path) {
  if (path.ends_with(".tsv")) return Separator::tab;
  return path.ends_with(".txt") ? Separator::none : Separator::automatic;
}

void refuse_key_of_npy(const SourceSpec& source) {
  if (source.key.empty()) return;
  refuse_usage("unexpected-key", source.path + " holds one array without a name", {},
               "Leave out ':" + source.key + "'");
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::npy:
      return "npy";
    case Format::npz:
      return "npz";
    case Format::safetensors:
      return "safetensors";
    case Format::hdf5:
      return "hdf5";
    default:
      return "table";
  }
}

void warn_about_decimal_comma(Opened& opened) {
  opened.info.warnings.push_back(
      {"csv-decimal-comma", opened.where + ": numbers were read with a decimal comma"});
}

std::vector<Warning> table_warnings(const CsvTable& table, const std::string& where,
                                    bool all_columns) {
  std::vector<Warning> warnings;
  for (std::size_t col = 0; all_columns && col < table.index_columns(); ++col) {
    const std::string& name = table.columns()[col];
    warnings.push_back(
        {"csv-index-column",
         where + ": column " + std::to_string(col + 1) +
             (name.empty() ? " (without a name)" : " ('" + name + "')") +
             " numbers or names the rows, so it was left out: where rows lie in the order of their "
             "classes it would tell the label; to keep it, write another name for it in the first "
             "row"});
  }
  if (table.separator() == ';') {
    warnings.push_back({"csv-semicolons", where + ": fields separated by semicolons"});
  }
  if (table.separator() == '\t' && where.find(".tsv") == std::string::npos) {
    warnings.push_back({"csv-tabs", where + ": fields separated by tabs"});
  }
  if (table.separator() == ' ') {
    warnings.push_back({"csv-blanks", where + ": fields separated by blanks"});
  }
  if (table.separator() == ',' && where.find(".txt") != std::string::npos) {
    warnings.push_back({"csv-commas", where + ": fields separated by commas"});
  }
  if (table.utf16()) warnings.push_back({"csv-utf16", where + ": read as UTF-16 text"});
  return warnings;
}

namespace {

void warn_about_table(const CsvTable& table, bool all_columns, Opened& opened) {
  const bool numbers_alone = !table.header() && opened.array.dtype() != DType::text;
  if (!numbers_alone) {
    opened.info.warnings.push_back(
        {"csv-header", opened.where + ": the first row was " + (table.header() ? "" : "not ") +
                           "taken as names of columns (" + table.header_reason() + ")"});
  }
  const auto more = table_warnings(table, opened.where, all_columns);
  opened.info.warnings.insert(opened.info.warnings.end(), more.begin(), more.end());
}

// The column that the key names, or the only one beside those that number the rows.
std::size_t chosen_column(const CsvTable& table, const SourceSpec& source) {
  if (source.key.empty() && table.index_columns() + 1 == table.cols()) return table.cols() - 1;
  const std::string name = choose_key(table.columns(), source.key, source.path, "column");
  const auto found = std::find(table.columns().begin(), table.columns().end(), name);
  return static_cast<std::size_t>(found - table.columns().begin());
}

std::vector<std::string> without(std::vector<std::string> names, const std::string& taken) {
  std::erase(names, taken);
  return names;
}

void open_table(const Bytes& bytes, const SourceSpec& source, Use use, Opened& opened) {
  const CsvTable table = CsvTable::parse(bytes, source.path, separator_of(source.path), source.key);
  const bool all_columns = use == Use::samples && source.key.empty();
  std::optional<std::size_t> chosen;
  bool only_left = false;
  if (all_columns) {
    opened.array = table.numbers();
  } else {
    const std::size_t col = chosen_column(table, source);
    only_left = source.key.empty() && table.cols() > 1;
    opened.array = use == Use::samples ? table.numbers(col) : table.column(col);
    chosen = col;
    opened.siblings = without(table.columns(), table.columns()[col]);
  }
  warn_about_table(table, all_columns || only_left, opened);
  if (use == Use::samples && table.decimal_comma(chosen)) warn_about_decimal_comma(opened);
}

// The last parts of the other paths, as tables name their columns.
std::vector<std::string> other_datasets(const Hdf5File& file, const std::string& key) {
  std::vector<std::string> out;
  for (const std::string& path : file.keys()) {
    if (path != key && path.substr(1) != key) out.push_back(path.substr(path.rfind('/') + 1));
  }
  return out;
}

// Strings that lie nowhere as they are: one a line.
std::string hash_of(const Array& array, std::size_t rows) {
  if (array.dtype() != DType::text) return sha256(array.row_bytes(rows).view);
  std::string lines;
  for (std::size_t i = 0; i < rows && array.cols() == 1; ++i) lines += array.text_at(i) + '\n';
  return sha256(std::as_bytes(std::span(lines)));
}

// Hashes the file, or what was read of it: `several` arrays may lie in it.
void take_hash(const SourceSpec& source, const Bytes& bytes, bool several,
               const LoadOptions& options, Opened& opened) {
  const Array& array = opened.array;
  const auto& shape = array.stored_shape();
  const std::size_t rows = shape.empty() ? 1 : shape[0];
  const std::size_t taken = options.max_rows == 0 ? rows : std::min(rows, options.max_rows);
  if (opened.table || (!several && taken == rows)) {
    opened.info.sha256 =
        options.hashes ? options.hashes->of(source.path, bytes.view) : sha256(bytes.view);
    return;
  }
  const bool lines = array.dtype() == DType::text && array.row_bytes(taken).size() == 0;
  opened.info.sha256 = lines ? hash_of(array, taken) : sha256(array.row_bytes(taken).view);
  const std::string of_array = several ? "array '" + source.key + "'" : "";
  if (taken < rows) opened.info.sha256_of = "rows 0 to " + std::to_string(taken - 1);
  if (several) opened.info.sha256_of += (taken < rows ? " of " : "") + of_array;
  if (lines) opened.info.sha256_of += ", one text a line";
}

}  // namespace

Opened open_file(const SourceSpec& source, Use use, const LoadOptions& options) {
  const Bytes bytes = map_file(source.path);
  Opened opened;
  opened.where = source.key.empty() ? source.path : source.path + ":" + source.key;
  opened.info.source = source.text;
  bool several = false;
  switch (format_of(bytes, source.path)) {
    case Format::npy:
      refuse_key_of_npy(source);
      opened.array = parse_npy(bytes, source.path, {.rows = options.max_rows});
      break;
    case Format::npz: {
      const NpzFile npz(bytes, source.path);
      opened.array = npz.array(source.key, {.rows = {.rows = options.max_rows}});
      opened.siblings = without(npz.keys(), source.key);
      several = !source.key.empty() && !opened.siblings.empty();
      break;
    }
    case Format::safetensors: {
      const SafetensorsFile tensors(bytes, source.path);
      opened.array = tensors.array(source.key);
      several = tensors.keys().size() > 1;
      break;
    }
    case Format::hdf5: {
      const Hdf5File hdf5(bytes, source.path);
      opened.array = hdf5.array(source.key, {.rows = options.max_rows});
      opened.siblings = other_datasets(hdf5, source.key);
      several = hdf5.more() || hdf5.keys().size() > 1;
      break;
    }
    case Format::table:
      opened.table = true;
      open_table(bytes, source, use, opened);
      break;
  }
  take_hash(source, bytes, several, options, opened);
  opened.info.shape = opened.array.stored_shape();
  opened.info.dtype = to_string(opened.array.dtype());
  return opened;
}

namespace {

Opened open_held(const HeldArray& held, const LoadOptions& options) {
  Opened opened{.array = held.array, .computed = {}, .info = {}, .where = held.where};
  const auto& shape = held.array.stored_shape();
  const std::size_t rows = shape.empty() ? 1 : shape[0];
  const std::size_t taken = options.max_rows == 0 ? rows : std::min(rows, options.max_rows);
  opened.info.sha256 = hash_of(held.array, taken);
  opened.info.sha256_of = "the array in memory";
  if (taken < rows) opened.info.sha256_of += ", rows 0 to " + std::to_string(taken - 1);
  opened.info.shape = shape;
  opened.info.dtype = to_string(held.array.dtype());
  return opened;
}

}  // namespace

Opened open_source(const SourceSpec& source, Use use, const LoadOptions& options) {
  if (options.held) {
    const auto held = options.held->find(source.text);
    if (held != options.held->end()) return open_held(held->second, options);
  }
  if (is_dataset(source.path)) return open_dataset(source, use, options);
  if (is_pattern(source.path)) return open_pattern(source, use, options);
  return open_file(source, use, options);
}

}  // namespace cch::detail
