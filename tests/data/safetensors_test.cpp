#include "cch/data/safetensors.hpp"

#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::raw;
using test::safetensors;
using test::to_bytes;

namespace {

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}

Array read(const std::string& header, const std::string& data, const std::string& key = "") {
  return SafetensorsFile(to_bytes(safetensors(header, data)), "x.safetensors").array(key);
}
std::string refusal(const std::string& header, const std::string& data,
                    const std::string& key = "") {
  return test::fault_code([&] { read(header, data, key); });
}

const std::string kData(16, '\1');

}  // namespace

TEST_CASE("safetensors: tensors, metadata and key order") {
  const std::string header = R"({"__metadata__":{"format":"pt"},)" +
                             entry("z", "F32", "[2,1]", "[0,8]") + "," +
                             entry("a", "BF16", "[4]", "[8,16]") + "}";
  const std::string data =
      raw(std::vector<float>{1.5F, -2.0F}) + raw(std::vector<std::uint16_t>(4, 0x3F80));
  CHECK(SafetensorsFile(to_bytes(safetensors(header, data)), "x").keys() ==
        std::vector<std::string>{"z", "a"});
  CHECK(read(header, data, "z").matrix(2)(1, 0) == -2.0);
  CHECK(read(header, data, "a").matrix(4)(3, 0) == 1.0);
  CHECK(refusal(header, data) == "key-needed");
  CHECK(refusal(header, data, "y") == "unknown-key");
}

TEST_CASE("safetensors: offsets must lie inside, apart and without gaps") {
  CHECK(refusal("{" + entry("a", "U8", "[16]", "[0,16]") + "}", kData).empty());
  CHECK(refusal("{" + entry("a", "U8", "[17]", "[0,17]") + "}", kData) == "offsets-out-of-range");
  CHECK(refusal("{" + entry("a", "U8", "[4]", "[8,4]") + "}", kData) == "offsets-out-of-range");
  CHECK(refusal("{" + entry("a", "U8", "[10]", "[0,10]") + "," +
                    entry("b", "U8", "[10]", "[6,16]") + "}",
                kData, "a") == "offsets-overlap");
  CHECK(refusal(
            "{" + entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[8]", "[8,16]") + "}",
            kData, "a") == "offsets-gap");
  CHECK(refusal("{" + entry("a", "U8", "[8]", "[0,8]") + "}", kData) == "offsets-gap");
}

TEST_CASE("safetensors: shape, type and bytes must agree") {
  CHECK(refusal("{" + entry("a", "F64", "[3]", "[0,16]") + "}", kData) == "size-mismatch");
  CHECK(refusal("{" + entry("a", "F64", "[4611686018427387904,4]", "[0,16]") + "}", kData) ==
        "shape-overflow");
  CHECK(refusal("{" + entry("a", "F8_E4M3", "[16]", "[0,16]") + "}", kData) == "unsupported-dtype");
}

TEST_CASE("safetensors: malformed headers") {
  const auto whole = [](const std::string& file) {
    return test::fault_code([&] { SafetensorsFile(to_bytes(file), "x"); });
  };
  CHECK(whole("1234") == "truncated");
  CHECK(whole(test::little(100, 8) + "{}") == "truncated");
  CHECK(whole(test::little(std::uint64_t{1} << 60, 8) + "{}") == "bad-header");
  CHECK(refusal("[1]", kData) == "bad-header");
  CHECK(refusal("{", kData) == "bad-header");
  CHECK(refusal(R"({"a":1})", kData) == "bad-header");
  CHECK(refusal("{" + entry("a", "U8", "[-16]", "[0,16]") + "}", kData) == "bad-header");
  CHECK(refusal("{" + entry("a", "U8", "[1.5]", "[0,16]") + "}", kData) == "bad-header");
  CHECK(refusal("{" + entry("a", "U8", "16", "[0,16]") + "}", kData) == "bad-header");
  CHECK(refusal("{" + entry("a", "U8", "[16]", "[0]") + "}", kData) == "bad-header");
  CHECK(refusal(
            "{" + entry("a", "U8", "[8]", "[0,8]") + "," + entry("a", "U8", "[8]", "[8,16]") + "}",
            kData) == "duplicate-key");
  CHECK(refusal(std::string(100000, '['), kData) == "bad-header");
  CHECK(refusal(R"({"a":)" + std::string(100000, '[') + std::string(100000, ']') + "}", kData) ==
        "bad-header");
  CHECK(refusal("{}", "") == "no-arrays");
}

// With a directory that is read again for each name, or walked at each entry, this takes minutes.
TEST_CASE("safetensors: a file of very many tensors is read, in the order of its header") {
  constexpr std::size_t kMany = 50000;
  std::string header = "{";
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::size_t name = kMany - i;
    header +=
        (i > 0 ? "," : "") + entry("t" + std::to_string(name), "U8", "[1]",
                                   "[" + std::to_string(i) + "," + std::to_string(i + 1) + "]");
  }
  const SafetensorsFile file(to_bytes(safetensors(header + "}", std::string(kMany, 'a'))), "x");
  REQUIRE(file.keys().size() == kMany);
  CHECK(file.keys().front() == "t50000");
  std::size_t bytes = 0;
  for (const std::string& key : file.keys()) bytes += file.array(key).rows();
  CHECK(bytes == kMany);
}

}  // namespace cch
