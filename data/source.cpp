#include "cch/data/source.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "data/open.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

using detail::Opened;
using detail::Use;

std::size_t rows_taken(std::size_t rows, const LoadOptions& options) {
  return options.max_rows == 0 ? rows : std::min(rows, options.max_rows);
}

Matrix take_matrix(Opened& opened, const LoadOptions& options) {
  if (opened.computed) return std::move(*opened.computed);
  return opened.array.matrix(rows_taken(opened.array.rows(), options));
}

void refuse_scalar(const Opened& opened) {
  if (!opened.info.shape.empty()) return;
  refuse_data("zero-dimensional", "this is a single number, not an array of rows", opened.where,
              "rows are the first index", "Save an array of shape (N, D)");
}

void warn_about_conversion(Opened& opened, std::size_t rows) {
  const Array& array = opened.array;
  if (array.shape().size() > 2) {
    opened.info.warnings.push_back({"flattened", opened.where + ": shape " +
                                                     shape_text(array.shape()) + " taken as " +
                                                     std::to_string(array.rows()) + " rows of " +
                                                     std::to_string(array.cols()) + " values"});
  }
  if (!array.rounds_to_double(rows)) return;
  opened.info.warnings.push_back(
      {"rounded-integers",
       opened.where + ": integers beyond 2^53 were rounded to double precision"});
}

// Labels, groups and identifiers: one value a row, none missing. `what` is "label", "group" or
// "id".
Opened open_column(const SourceSpec& source, const std::string& what, const LoadOptions& options) {
  Opened opened = detail::open_source(source, Use::column, options);
  refuse_scalar(opened);
  if (opened.computed || opened.array.cols() != 1 || opened.array.shape().size() > 2) {
    refuse_data(what + "s-not-1d", what + "s need one value a row",
                opened.where + ", shape " + shape_text(opened.info.shape), {}, "Give a 1-D array");
  }
  return opened;
}

void refuse_missing(const Opened& opened, const std::string& what, std::size_t rows) {
  if (opened.array.dtype() != DType::text) return;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!detail::trimmed(opened.array.text_at(i)).empty()) continue;
    refuse_data("missing-" + what, "row " + std::to_string(i) + " (from 0) has no " + what,
                opened.where, "every row needs one", "Fill it in, or drop the row in all files");
  }
}

void refuse_fractions(const Opened& opened, const std::string& what, std::size_t rows) {
  if (!is_float(opened.array.dtype())) return;
  const Matrix values = opened.array.matrix(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (std::isfinite(values(i, 0)) && std::trunc(values(i, 0)) == values(i, 0)) continue;
    refuse_data(what + "s-not-whole", what + "s that are not whole numbers",
                opened.where + ", row " + std::to_string(i) + " holds " + opened.array.text_at(i),
                "equal values must mean the same " + what, "Give integers or strings");
  }
}

// Rows' values as text; whole floats in the form of integers.
std::vector<std::string> column_texts(const Array& column, std::size_t rows) {
  std::vector<std::string> texts(rows);
  std::vector<double> values(is_float(column.dtype()) ? rows : 0);
  if (!values.empty()) column.to_doubles(0, rows, values);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool small = !values.empty() && std::abs(values[i]) < 0x1p63;
    texts[i] = small ? std::to_string(static_cast<long long>(values[i])) : column.text_at(i);
  }
  return texts;
}

// Codes in the order of the sorted distinct values: numbers by value, strings by bytes.
ClassLabels to_classes(const Array& column, std::size_t rows) {
  const std::vector<std::string> texts = column_texts(column, rows);
  std::unordered_map<std::string, std::size_t> first_row;
  for (std::size_t i = 0; i < rows; ++i) first_row.try_emplace(texts[i], i);
  std::vector<std::string> names;
  for (const auto& [name, row] : first_row) names.push_back(name);
  if (column.dtype() == DType::text || column.dtype() == DType::boolean) {
    std::sort(names.begin(), names.end());
  } else {
    std::vector<double> values(rows);
    column.to_doubles(0, rows, values);
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      const double va = values[first_row.at(a)];
      const double vb = values[first_row.at(b)];
      return va < vb || (va == vb && a < b);
    });
  }
  std::unordered_map<std::string, int> code;
  for (const std::string& name : names) code.emplace(name, static_cast<int>(code.size()));
  std::vector<int> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = code.at(texts[i]);
  return ClassLabels::from(std::move(codes), std::move(names));
}

