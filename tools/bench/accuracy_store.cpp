#include "accuracy_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "cch/core/version.hpp"
#include "records.hpp"

namespace cch::bench {
namespace {

using nlohmann::json;

json or_null(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

std::optional<double> number_in(const json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

json line_of(const FitKey& key, const Fit& fit) {
  return {{"task", key.task},
          {"estimator", key.estimator},
          {"n", key.n},
          {"scale", key.scale},
          {"seed", key.seed},
          {"nats", or_null(fit.nats)},
          {"standard_error", or_null(fit.standard_error)},
          {"no_error_bar", fit.no_error_bar},
          {"method", fit.method},
          {"seconds", fit.seconds},
          {"code", fit.code},
          {"reason", fit.reason},
          {"budget", fit.budget},
          {"version", kVersion}};
}

std::pair<FitKey, Fit> fit_of(const json& line) {
  FitKey key{line.at("task"), line.at("estimator"), line.at("n"), line.at("scale"),
             line.at("seed")};
  Fit fit;
  fit.nats = number_in(line, "nats");
  // Files from before there were error bars lack both.
  fit.standard_error = number_in(line, "standard_error");
  fit.no_error_bar = line.value("no_error_bar", "");
  fit.method = line.at("method");
  fit.seconds = line.at("seconds");
  fit.code = line.at("code");
  fit.reason = line.at("reason");
  fit.budget = line.at("budget");
  return {std::move(key), std::move(fit)};
}

// A line of neural_peers.py.
std::pair<FitKey, Fit> peer_fit_of(const json& line) {
  FitKey key{line.at("task"), line.at("estimator"), line.at("n"), kAsDrawn, line.at("seed")};
  key.estimator += kPublished;
  Fit fit;
  fit.nats = number_in(line, "nats");
  fit.standard_error = number_in(line, "standard_error");
  if (!line.at("version").is_null()) fit.method = line.at("version");
  fit.seconds = number_in(line, "seconds").value_or(0.0);
  fit.cut = line.at("cut");
  fit.reason = line.value("reason", "");
  if (!fit.nats) fit.code = "no-number";
  fit.budget = line.at("budget");
  return {std::move(key), std::move(fit)};
}

// Calls take(line) for every line; one that lacks fields names its place.
template <class Take>
void each_line(const std::vector<std::string>& lines, const std::string& path, Take&& take) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    try {
      take(json::parse(lines[i]));
    } catch (const json::exception& error) {
      throw std::runtime_error(
          fmt::format("{} line {} is not a finished fit: {}", path, i + 1, error.what()));
    }
  }
}

}  // namespace

FitStore::FitStore(const std::string& path, double budget) : lines_(open_records(path)) {
  each_line(lines_.records(), path, [&](const json& line) {
    if (line.at("version") != kVersion) return;
    auto [key, fit] = fit_of(line);
    if (fit.over_budget() && fit.budget < budget) return;
    fits_[key] = std::move(fit);
  });
}

void FitStore::read_beside(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  each_line(lines, path, [&](const json& line) {
    auto [key, fit] = peer_fit_of(line);
    if (std::find(beside_.begin(), beside_.end(), key.estimator) == beside_.end()) {
      beside_.push_back(key.estimator);
    }
    fits_[key] = std::move(fit);
  });
}

const Fit* FitStore::find(const FitKey& key) const {
  const auto found = fits_.find(key);
  return found == fits_.end() ? nullptr : &found->second;
}

void FitStore::add(const FitKey& key, const Fit& fit) {
  lines_.add(line_of(key, fit).dump());
  fits_[key] = fit;
}

}  // namespace cch::bench
