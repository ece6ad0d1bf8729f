#include "tools/cch/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cch/core/version.hpp"
#include "cch/data/array.hpp"
#include "cch/data/inspect.hpp"
#include "tools/cch/document_parts.hpp"

namespace cch {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumnsShown = 10;

std::string bytes_text(std::size_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

std::string columns_text(const std::vector<std::size_t>& columns) {
  std::string out;
  for (std::size_t i = 0; i < std::min(columns.size(), kColumnsShown); ++i) {
    out += fmt::format("{}{}", i > 0 ? ", " : "", columns[i]);
  }
  if (columns.size() > kColumnsShown) out += ", …";
  return out;
}

void print_array(const ArrayFacts& array, std::ostream& out) {
  out << "  " << (array.key.empty() ? "(one array)" : array.key);
  if (array.dtype.empty()) {
    out << "  not readable\n";
    return;
  }
  out << fmt::format("  {} {}, {} order, {}\n", shape_text(array.shape), array.dtype, array.order,
                     bytes_text(array.bytes));
  if (array.rows_seen) out << fmt::format("    looked at {} of these rows\n", *array.rows_seen);
  if (array.mean) {
    out << fmt::format("    range {:.6g} to {:.6g}, mean {:.6g}\n", *array.minimum, *array.maximum,
                       *array.mean);
  }
  if (array.distinct) out << fmt::format("    distinct values: {}\n", *array.distinct);
  if (!array.constant_columns.empty()) {
    out << fmt::format("    constant columns: {} (from 0: {})\n", array.constant_columns.size(),
                       columns_text(array.constant_columns));
  }
  if (array.duplicate_rows.value_or(0) > 0) {
    out << fmt::format("    rows equal to an earlier row: {}\n", *array.duplicate_rows);
  }
  if (array.distinct) {  // arrays with several columns are rarely meant as labels
    out << "    taken as labels: " << array.taken_as_labels << '\n';
  }
}

void print_faults(const std::vector<Fault>& faults, std::ostream& err) {
  for (const Fault& fault : faults) {
    err << "error: " << fault.problem << '\n';
    if (!fault.where.empty()) err << "  where: " << fault.where << '\n';
    if (!fault.why.empty()) err << "  why: " << fault.why << '\n';
    if (!fault.action.empty()) err << "  " << fault.action << ".\n";
  }
}

void print_file(const FileFacts& file, std::ostream& out, std::ostream& err) {
  out << file.source;
  if (!file.format.empty()) out << "  " << file.format;
  if (file.bytes > 0) out << ", " << bytes_text(file.bytes);
  out << '\n';
  if (!file.sha256.empty()) out << "  sha256 " << file.sha256 << '\n';
  for (const ArrayFacts& array : file.arrays) print_array(array, out);
  if (file.arrays.empty() && !file.views.empty()) {
    out << "  views:";
    for (const std::string& view : file.views) out << ' ' << view;
    out << '\n';
  }
  for (const Warning& warning : file.warnings) err << "warning: " << warning.message << '\n';
  print_faults(file.faults, err);
  for (const ArrayFacts& array : file.arrays) print_faults(array.faults, err);
}

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json faults_json(const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const Fault& fault : faults) {
    list.push_back({{"code", fault.code},
                    {"problem", fault.problem},
                    {"where", fault.where},
                    {"why", fault.why},
                    {"action", fault.action}});
  }
  return list;
}

Json array_json(const ArrayFacts& array) {
  Json out;
  out["key"] = array.key.empty() ? Json(nullptr) : Json(array.key);
  out["shape"] = array.shape;
  out["dtype"] = array.dtype.empty() ? Json(nullptr) : Json(array.dtype);
  out["order"] = array.order.empty() ? Json(nullptr) : Json(array.order);
  out["bytes"] = array.bytes;
  if (array.rows_seen) out["rows_seen"] = *array.rows_seen;
  out["minimum"] = optional_json(array.minimum);
  out["maximum"] = optional_json(array.maximum);
  out["mean"] = optional_json(array.mean);
  out["non_finite"] = {{"count", array.non_finite}};
  if (array.non_finite > 0) {
    out["non_finite"]["first_row"] = array.first_bad_row;
    out["non_finite"]["first_column"] = array.first_bad_column;
  }
  out["constant_columns"] = array.constant_columns;
  out["duplicate_rows"] = optional_json(array.duplicate_rows);
  out["distinct"] = optional_json(array.distinct);
  out["taken_as_labels"] =
      array.taken_as_labels.empty() ? Json(nullptr) : Json(array.taken_as_labels);
  out["faults"] = faults_json(array.faults);
  return out;
}

Json file_json(const FileFacts& file) {
  Json out;
  out["source"] = file.source;
  out["format"] = file.format.empty() ? Json(nullptr) : Json(file.format);
  out["sha256"] = file.sha256.empty() ? Json(nullptr) : Json(file.sha256);
  out["bytes"] = file.bytes;
  out["arrays"] = Json::array();
  for (const ArrayFacts& array : file.arrays) out["arrays"].push_back(array_json(array));
  out["views"] = file.views;
  out["faults"] = faults_json(file.faults);
  out["warnings"] = Json::array();
  for (const Warning& warning : file.warnings) {
    out["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  return out;
}

}  // namespace

int run_inspect(const InspectOptions& options, std::ostream& out, std::ostream& err) {
  bool faultless = true;
  Json files = Json::array();
  for (const std::string& source : options.files) {
    const FileFacts file = inspect_source(source);
    faultless = faultless && file.faultless();
    if (options.json) {
      files.push_back(file_json(file));
    } else {
      print_file(file, out, err);
    }
  }
  if (options.json) {
    Json document = {{"schema", "cch.inspect/1"}, {"version", kVersion}, {"command", "inspect"}};
    document["files"] = std::move(files);
    // Names of files may hold bytes that are not UTF-8; JSON cannot.
    out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }
  constexpr int kRefused = 3;
  return faultless ? 0 : kRefused;
}

}  // namespace cch
