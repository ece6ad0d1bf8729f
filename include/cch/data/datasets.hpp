#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cch {

/// True if `path` (a SourceSpec's) names a data set: fashion-mnist, fashion-mnist-test (Debian's
/// package dataset-fashion-mnist: 60 000 and 10 000 images), idx:DIR (a folder of MNIST-format
/// files, plain or .gz, training part) or dir:PATH (a folder of .npy files with one row order).
bool is_dataset(std::string_view path);

/// Names that can follow the data set and a ':': the views of image_views.hpp and "labels" for
/// images, the .npy files without their ending for dir:PATH (sorted). Data Errors
/// "dataset-missing", "is-directory" …
std::vector<std::string> dataset_views(std::string_view dataset);

/// Whether the files of the data set are there, for listing.
bool dataset_found(std::string_view dataset);

}  // namespace cch
