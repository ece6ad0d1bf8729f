#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// What one array of a file holds. Numbers are over all finite values.
struct ArrayFacts {
  std::string key;  ///< empty for files of one array
  std::vector<std::size_t> shape;
  std::string dtype;
  std::string order;  ///< "C" or "Fortran"
  std::size_t bytes = 0;
  /// Rows that all below is of, where the file is too large to be read whole: spread evenly over
  /// the array, or its first ones (of archives and tables).
  std::optional<std::size_t> rows_seen;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<double> mean;
  std::size_t non_finite = 0;  ///< NaN and infinite values
  std::size_t first_bad_row = 0;
  std::size_t first_bad_column = 0;
  std::vector<std::size_t>
      constant_columns;  ///< columns of one finite value, if there are ≥ 2 rows
  std::optional<std::size_t>
      duplicate_rows;  ///< rows equal to an earlier one; of arrays with columns ≥ 2
  std::optional<std::size_t> distinct;  ///< distinct values, of arrays with one column
  std::string taken_as_labels;          ///< "discrete: strings", "unclear: …"
  std::vector<Fault> faults;            ///< why it cannot be used as it is
};

struct FileFacts {
  std::string source;  ///< as given
  std::string format;  ///< npy, npz, safetensors, hdf5, table, images, folder, files (of a
                       ///< pattern); empty if it cannot be read
  std::string sha256;  ///< empty for files too large to be read whole
  std::size_t bytes = 0;
  std::vector<ArrayFacts> arrays;
  std::vector<std::string> views;  ///< of data sets: what can follow the name
  std::vector<Fault> faults;       ///< of the file as a whole
  std::vector<Warning> warnings;

  [[nodiscard]] bool faultless() const;
};

/// Rows that equal an earlier row in every one of the parts, which have the same number of rows; 0
/// above 2²⁵ rows. Cost O(N·D + N log N), 16 bytes a row.
std::size_t duplicate_rows(std::span<const Samples> parts);

/// What is read of a file: all up to so many bytes, else a part of it.
struct InspectLimits {
  std::size_t arrays = std::size_t{1} << 27;  ///< of a file of arrays: a second's reading
  std::size_t table = std::size_t{1} << 24;   ///< of text, which takes longer
};

/// Looks at every array of a file (PATH), at one (PATH:KEY), at what the files of a pattern are
/// together ("DIR/*.npy", hash of their names and hashes), or at a data set; reads in blocks of
/// rows. Faults are found and listed, not thrown. For data sets of images without a view, only the
/// views are listed. Of a file above `limits` a sample of rows is read, it is not hashed, and
/// warning "sampled" says so. Cost O(what is read); duplicate rows take 16 bytes a row and are
/// counted up to 2²⁵ rows.
FileFacts inspect_source(const std::string& source, const InspectLimits& limits = {});

}  // namespace cch
