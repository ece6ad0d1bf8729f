#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/data/array.hpp"
#include "cch/data/csv.hpp"
#include "cch/data/source.hpp"

namespace cch::detail {

/// What a source is opened for: a table gives all its columns as samples, one as labels and the
/// like.
enum class Use { samples, column };

/// One array of a file or a view of a data set, nothing converted yet.
struct Opened {
  Array array;
  std::optional<Matrix> computed;  ///< a view of a data set that has no bytes in any file
  SourceInfo info;
  std::string where;   ///< for messages
  bool table = false;  ///< fields of a text file, whose type is a guess from all of them
  std::vector<std::string> siblings = {};  ///< names of the columns or arrays that were not taken
};

/// Formats of files, told by the ending of the name, else by the first bytes.
enum class Format { npy, npz, safetensors, hdf5, table };
/// Data Error "unknown-format".
Format format_of(const Bytes& bytes, const std::string& path);
std::string_view format_name(Format format);
/// How the fields of a table are separated, told by the ending of its name.
Separator separator_of(const std::string& path);

/// Usage Error "unexpected-key" where a .npy is given with a key.
void refuse_key_of_npy(const SourceSpec& source);

/// Finds file, format and key. Throws the Errors of the readers.
Opened open_source(const SourceSpec& source, Use use, const LoadOptions& options);

/// What there is to say about a table beside its header; `where` names it. Warnings:
/// "csv-semicolons", "csv-tabs" (of a .csv), "csv-blanks", "csv-commas" (of a .txt), "csv-utf16"
/// and, where all columns are taken, "csv-index-column".
std::vector<Warning> table_warnings(const CsvTable& table, const std::string& where,
                                    bool all_columns);

/// Adds the warning "csv-decimal-comma".
void warn_about_decimal_comma(Opened& opened);

/// The key to read: the one given, or the only one there is. Usage Errors "key-needed",
/// "unknown-key" (naming the nearest), data Error "no-arrays". `what` is "array" or "column".
std::string choose_key(const std::vector<std::string>& keys, const std::string& key,
                       const std::string& where, const std::string& what);

}  // namespace cch::detail
