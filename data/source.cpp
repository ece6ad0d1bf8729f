#include "cch/data/source.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

#include "data/column.hpp"
#include "data/pattern.hpp"
#include "data/pool.hpp"
#include "data/spelling.hpp"

namespace cch {

namespace {

using detail::Opened;
using detail::Use;

constexpr const char* kFillIn = "Fill it in, or drop the row in all files";

// Groups and identifiers: one value a row, none missing. `what` is "group" or "id". Of a pattern
// the names of its files.
Opened open_column(const SourceSpec& source, const std::string& what, const LoadOptions& options) {
  if (detail::is_pattern(source.path)) {
    return detail::names_of_pattern(source, what == "id", options);
  }
  Opened opened = detail::open_source(source, Use::column, options);
  detail::refuse_scalar(opened);
  if (opened.computed || opened.array.cols() != 1 || opened.array.shape().size() > 2) {
    refuse_data(what + "s-not-1d", what + "s need one value a row",
                opened.where + ", shape " + shape_text(opened.info.shape), {}, "Give a 1-D array");
  }
  return opened;
}

/// Rows of nothing but NaN, which are then 0.
std::vector<std::size_t> take_missing_rows(Matrix& values) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < values.rows(); ++i) {
    const auto row = values.row(i);
    if (!std::all_of(row.begin(), row.end(), [](double v) { return std::isnan(v); })) continue;
    std::fill(row.begin(), row.end(), 0.0);
    out.push_back(i);
  }
  return out;
}

}  // namespace

LoadedSamples load_samples(const SourceSpec& source, const std::string& name,
                           const LoadOptions& options) {
  Opened opened = detail::open_source(source, Use::samples, options);
  detail::refuse_scalar(opened);
  if (!opened.computed) {
    if (opened.array.dtype() == DType::text) {
      refuse_data("not-numeric", "the array holds strings", opened.where, "samples are numbers",
                  "Choose a numeric array with PATH:KEY");
    }
    const std::size_t rows = detail::rows_taken(opened.array.rows(), options);
    opened.computed = detail::pooled(opened, rows, options);
    if (!opened.computed) detail::warn_about_conversion(opened, rows, options.pool);
  }
  const std::string full_name = name.empty() ? opened.where : name + " (" + opened.where + ")";
  const bool borrow = options.held && !opened.computed && !options.missing_rows;
  if (const auto view = borrow ? opened.array.doubles() : std::nullopt) {
    const std::size_t rows = detail::rows_taken(view->rows(), options);
    return {Samples::borrowed({view->data(), rows, view->cols()}, opened.array.owner(), full_name),
            std::move(opened.info),
            {}};
  }
  Matrix values = detail::take_matrix(opened, options);
  std::vector<std::size_t> missing;
  if (options.missing_rows) missing = take_missing_rows(values);
  return {Samples::from(std::move(values), full_name), std::move(opened.info), std::move(missing)};
}

LoadedGroups load_groups(const SourceSpec& source, const LoadOptions& options) {
  Opened opened = open_column(source, "group", options);
  const std::size_t rows = detail::rows_taken(opened.array.rows(), options);
  detail::refuse_missing(opened, "group", rows, kFillIn);
  detail::refuse_fractions(opened, "group", rows);
  std::unordered_map<std::string, std::size_t> number;
  std::vector<std::size_t> codes;
  std::map<std::string, std::size_t> unknown;
  for (const std::string& text : detail::column_texts(opened.array, rows)) {
    codes.push_back(number.try_emplace(text, number.size()).first->second);
    if (detail::means_unknown(text)) ++unknown[text];
  }
  for (const auto& [text, count] : unknown) {
    if (count < 2) continue;
    opened.info.warnings.push_back(
        {"group-may-mean-none",
         std::to_string(count) + " rows of " + opened.where + " have the group '" + text +
             "', which reads as if it were not known; they were taken as one group. Give each such "
             "row a name of its own if they do not belong together"});
  }
  return {Groups::from(codes), std::move(opened.info)};
}

LoadedIds load_ids(const SourceSpec& source, const LoadOptions& options) {
  Opened opened = open_column(source, "id", options);
  const std::size_t rows = detail::rows_taken(opened.array.rows(), options);
  detail::refuse_missing(opened, "id", rows, kFillIn);
  detail::refuse_fractions(opened, "id", rows);
  LoadedIds out{detail::column_texts(opened.array, rows), std::move(opened.info)};
  std::unordered_map<std::string, std::size_t> first_row;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto [known, fresh] = first_row.try_emplace(out.ids[i], i);
    if (fresh) continue;
    refuse_data("duplicate-id", "identifier '" + out.ids[i] + "' occurs twice",
                opened.where + ", rows " + std::to_string(known->second) + " and " +
                    std::to_string(i) + " (from 0)",
                "rows could not be matched without doubt", "Make the identifiers unique");
  }
  return out;
}

}  // namespace cch
