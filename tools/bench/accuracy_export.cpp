#include "accuracy_export.hpp"

#include <fmt/core.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "cch/core/version.hpp"

namespace cch::bench {
namespace {

namespace fs = std::filesystem;
static_assert(std::endian::native == std::endian::little, "the headers say little-endian");

void write_file(const fs::path& path, const std::string& front, const void* values,
                std::size_t bytes) {
  std::ofstream out(path, std::ios::binary);
  out << front;
  out.write(static_cast<const char*>(values), static_cast<std::streamsize>(bytes));
  if (!out.flush()) throw std::runtime_error("cannot write to " + path.string());
}

// Header of the .npy format 1.0; data begin at a multiple of 64 bytes.
std::string npy_header(const char* type, const std::string& shape) {
  const std::string before("\x93NUMPY\x01\x00", 8);
  std::string words =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  const std::size_t front = before.size() + 2;
  words.append(63 - (front + words.size()) % 64, ' ');
  words += '\n';
  const auto length = static_cast<std::uint16_t>(words.size());
  return before + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) + words;
}

void write_samples(const fs::path& path, const Samples& samples) {
  const MatrixView m = samples.view();
  if (m.stride() != m.cols()) throw std::logic_error("drawn rows are not contiguous");
  write_file(path, npy_header("<f8", fmt::format("({}, {})", m.rows(), m.cols())), m.data(),
             m.rows() * m.cols() * sizeof(double));
}

void write_labels(const fs::path& path, const ClassLabels& labels) {
  const std::vector<std::int64_t> codes(labels.codes().begin(), labels.codes().end());
  write_file(path, npy_header("<i8", fmt::format("({},)", codes.size())), codes.data(),
             codes.size() * sizeof(std::int64_t));
}

void write_variable(const fs::path& path, const Variable& v) {
  if (const auto* samples = std::get_if<Samples>(&v)) return write_samples(path, *samples);
  write_labels(path, std::get<ClassLabels>(v));
}

void export_draw(const AccuracyTask& task, std::size_t n, std::uint64_t seed,
                 const fs::path& folder) {
  fs::create_directories(folder);
  fs::remove(folder / "truth.json");
  const Draw draw = task.draw(n, seed);
  write_variable(folder / "x.npy", draw.x);
  write_variable(folder / "y.npy", draw.y);
  const Truth truth = task.truth();
  const nlohmann::json about = {{"task", task.name},
                                {"set", task.set},
                                {"n", n},
                                {"seed", seed},
                                {"dim_x", task.dim_x},
                                {"dim_y", task.labels ? 1 : task.dim_y},
                                {"labels", task.labels},
                                {"truth_nats", truth.nats},
                                {"truth_standard_error", truth.standard_error},
                                {"version", kVersion}};
  write_file(folder / "truth.json", about.dump(2) + "\n", nullptr, 0);
}

}  // namespace

std::string export_folder(const std::string& task, std::size_t n, std::uint64_t seed) {
  return fmt::format("{}/n{}-seed{}", task, n, seed);
}

std::size_t export_draws(const AccuracyPlan& plan, const std::string& folder) {
  std::size_t written = 0;
  for (const AccuracyTask& task : plan.tasks) {
    if (!task.unavailable.empty()) {
      fmt::print(stderr, "{}: left out, {}\n", task.name, task.unavailable);
      continue;
    }
    for (const std::size_t n : rows_for(plan, task)) {
      for (std::uint64_t s = 0; s < plan.seeds; ++s, ++written) {
        const std::uint64_t seed = plan.first_seed + s;
        export_draw(task, n, seed, fs::path(folder) / export_folder(task.name, n, seed));
      }
    }
  }
  return written;
}

}  // namespace cch::bench
