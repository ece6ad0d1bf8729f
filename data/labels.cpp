#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "cch/data/source.hpp"
#include "data/column.hpp"
#include "data/label_targets.hpp"
#include "data/pack.hpp"
#include "data/spelling.hpp"
#include "data/text.hpp"

namespace cch {
namespace {

using detail::column_texts;
using detail::Opened;

constexpr const char* kSayUnlabelled =
    "Say --unlabelled VALUE if rows without a label are meant to be there, or drop them in all "
    "files";

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
                   "the two need different estimators", decision.action);
    }
    reason =
        (*decision.kind == LabelKind::discrete ? "discrete: " : "continuous: ") + decision.reason;
    return *decision.kind;
  }
  reason = asked == LabelKind::discrete ? "discrete: asked for" : "continuous: asked for";
  return asked;
}

// True for the rows whose label is `value` (numbers by value, NaN is NaN) or an empty string.
class MeansNone {
 public:
  MeansNone(const Array& labels, const std::string& value)
      : labels_(labels), text_(detail::trimmed(value)), row_(labels.cols()) {
    number_ = detail::parse_number<double>(value);
    if (number_ && std::trunc(*number_) == *number_ && std::abs(*number_) < 0x1p63) {
      whole_ = std::to_string(static_cast<std::int64_t>(*number_));
    }
  }

  bool operator()(std::size_t row) {
    if (labels_.cols() != 1 || is_float(labels_.dtype())) return all_equal(row);
    const std::string stored = labels_.text_at(row);
    if (labels_.dtype() != DType::text) return stored == (whole_.empty() ? text_ : whole_);
    const std::string_view trimmed = detail::trimmed(stored);
    return trimmed.empty() || trimmed == text_ || same_number(trimmed);
  }

 private:
  bool all_equal(std::size_t row) {
    if (!number_ || labels_.dtype() == DType::text) return false;
    labels_.to_doubles(row, 1, row_);
    return std::all_of(row_.begin(), row_.end(), [&](double x) { return equal(x); });
  }
  [[nodiscard]] bool equal(double x) const {
    return x == *number_ || (std::isnan(x) && std::isnan(*number_));
  }
  // "-1.0" of a table is the −1 that was asked for.
  [[nodiscard]] bool same_number(std::string_view stored) const {
    const auto x = detail::parse_number<double>(stored);
    return x && number_ && equal(*x);
  }

  const Array& labels_;
  std::string text_;
  std::optional<double> number_;
  std::string whole_;
  std::vector<double> row_;
};

// Leaves the labelled rows in `opened`; returns the others. The fields of a table are typed anew,
// because the empty ones made a text column of numbers.
std::vector<std::size_t> take_unlabelled(Opened& opened, std::size_t rows,
                                         const std::string& value) {
  MeansNone none(opened.array, value);
  std::vector<std::size_t> labelled;
  std::vector<std::size_t> unlabelled;
  for (std::size_t i = 0; i < rows; ++i) (none(i) ? unlabelled : labelled).push_back(i);
  if (labelled.empty()) {
    refuse_data("no-labelled-rows", "no row has a label", opened.where,
                "there is nothing to rank teachers for", "Check the value of --unlabelled");
  }
  if (unlabelled.empty()) {
    opened.info.warnings.push_back(
        {"no-unlabelled-rows", "no label of " + opened.where + " is empty or '" + value +
                                   "', so every row counts as labelled"});
    return unlabelled;
  }
  opened.array = opened.array.select(labelled);
  if (opened.table && opened.array.dtype() == DType::text) {
    opened.array = detail::typed_column(column_texts(opened.array, labelled.size()), opened.where);
  }
  return unlabelled;
}

// Labels of a table with a decimal comma are numbers, not words that all differ.
void read_decimal_commas(Opened& opened, std::size_t rows) {
  if (!opened.table || opened.array.dtype() != DType::text) return;
  const std::vector<std::string> texts = column_texts(opened.array, rows);
  detail::Spellings spellings;
  for (const std::string& text : texts) spellings.take(text);
  if (!spellings.decimal_comma(opened.where)) return;
  std::vector<double> values;
  for (const std::string& text : texts) {
    const auto value = detail::parse_decimal_comma(text);
    if (!value) return;  // an empty field, refused as a missing label
    values.push_back(*value);
  }
  opened.array = detail::pack(std::span<const double>(values), DType::f64, {rows}, opened.where);
  detail::warn_about_decimal_comma(opened);
}

