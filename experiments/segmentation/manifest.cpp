#include <algorithm>
#include <filesystem>
#include <optional>

#include "cch/data/csv.hpp"
#include "cch/experiments/segmentation_manifest.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

std::size_t column_of(const CsvTable& table, const std::string& name, const std::string& path) {
  const auto& columns = table.columns();
  const auto at = std::find(columns.begin(), columns.end(), name);
  if (at != columns.end()) return static_cast<std::size_t>(at - columns.begin());
  refuse_usage("unknown-key", "the manifest has no column '" + name + "'", path,
               "Give the columns image, one for each modality, label, split and group");
}

Split split_named(std::string_view name, const std::string& where) {
  if (name == "train" || name == "0") return Split::train;
  if (name == "val" || name == "validation" || name == "1") return Split::validation;
  if (name == "test" || name == "2") return Split::test;
  refuse_data("bad-split", "split '" + std::string(name) + "'", where,
              "an image is for training, validation or test", "Write train, val or test");
}

}  // namespace

Manifest read_manifest(const std::string& path, const std::string& condition_column) {
  const CsvTable table = CsvTable::parse(map_file(path), path, Separator::automatic, "image");
  const fs::path root = fs::path(path).parent_path();
  Manifest out;
  const std::size_t image = column_of(table, "image", path);
  const std::size_t label = column_of(table, "label", path);
  const std::size_t split = column_of(table, "split", path);
  std::vector<std::size_t> modality_columns;
  std::optional<std::size_t> group;
  std::optional<std::size_t> condition;
  if (!condition_column.empty()) condition = column_of(table, condition_column, path);
  for (std::size_t c = 0; c < table.cols(); ++c) {
    if (table.columns()[c] == "group") group = c;
    if (c == image || c == label || c == split || c == group || c == condition) continue;
    modality_columns.push_back(c);
    out.modalities.push_back(table.columns()[c]);
  }
  for (std::size_t r = 0; r < table.rows(); ++r) {
    ManifestRow row;
    row.image = table.cell(r, image);
    row.label = (root / table.cell(r, label)).string();
    row.split = split_named(table.cell(r, split), path + ": line " + std::to_string(table.line(r)));
    row.group = group ? std::string(table.cell(r, *group)) : row.image;
    if (condition) row.condition = table.cell(r, *condition);
    for (const std::size_t c : modality_columns) {
      row.modalities.push_back({(root / table.cell(r, c)).string()});
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace cch
