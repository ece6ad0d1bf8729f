// cch train on the folder of a published set, and how the keys of such studies go together.
#include <filesystem>
#include <iostream>

#include "support/test.hpp"
#include "tests/segmentation/layout_folders.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/training_here.hpp"
#include "tools/cch/segment.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;

std::string study_text(const std::string& task) {
  return "title = \"published\"\nseeds = 1\nconditions = [\"emm\"]\n[task]\nname = "
         "\"segmentation\"\n" +
         task + R"(
[network]
widths = [8, 8, 8, 8]
heads = [1, 1, 1, 1]
head-width = 8
[training]
epochs = 1
warm-up = 0
batch = 4
[[setup]]
name = "plain"
[[setup]]
name = "event"
modalities = ["event"]
teacher = "plain"
loss = [{ name = "mad" }]
)";
}

struct Published {
  DeliverFolder deliver;

  [[nodiscard]] RunOutcome train(const std::string& task, std::vector<std::string> more) const {
    const std::string path = deliver.folder.write("study.toml", study_text(task));
    more.insert(more.begin(), {"train", path, "-q"});
    return run_cch(more);
  }
  /// The code of the fault that a look at the study ends with.
  [[nodiscard]] std::string code(const std::string& task) const {
    const RunOutcome out = train(task, {"-n", "--data", deliver.folder.path("")});
    const auto close = out.err.find("]\n");
    if (close == std::string::npos) return "";
    const auto open = out.err.rfind('[', close);
    return out.err.substr(open + 1, close - open - 1);
  }
};

TEST_CASE("a published set trains from its folder, and is cached the second time") {
  if (!training_here()) return;
  const Published p;
  const std::string task = "source = \"dir:DELIVER\"\nlayout = \"deliver\"\nsize = [32, 32]\n";
  const std::string out = p.deliver.folder.path("out");
  const RunOutcome first = p.train(task, {"-o", out, "--json"});
  INFO(first.err);
  REQUIRE(first.code == 0);
  const nlohmann::json document = first.document();
  const nlohmann::json& config = document["config"]["task"];
  CHECK(config["layout"] == "deliver");
  CHECK(config["size"] == nlohmann::json{32, 32});
  CHECK(config["class-names"].size() == 25);
  CHECK(config["ignored-labels"] == nlohmann::json{0, 255});
  CHECK(document["inputs"][1]["sha256"].get<std::string>().size() == 64);
  CHECK(p.train(task, {"-o", out}).out_has("2 runs done (2 cached)"));
  // The same set under --data, changed by one byte of one label: other inputs.
  const std::string set = "set = \"DELIVER\"\nlayout = \"deliver\"\nsize = [32, 32]\n";
  const std::string data = p.deliver.folder.path("");
  CHECK(p.train(set, {"-o", out, "--data", data}).out_has("2 runs done (2 cached)"));
  write_picture(p.deliver.file("semantic", "cloud/train/MAP_1_point1", "000050", "semantic"), 12,
                24, [](std::size_t, std::size_t) { return 2; });
  CHECK(p.train(set, {"-o", out, "--data", data}).err_has("study-changed"));
}

TEST_CASE("a published set: a look that reads all, and what does not go together") {
  const Published p;
  const std::string folder = "source = \"dir:DELIVER\"\n";
  const std::string whole = folder + "layout = \"deliver\"\nsize = [12, 24]\n";
  CHECK(p.train(whole, {"-n"}).out_has("2 runs, 0 of them cached"));
  CHECK(p.code(folder + "layout = \"delivery\"\n") == "unknown-layout");
  CHECK(p.code("layout = \"deliver\"\n") == "bad-task");
  CHECK(p.code(whole + "first-label = 1\n") == "bad-task");
  CHECK(p.code(whole + "ignored-labels = [3]\n") == "bad-task");
  CHECK(p.code("label-codes = [3, 4]\n") == "bad-task");  // of drawn scenes
  const std::string colours = folder + "label-colours = [\"#000000\", \"#FF00ff\"]\n";
  CHECK(p.code(whole + "label-colours = [\"#000000\"]\n") == "bad-task");
  CHECK(p.code(colours + "label-codes = [3, 4]\n") == "bad-task");
  CHECK(p.code(colours + "ignored-colours = [\"#000000\"]\n") == "bad-task");  // named twice
  CHECK(p.code(folder + "ignored-colours = [\"#000000\"]\n") == "bad-task");
  for (const char* colour : {"000000", "#00", "#00000g", "#-00001", "red"}) {
    CHECK(p.code(folder + "label-colours = [\"" + colour + "\"]\n") == "bad-task");
  }
  CHECK(p.code("size = [8, 8]\n") == "bad-task");
  CHECK(p.code(folder + "size = [8, 8]\n") == "bad-task");
  CHECK(p.code(folder + "layout = \"deliver\"\nsize = [8]\n") == "config-type");
  CHECK(p.code(folder + "layout = \"deliver\"\nsize = [0, 8]\n") == "config-type");
  CHECK(p.code(folder + "layout = \"deliver\"\n") == "size-mismatch");
  CHECK(p.code(folder + "layout = \"muses\"\n") == "layout-mismatch");
  CHECK(p.code(whole + "modalities = [\"lidr\"]\n") == "unknown-modality");
  CHECK(p.code("set = \"DELVIER\"\nlayout = \"deliver\"\n") == "dataset-missing");
  const RunOutcome large = p.train(folder + "layout = \"deliver\"\nsize = [10000000, 10000000]\n",
                                   {"-n", "--threads", "1"});
  CHECK(large.code == 3);
  CHECK(large.err_has("out-of-memory"));
  CHECK(large.err_has("size = [H, W]"));
}

TEST_CASE("a study of coloured labels: its echo has the keys and colours of the file") {
  SegmentationStudy study;
  study.task.manifest = "set.csv";
  study.task.codes = {0, {0xffffff}, {0x0028ff, 0xa00000}, true, LabelChannels::colours};
  const nlohmann::json task = segmentation_config_json(study)["task"];
  CHECK(task["label-colours"] == nlohmann::json{"#0028ff", "#a00000"});
  CHECK(task["ignored-colours"] == nlohmann::json{"#ffffff"});
  CHECK_FALSE(task.contains("label-codes"));
  CHECK_FALSE(task.contains("ignored-labels"));
}

TEST_CASE("a published set is written as rasters, split and classes with it") {
  const Published p;
  const std::string task = "source = \"dir:DELIVER\"\nlayout = \"deliver\"\nsize = [12, 24]\n";
  const std::string to = p.deliver.folder.path("rasters");
  CHECK(p.train(task, {"--write-images", to}).out_has("9 images of 24 x 12 pixels, 25 classes"));
  const std::string rasters =
      "source = \"dir:rasters\"\nmodalities = [\"img\", \"depth\", \"event\", \"lidar\"]\n";
  CHECK(p.train(rasters, {"-n"}).out_has("2 runs, 0 of them cached"));
}

}  // namespace
}  // namespace cch::test
