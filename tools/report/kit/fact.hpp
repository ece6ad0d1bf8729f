#pragma once

#include <string>

#include "cch/documents/parts.hpp"

namespace cch::report {

/// A plain value in one line of text: numbers by general(), lists as JSON.
std::string plain_value(const documents::Fact& fact);

/// The same as a field of CSV: numbers in full precision, lists as JSON, nothing for null.
std::string csv_value(const documents::Fact& fact);

}  // namespace cch::report
