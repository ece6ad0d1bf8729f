#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "tools/cch/train.hpp"

namespace cch {

struct Invocation;

/// Whether a study asks for every GPU of the machine.
bool asks_all_gpus(const TrainSettings& s);

/// How many GPUs this process may use: those of CUDA_VISIBLE_DEVICES (as a job system sets it),
/// else those that NVIDIA's driver has.
std::size_t visible_gpus();

/// The command of the worker on each GPU: the same study by claims.
std::vector<std::vector<std::string>> gpu_workers(const TrainSettings& s, std::size_t gpus,
                                                  const std::string& program);

/// Runs the commands at once, each as a process, and waits for all: their exit codes (128 and the
/// signal where one was killed). A stop is handed on as SIGUSR1. Run Error "cannot-start".
std::vector<int> run_together(const std::vector<std::vector<std::string>>& commands,
                              const std::stop_token& stop);

/// One worker a GPU, then how far the study is. Usage Error "device-missing" without a GPU, unless
/// it is only planned.
int train_on_all_gpus(const TrainSettings& s, Invocation& invocation);

}  // namespace cch