// Integers with gaps are stored as floats, because only those have NaN. Without the gaps they are
// integers again, if as such they are classes.
void undo_float_of_gaps(Opened& opened, std::size_t rows) {
  if (!is_float(opened.array.dtype()) || opened.array.cols() != 1 || rows == 0) return;
  std::vector<double> values(rows);
  opened.array.to_doubles(0, rows, values);
  std::vector<std::int64_t> whole;
  for (const double v : values) {
    if (std::trunc(v) != v || std::abs(v) >= 0x1p53) return;  // NaN and fractions stay
    whole.push_back(static_cast<std::int64_t>(v));
  }
  Array integers = detail::pack(std::span<const std::int64_t>(whole), DType::i64,
                                opened.array.shape(), opened.where);
  if (decide_label_kind(integers, rows).kind == LabelKind::discrete) {
    opened.array = std::move(integers);
  }
}

bool is_nan(const std::string& value) {
  const auto number = detail::parse_number<double>(value);
  return number && std::isnan(*number);
}

// NaN is the usual mark of a missing label, so its message names the option.
void refuse_non_finite(const Opened& opened, std::size_t rows) {
  if (!is_float(opened.array.dtype())) return;
  const Matrix values = opened.array.matrix(rows);
  std::size_t first = rows;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double* row = values.data() + i * values.cols();
    if (std::all_of(row, row + values.cols(), [](double x) { return std::isfinite(x); })) continue;
    if (bad++ == 0) first = i;
  }
  if (bad == 0) return;
  if (bad == rows) {
    refuse_data("non-finite-label", "no label is a finite number", opened.where,
                "there is nothing to rank teachers for",
                "Check the export, or name another column");
  }
  refuse_data("non-finite-label", "labels contain NaN or infinite values",
              opened.where + ", first at row " + std::to_string(first) + " (from 0); " +
                  std::to_string(bad) + " of " + std::to_string(rows) + " rows",
              "they are no labels",
              "Say --unlabelled nan if NaN means that a row has no label, or drop these rows in "
              "all files");
}

// −1 beside classes from 0, and 255 far above the others, are the usual marks of "no label".
void warn_about_marks(const ClassLabels& classes, Opened& opened) {
  const std::vector<std::size_t> counts = classes.counts();
  bool from_zero = false;
  std::int64_t highest = 0;
  for (const std::string& name : classes.names()) {
    const auto number = detail::parse_number<std::int64_t>(name);
    if (!number) return;
    from_zero |= *number == 0;
    if (*number != 255) highest = std::max(highest, *number);
  }
  for (std::size_t c = 0; c < classes.classes(); ++c) {
    const std::string& name = classes.names()[c];
    const bool negative = name.front() == '-' && from_zero;
    if (!negative && (name != "255" || highest > 200)) continue;
    opened.info.warnings.push_back(
        {"label-may-mean-none", std::to_string(counts[c]) + " rows of " + opened.where +
                                    " have the class '" + name +
                                    "', which often means that a row has no label; if so, say "
                                    "--unlabelled " +
                                    name});
  }
}

void warn_about_unknown(const ClassLabels& classes, Opened& opened) {
  const std::vector<std::size_t> counts = classes.counts();
  for (std::size_t c = 0; c < classes.classes(); ++c) {
    const std::string& name = classes.names()[c];
    if (!detail::means_unknown(name)) continue;
    opened.info.warnings.push_back(
        {"label-may-mean-none", std::to_string(counts[c]) + " rows of " + opened.where +
                                    " have the class '" + name +
                                    "', which reads as if the label were not known; if so, say "
                                    "--unlabelled '" +
                                    name + "'"});
  }
}

// A word such as NA among numbers would make every number a class of its own.
void refuse_unknown_among_numbers(const Opened& opened, std::size_t rows) {
  if (!opened.table || opened.array.dtype() != DType::text) return;
  std::string unknown;
  std::size_t first = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string text = opened.array.text_at(i);
    if (detail::spelling_of(text) != detail::Spelling::none) continue;
    if (!detail::means_unknown(text)) return;
    if (count++ > 0) continue;
    unknown = text;
    first = i;
  }
  if (count == 0 || count == rows) return;
  refuse_data(
      "missing-label",
      "row " + std::to_string(first) + " (from 0) has '" + unknown + "' among numbers",
      opened.where + "; " + std::to_string(count) + " of " + std::to_string(rows) + " rows",
      "as words, all numbers would be classes of their own",
      "Say --unlabelled '" + unknown + "' if such rows have no label, or drop them in all files");
}

