#include "accuracy_store.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "cch/core/version.hpp"

namespace cch::bench {
namespace {

using nlohmann::json;

// Appending to half a line, left by a kill, would lose the next one.
void drop_cut_line(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (text.empty() || text.back() == '\n') return;
  const std::size_t end = text.rfind('\n');
  std::filesystem::resize_file(path, end == std::string::npos ? 0 : end + 1);
}

json line_of(const FitKey& key, const Fit& fit) {
  return {{"task", key.task},     {"estimator", key.estimator},
          {"n", key.n},           {"scale", key.scale},
          {"seed", key.seed},     {"nats", fit.nats ? json(*fit.nats) : json()},
          {"method", fit.method}, {"seconds", fit.seconds},
          {"code", fit.code},     {"reason", fit.reason},
          {"budget", fit.budget}, {"version", kVersion}};
}

std::pair<FitKey, Fit> fit_of(const json& line) {
  FitKey key{line.at("task"), line.at("estimator"), line.at("n"), line.at("scale"),
             line.at("seed")};
  Fit fit;
  if (!line.at("nats").is_null()) fit.nats = line.at("nats").get<double>();
  fit.method = line.at("method");
  fit.seconds = line.at("seconds");
  fit.code = line.at("code");
  fit.reason = line.at("reason");
  fit.budget = line.at("budget");
  return {std::move(key), std::move(fit)};
}

}  // namespace

FitStore::FitStore(std::string path, double budget) : path_(std::move(path)) {
  drop_cut_line(path_);
  std::ifstream in(path_);
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    try {
      const json line = json::parse(text);
      if (line.at("version") != kVersion) continue;
      auto [key, fit] = fit_of(line);
      if (fit.over_budget() && fit.budget < budget) continue;
      fits_[key] = std::move(fit);
    } catch (const json::exception& error) {
      throw std::runtime_error(path_ + " line " + std::to_string(number) +
                               " is not a finished fit: " + error.what());
    }
  }
}

const Fit* FitStore::find(const FitKey& key) const {
  const auto found = fits_.find(key);
  return found == fits_.end() ? nullptr : &found->second;
}

void FitStore::add(const FitKey& key, const Fit& fit) {
  std::ofstream out(path_, std::ios::app);
  out << line_of(key, fit).dump() << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write to " + path_);
  fits_[key] = fit;
}

}  // namespace cch::bench
