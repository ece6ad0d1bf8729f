#include "experiments/segmentation/file_source.hpp"

namespace cch::detail {

bool is_of_files(const SegmentationTask& task) {
  return task.layout != Layout::none || !task.manifest.empty();
}

std::string where_of(const SegmentationTask& task) {
  if (!task.folder.empty()) return task.folder;
  return task.manifest.empty() ? "scenes" : task.manifest;
}

FileSource file_source(const SegmentationTask& task) {
  if (task.layout == Layout::none) {
    return {{read_manifest(task.manifest, task.condition_column), {}},
            {task.modalities, task.classes, task.codes, task.size}};
  }
  FileSource out{read_layout(task.layout, task.folder, task.modalities, task.split_of_file),
                 {{}, layout_classes(task.layout), layout_codes(task.layout), task.size}};
  if (task.classes.empty()) return out;
  if (task.classes.size() != out.reading.classes.size()) {
    refuse_usage("bad-task", "there are " + std::to_string(task.classes.size()) + " class-names",
                 "the layout '" + std::string(to_string(task.layout)) + "' has " +
                     std::to_string(out.reading.classes.size()) + " classes",
                 "Leave class-names out, or name every class");
  }
  out.reading.classes = task.classes;
  return out;
}

}  // namespace cch::detail
