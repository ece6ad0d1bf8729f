// Sets of images: what is refused, normalisation, folders of rasters, augmentation in step.
#include <fstream>

#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "experiments/segmentation/augment.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using test::fault_code;

/// 4 images of 2 × 3 pixels, two modalities, 2 classes.
SegmentationSet small_set() {
  SegmentationSet set;
  set.images = 4;
  set.height = 2;
  set.width = 3;
  set.classes = {"a", "b"};
  set.groups = {0, 1, 2, 3};
  set.split = {Split::train, Split::train, Split::test, Split::test};
  Random random(2);
  for (const std::size_t channels : {3, 1}) {
    ModalityImages m{channels == 3 ? "rgb" : "depth", channels, {}};
    for (std::size_t i = 0; i < 4 * channels * 6; ++i) {
      m.values.push_back(static_cast<float>(5.0 + 2.0 * random.normal()));
    }
    set.modalities.push_back(std::move(m));
  }
  for (std::size_t i = 0; i < 24; ++i) set.labels.push_back(i % 6 == 5 ? kIgnoreLabel : i % 2);
  return set;
}

template <class Change>
std::string fault_after(Change&& change) {
  SegmentationSet set = small_set();
  change(set);
  return fault_code([&] { check(set, "test"); });
}

TEST_CASE("what cannot be trained on is refused by name") {
  CHECK(fault_after([](auto&) {}) == "");
  CHECK(fault_after([](auto& s) { s.labels[3] = 2; }) == "label-outside-classes");
  CHECK(fault_after([](auto& s) { s.modalities[1].values.pop_back(); }) == "size-mismatch");
  CHECK(fault_after([](auto& s) { s.groups.pop_back(); }) == "size-mismatch");
  CHECK(fault_after([](auto& s) { s.modalities[0].values[7] = NAN; }) == "non-finite-value");
  CHECK(fault_after([](auto& s) { std::fill_n(s.labels.begin() + 6, 6, kIgnoreLabel); }) ==
        "all-ignored");
  CHECK(fault_after([](auto& s) { s.split[2] = s.split[3] = Split::train; }) == "empty-split");
  CHECK(fault_after([](auto& s) { s.groups[3] = 0; }) == "group-in-two-splits");
  CHECK(fault_after([](auto& s) {
          s.classes.push_back("c");
          s.labels[12] = 2;  // a test image
        }) == "class-absent");
}

TEST_CASE("a class that no test image has is a warning") {
  SegmentationSet set = small_set();
  set.classes.push_back("c");
  set.labels[0] = 2;
  check(set, "test");
  REQUIRE(set.warnings.size() == 1);
  CHECK(set.warnings[0].code == "class-absent");
  // Where the split is the user's to change it is refused.
  CHECK(fault_code([&] { check(set, "test", Untested::refused); }) == "class-absent");
}

TEST_CASE("a folder of masks of 0 and 255 has two classes") {
  const test::TempFolder folder;
  SegmentationSet set = small_set();
  for (std::uint8_t& c : set.labels) c = c == 1 ? 255 : 0;
  write_raster_folder(set, folder.path("set"));
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  const SegmentationSet again = read_raster_folder({folder.path("set"), {}, {}}, inputs);
  REQUIRE(again.warnings.size() == 1);
  CHECK(again.warnings[0].code == "two-valued-mask");
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    CHECK(again.labels[i] == (set.labels[i] == 255 ? 1 : 0));
  }
}

TEST_CASE("several faults are told at once") {
  SegmentationSet set = small_set();
  set.labels[3] = 9;
  set.modalities[0].values[0] = NAN;
  try {
    check(set, "test");
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults().size() == 2);
  }
}

TEST_CASE("normalisation: training images get mean 0 and deviation 1, others the same map") {
  SegmentationSet set = small_set();
  const float before = set.image(0, 3)[4];
  const Normalisation n = normalisation_of(set);
  normalise(set, n);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0.0;
    double squares = 0.0;
    for (const std::size_t row : set.rows(Split::train)) {
      const auto image = set.image(0, row);
      for (const float v : image.subspan(c * 6, 6)) {
        sum += v;
        squares += static_cast<double>(v) * v;
      }
    }
    constexpr double kSingle = 1e-6;  // values are stored in single precision
    CHECK(test::near(sum / 12.0, 0.0, kSingle));
    CHECK(test::near(squares / 12.0, 1.0, kSingle));
  }
  CHECK(test::near(set.image(0, 3)[4], (before - n.mean[0][0]) / n.deviation[0][0], 1e-6));
}

