#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"
#include "cch/data/held_arrays.hpp"
#include "cch/data/label_kind.hpp"
#include "cch/data/pool.hpp"
#include "cch/data/sha256.hpp"

namespace cch {

/// Where data come from, as given on a command line: PATH, PATH:KEY, a pattern such as DIR/*.npy,
/// or a data-set name (datasets.hpp) such as fashion-mnist:left, idx:DIR:VIEW or dir:PATH:NAME.
struct SourceSpec {
  std::string text;  ///< as given
  std::string path;  ///< file, or the data set without its view
  std::string key;   ///< array, column or view; empty if none was given
};

/// A path that exists as written wins. Otherwise the text is split at the last ':' whose left side
/// is a path that exists or a data set, else at the last ':'. Usage Error "empty-source" or
/// "empty-key".
SourceSpec parse_source(std::string_view text);

/// What was read, for the record of a result.
struct SourceInfo {
  std::string source;              ///< as given
  std::string sha256;              ///< of the file (for a data set: of the file read), or of a part
  std::vector<std::size_t> shape;  ///< as stored, before any row limit
  std::string dtype;               ///< as stored
  std::vector<Warning> warnings;   ///< e.g. "flattened": N×28×28 taken as N×784
  /// Of an array in memory (its source is "") the hash is that of its values, row after row (of
  /// texts one a line). Where only a part of the file was read, what sha256 is of: "rows 0 to 399
  /// of array 'x'", in C order and the stored type (numpy's x[:400].tobytes()). Empty: the whole
  /// file.
  std::string sha256_of = {};
};

struct LoadOptions {
  std::size_t max_rows = 0;  ///< take only the first rows (0 = all); others are not converted
  unsigned threads = 0;      ///< for views that are computed (0 = all); results do not depend on it
  /// Of labels alone: rows with this label (numbers by value, "nan" is NaN) or with an empty field
  /// have none. Without it such rows are labels like others, or are refused.
  std::optional<std::string> unlabelled = {};
  std::shared_ptr<FileHashes> hashes = {};  ///< of files that other calls read as well, or null
  Pool pool = Pool::none;                   ///< of samples N × T × D
  Lengths lengths = {};                     ///< for Pool::mean; without them padding is seen
  /// Of samples alone: a row of nothing but NaN is a row that this input lacks. Its values become
  /// 0.
  bool missing_rows = false;
  /// Arrays in memory: a source whose text is one of their names is that array, and no file.
  Held held = {};
};

struct LoadedSamples {
  Samples samples;
  SourceInfo info;
  /// Rows that it lacks, ascending (LoadOptions::missing_rows).
  std::vector<std::size_t> missing = {};
};
struct LoadedLabels {
  Variable labels;                      ///< of the labelled rows alone
  std::vector<std::size_t> unlabelled;  ///< the other rows as they are stored, ascending
  SourceInfo info;
  std::string kind_reason;  ///< "discrete: 10 distinct integers in 60000 rows"
};
struct LoadedGroups {
  Groups groups;
  SourceInfo info;
};
struct LoadedIds {
  std::vector<std::string> ids;
  SourceInfo info;
};

// All four read .npy, .npz, .safetensors, .h5, .csv, .tsv, .txt (one value a line), data sets, and
// arrays in memory (LoadOptions::held). A pattern, whose name has a '*', is all files of such names
// one after the other, sorted by name: of samples a 1-D array is a row, of labels its values are
// rows; groups and identifiers are the names of the files without their endings. Errors of every
// reader (its header says which); without a KEY a file with several arrays is refused (usage Error
// "key-needed", "unknown-key" for a wrong one). Cost: what is read is hashed, that is the file, or
// with a row limit or an array of several the rows of the array (tables and images are always read
// whole); rows are converted once.

/// N × D samples; further dimensions are flattened, or the second of three is pooled
/// (LoadOptions::pool), one dimension is one column. `name` stands for the variable in messages
/// ("teacher audio"). Data Errors: "non-finite-value" (file, row, column, count), "empty-array",
/// "not-numeric", "missing-value", "zero-dimensional".
LoadedSamples load_samples(const SourceSpec& source, const std::string& name,
                           const LoadOptions& options = {});

/// Labels. automatic: see decide_label_kind; unclear cases are a usage Error "label-kind-unclear".
/// Class names are the original values as text, classes sorted (numbers by value). Rows without a
/// label (LoadOptions::unlabelled) are left out and listed; type and kind are those of the others:
/// whole numbers that NaN had made floats are classes where integers would be.
/// Data Errors: "missing-label" (empty strings: first row and count), "non-finite-label",
/// "no-labelled-rows", "labels-not-1d", "labels-not-whole" (discrete asked for fractions);
/// "labels-multilabel" (several labels a row, unless they are asked for as continuous),
/// "labels-survival" (a time and an event: by the names of several columns, arrays or fields, or,
/// of automatic, two columns of which one is 0 or 1 and the other not negative). Warnings
/// "labels-may-be-survival" (a column of such a table) and
/// "label-may-mean-none": a negative class beside 0, 255 far above the others, or a word such as
/// NA, unknown or [Not Available]. Such words among the numbers of a table are a "missing-label".
LoadedLabels load_labels(const SourceSpec& source, LabelKind kind, const LoadOptions& options = {});

/// Groups from 1-D integers, whole numbers or strings. Data Errors: "groups-not-1d",
/// "groups-not-whole", "missing-group".
LoadedGroups load_groups(const SourceSpec& source, const LoadOptions& options = {});

/// Steps of each sequence, for LoadOptions::lengths. Data Error "bad-lengths": not one whole number
/// of at least 1 a row.
Lengths load_lengths(const SourceSpec& source, const LoadOptions& options = {});

/// Row identifiers from 1-D integers, whole numbers or strings. Data Errors: "ids-not-1d",
/// "ids-not-whole", "missing-id", "duplicate-id" (names it and both rows).
LoadedIds load_ids(const SourceSpec& source, const LoadOptions& options = {});

}  // namespace cch