// 1 × N: the labels of N rows, laid the other way round.
void refuse_one_row(const Opened& opened) {
  const auto& shape = opened.info.shape;
  constexpr std::size_t kManyLabels = 20;  // of one sample
  if (shape.size() != 2 || shape[0] != 1 || shape[1] < kManyLabels) return;
  refuse_data("labels-not-1d",
              "the labels lie in one row of " + std::to_string(shape[1]) + " values",
              opened.where + ", shape " + shape_text(shape),
              "each row is a sample, so this would be a single one", "Save y.ravel()");
}

LoadedLabels computed_labels(Opened& opened, LabelKind kind) {
  if (kind == LabelKind::discrete) {
    refuse_data("labels-not-1d", "class labels need one value a row", opened.where, {},
                "Use the data set's view 'labels'");
  }
  LoadedLabels out;
  out.kind_reason = "continuous: floating-point values";
  out.labels = Samples::from(std::move(*opened.computed), "labels (" + opened.where + ")");
  out.info = std::move(opened.info);
  return out;
}

Variable continuous_labels(Opened& opened, std::size_t rows) {
  if (opened.array.dtype() == DType::text) {
    refuse_usage("labels-not-numeric", "the labels of " + opened.where + " are strings",
                 "they cannot be taken as continuous", "Say --y-kind discrete");
  }
  detail::warn_about_conversion(opened, rows);
  return Samples::from(opened.array.matrix(rows), "labels (" + opened.where + ")");
}

Variable class_labels(Opened& opened, std::size_t rows) {
  if (opened.array.cols() != 1 || opened.array.shape().size() > 2) {
    refuse_data("labels-not-1d", "class labels need one value a row",
                opened.where + ", shape " + shape_text(opened.info.shape),
                "of one-hot codes the class is the place of the 1",
                "Give a 1-D array, e.g. numpy.argmax(y, axis=1) of one-hot codes");
  }
  detail::refuse_fractions(opened, "label", rows);
  ClassLabels classes = to_classes(opened.array, rows);
  warn_about_marks(classes, opened);
  warn_about_unknown(classes, opened);
  return classes;
}

// A file of several columns or fields may say by their names what it holds.
Opened open_labels(const SourceSpec& source, const LoadOptions& options) {
  try {
    return detail::open_source(source, detail::Use::column, options);
  } catch (const Error& error) {
    detail::refuse_survival_names(error.faults().front(), source.path);
    throw;
  }
}

}  // namespace

LoadedLabels load_labels(const SourceSpec& source, LabelKind kind, const LoadOptions& options) {
  Opened opened = open_labels(source, options);
  detail::refuse_scalar(opened);
  if (opened.computed) return computed_labels(opened, kind);
  std::size_t rows = detail::rows_taken(opened.array.rows(), options);
  if (rows == 0) {
    refuse_data("empty-array", "there are no labels", opened.where, {}, "Give at least one row");
  }
  refuse_one_row(opened);
  LoadedLabels out;
  if (options.unlabelled) {
    out.unlabelled = take_unlabelled(opened, rows, *options.unlabelled);
    rows -= out.unlabelled.size();
    const bool gaps = !out.unlabelled.empty() && is_nan(*options.unlabelled);
    if (gaps && kind == LabelKind::automatic) undo_float_of_gaps(opened, rows);
  }
  if (kind != LabelKind::discrete) refuse_unknown_among_numbers(opened, rows);
  read_decimal_commas(opened, rows);
  if (opened.array.cols() == 1) detail::refuse_missing(opened, "label", rows, kSayUnlabelled);
  refuse_non_finite(opened, rows);
  if (kind != LabelKind::continuous) {
    detail::refuse_multilabel(opened, rows, kind == LabelKind::discrete);
  }
  if (kind == LabelKind::automatic) detail::refuse_survival_columns(opened, rows);
  detail::warn_about_survival(opened, source.key);
  const bool continuous = settle_kind(opened, kind, rows, out.kind_reason) == LabelKind::continuous;
  out.labels = continuous ? continuous_labels(opened, rows) : class_labels(opened, rows);
  out.info = std::move(opened.info);
  return out;
}

}  // namespace cch