TEST_CASE("a constant channel stays finite") {
  SegmentationSet set = small_set();
  std::fill(set.modalities[1].values.begin(), set.modalities[1].values.end(), 3.0F);
  normalise(set, normalisation_of(set));
  CHECK(set.image(1, 0)[0] == 0.0F);
}

TEST_CASE("a set that is written and read again is the same") {
  const test::TempFolder folder;
  const SegmentationSet set = small_set();
  write_raster_folder(set, folder.path("set"));
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  SegmentationSet again = read_raster_folder({folder.path("set"), {"rgb", "depth"}, {}}, inputs);
  CHECK(again.labels == set.labels);
  CHECK(again.groups == set.groups);
  CHECK(again.split == set.split);
  CHECK(again.classes == set.classes);
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK(again.modalities[m].name == set.modalities[m].name);
    CHECK(again.modalities[m].values == set.modalities[m].values);
  }
  CHECK(inputs.size() == 5);
  const auto wrong = [&](const std::vector<std::string>& names) {
    return fault_code([&] { read_raster_folder({folder.path("set"), names, {}}, inputs); });
  };
  CHECK(wrong({"rgd"}) == "unknown-modality");
}

TEST_CASE("folders with something wrong") {
  const test::TempFolder folder;
  write_raster_folder(small_set(), folder.path("set"));
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  const auto read = [&] {
    return fault_code([&] { read_raster_folder({folder.path("set"), {}, {}}, inputs); });
  };
  const std::vector<float> few(2 * 2 * 3, 0.0F);
  (void)folder.write("set/extra.npy", test::npy("<f4", "(2, 2, 3)", test::raw(few)));
  CHECK(read() == "size-mismatch");
  std::filesystem::remove(folder.path("set/extra.npy"));
  (void)folder.write("set/split.npy",
                     test::npy("|i1", "(4,)", test::raw(std::vector<std::int8_t>{0, 0, 2, 7})));
  CHECK(read() == "bad-split");
  std::filesystem::remove(folder.path("set/labels.npy"));
  CHECK(read() == "file-not-found");
  CHECK(fault_code([&] {
          read_raster_folder({folder.path("nowhere"), {}, {}}, inputs);
        }) == "dataset-missing");
}

TEST_CASE("random splits deal whole groups") {
  SegmentationSet set = small_set();
  set.groups = {4, 4, 9, 9};
  std::size_t seen_test[2] = {0, 0};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    split_at_random(set, 0.0, 0.5, seed);
    CHECK(set.split[0] == set.split[1]);
    CHECK(set.split[2] == set.split[3]);
    CHECK(set.split[0] != set.split[2]);
    ++seen_test[set.split[0] == Split::test ? 0 : 1];
  }
  CHECK(seen_test[0] > 2);
  CHECK(seen_test[1] > 2);
}

TEST_CASE("augmentation moves labels and images alike") {
  constexpr std::size_t kSide = 40;
  // The image holds its own label, blown up so that interpolation cannot mix far classes.
  std::vector<std::uint8_t> labels(kSide * kSide);
  std::vector<float> plane(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = static_cast<std::uint8_t>((i % kSide) / 10 + 4 * ((i / kSide) / 10));
    plane[i] = static_cast<float>(labels[i]);
  }
  std::size_t flipped = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto p = detail::draw_placement(kSide, kSide, {0.5, 2.0, true}, seed);
    flipped += p.flip ? 1 : 0;
    std::vector<std::uint8_t> l(labels.size());
    std::vector<float> f(labels.size());
    detail::place_labels(labels, {0, 0, kSide, kSide}, kSide, kSide, p, l.data());
    detail::place_plane(plane, {0, 0, kSide, kSide}, kSide, kSide, p, f.data());
    std::size_t inside = 0;
    std::size_t agree = 0;
    for (std::size_t i = 0; i < l.size(); ++i) {
      if (l[i] == kIgnoreLabel) continue;
      ++inside;
      agree += std::abs(f[i] - static_cast<float>(l[i])) < 1e-4F ? 1 : 0;
    }
    CHECK(inside >= labels.size() / 5);
    // All but pixels at borders between classes, where bilinear values lie between two labels.
    CHECK(static_cast<double>(agree) > 0.75 * static_cast<double>(inside));
  }
  CHECK(flipped > 5);
  CHECK(flipped < 25);
}

TEST_CASE("without scale and flip an image stays as it is") {
  const std::vector<float> plane{1, 2, 3, 4, 5, 6};
  std::vector<float> out(6);
  auto p = detail::draw_placement(2, 3, {}, 7);
  detail::place_plane(plane, {0, 0, 2, 3}, 2, 3, p, out.data());
  CHECK(out == plane);
  p.flip = true;
  detail::place_plane(plane, {0, 0, 2, 3}, 2, 3, p, out.data());
  CHECK(out == std::vector<float>{3, 2, 1, 6, 5, 4});
}

