#include "accuracy_store.hpp"

#include <algorithm>
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

// Calls take(line) for every line; one that is not JSON of the right fields names its place.
template <class Take>
void each_line(const std::string& path, Take&& take) {
  std::ifstream in(path);
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    try {
      take(json::parse(text));
    } catch (const json::exception& error) {
      throw std::runtime_error(path + " line " + std::to_string(number) +
                               " is not a finished fit: " + error.what());
    }
  }
}

}  // namespace

FitStore::FitStore(std::string path, double budget) : path_(std::move(path)) {
  drop_cut_line(path_);
  each_line(path_, [&](const json& line) {
    if (line.at("version") != kVersion) return;
    auto [key, fit] = fit_of(line);
    if (fit.over_budget() && fit.budget < budget) return;
    fits_[key] = std::move(fit);
  });
}

void FitStore::read_beside(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) throw std::runtime_error("cannot read " + path);
  each_line(path, [&](const json& line) {
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
  std::ofstream out(path_, std::ios::app);
  out << line_of(key, fit).dump() << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write to " + path_);
  fits_[key] = fit;
}

}  // namespace cch::bench
