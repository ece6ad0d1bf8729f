#pragma once

#include <cstdint>
#include <string>

#include "data/hdf5/module/library.hpp"
#include "data/hdf5/module/socket.hpp"

namespace cch::detail {

/// An entry a dataset, groups by the order of names, each once; then the end.
void answer_list(hid_t file, Socket& socket);

/// Head and values of a dataset: so many rows or bytes of them (0: all).
/// Refusals of open_dataset; "unknown-key", "hdf5-group", "hdf5-elsewhere".
void answer_read(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t bytes,
                 Socket& socket);

}  // namespace cch::detail
