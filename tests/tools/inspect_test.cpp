#include "tools/cch/inspect.hpp"

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;

TEST_CASE("cch inspect: faultless files, text") {
  const test::TempFolder folder;
  const std::string file =
      folder.write("x.npy", npy("<f4", "(2, 2)", raw(std::vector<float>{1, 2, 3, 4})));
  std::ostringstream out;
  std::ostringstream err;
  CHECK(run_inspect({{file}, false}, out, err) == 0);
  CHECK(out.str().find("(2, 2) float32, C order, 16 bytes") != std::string::npos);
  CHECK(out.str().find("range 1 to 4, mean 2.5") != std::string::npos);
  CHECK(err.str().empty());
}

TEST_CASE("cch inspect: faults go to the error stream, and one bad file does not hide the others") {
  const test::TempFolder folder;
  const std::string good = folder.write("x.npy", npy("|u1", "(2,)", "ab"));
  const std::string bad = folder.write("y.npy", npy("<f8", "(1,)", raw(std::vector<double>{NAN})));
  std::ostringstream out;
  std::ostringstream err;
  CHECK(run_inspect({{folder.path("absent"), bad, good}, false}, out, err) == 3);
  CHECK(err.str().find("error: there is no file") != std::string::npos);
  CHECK(err.str().find("first at row 0, column 0") != std::string::npos);
  CHECK(out.str().find("distinct values: 2") != std::string::npos);
}

TEST_CASE("cch inspect: what is read otherwise than it stands, and what cannot be read") {
  const test::TempFolder folder;
  const auto inspect = [&](const std::string& name, const std::string& bytes) {
    std::ostringstream out;
    std::ostringstream err;
    run_inspect({{folder.write(name, bytes)}, true}, out, err);
    return nlohmann::json::parse(out.str())["files"][0];
  };
  const auto index = inspect("index.csv", ",a\n0,.5\n1,.25\n");
  CHECK(index.dump().find("was left out") != std::string::npos);
  const auto comma = inspect("comma.csv", "a;b\n1,5;2\n-0,5;3\n");
  CHECK(comma["arrays"][0]["mean"] == 0.5);
  CHECK(comma["arrays"][0]["dtype"] == "float64");
  const auto halves = inspect("halves.csv", "1,8268\n-3,0783\n");
  CHECK(halves["faults"][0]["code"] == "decimal-comma");
  const std::vector<double> hot{1, 0, 0, 1};
  CHECK(inspect("hot.npy", npy("<f8", "(2, 2)", raw(hot))).dump().find("one-hot") !=
        std::string::npos);
}

TEST_CASE("cch inspect --json: one document, faults included") {
  const test::TempFolder folder;
  const std::string file = folder.write(
      "z.npz", test::zip({{"a.npy", npy("|u1", "(2,)", "ab")}, {"b.npy", npy("|O", "(1,)", "x")}}));
  std::ostringstream out;
  std::ostringstream err;
  CHECK(run_inspect({{file}, true}, out, err) == 3);
  CHECK(err.str().empty());
  const auto document = nlohmann::json::parse(out.str());
  CHECK(document["schema"] == "cch.inspect/1");
  CHECK(document["version"].is_string());
  const auto& arrays = document["files"][0]["arrays"];
  REQUIRE(arrays.size() == 2);
  CHECK(arrays[0]["key"] == "a");
  CHECK(arrays[0]["maximum"] == 98.0);
  CHECK(arrays[1]["faults"][0]["code"] == "object-dtype");
  CHECK(arrays[1]["mean"].is_null());
}

}  // namespace cch
