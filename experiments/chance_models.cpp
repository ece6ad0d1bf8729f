// The kinds of student and teacher that chances are about, in words and as networks.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "cch/experiments/chances.hpp"
#include "cch/experiments/network_pilot.hpp"
#include "cch/experiments/own_network.hpp"

namespace cch {
namespace {

std::vector<std::size_t> widths_of(std::string_view text) {
  std::vector<std::size_t> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::size_t width = 0;
    const char* end = text.data() + comma;
    const auto read = std::from_chars(text.data(), end, width);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    out.push_back(width);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

}  // namespace

NetworkSpec parse_network_model(std::string_view text) {
  const std::size_t colon = text.find(':');
  NetworkSpec out{parse_layers(text.substr(0, colon)), {}, 0.0};
  if (out.layers == Layers::mlp) out.widths = {64};
  if (out.layers == Layers::cnn) out.widths = {8, 16};
  if (colon != std::string_view::npos) out.widths = widths_of(text.substr(colon + 1));
  check(out);
  return out;
}

std::string model_name(const NetworkSpec& network) {
  if (network.own) return network.own->name();
  std::string out(to_string(network.layers));
  for (std::size_t i = 0; i < network.widths.size(); ++i) {
    out += fmt::format("{}{}", i == 0 ? ':' : ',', network.widths[i]);
  }
  return out;
}

Optimisation pilot_training_of(Layers layers) {
  Optimisation out = pilot_training();
  if (layers == Layers::mlp || layers == Layers::own) return out;
  out.batch = 64;
  out.epochs = layers == Layers::linear ? 600 : 60;
  if (layers == Layers::cnn) out.learning_rate = 0.003;
  return out;
}

}  // namespace cch
