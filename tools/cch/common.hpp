#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/data/source.hpp"
#include "tools/cch/terminal.hpp"

namespace cch {

/// Options that every computing command has.
struct CommonOptions {
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::string device = "auto";
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// Long names of the options that the command line has.
std::vector<std::string> options_given(const CLI::App& app);

/// Accepts digits only: CLI11 turns −5 into a huge number without a sign.
CLI::Validator whole_number();

void add_common_options(CLI::App& app, CommonOptions& options);

/// `networks`: whether anything trains networks, for which "auto" looks for a GPU (loading LibTorch
/// takes a second).
Execution make_execution(const CommonOptions& options, std::stop_token stop, ProgressSink* sink,
                         bool networks = false);
/// Whether one of these estimator names ("auto" among them) trains networks.
bool any_networks(std::span<const std::string> estimators);

/// {"nats", "standard_error", "interval95"} with null for what does not exist.
nlohmann::json value_json(const Estimate& estimate);
nlohmann::json interval_json(const std::optional<Interval>& interval);
template <class T>
nlohmann::json optional_json(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}
nlohmann::json diagnostics_json(const Diagnostics& diagnostics);
/// One line a diagnostic under a title, for --verbose.
void print_diagnostics(const std::string& title, const nlohmann::json& diagnostics,
                       std::ostream& out);
nlohmann::json warnings_json(const std::vector<Warning>& warnings);
/// One entry of "inputs".
nlohmann::json input_json(const std::string& role, const std::string& name, const SourceInfo& info);
/// The same for a file of settings: {"role", "source", "sha256"}.
nlohmann::json file_input_json(const std::string& role, const std::string& path);
/// {"processor", "threads", "instruction_set"} of this run.
nlohmann::json machine_json(const Execution& exec);

struct FileContent {
  std::string path;
  std::string content;
};
/// Writes every file under a temporary name in its folder and then renames them all, so that a
/// reader never sees half of one and nothing is left where one cannot be written. A run Error
/// "cannot-write" with the reason otherwise.
void write_files(const std::vector<FileContent>& files);
/// Creates the folder where it is missing; a run Error "cannot-write" where that fails.
void make_folder(const std::string& path);

/// A run Error "cannot-write" where the file's folder is missing or may not be written to: known
/// before long work instead of after it.
void check_writable(const std::string& path);

/// The command line as one string that a shell takes back.
std::string shell_line(const std::vector<std::string>& arguments);

std::string version();

}  // namespace cch
