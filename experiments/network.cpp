#include "cch/experiments/network.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"

namespace cch {
namespace {

template <class T, std::size_t N>
using Names = std::array<std::pair<T, std::string_view>, N>;

constexpr Names<Layers, 3> kLayers{
    {{Layers::linear, "linear"}, {Layers::mlp, "mlp"}, {Layers::cnn, "cnn"}}};  // files have no own
constexpr Names<Optimiser, 3> kOptimisers{
    {{Optimiser::sgd, "sgd"}, {Optimiser::adam, "adam"}, {Optimiser::adamw, "adamw"}}};
constexpr Names<Schedule, 3> kSchedules{
    {{Schedule::constant, "constant"}, {Schedule::cosine, "cosine"}, {Schedule::step, "step"}}};
constexpr Names<DistilForm, 7> kForms{{{DistilForm::kl, "kl"},
                                       {DistilForm::reverse_kl, "reverse-kl"},
                                       {DistilForm::logits, "logits"},
                                       {DistilForm::prediction, "prediction"},
                                       {DistilForm::fitnet, "fitnet"},
                                       {DistilForm::cosine, "cosine"},
                                       {DistilForm::contrastive, "contrastive"}}};
constexpr Names<Checkpoint, 2> kCheckpoints{
    {{Checkpoint::best, "best"}, {Checkpoint::last, "last"}}};
constexpr Names<Weighting, 2> kWeightings{
    {{Weighting::added, "added"}, {Weighting::mixed, "mixed"}}};

template <class T, std::size_t N>
std::string_view name_of(const Names<T, N>& names, T value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return {};
}

template <class T, std::size_t N>
T parse(const Names<T, N>& names, std::string_view text, const std::string& what) {
  std::vector<std::string> all;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    all.emplace_back(name);
  }
  refuse_usage("unknown-" + what, fmt::format("there is no {} '{}'", what, text), {},
               "Did you mean '" + nearest_name(text, all) + "'?");
}

void need(bool fine, const char* code, const std::string& problem, const std::string& why,
          const std::string& action) {
  if (!fine) refuse_usage(code, problem, why, action);
}

}  // namespace

std::string_view to_string(Layers v) {
  if (v == Layers::own) return "own";
  return name_of(kLayers, v);
}
std::string_view to_string(Optimiser v) {
  return name_of(kOptimisers, v);
}
std::string_view to_string(Schedule v) {
  return name_of(kSchedules, v);
}
std::string_view to_string(DistilForm v) {
  return name_of(kForms, v);
}
std::string_view to_string(Weighting v) {
  return name_of(kWeightings, v);
}
std::string_view to_string(Checkpoint v) {
  return name_of(kCheckpoints, v);
}
Layers parse_layers(std::string_view name) {
  return parse(kLayers, name, "network");
}
Optimiser parse_optimiser(std::string_view name) {
  return parse(kOptimisers, name, "optimiser");
}
Schedule parse_schedule(std::string_view name) {
  return parse(kSchedules, name, "schedule");
}
DistilForm parse_distil_form(std::string_view name) {
  return parse(kForms, name, "loss");
}
Weighting parse_weighting(std::string_view name) {
  return parse(kWeightings, name, "weighting");
}

Checkpoint parse_checkpoint(std::string_view name) {
  return parse(kCheckpoints, name, "kind of weights");
}

bool compares_features(DistilForm form) {
  return form == DistilForm::fitnet || form == DistilForm::cosine ||
         form == DistilForm::contrastive;
}

void check(const NetworkSpec& network) {
  if (network.layers == Layers::own) {
    need(network.own != nullptr, "bad-network", "a network of the caller's own is missing",
         "nothing else can train it", "Give NetworkSpec::own");
    return;
  }
  const bool linear = network.layers == Layers::linear;
  need(!linear || network.widths.empty(), "bad-network", "a linear network has no hidden layers",
       "'widths' would not be used", "Remove it, or take layers = \"mlp\"");
  need(linear || !network.widths.empty(), "bad-network",
       fmt::format("network '{}' has no widths", to_string(network.layers)),
       "they are its hidden layers", "Give for example widths = [64]");
  for (const std::size_t width : network.widths) {
    need(width > 0 && width <= 65536, "bad-network",
         fmt::format("a hidden layer of {} units cannot be built", width), {},
         "Give widths from 1 to 65536");
  }
  need(network.dropout >= 0.0 && network.dropout < 1.0, "bad-network",
       fmt::format("a dropout of {} has no meaning", network.dropout),
       "it is the share of hidden units that are left out", "Give a number from 0 to below 1");
  need(!linear || network.dropout == 0.0, "bad-network", "a linear network has no hidden units",
       "'dropout' would not be used", "Remove it");
}