LabelKind settle_kind(const Opened& opened, LabelKind asked, std::size_t rows,
                      std::string& reason) {
  if (asked == LabelKind::automatic) {
    const LabelDecision decision = decide_label_kind(opened.array, rows);
    if (!decision.kind) {
      refuse_usage("label-kind-unclear",
                   "it is not clear whether the labels of " + opened.where +
                       " are classes or numbers: " + decision.reason,
                   "the two need different estimators",
                   "Say --y-kind discrete or --y-kind continuous");
    }
    reason =
        (*decision.kind == LabelKind::discrete ? "discrete: " : "continuous: ") + decision.reason;
    return *decision.kind;
  }
  reason = asked == LabelKind::discrete ? "discrete: asked for" : "continuous: asked for";
  return asked;
}

}  // namespace

LoadedSamples load_samples(const SourceSpec& source, const std::string& name,
                           const LoadOptions& options) {
  Opened opened = detail::open_source(source, Use::samples, options);
  refuse_scalar(opened);
  if (!opened.computed) {
    if (opened.array.dtype() == DType::text) {
      refuse_data("not-numeric", "the array holds strings", opened.where, "samples are numbers",
                  "Choose a numeric array with PATH:KEY");
    }
    warn_about_conversion(opened, rows_taken(opened.array.rows(), options));
  }
  const std::string full_name = name.empty() ? opened.where : name + " (" + opened.where + ")";
  Samples samples = Samples::from(take_matrix(opened, options), full_name);
  return {std::move(samples), std::move(opened.info)};
}

LoadedLabels load_labels(const SourceSpec& source, LabelKind kind, const LoadOptions& options) {
  Opened opened = detail::open_source(source, Use::column, options);
  refuse_scalar(opened);
  LoadedLabels out;
  if (opened.computed) {
    if (kind == LabelKind::discrete) {
      refuse_data("labels-not-1d", "class labels need one value a row", opened.where, {},
                  "Use the data set's view 'labels'");
    }
    out.kind_reason = "continuous: floating-point values";
    out.labels = Samples::from(std::move(*opened.computed), "labels (" + opened.where + ")");
    out.info = std::move(opened.info);
    return out;
  }
  const std::size_t rows = rows_taken(opened.array.rows(), options);
  if (rows == 0) {
    refuse_data("empty-array", "there are no labels", opened.where, {}, "Give at least one row");
  }
  if (opened.array.cols() == 1) refuse_missing(opened, "label", rows);
  if (settle_kind(opened, kind, rows, out.kind_reason) == LabelKind::continuous) {
    if (opened.array.dtype() == DType::text) {
      refuse_usage("labels-not-numeric", "the labels of " + opened.where + " are strings",
                   "they cannot be taken as continuous", "Say --y-kind discrete");
    }
    warn_about_conversion(opened, rows);
    out.labels = Samples::from(take_matrix(opened, options), "labels (" + opened.where + ")");
  } else {
    if (opened.array.cols() != 1 || opened.array.shape().size() > 2) {
      refuse_data("labels-not-1d", "class labels need one value a row",
                  opened.where + ", shape " + shape_text(opened.info.shape), {},
                  "Give a 1-D array");
    }
    refuse_fractions(opened, "label", rows);
    out.labels = to_classes(opened.array, rows);
  }
  out.info = std::move(opened.info);
  return out;
}

LoadedGroups load_groups(const SourceSpec& source, const LoadOptions& options) {
  Opened opened = open_column(source, "group", options);
  const std::size_t rows = rows_taken(opened.array.rows(), options);
  refuse_missing(opened, "group", rows);
  refuse_fractions(opened, "group", rows);
  std::unordered_map<std::string, std::size_t> number;
  std::vector<std::size_t> codes;
  for (const std::string& text : column_texts(opened.array, rows)) {
    codes.push_back(number.try_emplace(text, number.size()).first->second);
  }
  return {Groups::from(codes), std::move(opened.info)};
}

LoadedIds load_ids(const SourceSpec& source, const LoadOptions& options) {
  Opened opened = open_column(source, "id", options);
  const std::size_t rows = rows_taken(opened.array.rows(), options);
  refuse_missing(opened, "id", rows);
  refuse_fractions(opened, "id", rows);
  LoadedIds out{column_texts(opened.array, rows), std::move(opened.info)};
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
