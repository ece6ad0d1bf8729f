#include <algorithm>
#include <array>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "cch/experiments/segmentation_training.hpp"

namespace cch {
namespace {

template <class T, std::size_t N>
using Names = std::array<std::pair<const char*, T>, N>;

constexpr Names<Fusion, 2> kFusions{{{"mean", Fusion::mean}, {"hub", Fusion::hub}}};
constexpr Names<Selection, 3> kSelections{{{"softmax", Selection::softmax},
                                           {"straight-through", Selection::straight_through},
                                           {"released", Selection::released}}};
constexpr Names<DistilOn, 2> kDistilOn{{{"labelled", DistilOn::labelled}, {"all", DistilOn::all}}};
constexpr Names<MadLoss::Direction, 3> kDirections{{{"reverse", MadLoss::Direction::reverse},
                                                    {"forward", MadLoss::Direction::forward},
                                                    {"js", MadLoss::Direction::js}}};
constexpr Names<CmdLoss::Form, 3> kCmdForms{{{"bernoulli-kl", CmdLoss::Form::bernoulli_kl},
                                             {"cosine-mse", CmdLoss::Form::cosine_mse},
                                             {"literal", CmdLoss::Form::literal}}};
constexpr Names<UmdLoss::Axis, 2> kAxes{
    {{"channel", UmdLoss::Axis::channel}, {"spatial", UmdLoss::Axis::spatial}}};
constexpr Names<HpdmLoss::Form, 3> kHpdmForms{{{"kl", HpdmLoss::Form::kl},
                                               {"cosine", HpdmLoss::Form::cosine},
                                               {"released", HpdmLoss::Form::released}}};

template <class T, std::size_t N>
std::string_view name_of(T value, const Names<T, N>& names) {
  for (const auto& [name, v] : names) {
    if (v == value) return name;
  }
  return "";
}

[[noreturn]] void refuse(const char* code, const std::string& what, const std::string& name,
                         const std::vector<std::string>& known) {
  refuse_usage(code, "there is no " + what + " '" + name + "'", {},
               "Did you mean '" + nearest_name(name, known) + "'?");
}

/// An empty name is the first.
template <class T, std::size_t N>
T value_of(std::string_view name, const Names<T, N>& names, const char* code, const char* what) {
  if (name.empty()) return names[0].second;
  std::vector<std::string> known;
  for (const auto& [n, v] : names) {
    if (name == n) return v;
    known.emplace_back(n);
  }
  refuse(code, what, std::string(name), known);
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

std::string_view to_string(Fusion fusion) {
  return name_of(fusion, kFusions);
}
Fusion parse_fusion(std::string_view name) {
  return value_of(name, kFusions, "unknown-fusion", "fusion");
}
std::string_view to_string(Selection selection) {
  return name_of(selection, kSelections);
}
Selection parse_selection(std::string_view name) {
  return value_of(name, kSelections, "unknown-selection", "selection");
}
std::string_view to_string(DistilOn images) {
  return name_of(images, kDistilOn);
}
DistilOn parse_distil_on(std::string_view name) {
  return value_of(name, kDistilOn, "unknown-distil-on", "choice of images");
}

SegmentationNetwork encoder_named(const std::string& name) {
  SegmentationNetwork n;
  if (name == "tiny") return n;
  if (name != "b0") refuse("unknown-encoder", "encoder", name, {"tiny", "b0"});
  n.encoder = name;
  n.widths = {32, 64, 160, 256};
  n.depths = {2, 2, 2, 2};
  n.heads = {1, 2, 5, 8};
  n.reductions = {8, 4, 2, 1};
  n.expansions = {4, 4, 4, 4};
  n.head_width = 256;
  return n;
}

std::string_view loss_name(const SegmentationLoss& loss) {
  constexpr const char* kNames[] = {"mad", "cmd", "umd", "hpdm"};
  return kNames[loss.index()];
}

std::string_view loss_form(const SegmentationLoss& loss) {
  return std::visit(Overloaded{[](const MadLoss& l) { return name_of(l.direction, kDirections); },
                               [](const CmdLoss& l) { return name_of(l.form, kCmdForms); },
                               [](const UmdLoss& l) { return name_of(l.axis, kAxes); },
                               [](const HpdmLoss& l) { return name_of(l.form, kHpdmForms); }},
                    loss);
}

SegmentationLoss loss_named(const std::string& name, const std::string& form) {
  if (name == "mad") {
    return MadLoss{value_of(form, kDirections, "unknown-loss", "direction of mad"), 1.0};
  }
  if (name == "cmd") {
    return CmdLoss{value_of(form, kCmdForms, "unknown-loss", "form of cmd"), 1e-3};
  }
  if (name == "umd") return UmdLoss{value_of(form, kAxes, "unknown-loss", "axis of umd")};
  if (name == "hpdm") {
    return HpdmLoss{value_of(form, kHpdmForms, "unknown-loss", "form of hpdm"), true};
  }
  refuse("unknown-loss", "loss", name, {"mad", "cmd", "umd", "hpdm"});
}

}  // namespace cch