TEST_CASE("scenes: the same bits for any number of threads, and for more images") {
  SceneOptions o;
  o.images = 6;
  o.test_images = 2;
  Execution one;
  one.threads = 1;
  Execution three;
  three.threads = 3;
  const SegmentationSet a = make_scenes(o, 5, one);
  const SegmentationSet b = make_scenes(o, 5, three);
  CHECK(a.labels == b.labels);
  for (std::size_t m = 0; m < 4; ++m) CHECK(a.modalities[m].values == b.modalities[m].values);
  o.images = 9;
  const SegmentationSet more = make_scenes(o, 5, one);
  CHECK(std::equal(a.labels.begin(), a.labels.end(), more.labels.begin()));
  CHECK(make_scenes(o, 6, one).labels != more.labels);
}

TEST_CASE("scenes: every class is there, and all checks pass") {
  SceneOptions o;
  o.images = 80;
  o.test_images = 30;
  o.classes = 12;
  SegmentationSet set = make_scenes(o, 1, {});
  check(set, "scenes");
  CHECK(set.warnings.empty());
  std::vector<std::size_t> count(12, 0);
  for (const std::uint8_t c : set.labels) ++count.at(c);
  for (const std::size_t n : count) CHECK(n > 0);
}

/// How far apart the means of two classes are in a channel, in standard deviations within classes.
double contrast(const SegmentationSet& set, std::size_t modality, std::size_t channel,
                std::size_t a, std::size_t b) {
  double n[2] = {0, 0};
  double sum[2] = {0, 0};
  double squares = 0.0;
  const std::size_t pixels = set.pixels();
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i < set.images; ++i) {
      const auto image = set.image(modality, i);
      const auto values = image.subspan(channel * pixels, pixels);
      for (std::size_t p = 0; p < pixels; ++p) {
        const std::uint8_t c = set.label(i)[p];
        if (c != a && c != b) continue;
        const int k = c == a ? 0 : 1;
        if (pass == 0) {
          n[k] += 1.0;
          sum[k] += values[p];
        } else {
          squares += std::pow(values[p] - sum[k] / n[k], 2);
        }
      }
    }
  }
  return std::abs(sum[0] / n[0] - sum[1] / n[1]) / std::sqrt(squares / (n[0] + n[1]));
}

TEST_CASE("scenes: 'shared' decides whether a modality sees a class that is not its own") {
  SceneOptions o;
  o.images = 60;
  o.test_images = 20;
  o.night = 0.0;
  o.fog = 0.0;
  o.shared = 0.0;
  const SegmentationSet apart = make_scenes(o, 3, {});
  o.shared = 1.0;
  const SegmentationSet alike = make_scenes(o, 3, {});
  // Class 4 (tree) is rgb's own, class 3 (building) lidar's: against class 6 (person), event is not
  // asked. Red channel for rgb.
  CHECK(contrast(apart, 0, 0, 3, 5) < 0.3);
  CHECK(contrast(alike, 0, 0, 3, 5) > 2.0 * contrast(apart, 0, 0, 3, 5) + 0.3);
  CHECK(contrast(apart, 0, 0, 4, 5) > 0.8);
}

TEST_CASE("scenes: options without a meaning are refused") {
  const auto code = [](auto&& change) {
    SceneOptions o;
    change(o);
    return fault_code([&] { check(o); });
  };
  CHECK(code([](auto&) {}) == "");
  CHECK(code([](auto& o) { o.classes = 13; }) == "bad-scenes");
  CHECK(code([](auto& o) { o.test_images = o.images; }) == "bad-scenes");
  CHECK(code([](auto& o) { o.shared = 1.5; }) == "bad-scenes");
  CHECK(code([](auto& o) { o.noise = NAN; }) == "bad-scenes");
}

TEST_CASE("real radar and optical tiles are read, checked and normalised") {
  const auto folder = test::real_data("sen1floods11_chip");
  if (folder.empty()) return;
  SegmentationTask task;
  task.folder = folder.string();
  task.split_of_file = false;
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  const SegmentationSet set = load_segmentation(task, 1, inputs, {});
  CHECK(set.modalities.size() == 2);
  CHECK(set.modalities[0].name == "s1");
  CHECK(set.modalities[0].channels == 2);
  CHECK(set.modalities[1].channels == 13);
  CHECK(set.images == 64);
  CHECK(set.rows(Split::test).size() == 19);
}

}  // namespace
}  // namespace cch
