#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/options/option.hpp"

namespace cch::options {

/// The `config` of a document: every option by its key, as the settings have it, but for
/// what has a reader of its own (FromFile). What is not set is
/// null, a choice that was not made an empty text. `hyphen` stands for those of the keys.
nlohmann::json echo(const Table& options, char hyphen = '-');

}  // namespace cch::options
