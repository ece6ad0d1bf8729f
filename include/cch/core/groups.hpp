#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace cch {

/// Which rows belong together (pixels of an image, utterances of a video, samples of a patient).
/// Rows of one group are near-duplicates, so they are never each other's neighbours and are split,
/// permuted and cross-fitted together. Without grouping every row is its own group, which makes
/// "leave out the own group" the usual "leave out the point itself". Copies share the data.
class Groups {
 public:
  /// Every row its own group.
  static Groups singletons(std::size_t rows);

  /// One identifier a row, any integers; groups are numbered in order of first appearance.
  static Groups from(std::span<const std::size_t> identifiers);

  [[nodiscard]] std::size_t rows() const { return data_->codes.size(); }
  /// Number of groups G.
  [[nodiscard]] std::size_t count() const { return data_->begin.size() - 1; }
  /// True if some group has more than one row.
  [[nodiscard]] bool grouped() const { return count() < rows(); }
  [[nodiscard]] std::size_t of(std::size_t row) const { return data_->codes[row]; }
  [[nodiscard]] std::span<const std::size_t> codes() const { return data_->codes; }
  /// Rows of group g in ascending order.
  [[nodiscard]] std::span<const std::size_t> members(std::size_t g) const {
    return std::span(data_->rows).subspan(data_->begin[g], data_->begin[g + 1] - data_->begin[g]);
  }
  /// n_g, the size of the group that the row belongs to.
  [[nodiscard]] std::size_t size_of(std::size_t row) const { return members(of(row)).size(); }

  /// The groups of the chosen rows, numbered anew. A row chosen twice shares its group with itself,
  /// so that its copies never become each other's neighbours.
  [[nodiscard]] Groups select(std::span<const std::size_t> rows) const;

 private:
  struct Data {
    std::vector<std::size_t> codes;  // group of each row
    std::vector<std::size_t> rows;   // rows sorted by group
    std::vector<std::size_t> begin;  // G + 1 offsets into rows
  };

  Groups(std::vector<std::size_t> codes, std::size_t count);

  std::shared_ptr<const Data> data_;
};

}  // namespace cch
