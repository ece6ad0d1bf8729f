// Dense features as arrays in memory, which a ranking reads like files.

#include <fmt/format.h>

#include <chrono>
#include <span>
#include <utility>

#include "cch/experiments/segmentation_features.hpp"
#include "tools/cch/rank/chances.hpp"
#include "tools/cch/segmentation/ranking.hpp"

namespace cch {
namespace {

template <class T>
HeldArray held_array(std::vector<T> values, DType type, std::vector<std::size_t> shape,
                     const std::string& where) {
  const auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  const Bytes bytes{owner, std::as_bytes(std::span(*owner))};
  return {Array::numeric({type, std::move(shape)}, bytes, where), where};
}

/// Classes by the names that the study has for them, not by the codes of their pixels.
void name_classes(RankInput& input, const std::vector<std::string>& names) {
  const auto& labels = std::get<ClassLabels>(input.labels);
  std::vector<std::string> named;
  for (const std::string& code : labels.names()) named.push_back(names[std::stoul(code)]);
  input.labels =
      ClassLabels::from({labels.codes().begin(), labels.codes().end()}, std::move(named));
}

}  // namespace

ImageFeatures::ImageFeatures(const ImageRanking& ranking, const AgedNetworks& networks,
                             const Execution& exec)
    : ranking_(ranking), rows_(ranking.set->rows(Split::test)) {
  const SegmentationSet& set = *ranking.set;
  const std::size_t stage = parse_stage(ranking.own.stage, ranking.study.network.widths.size());
  const std::string age(to_string(networks.age));
  std::size_t height = 0;
  std::size_t width = 0;
  for (std::size_t m = 0; m < networks.networks.size(); ++m) {
    StageFeatures f =
        segmentation_features(set, *networks.networks[m], rows_, stage, exec.serial());
    height = f.height;
    width = f.width;
    const std::vector shape{f.images, f.channels, f.height, f.width};
    arrays_.insert_or_assign(
        std::string(kHeldScheme) + fmt::format("features-{}", m),
        held_array(std::move(f.values), DType::f32, shape,
                   fmt::format("features of '{}' ({}, {})", ranking.modalities[m],
                               ranking.own.stage, age)));
  }
  arrays_.insert_or_assign(std::string(kHeldScheme) + "labels",
                           held_array(labels_on_grid(set, rows_, height, width), DType::u8,
                                      {rows_.size(), height, width}, "labels of the study"));
  std::vector<std::int64_t> groups;
  for (const std::size_t row : rows_) groups.push_back(static_cast<std::int64_t>(set.groups[row]));
  arrays_.insert_or_assign(
      std::string(kHeldScheme) + "groups",
      held_array(std::move(groups), DType::i64, {rows_.size()}, "groups of the study"));
}

documents::RankDocument ImageFeatures::rank(const ImageQuestion& q, const std::string& command_line,
                                            const Execution& exec) const {
  const auto begin = std::chrono::steady_clock::now();
  RankSettings s = question_settings(ranking_, q);
  auto held = std::make_shared<HeldArrays>(arrays_);
  if (q.condition) {
    std::vector<std::size_t> images;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (ranking_.set->condition[rows_[i]] == *q.condition) images.push_back(i);
    }
    if (images.empty()) {
      refuse_data("no-labelled-rows", "no image held out has this condition", {}, {},
                  "Give more such images");
    }
    for (auto& [name, array] : *held) array.array = array.array.select(images);
  }
  s.common.held = held;
  check_rank_settings(s);
  RankInputs inputs = load_rank_inputs(s);
  name_classes(inputs.input, ranking_.set->classes);
  RankSettings asked = s;
  // Images held out may lack classes.
  if (asked.per_class && std::get<ClassLabels>(inputs.input.labels).classes() < 3) {
    asked.per_class = false;
  }
  check_chances(asked, inputs);
  return ranked(asked, inputs, command_line, begin, exec).document;
}

}  // namespace cch