void check(const Optimisation& o) {
  const auto finite = [](double v) { return std::isfinite(v) && v >= 0.0; };
  need(finite(o.learning_rate) && o.learning_rate > 0.0, "bad-training",
       fmt::format("a learning rate of {} has no meaning", o.learning_rate), {},
       "Give a number above 0");
  need(finite(o.momentum) && o.momentum < 1.0, "bad-training",
       fmt::format("a momentum of {} has no meaning", o.momentum), "the steps would not end",
       "Give a number from 0 to below 1");
  need(o.momentum == 0.0 || o.optimiser == Optimiser::sgd, "bad-training",
       fmt::format("{} has no momentum to set", to_string(o.optimiser)),
       "'momentum' would not be used", "Remove it, or take optimiser = \"sgd\"");
  need(!o.weight_decay.empty(), "bad-training", "there is no weight decay", {},
       "Give a number from 0, or a list to choose from");
  for (const double decay : o.weight_decay) {
    need(finite(decay), "bad-training", fmt::format("a weight decay of {} has no meaning", decay),
         {}, "Give numbers from 0");
  }
  need(o.steps > 0 || o.epochs > 0, "bad-training", "the training has no step", {},
       "Give epochs or steps of at least 1");
  need(finite(o.validation) && o.validation < 1.0, "bad-training",
       fmt::format("a validation share of {} has no meaning", o.validation),
       "it is the part of the labelled rows that is held out",
       "Give a number from 0 (none) to below 1");
  const bool validates = o.validation > 0.0;
  need(validates || o.weights == Checkpoint::last, "bad-training",
       "the best weights cannot be found without validation rows", "validation is 0",
       "Give validation = 0.2, or weights = \"last\"");
  need(validates || o.patience == 0, "bad-training",
       "a training without validation rows cannot stop early", "validation is 0",
       "Give validation = 0.2, or patience = 0");
  need(validates || o.weight_decay.size() == 1, "bad-training",
       "a weight decay cannot be chosen without validation rows", "validation is 0",
       "Give validation = 0.2, or one weight-decay");
}

void check(const DistilLoss& loss, const NetworkSpec& network, bool classes) {
  need(std::isfinite(loss.lambda) && loss.lambda >= 0.0, "bad-lambda",
       fmt::format("λ = {} has no meaning", loss.lambda),
       "λ is the weight of the teacher against the labels", "Give a finite λ from 0");
  need(loss.weighting == Weighting::added || loss.lambda <= 1.0, "bad-lambda",
       fmt::format("λ = {} with weighting \"mixed\" has no meaning", loss.lambda),
       "the labels would weigh 1 − λ, less than nothing",
       "Give λ up to 1, or weighting = \"added\"");
  need(std::isfinite(loss.temperature) && loss.temperature > 0.0, "bad-temperature",
       fmt::format("T = {} has no meaning", loss.temperature), "logits are divided by it",
       "Give a temperature above 0");
  if (loss.lambda == 0.0) return;
  const std::string form(to_string(loss.form));
  const bool on_classes = loss.form == DistilForm::kl || loss.form == DistilForm::reverse_kl ||
                          loss.form == DistilForm::logits;
  need(!on_classes || classes, "wrong-loss", "loss '" + form + "' needs labels with classes",
       "these are real numbers", "Take loss = \"prediction\"");
  need(loss.form != DistilForm::prediction || !classes, "wrong-loss",
       "loss 'prediction' needs real labels", "these are classes",
       "Take loss = \"kl\" or \"logits\"");
  need(!compares_features(loss.form) || network.layers != Layers::linear, "wrong-loss",
       "loss '" + form + "' compares hidden features", "a linear network has none",
       "Take layers = \"mlp\", or loss = \"kl\"");
}

}  // namespace cch
