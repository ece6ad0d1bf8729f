// `cch rank` on real data: a valid document of finite numbers, whatever the modality.

#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using nlohmann::json;

void check_estimate(const json& value) {
  REQUIRE(value["nats"].is_number());
  REQUIRE(value["standard_error"].is_number());
  CHECK(value["standard_error"] >= 0.0);
  CHECK(value["interval95"][0] <= value["interval95"][1]);
}

/// Ranks every file of the data set but the student's; returns the document, null when skipped.
json rank_data_set(const std::string& name, const std::string& student,
                   const std::vector<std::string>& teachers, bool grouped = false) {
  const auto folder = test::real_data(name);
  if (folder.empty()) return nullptr;
  auto path = [&](const std::string& array) { return (folder / (array + ".npy")).string(); };
  std::vector<std::string> arguments{
      "rank",     "-q",          "--json", "--student", student + "=" + path(student),
      "--labels", path("labels")};
  for (const std::string& teacher : teachers) {
    arguments.insert(arguments.end(), {"--teacher", teacher + "=" + path(teacher)});
  }
  arguments.insert(arguments.end(), test::kQuick.begin(), test::kQuick.end());
  if (grouped) arguments.insert(arguments.end(), {"--groups", path("groups")});
  const test::RunOutcome run = test::run_cch(arguments);
  CAPTURE(run.err);
  CHECK(run.code == 0);
  const json document = run.document();
  REQUIRE(document.is_object());
  REQUIRE(document["teachers"].size() == teachers.size());
  for (const auto& teacher : document["teachers"]) {
    for (const std::string value :
         {"i_teacher_student", "i_student_labels", "i_teacher_labels", "margin"}) {
      CAPTURE(value);
      check_estimate(teacher[value]);
    }
    // Neither information can be far below 0, and no label information above H(Y).
    CHECK(teacher["i_teacher_student"]["nats"] > -0.2);
    if (document["labels"]["entropy_nats"].is_number()) {
      CHECK(teacher["i_teacher_labels"]["nats"] <= document["labels"]["entropy_nats"]);
    }
  }
  return document;
}

TEST_CASE("long: real data, digits in six views") {
  const json document = rank_data_set("mfeat", "mor", {"fac", "fou", "kar", "pix", "zer"});
  if (document.is_null()) return;
  CHECK(document["labels"]["classes"] == 10);
  CHECK(test::near(document["labels"]["entropy_nats"], std::log(10.0), test::kRounding));
}

TEST_CASE("long: real data, breast cancer in five modalities") {
  const json document =
      rank_data_set("tcga_brca5", "cnv", {"mrna", "methylation", "mirna", "rppa"});
  if (document.is_null()) return;
  CHECK(document["labels"]["classes"] == 4);
  // The subtype is defined from expression: mrna must know most of it (accuracy .89).
  for (const auto& teacher : document["teachers"]) {
    if (teacher["name"] == "mrna") CHECK(teacher["i_teacher_labels"]["nats"] > 0.6);
  }
}

TEST_CASE("long: real data, spoken opinions with groups") {
  const json document = rank_data_set("mosi_heldout", "audio", {"text", "video"}, true);
  if (document.is_null()) return;
  CHECK(document["groups"]["count"] == 31);
  // Audio carries next to nothing about the label (accuracy .61 against .62 by guessing).
  CHECK(document["teachers"][0]["i_student_labels"]["nats"] < 0.1);
}

TEST_CASE("long: real data, hyperspectral against lidar pixels") {
  rank_data_set("houston_hsi_lidar", "lidar", {"hsi"});
}

TEST_CASE("long: real data, kidney cancer") {
  rank_data_set("tcga_kipan_cnv_rppa", "cnv", {"rppa"});
}

TEST_CASE("long: real data, video-level opinions as a regression") {
  const json document = rank_data_set("mosei_video", "video", {"text", "audio"});
  if (document.is_null()) return;
  CHECK(document["labels"]["kind"] == "continuous");
}

}  // namespace
}  // namespace cch
