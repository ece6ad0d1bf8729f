#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cch::options {

struct FileValue;
struct FileEntry;
using FileList = std::vector<FileValue>;
using FileTable = std::vector<FileEntry>;  ///< by key

/// A value of a TOML file, so that its parser is included in file_value.cpp alone. Dates, which no
/// option has, are monostate.
struct FileValue {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, FileList, FileTable> value;
  int line = 0;
};

struct FileEntry {
  std::string key;
  FileValue value;
};

/// The value of a key; null where it is not there.
const FileValue* find(const FileTable& table, const std::string& key);

/// The parsed file with "KEY=VALUE" (dotted keys, values as in TOML) in place of its own; tables
/// are merged, everything else is replaced. `what` is what the file is called in errors ("study").
/// Usage Errors "config-missing" and "config-syntax" (with the line, or the assignment).
FileTable parse_file(const std::string& path, const std::string& what,
                     const std::vector<std::string>& overrides = {});

/// Takes values of a file that is called `what` in errors ("study"). Every function is a usage
/// Error "config-type" naming the key for a value of another type.
class FileReader {
 public:
  explicit FileReader(std::string what) : what_(std::move(what)) {}

  [[nodiscard]] std::string text(const FileValue& value, const std::string& key) const;
  /// One text or a list of them.
  [[nodiscard]] std::vector<std::string> texts(const FileValue& value,
                                               const std::string& key) const;
  [[nodiscard]] double number(const FileValue& value, const std::string& key) const;
  /// One number or a list of them.
  [[nodiscard]] std::vector<double> numbers(const FileValue& value, const std::string& key) const;
  /// A whole number from 0.
  [[nodiscard]] std::size_t count(const FileValue& value, const std::string& key) const;
  /// One whole number from 0 or a list of them.
  [[nodiscard]] std::vector<std::size_t> counts(const FileValue& value,
                                                const std::string& key) const;
  /// A text, or a number in its shortest form.
  [[nodiscard]] std::string number_or_text(const FileValue& value, const std::string& key) const;
  [[nodiscard]] bool flag(const FileValue& value, const std::string& key) const;
  [[nodiscard]] const FileTable& table(const FileValue& value, const std::string& key) const;
  /// The table of a key of `in`; null where it is not there.
  [[nodiscard]] const FileTable* part(const FileTable& in, const std::string& key) const;
  /// The tables of [[key]]; none where it is not there.
  [[nodiscard]] std::vector<FileTable> parts(const FileTable& in, const std::string& key) const;

  [[noreturn]] void refuse(const std::string& key, const std::string& wanted) const;

 private:
  std::string what_;
};

}  // namespace cch::options
