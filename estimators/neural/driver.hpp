#pragma once

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/parallel.hpp"
#include "estimators/neural/preparation.hpp"

namespace cch::detail {

/// Runs fit(folds, exec) → one result a fold: on the CPU every network alone, spread over the
/// threads; on a GPU all in one call. Progress of all networks comes as one phase.
class NetworkRuns {
 public:
  NetworkRuns(std::string_view phase, std::size_t epochs, const Execution& exec)
      : phase_(phase), epochs_(epochs), exec_(exec) {}

  template <class Fit>
  auto operator()(std::span<const NeuralFold> folds, const Fit& fit) const {
    using Result = typename decltype(fit(folds, exec_))::value_type;
    if (exec_.device.starts_with("cuda")) return fit(folds, exec_);
    std::vector<Result> results(folds.size());
    SharedProgress shared(phase_, folds.size() * epochs_, exec_);
    parallel_for(folds.size(), exec_, [&](std::size_t i) {
      SharedProgress::Part part(shared);
      Execution own = exec_.serial();
      own.sink = &part;
      results[i] = std::move(fit(folds.subspan(i, 1), own).front());
    });
    return results;
  }

 private:
  // Adds up the epochs of networks that train side by side.
  class SharedProgress {
   public:
    SharedProgress(const std::string& phase, std::size_t total, const Execution& exec)
        : phase_(phase), total_(total), exec_(exec) {}
    class Part : public ProgressSink {
     public:
      explicit Part(SharedProgress& all) : all_(all) {}
      void progress(std::string_view, std::size_t done, std::size_t) override {
        const std::size_t sum = all_.done_ += done - std::exchange(done_, done);
        all_.exec_.progress(all_.phase_, sum, all_.total_);
      }

     private:
      SharedProgress& all_;
      std::size_t done_ = 0;
    };

   private:
    const std::string& phase_;
    std::size_t total_;
    const Execution& exec_;
    std::atomic<std::size_t> done_{0};
  };

  std::string phase_;
  std::size_t epochs_;
  const Execution& exec_;
};

/// Refuses a training that left finite numbers ("diverged", kind run).
void refuse_divergence(std::string_view method, std::span<const TrainingRecord* const> records,
                       std::size_t restarts);

/// Best epochs, batch and training curves as diagnostics; the warning "small-batch".
void describe_training(std::span<const TrainingRecord* const> records,
                       const TrainingOptions& options, Estimate& out);

/// Everything about an estimate whose networks gave a term for every test row: `terms` holds one
/// vector a network, in the order of `folds`. Restarts are averaged by row; the mean is the
/// estimate.
void combine_terms(const Preparation& prepared, const TrainingOptions& options,
                   const std::vector<std::vector<double>>& terms, const Groups& groups,
                   Estimate& out);

}  // namespace cch::detail
