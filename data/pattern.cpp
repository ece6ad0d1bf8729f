#include "data/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

#include "cch/data/sha256.hpp"

namespace cch::detail {
namespace {

namespace fs = std::filesystem;

// Whether a name is the pattern with each '*' as any characters. Goes back to the last '*' alone:
// cost O(name · pattern).
bool matches(std::string_view name, std::string_view pattern) {
  std::size_t n = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t tried = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++tried;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

SourceSpec one_of(const SourceSpec& source, const std::string& file) {
  return {source.key.empty() ? file : file + ":" + source.key, file, source.key};
}

// Its shape as part of the whole: of samples a 1-D array is one row.
std::vector<std::size_t> shape_as_rows(const Array& array, Use use) {
  std::vector<std::size_t> shape = array.shape();
  if (shape.empty() || (use == Use::samples && shape.size() == 1)) shape.insert(shape.begin(), 1);
  return shape;
}

// "(3, 2) of float32, highest byte first"
std::string kind_of(const Array& array) {
  return shape_text(array.shape()) + " of " + std::string(to_string(array.dtype())) +
         (array.big_endian() ? ", highest byte first" : "");
}

void refuse_other(const Opened& first, const Opened& other, Use use) {
  const auto shape = shape_as_rows(first.array, use);
  const auto theirs = shape_as_rows(other.array, use);
  const bool same_row =
      std::equal(shape.begin() + 1, shape.end(), theirs.begin() + 1, theirs.end());
  if (same_row && first.array.dtype() == other.array.dtype() &&
      first.array.big_endian() == other.array.big_endian() &&
      first.array.shape().size() == other.array.shape().size()) {
    return;
  }
  refuse_data("files-differ",
              "two files of one pattern have rows of different kinds: " + kind_of(first.array) +
                  " and " + kind_of(other.array),
              first.where + " and " + other.where, "they are put together row by row",
              "Bring them to one type and one shape beyond the first index");
}

// The rows of all, with bytes of their own in C order.
Array joined(const std::vector<Opened>& parts, Use use) {
  std::vector<std::size_t> shape = shape_as_rows(parts.front().array, use);
  shape[0] = 0;
  for (const Opened& part : parts) shape[0] += shape_as_rows(part.array, use)[0];
  if (parts.front().array.dtype() == DType::text) {
    std::vector<std::string> values;
    for (const Opened& part : parts) {
      for (std::size_t i = 0; i < part.array.rows() * part.array.cols(); ++i) {
        values.push_back(part.array.text_at(i));
      }
    }
    return Array::text(std::move(values), std::move(shape));
  }
  std::vector<std::byte> bytes;
  for (const Opened& part : parts) {
    const Bytes rows = part.array.row_bytes(part.array.rows());
    bytes.insert(bytes.end(), rows.view.begin(), rows.view.end());
  }
  const bool big_endian = parts.front().array.big_endian();
  return Array::numeric({parts.front().array.dtype(), std::move(shape), big_endian, false},
                        own_bytes(std::move(bytes)), parts.front().where);
}

// Every file, until there are as many rows as are asked for.
std::vector<Opened> opened_files(const SourceSpec& source, const std::vector<std::string>& files,
                                 Use use, const LoadOptions& options) {
  std::vector<Opened> parts;
  std::size_t rows = 0;
  LoadOptions rest = options;
  for (const std::string& file : files) {
    if (options.max_rows > 0) {
      if (rows >= options.max_rows) break;
      rest.max_rows = use == Use::samples ? 0 : options.max_rows - rows;
    }
    Opened part = open_source(one_of(source, file), use, rest);
    if (!parts.empty()) refuse_other(parts.front(), part, use);
    rows += shape_as_rows(part.array, use)[0];
    parts.push_back(std::move(part));
  }
  return parts;
}

// What is known of the whole, but its array.
Opened described(const SourceSpec& source, const std::vector<Opened>& parts) {
  Opened out;
  out.where = source.text;
  out.info.source = source.text;
  out.info.dtype = parts.front().info.dtype;
  std::string lines;
  for (const Opened& part : parts) {
    lines += fs::path(part.info.source).filename().string() + ' ' + part.info.sha256 + '\n';
    out.info.warnings.insert(out.info.warnings.end(), part.info.warnings.begin(),
                             part.info.warnings.end());
  }
  out.info.sha256 = sha256(std::as_bytes(std::span(lines)));
  out.info.sha256_of = "names and hashes of " + std::to_string(parts.size()) + " files";
  return out;
}

}  // namespace

bool is_pattern(const std::string& path) {
  std::error_code ignored;
  return fs::path(path).filename().string().find('*') != std::string::npos &&
         !fs::exists(path, ignored);
}

std::vector<std::string> files_of(const std::string& pattern) {
  const fs::path path(pattern);
  const std::string name = path.filename().string();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> out;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    std::error_code ignored;
    const std::string file = entry.path().filename().string();
    if (matches(file, name) && entry.is_regular_file(ignored)) {
      out.push_back((path.parent_path() / file).string());
    }
  }
  if (out.empty()) {
    refuse_data("file-not-found", failed ? "the folder cannot be read" : "no file has such a name",
                pattern, failed ? failed.message() : "'*' stands for any characters of a name",
                "Check the pattern, and quote it so that the shell leaves it as it is");
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> stems_of(const std::string& pattern) {
  std::vector<std::string> out = files_of(pattern);
  for (std::string& file : out) file = fs::path(file).stem().string();
  return out;
}

Opened open_pattern(const SourceSpec& source, Use use, const LoadOptions& options) {
  const std::vector<Opened> parts = opened_files(source, files_of(source.path), use, options);
  Opened out = described(source, parts);
  out.array = joined(parts, use);
  out.info.shape = out.array.shape();
  return out;
}

Opened names_of_pattern(const SourceSpec& source, bool unique, const LoadOptions& options) {
  const std::vector<std::string> files = files_of(source.path);
  const std::vector<Opened> parts = opened_files(source, files, Use::samples, options);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string stem = fs::path(files[i]).stem().string();
    const std::size_t rows = shape_as_rows(parts[i].array, Use::samples)[0];
    for (std::size_t row = 0; row < rows; ++row) {
      names.push_back(unique && rows > 1 ? stem + "/" + std::to_string(row) : stem);
    }
  }
  Opened out = described(source, parts);
  const std::size_t count = names.size();
  out.array = Array::text(std::move(names), {count});
  out.info.shape = {count};
  out.info.dtype = to_string(DType::text);
  return out;
}

}  // namespace cch::detail
