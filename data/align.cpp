#include "cch/data/align.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/array.hpp"

namespace cch {

namespace {

using RowOf = std::unordered_map<std::string_view, std::size_t>;

RowOf index_rows(const std::vector<std::string>& ids, const std::string& name) {
  RowOf row_of;
  row_of.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto [known, fresh] = row_of.try_emplace(ids[i], i);
    if (fresh) continue;
    refuse_data("duplicate-id", "identifier '" + ids[i] + "' occurs twice",
                name + ", rows " + std::to_string(known->second) + " and " + std::to_string(i) +
                    " (from 0)",
                "rows could not be matched without doubt", "Make the identifiers unique");
  }
  return row_of;
}

void check_names(std::size_t inputs, std::size_t names) {
  if (inputs == names && inputs > 0) return;
  refuse_usage("bad-alignment", "every input needs one name, and there must be one at least", {},
               "Give as many names as inputs");
}

}  // namespace

Alignment align_by_id(std::span<const std::vector<std::string>> inputs,
                      std::span<const std::string> names) {
  check_names(inputs.size(), names.size());
  std::vector<RowOf> row_of;
  for (std::size_t k = 0; k < inputs.size(); ++k) row_of.push_back(index_rows(inputs[k], names[k]));
  Alignment out{std::vector<std::vector<std::size_t>>(inputs.size()), {}, true};
  for (const std::string& id : inputs[0]) {
    const bool common = std::all_of(row_of.begin(), row_of.end(),
                                    [&](const RowOf& rows) { return rows.contains(id); });
    if (!common) continue;
    for (std::size_t k = 0; k < inputs.size(); ++k) out.rows[k].push_back(row_of[k].at(id));
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    out.lost.push_back(inputs[k].size() - out.rows[k].size());
  }
  if (!out.rows[0].empty()) return out;
  std::string listed;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    listed += (k > 0 ? ", " : "") + names[k] + " has " + std::to_string(inputs[k].size());
    if (!inputs[k].empty()) listed += " such as '" + inputs[k].front() + "'";
  }
  refuse_data("no-common-ids", "no identifier occurs in all inputs", listed,
              "there is no row to compare",
              "Check that the identifiers are written alike everywhere");
}

void refuse_transposed(std::span<const std::size_t> shape, const std::string& name,
                       std::size_t rows) {
  if (shape.size() < 2 || rows < 2 || shape[0] == rows) return;
  const auto found = std::find(shape.begin() + 1, shape.end(), rows);
  if (found == shape.end()) return;
  const std::string axis = std::to_string(found - shape.begin());
  refuse_data(
      "unequal-rows",
      name + " has " + std::to_string(shape[0]) + " rows, the labels have " + std::to_string(rows),
      "shape " + shape_text(shape),
      "its axis " + axis +
          " (from 0) is as long as the labels, so it seems to lie another "
          "way round",
      shape.size() == 2 ? "Save it transposed, numpy.save(..., x.T): one row a sample"
                        : "Save numpy.moveaxis(x, " + axis +
                              ", 0): the first axis counts "
                              "the samples");
}

Alignment align_by_order(std::span<const std::size_t> sizes, std::span<const std::string> names) {
  check_names(sizes.size(), names.size());
  if (!std::all_of(sizes.begin(), sizes.end(), [&](std::size_t n) { return n == sizes[0]; })) {
    std::string listed;
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      listed += (k > 0 ? ", " : "") + names[k] + " N = " + std::to_string(sizes[k]);
    }
    refuse_data("unequal-rows", "the inputs have different numbers of rows", listed,
                "row i of each must be the same sample",
                "Give identifiers, or cut the files to the same rows");
  }
  std::vector<std::size_t> rows(sizes[0]);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return {std::vector<std::vector<std::size_t>>(sizes.size(), rows),
          std::vector<std::size_t>(sizes.size(), 0), false};
}

}  // namespace cch
