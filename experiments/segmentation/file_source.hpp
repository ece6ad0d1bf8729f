#pragma once

#include <string>

#include "cch/experiments/segmentation_study.hpp"

namespace cch::detail {

/// Whether the images lie as files that are read one by one.
bool is_of_files(const SegmentationTask& task);
/// The folder or table, for messages.
std::string where_of(const SegmentationTask& task);

struct FileSource {
  PublishedSet set;
  ImageReading reading;
};
/// The files of a task. Errors of read_manifest and read_layout; usage Error "bad-task" where
/// class-names do not fit the layout.
FileSource file_source(const SegmentationTask& task);

}  // namespace cch::detail
