#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/estimate.hpp"

namespace cch::documents {

/// A real number; empty (null in the file) where there is none or where it is not finite.
using Number = std::optional<double>;

/// An estimate in nats with its error and its 95 % interval, each only where it exists.
struct Value {
  Number nats;
  Number standard_error;
  Number low;
  Number high;
};

/// The same in another unit (key "value" in the file).
struct Amount : Value {};

/// One fact of a list whose names no schema fixes: settings as they were given, diagnostics.
using Fact = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string,
                          std::vector<std::string>, std::vector<double>>;
using Facts = std::map<std::string, Fact>;

/// Where a result was made.
struct Machine {
  std::string processor;
  std::size_t threads = 0;
  std::string device;
  std::string instruction_set;
};

/// An array that entered, with the SHA-256 of its file in hexadecimal digits.
struct InputRecord {
  std::string role;
  std::string name;
  std::string source;  ///< as its user named it; "" for arrays that come from memory
  std::string sha256;
  std::vector<std::size_t> shape;
  std::string dtype;
  std::optional<std::string> sha256_of = {};  ///< the part that was hashed; absent: the whole file
};

/// A file of settings or results that entered.
struct FileRecord {
  std::string role;
  std::string source;
  std::string sha256;
  std::optional<std::string> sha256_of;  ///< the part that was hashed; absent: the whole file
};

/// How the rows of the inputs were matched.
struct Alignment {
  std::string by;         ///< "id", "data-set" or "row-order"
  bool verified = false;  ///< something in the files confirms the match
  std::size_t rows = 0;   ///< matched rows, with and without a label
  std::size_t rows_without_label = 0;
  std::size_t labels_set_aside = 0;
  struct Lost {
    std::string name;
    std::size_t rows = 0;
  };
  std::vector<Lost> lost;  ///< rows of each input that have no partner
};

Value value(const Estimate& estimate);
Facts facts(const Diagnostics& diagnostics);
/// Each warning once: several estimates may give the same.
std::vector<Warning> distinct(const std::vector<Warning>& warnings);

/// A plain value as JSON text.
std::string to_text(const Fact& fact);

}  // namespace cch::documents
