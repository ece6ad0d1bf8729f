#include <algorithm>
#include <cmath>
#include <map>

#include "cch/core/groups.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_set.hpp"
#include "experiments/segmentation/packed.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostFaults = 5;  // of one kind, shown

std::string image_name(const SegmentationSet& set, std::size_t n) {
  return n < set.names.size() ? "image " + set.names[n] : "image " + std::to_string(n);
}

/// Faults found so far; of one kind only the first few are kept.
class Faults {
 public:
  void add(Fault fault) {
    if (++count_[fault.code] <= kMostFaults) faults_.push_back(std::move(fault));
  }
  void raise() {
    if (!faults_.empty()) throw Error(ErrorKind::data, std::move(faults_));
  }

 private:
  std::map<std::string, std::size_t> count_;
  std::vector<Fault> faults_;
};

void check_sizes(const SegmentationSet& set, const std::string& where, Faults& faults) {
  const auto wrong = [&](const std::string& what, std::size_t has, std::size_t needs) {
    if (has == needs) return;
    faults.add({"size-mismatch", what + " has another size than the labels",
                where + ": " + std::to_string(has) + " values instead of " + std::to_string(needs),
                "every sensor must see the same " + std::to_string(set.images) + " images of " +
                    std::to_string(set.height) + " x " + std::to_string(set.width) + " pixels",
                "Cut or resample it to the labels' grid"});
  };
  const std::size_t all = set.images * set.pixels();
  wrong("the array of groups", set.groups.size(), set.images);
  wrong("the array of the split", set.split.size(), set.images);
  if (set.packed) return wrong("the list of records", set.records.size(), set.images);
  wrong("the array of labels", set.labels.size(), all);
  for (const ModalityImages& m : set.modalities) {
    wrong("modality '" + m.name + "'", m.values.size(), all * m.channels);
  }
}

void check_values(const SegmentationSet& set, const std::string& where, Faults& faults) {
  for (const ModalityImages& m : set.modalities) {
    const auto bad = [](float v) { return !std::isfinite(v); };
    const auto first = std::find_if(m.values.begin(), m.values.end(), bad);
    if (first == m.values.end()) continue;
    const auto per_image = static_cast<std::ptrdiff_t>(m.channels * set.pixels());
    faults.add(
        {"non-finite-value", "modality '" + m.name + "' contains NaN or infinite values",
         where + ": first in " +
             image_name(set, static_cast<std::size_t>((first - m.values.begin()) / per_image)) +
             "; " + std::to_string(std::count_if(m.values.begin(), m.values.end(), bad)) +
             " values",
         "one of them makes every weight of the network NaN",
         "Fill them, or leave these images out"});
  }
}

void check_labels(const SegmentationSet& set, const std::string& where, Faults& faults) {
  for (std::size_t n = 0; n < set.images; ++n) {
    const auto pixels = set.class_pixels(n);
    for (std::size_t c = set.classes.size(); c < kIgnoreLabel; ++c) {
      if (pixels[c] == 0) continue;
      faults.add({"label-outside-classes", "label " + std::to_string(c),
                  where + ": " + image_name(set, n) + ", " + std::to_string(pixels[c]) + " pixels",
                  "there are only " + std::to_string(set.classes.size()) +
                      " classes, and 255 for pixels to ignore",
                  "Name every class, or write 255 where a pixel has none"});
      break;
    }
    if (pixels[kIgnoreLabel] == set.pixels()) {
      faults.add({"all-ignored", "an image has no labelled pixel",
                  where + ": " + image_name(set, n), "it can neither be learned from nor scored",
                  "Leave the image out"});
    }
  }
}

std::vector<bool> classes_in(const SegmentationSet& set, Split which) {
  std::vector<bool> seen(set.classes.size(), false);
  for (const std::size_t n : set.rows(which)) {
    const auto pixels = set.class_pixels(n);
    for (std::size_t c = 0; c < seen.size(); ++c) seen[c] = seen[c] || pixels[c] > 0;
  }
  return seen;
}

void check_split(SegmentationSet& set, const std::string& where, Untested untested,
                 Faults& faults) {
  for (const Split which : {Split::train, Split::test}) {
    if (!set.rows(which).empty()) continue;
    faults.add({"empty-split", "there are no " + std::string(to_string(which)) + " images", where,
                which == Split::train ? "nothing can be learned" : "nothing can be scored",
                "Give split codes 0 (train), 1 (validation) and 2 (test)"});
  }
  std::map<std::size_t, Split> split_of;
  for (std::size_t n = 0; n < set.images; ++n) {
    if (split_of.try_emplace(set.groups[n], set.split[n]).first->second == set.split[n]) continue;
    faults.add({"group-in-two-splits", "a group is both in train and in test",
                where + ": group " + std::to_string(set.groups[n]) + " of " + image_name(set, n),
                "its images are near-duplicates, so the scores would be too good",
                "Split whole groups"});
  }
  const auto train = classes_in(set, Split::train);
  const auto test = classes_in(set, Split::test);
  if (!set.rows(Split::train).empty() && std::count(train.begin(), train.end(), true) < 2) {
    faults.add({"one-class", "training images have pixels of one class alone", where,
                "there is nothing to tell apart",
                "Check ignored-labels and label-codes: what the label files hold may be ignored"});
  }
  for (std::size_t c = 0; c < set.classes.size(); ++c) {
    if (test[c] && !train[c]) {
      faults.add({"class-absent", "class '" + set.classes[c] + "' is in test images alone", where,
                  "no network can learn it", "Deal the images anew, or map the class to 255"});
    } else if (!test[c] && train[c] && untested == Untested::refused) {
      faults.add({"class-absent", "class '" + set.classes[c] + "' is in no test image", where,
                  "it cannot be scored",
                  "Deal the images anew (split = \"random\"), or ignore the class"});
    } else if (!test[c]) {
      set.warnings.push_back(
          {"class-absent", "class '" + set.classes[c] +
                               "' is in no test image: it has no IoU and is left "
                               "out of the mean"});
    }
  }
}

