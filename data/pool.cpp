#include "data/pool.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "cch/data/pool.hpp"
#include "data/column.hpp"

namespace cch {

Pool parse_pool(const std::string& name) {
  if (name == "none") return Pool::none;
  if (name == "flatten") return Pool::flatten;
  if (name == "mean") return Pool::mean;
  const std::vector<std::string> names{"none", "flatten", "mean"};
  refuse_usage("unknown-pool", "there is no pooling '" + name + "'",
               "sequences are taken as they are (none, flatten) or as the mean over their steps",
               "Did you mean '" + nearest_name(name, names) + "'?");
}

Lengths load_lengths(const SourceSpec& source, const LoadOptions& options) {
  detail::Opened opened = detail::open_source(source, detail::Use::column, options);
  detail::refuse_scalar(opened);
  const Array& array = opened.array;
  if (opened.computed || array.cols() != 1 || array.dtype() == DType::text) {
    refuse_data("bad-lengths", "lengths of sequences need one number a row",
                opened.where + ", shape " + shape_text(opened.info.shape), {}, "Give a 1-D array");
  }
  const Matrix values = array.matrix(detail::rows_taken(array.rows(), options));
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < values.rows(); ++i) {
    const double length = values(i, 0);
    if (!(length >= 1.0) || std::trunc(length) != length || length > 1e15) {
      refuse_data("bad-lengths",
                  "row " + std::to_string(i) + " (from 0) has the length " + array.text_at(i),
                  opened.where, "a sequence has one step at least",
                  "Give the number of steps that are no padding, or drop such rows in all files");
    }
    out.push_back(static_cast<std::size_t>(length));
  }
  return std::make_shared<const std::vector<std::size_t>>(std::move(out));
}

}  // namespace cch

namespace cch::detail {
namespace {

struct Steps {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_padding(std::span<const double> step) {
  return std::all_of(step.begin(), step.end(), [](double x) { return x == 0.0; }) ||
         std::all_of(step.begin(), step.end(), [](double x) { return std::isnan(x); });
}

// The steps of a row that are no padding.
Steps steps_of(std::span<const double> row, std::size_t dim) {
  Steps steps{0, row.size() / dim};
  const auto padding = [&](std::size_t t) { return is_padding(row.subspan(t * dim, dim)); };
  while (steps.end > steps.begin && padding(steps.end - 1)) --steps.end;
  while (steps.begin < steps.end && padding(steps.begin)) ++steps.begin;
  return steps;
}

std::size_t length_of(const Opened& opened, const std::vector<std::size_t>& lengths,
                      std::size_t row) {
  const std::size_t most = opened.info.shape[1];
  if (lengths[row] <= most) return lengths[row];
  refuse_data("bad-lengths",
              "row " + std::to_string(row) + " (from 0) has the length " +
                  std::to_string(lengths[row]) + ", the array has " + std::to_string(most) +
                  " steps",
              opened.where + ", shape " + shape_text(opened.info.shape),
              "lengths must be those of these sequences", "Check axes and order of the array");
}

Matrix means(Opened& opened, std::size_t rows, const LoadOptions& options) {
  const std::size_t dim = opened.info.shape[2];
  Matrix out(rows, dim);
  std::vector<double> row(opened.array.cols());
  std::size_t empty = 0;
  std::size_t shortest = opened.info.shape[1];
  std::size_t longest = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    opened.array.to_doubles(i, 1, row);
    const Steps steps =
        options.lengths ? Steps{0, length_of(opened, *options.lengths, i)} : steps_of(row, dim);
    const std::size_t length = steps.end - steps.begin;
    shortest = std::min(shortest, length);
    longest = std::max(longest, length);
    if (length == 0) ++empty;
    for (std::size_t j = 0; j < dim && length > 0; ++j) {
      double sum = 0.0;
      for (std::size_t t = steps.begin; t < steps.end; ++t) sum += row[t * dim + j];
      out(i, j) = sum / static_cast<double>(length);
    }
  }
  auto& warnings = opened.info.warnings;
  warnings.push_back(
      {"pooled",
       opened.where + ": shape " + shape_text(opened.info.shape) + " taken as means over " +
           std::to_string(shortest) + " to " + std::to_string(longest) + " steps of each row, " +
           (options.lengths ? "as --lengths says" : "steps of zeros at the ends left out")});
  if (empty > 0) {
    warnings.push_back(
        {"empty-sequences", opened.where + ": " + std::to_string(empty) + " of " +
                                std::to_string(rows) +
                                " rows are padding alone; they were taken as zeros"});
  }
  return out;
}

// Float arrays whose second and third extents are equal are images, others sequences.
void warn_about_sequences(Opened& opened, std::size_t rows) {
  const auto& shape = opened.info.shape;
  if (!is_float(opened.array.dtype()) || shape[1] == shape[2] || shape[1] < 2 || shape[2] < 2) {
    return;
  }
  std::vector<double> row(opened.array.cols());
  std::size_t padded = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    opened.array.to_doubles(i, 1, row);
    const Steps steps = steps_of(row, shape[2]);
    if (steps.end - steps.begin < shape[1]) ++padded;
  }
  opened.info.warnings.push_back(
      {"sequence-flattened",
       opened.where + ": shape " + shape_text(shape) + " was flattened to " +
           std::to_string(opened.array.cols()) + " columns" +
           (padded == 0 ? ""
                        : ", padding of zeros included, which " + std::to_string(padded) + " of " +
                              std::to_string(rows) + " rows have") +
           ". If the second axis is time, --pool mean takes the mean over the steps, " +
           std::to_string(shape[2]) + " columns; --pool flatten says that this is meant"});
}

}  // namespace

std::optional<Matrix> pooled(Opened& opened, std::size_t rows, const LoadOptions& options) {
  const auto& shape = opened.info.shape;
  if (shape.size() != 3 || opened.array.cols() == 0 || opened.array.dtype() == DType::text) {
    return std::nullopt;
  }
  if (options.pool == Pool::none) warn_about_sequences(opened, rows);
  if (options.pool != Pool::mean) return std::nullopt;
  if (options.lengths && options.lengths->size() != rows) {
    refuse_data("unequal-rows",
                "the array has " + std::to_string(rows) + " rows, the lengths " +
                    std::to_string(options.lengths->size()),
                opened.where, "length i must be that of row i", "Give one length a row");
  }
  return means(opened, rows, options);
}

}  // namespace cch::detail
