// Training on packed images: the bits of images in memory, for any number of loader threads.
#include "cch/experiments/segmentation_pack.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"
#include "tests/training/segmentation_fits.hpp"

namespace cch {
namespace {

/// Small scenes as files, in memory and packed, both normalised by the same numbers.
struct PackedScenes {
  test::TempFolder folder;
  SegmentationSet held;
  SegmentationSet packed;

  PackedScenes() {
    const SegmentationSet scenes = test::small_scenes(20);
    std::string table = "image,rgb,depth,event,lidar,label,split\n";
    for (std::size_t n = 0; n < scenes.images; ++n) {
      const std::string name = std::to_string(n);
      table += name;
      for (std::size_t m = 0; m < 4; ++m) {
        const std::size_t channels = scenes.modalities[m].channels;
        const auto image = scenes.image(m, n);
        std::vector<float> values(image.size());
        for (std::size_t p = 0; p < scenes.pixels(); ++p) {
          for (std::size_t c = 0; c < channels; ++c) {
            values[p * channels + c] = image[c * scenes.pixels() + p];
          }
        }
        const std::string file = scenes.modalities[m].name + name + ".npy";
        (void)folder.write(file, test::npy("<f4", "(32, 32, " + std::to_string(channels) + ")",
                                           test::raw(values)));
        table += "," + file;
      }
      const auto label = scenes.label(n);
      (void)folder.write(
          "label" + name + ".npy",
          test::npy("|u1", "(32, 32)",
                    test::raw(std::vector<std::uint8_t>(label.begin(), label.end()))));
      table +=
          ",label" + name + ".npy," + (scenes.split[n] == Split::test ? "test" : "train") + "\n";
    }
    SegmentationTask task;
    task.manifest = folder.write("set.csv", table);
    std::vector<std::pair<std::string, SourceInfo>> inputs;
    held = read_segmentation(task, 1, inputs, {});
    (void)pack_images(task, folder.path("p"), {});
    task.manifest.clear();
    task.folder = folder.path("p");
    packed = read_segmentation(task, 1, inputs, {});
    const Normalisation n = normalisation_of(packed);
    normalise(held, n);
    normalise(packed, n);
  }
};

SegmentationJob cropped_job() {
  SegmentationJob job = test::small_job(2);
  job.optimisation.crop_height = 24;
  job.optimisation.crop_width = 16;
  job.optimisation.validation = 0.2;
  return job;
}

SegmentationFit fit_with(const SegmentationSet& set, unsigned threads) {
  Execution exec;
  exec.threads = threads;
  return train_segmentation(set, cropped_job(), exec);
}

TEST_CASE(
    "segmentation: packed images train to the bits of images in memory, for 1 and 3 threads") {
  const PackedScenes scenes;
  REQUIRE(scenes.packed.packed);
  const SegmentationFit fit = fit_with(scenes.held, 1);
  CHECK(fit.failure.empty());
  CHECK(test::same(fit.last, fit_with(scenes.packed, 1).last));
  CHECK(test::same(fit.last, fit_with(scenes.packed, 3).last));
  const auto score = [&](const SegmentationSet& set) {
    return evaluate_segmentation(set, fit.network, conditions_named({"emm-dropped"}),
                                 AbsentClass::excluded, 1, {})
        .conditions[0]
        .scores.miou;
  };
  CHECK(score(scenes.held) == score(scenes.packed));
  // A crop is another training than whole images.
  SegmentationJob job = cropped_job();
  job.optimisation.crop_height = job.optimisation.crop_width = 0;
  CHECK_FALSE(test::same(fit.last, train_segmentation(scenes.held, job, {}).last));
}

}  // namespace
}  // namespace cch
