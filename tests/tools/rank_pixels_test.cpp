// `cch rank --pixels` and --per-class.
#include <algorithm>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {
namespace {

using nlohmann::json;

constexpr std::size_t kImages = 30;
constexpr std::size_t kSide = 8;

/// Images of three classes in patches of 4 × 4: both sensors see the class through noise, and an
/// offset of the image that says nothing. A pixel of 255 an image.
struct Images {
  TempFolder folder;
  std::vector<std::string> rank;

  Images() {
    Random random(3);
    std::vector<float> a;
    std::vector<float> b;
    std::vector<std::uint8_t> y;
    for (std::size_t i = 0; i < kImages; ++i) {
      int patch[2][2];
      for (auto& row : patch) {
        for (int& v : row) v = static_cast<int>(random.below(3));
      }
      const double offset = random.normal();
      for (std::size_t p = 0; p < kSide * kSide; ++p) {
        const int c = patch[p / kSide / 4][p % kSide / 4];
        y.push_back(p == 0 ? 255 : static_cast<std::uint8_t>(c));
        a.push_back(static_cast<float>(c + offset + random.normal()));
        b.push_back(static_cast<float>((c == 2 ? 2.0 : 0.0) + offset + random.normal()));
      }
    }
    const std::string shape = "(30, 1, 8, 8)";
    rank = {"rank",
            "--student",
            "b=" + folder.write("b.npy", npy("<f4", shape, raw(b))),
            "--teacher",
            "a=" + folder.write("a.npy", npy("<f4", shape, raw(a))),
            "--labels",
            folder.write("y.npy", npy("|u1", "(30, 8, 8)", raw(y))),
            "-q",
            "--json"};
    rank.insert(rank.end(), kQuick.begin(), kQuick.end());
  }

  [[nodiscard]] RunOutcome run(const std::vector<std::string>& more) const {
    std::vector<std::string> all = rank;
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

TEST_CASE("rank: pixels are rows, images are groups, classes are balanced") {
  const Images images;
  const RunOutcome run = images.run({"--pixels", "600", "--unlabelled", "255"});
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json document = run.document();
  CHECK(document["rows"] == 600);
  CHECK(document["labels"]["classes"] == 3);
  CHECK(document["labels"]["class_rows"] == json::array({200, 200, 200}));
  CHECK(document["groups"]["count"] == kImages);
  CHECK(document["inputs"].size() == 3);
  CHECK(document["per_class"].is_null());
  bool said = false;
  for (const json& warning : document["warnings"]) said |= warning["code"] == "pixels-sampled";
  CHECK(said);
  const RunOutcome again = images.run({"--pixels", "600", "--unlabelled", "255", "--threads", "1"});
  CHECK(comparable(again.document())["teachers"] == comparable(document)["teachers"]);
}

TEST_CASE("rank: each class against the others, in the document, on the terminal and the page") {
  const Images images;
  const RunOutcome run = images.run(
      {"--pixels", "450", "--unlabelled", "255", "--per-class", "-o", images.folder.path("out")});
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json document = run.document();
  REQUIRE(document["per_class"].size() == 3);
  for (std::size_t c = 0; c < 3; ++c) {
    const json& entry = document["per_class"][c];
    CHECK(entry["class"] == std::to_string(c));
    CHECK(entry["rows"] == 150);
    REQUIRE(entry["teachers"].size() == 1);
    CHECK(entry["teachers"][0]["margin"]["nats"].is_number());
  }
  // The student tells class 2 from the others and 0 from 1 not at all.
  const auto known = [&](std::size_t c) {
    return document["per_class"][c]["teachers"][0]["i_student_labels"]["nats"].get<double>();
  };
  CHECK(known(2) > known(0) + 0.02);
  CHECK(known(2) > known(1) + 0.02);
  std::ifstream page(images.folder.path("out") + "/report.html");
  const std::string html((std::istreambuf_iterator<char>(page)), {});
  CHECK(html.find("Each class against all others") != std::string::npos);
  const RunOutcome table = run_cch({"report", images.folder.path("out")});
  CHECK(table.code == 0);
  CHECK(table.out_has("Each class against all others"));
}

TEST_CASE("rank: pixels and what does not go with them") {
  const Images images;
  const auto refused = [&](const std::vector<std::string>& more, int code, const char* what) {
    const RunOutcome run = images.run(more);
    CHECK(run.code == code);
    CAPTURE(run.err);
    CHECK(run.err_has(what));
  };
  refused({"--pixels", "100", "--first-rows", "5"}, 2, "--first-rows and --pixels");
  refused({"--channels", "last"}, 2, "--channels has no use");
  refused({"--pixels", "100", "--scenario", "more-labels"}, 2,
          "--scenario more-labels and --pixels");
  refused({"--pixels", "100", "--channels", "middle"}, 2, "unknown-channel-order");
  refused({"--pixels", "100", "--unlabelled", "cat"}, 2, "no number");
  refused({"--pixels", "100", "--teacher",
           "t=" + images.folder.write(
                      "t.npy", npy("<f4", "(2, 1, 1, 1)", raw(std::vector<float>{0.0F, 1.0F})))},
          3, "2 images");
  const WorldFiles rows;
  CHECK(run_cch(rows.rank({"--per-class"})).err_has("--per-class has no use"));
  CHECK(run_cch(rows.rank({"--pixels", "50"})).err_has("not-images"));
}

TEST_CASE("rank: a mask of 0 and 255 has two classes, and 255 is pointed out") {
  Images images;
  const auto run = [&](const std::vector<std::uint8_t>& labels, std::vector<std::string> more) {
    const auto at = std::find(images.rank.begin(), images.rank.end(), "--labels") + 1;
    *at = images.folder.write("m.npy", npy("|u1", "(30, 8, 8)", raw(labels)));
    more.insert(more.end(), {"--pixels", "300"});
    return images.run(more);
  };
  Random random(5);
  std::vector<std::uint8_t> y(kImages * kSide * kSide);
  for (std::uint8_t& v : y) v = random.below(2) == 0 ? 0 : 255;
  const RunOutcome taken = run(y, {});
  REQUIRE(taken.code == 0);
  CHECK(json::parse(taken.out)["labels"]["classes"] == 2);
  CHECK(taken.out_has("two-valued-mask"));
  const RunOutcome ignored = run(y, {"--unlabelled", "255"});
  CHECK(ignored.code == 3);
  CHECK(ignored.err.find("one-class") != std::string::npos);
  for (std::size_t i = 0; i < y.size(); i += 20) y[i] = static_cast<std::uint8_t>(i % 256);
  const RunOutcome refused = run(y, {});
  CHECK(refused.code == 3);
  CHECK(refused.err.find("values between 0 and 255") != std::string::npos);
}

}  // namespace
}  // namespace cch::test
