#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cch/experiments/store.hpp"

namespace cch::bench {

/// What distinguishes one fit from others.
struct FitKey {
  std::string task;
  std::string estimator;  ///< as asked for: a catalog name or auto
  std::size_t n = 0;
  std::string scale;
  std::uint64_t seed = 0;
  auto operator<=>(const FitKey&) const = default;
};

/// Scale of the fits of other programs: rows as they were drawn.
inline constexpr const char* kAsDrawn = "as drawn";

/// Follows the names of other programs' estimators: the catalog may have one of the same name.
inline constexpr const char* kPublished = " (published)";

/// What came of it: a number, or the reason why there is none.
struct Fit {
  std::optional<double> nats;
  std::optional<double> standard_error;  ///< the fit's own, nats
  std::string no_error_bar;  ///< why it has none; empty where none was asked for or it has one
  std::string method;        ///< catalog name of what ran, or name and version of another program
  double seconds = 0.0;      ///< of the point estimate
  bool cut = false;          ///< training was ended before it was done
  std::string code;          ///< why there is no number: an Error's code, or "over-budget"
  std::string reason;        ///< in words
  double budget = 0.0;       ///< seconds allowed
  [[nodiscard]] bool over_budget() const { return code == "over-budget"; }
  /// Whether its own error bar is known, or known not to be had.
  [[nodiscard]] bool error_bar_settled() const {
    return !nats || standard_error || !no_error_bar.empty();
  }
};

/// A file of finished fits, one JSON object a line. Fits of another version of the library are not
/// read; a fit that once ran out of a smaller budget counts as not done.
class FitStore {
 public:
  FitStore(const std::string& path, double budget);
  [[nodiscard]] const Fit* find(const FitKey& key) const;
  /// Appends one line and keeps the fit. Run Error "cannot-write".
  void add(const FitKey& key, const Fit& fit);
  /// Takes in the fits of a file of neural_peers.py, under the names of their estimators with
  /// kPublished and the scale kAsDrawn; of several lines for one fit the last. Throws
  /// std::runtime_error when it cannot be read.
  void read_beside(const std::string& path);
  /// Estimators of the files beside, in the order in which they came.
  [[nodiscard]] const std::vector<std::string>& beside() const { return beside_; }
  [[nodiscard]] const std::map<FitKey, Fit>& all() const { return fits_; }

 private:
  LineStore lines_;
  std::vector<std::string> beside_;
  std::map<FitKey, Fit> fits_;
};

}  // namespace cch::bench
