#include "tools/cch/common.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "cch/core/parallel.hpp"
#include "cch/core/version.hpp"
#include "cch/data/bytes.hpp"
#include "cch/data/sha256.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/machine.hpp"

namespace cch {
namespace {

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

[[noreturn]] void cannot_write(const std::string& path, const std::string& reason) {
  throw Error(ErrorKind::run,
              Fault{"cannot-write", "cannot write " + path, reason, "the result would be lost",
                    "Choose a folder that you may write to and that has room"});
}

void write_whole(const std::string& temporary, const FileContent& file) {
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (!out) cannot_write(file.path, std::strerror(errno));
  out << file.content;
  out.flush();
  if (!out) cannot_write(file.path, std::strerror(errno));
}

}  // namespace

std::vector<std::string> options_given(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0 && !option->get_lnames().empty()) {
      out.push_back(option->get_lnames().front());
    }
  }
  return out;
}

CLI::Validator whole_number() {
  return {[](std::string& text) {
            const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
            return digits ? std::string() : "'" + text + "' is not a whole number from 0";
          },
          "UINT"};
}

void add_common_options(CLI::App& app, CommonOptions& o) {
  app.add_option("--seed", o.seed, "Seed of every random stream")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--threads", o.threads, "Worker threads, 0 = all; results do not depend on it")
      ->check(CLI::Range(0U, 4096U))
      ->capture_default_str();
  app.add_option("--device", o.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_flag("--json", o.json, "One JSON document on standard output");
  app.add_flag("-q,--quiet", o.quiet, "No progress; the table alone");
  app.add_flag("-v,--verbose", o.verbose, "Also show diagnostics");
}

Execution make_execution(const CommonOptions& options, std::stop_token stop, ProgressSink* sink,
                         bool networks) {
  Execution exec;
  const bool nothing_to_find = options.device == "auto" && !networks;
  exec.device = nothing_to_find ? "cpu" : resolved_device(options.device);
  exec.threads = options.threads;
  exec.seed = options.seed;
  exec.stop = std::move(stop);
  exec.sink = sink;
  return exec;
}

bool any_networks(std::span<const std::string> estimators) {
  const auto entries = catalog();
  return std::any_of(entries.begin(), entries.end(), [&](const CatalogEntry& entry) {
    return entry.networks &&
           std::find(estimators.begin(), estimators.end(), entry.name) != estimators.end();
  });
}

nlohmann::json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {interval->lo, interval->hi};
}

nlohmann::json value_json(const Estimate& estimate) {
  return {{"nats", estimate.nats},
          {"standard_error", optional_json(estimate.standard_error)},
          {"interval95", interval_json(estimate.interval95)}};
}

nlohmann::json diagnostics_json(const Diagnostics& diagnostics) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : diagnostics.numbers()) json[name] = value;
  for (const auto& [name, value] : diagnostics.notes()) json[name] = value;
  return json;
}

void print_diagnostics(const std::string& title, const nlohmann::json& diagnostics,
                       std::ostream& out) {
  out << "\nDiagnostics of " << title << '\n';
  for (const auto& [name, value] : diagnostics.items()) {
    const bool text = value.is_string();
    out << "  " << name << "  " << (text ? value.get<std::string>() : value.dump()) << '\n';
  }
}

nlohmann::json warnings_json(const std::vector<Warning>& warnings) {
  nlohmann::json json = nlohmann::json::array();
  std::set<std::pair<std::string, std::string>>
      seen;  // several estimates may give the same warning
  for (const Warning& warning : warnings) {
    if (!seen.emplace(warning.code, warning.message).second) continue;
    json.push_back({{"code", warning.code}, {"message", warning.message}});
  }
  return json;
}

nlohmann::json input_json(const std::string& role, const std::string& name,
                          const SourceInfo& info) {
  return {{"role", role},          {"name", name},        {"source", info.source},
          {"sha256", info.sha256}, {"shape", info.shape}, {"dtype", info.dtype}};
}

nlohmann::json file_input_json(const std::string& role, const std::string& path) {
  const Bytes bytes = map_file(path);
  return {{"role", role}, {"source", path}, {"sha256", sha256(bytes.view)}};
}

nlohmann::json machine_json(const Execution& exec) {
  return {{"processor", processor_name()},
          {"threads", worker_count(exec)},
          {"device", exec.device},
          {"instruction_set", instruction_set()}};
}

void write_files(const std::vector<FileContent>& files) {
  const std::string ending = ".tmp" + std::to_string(getpid());
  std::vector<std::string> temporaries;
  try {
    for (const FileContent& file : files) {
      temporaries.push_back(file.path + ending);
      write_whole(temporaries.back(), file);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::error_code failure;
      std::filesystem::rename(temporaries[i], files[i].path, failure);
      if (failure) cannot_write(files[i].path, failure.message());
    }
  } catch (const Error&) {
    std::error_code ignored;
    for (const std::string& temporary : temporaries) std::filesystem::remove(temporary, ignored);
    throw;
  }
}

void make_folder(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) cannot_write(path, failure.message());
  if (access(path.c_str(), W_OK) != 0) cannot_write(path, std::strerror(errno));
}

void check_writable(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string text = folder.empty() ? "." : folder.string();
  if (access(text.c_str(), F_OK | W_OK) != 0) cannot_write(path, std::strerror(errno));
  if (!std::filesystem::is_directory(text)) cannot_write(path, text + " is no folder");
  if (std::filesystem::is_directory(path)) cannot_write(path, "it is a folder");
}

std::string shell_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    const bool plain =
        !argument.empty() && argument.find_first_not_of(
                                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "_-+=:,./@%") == std::string::npos;
    if (!line.empty()) line += ' ';
    if (plain) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

std::string version() {
  return std::string(kVersion);
}

}  // namespace cch