/// The elements at these places, which ascend, each `size` values wide.
template <class T>
void keep_parts(std::vector<T>& values, const std::vector<std::size_t>& places, std::size_t size) {
  if (values.empty()) return;
  auto to = values.begin();
  for (const std::size_t place : places) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(place * size);
    if (from == to) {  // a text moved onto itself is lost
      to += static_cast<std::ptrdiff_t>(size);
      continue;
    }
    to = std::move(from, from + static_cast<std::ptrdiff_t>(size), to);
  }
  values.erase(to, values.end());
}

/// These images, ascending, and no others.
void keep(SegmentationSet& set, const std::vector<std::size_t>& rows) {
  for (ModalityImages& m : set.modalities) keep_parts(m.values, rows, m.channels * set.pixels());
  keep_parts(set.labels, rows, set.pixels());
  keep_parts(set.groups, rows, 1);
  keep_parts(set.split, rows, 1);
  keep_parts(set.names, rows, 1);
  keep_parts(set.condition, rows, 1);
  keep_parts(set.records, rows, 1);
  set.images = rows.size();
}

}  // namespace

std::string_view to_string(Split split) {
  switch (split) {
    case Split::train:
      return "training";
    case Split::validation:
      return "validation";
    case Split::test:
      return "test";
  }
  return "";
}

std::vector<std::size_t> SegmentationSet::rows(Split which) const {
  std::vector<std::size_t> out;
  for (std::size_t n = 0; n < split.size(); ++n) {
    if (split[n] == which) out.push_back(n);
  }
  return out;
}

ImageView<float> SegmentationSet::image(std::size_t modality, std::size_t n) const {
  const ModalityImages& m = modalities[modality];
  const std::size_t size = m.channels * pixels();
  if (!packed) return ImageView<float>(std::span(m.values).subspan(n * size, size));
  std::vector<float> values(size);
  packed->read(modality, records[n], {0, 0, height, width}, values.data());
  return ImageView<float>(std::move(values));
}

ImageView<std::uint8_t> SegmentationSet::label(std::size_t n) const {
  if (!packed) {
    return ImageView<std::uint8_t>(std::span(labels).subspan(n * pixels(), pixels()));
  }
  std::vector<std::uint8_t> codes(pixels());
  packed->read_labels(records[n], {0, 0, height, width}, codes.data());
  return ImageView<std::uint8_t>(std::move(codes));
}

std::array<std::uint64_t, 256> SegmentationSet::class_pixels(std::size_t n) const {
  if (packed) return packed->class_pixels(records[n]);
  std::array<std::uint64_t, 256> out{};
  for (const std::uint8_t c : label(n)) ++out[c];
  return out;
}

void check(SegmentationSet& set, const std::string& where, Untested untested) {
  Faults faults;
  check_sizes(set, where, faults);
  faults.raise();
  check_values(set, where, faults);
  check_labels(set, where, faults);
  check_split(set, where, untested, faults);
  faults.raise();
}

void split_at_random(SegmentationSet& set, double validation_share, double test_share,
                     std::uint64_t seed) {
  const Groups groups = Groups::from(set.groups);
  Random random(derive_seed(seed, "split"));
  const auto order = random.permutation(groups.count());
  const auto count = static_cast<double>(groups.count());
  const auto test = static_cast<std::size_t>(std::lround(test_share * count));
  const auto validation = static_cast<std::size_t>(std::lround(validation_share * count));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Split which = i < test                ? Split::test
                        : i < test + validation ? Split::validation
                                                : Split::train;
    for (const std::size_t n : groups.members(order[i])) set.split[n] = which;
  }
}

void set_test_aside(SegmentationSet& set, double share, std::uint64_t seed) {
  const auto training = set.rows(Split::train);
  std::vector<std::size_t> of_row;
  for (const std::size_t n : training) of_row.push_back(set.groups[n]);
  const Groups groups = Groups::from(of_row);
  Random random(derive_seed(seed, "test set aside"));
  const auto order = random.permutation(groups.count());
  const double wanted = share * static_cast<double>(training.size());
  std::size_t moved = 0;
  std::size_t taken = 0;
  for (; taken < order.size() && static_cast<double>(moved) + 0.5 <= wanted; ++taken) {
    moved += groups.members(order[taken]).size();
  }
  if (taken == 0 || taken == groups.count()) {
    refuse_data("too-few-groups",
                std::to_string(groups.count()) + " group" + (groups.count() == 1 ? "" : "s") +
                    " of training images",
                {}, "networks learn from some of them and are judged on others",
                "Name smaller groups, or give more images");
  }
  const std::vector<Split> before = set.split;
  for (std::size_t i = 0; i < taken; ++i) {
    for (const std::size_t r : groups.members(order[i])) set.split[training[r]] = Split::test;
  }
  std::vector<std::size_t> kept;
  for (std::size_t n = 0; n < set.images; ++n) {
    if (before[n] != Split::test) kept.push_back(n);
  }
  keep(set, kept);
}

}  // namespace cch
