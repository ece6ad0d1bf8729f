#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace cch::bench {

/// What one fit is told apart by.
struct FitKey {
  std::string task;
  std::string estimator;  ///< as asked for: a catalog name or auto
  std::size_t n = 0;
  std::string scale;
  std::uint64_t seed = 0;
  auto operator<=>(const FitKey&) const = default;
};

/// What came of it: a number, or the reason why there is none.
struct Fit {
  std::optional<double> nats;
  std::string method;  ///< catalog name of what ran
  double seconds = 0.0;
  std::string code;     ///< why there is no number: an Error's code, or "over-budget"
  std::string reason;   ///< in words
  double budget = 0.0;  ///< seconds allowed
  [[nodiscard]] bool over_budget() const { return code == "over-budget"; }
};

/// A file of finished fits, one JSON object a line. Fits of another version of the library are not
/// read; a fit that once ran out of a smaller budget counts as not done.
class FitStore {
 public:
  FitStore(std::string path, double budget);
  [[nodiscard]] const Fit* find(const FitKey& key) const;
  /// Appends one line and keeps the fit; throws std::runtime_error if it cannot be written.
  void add(const FitKey& key, const Fit& fit);
  [[nodiscard]] const std::map<FitKey, Fit>& all() const { return fits_; }

 private:
  std::string path_;
  std::map<FitKey, Fit> fits_;
};

}  // namespace cch::bench
