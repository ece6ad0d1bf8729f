#include "cch/data/npy.hpp"

#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::npy_with_header;
using test::raw;
using test::to_bytes;

namespace {

Array read(const std::string& file) {
  return parse_npy(to_bytes(file), "x.npy");
}
std::string refusal(const std::string& file) {
  return test::fault_code([&] { read(file); });
}
const std::string kTwo = raw(std::vector<double>{1.5, -2.0});

}  // namespace

TEST_CASE("npy: versions 1 to 3 read alike") {
  for (const int major : {1, 2, 3}) {
    const Array array = read(npy("<f8", "(2,)", kTwo, false, major));
    CHECK(array.shape() == std::vector<std::size_t>{2});
    CHECK(array.matrix(2)(1, 0) == -2.0);
  }
}

TEST_CASE("npy: every type of element") {
  const auto value = [](const std::string& descr, const std::string& data) {
    return read(npy(descr, "(1,)", data)).matrix(1)(0, 0);
  };
  CHECK(value("|b1", "\x01") == 1.0);
  CHECK(value("|i1", "\xFE") == -2.0);
  CHECK(value("|u1", "\xFE") == 254.0);
  CHECK(value("<i2", "\xFE\xFF") == -2.0);
  CHECK(value(">i2", "\xFF\xFE") == -2.0);
  CHECK(value(">u2", "\xFF\xFE") == 65534.0);
  CHECK(value("<i4", "\xFE\xFF\xFF\xFF") == -2.0);
  CHECK(value("<u4", "\xFE\xFF\xFF\xFF") == 4294967294.0);
  CHECK(value("<i8", "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == -2.0);
  CHECK(value(">u8", std::string("\0\0\0\0\0\0\1\0", 8)) == 256.0);
  CHECK(value("<f2", std::string("\x00\xC0", 2)) == -2.0);
  CHECK(value(">f4", std::string("\xC0\0\0\0", 4)) == -2.0);
}

TEST_CASE("npy: fixed-width strings, padding removed") {
  const Array s = read(npy("|S3", "(2,)", std::string("ab\0xyz", 6)));
  CHECK(s.text_at(0) == "ab");
  CHECK(s.text_at(1) == "xyz");
  const Array little = read(npy("<U2", "(1,)", std::string("\x2B\x73\0\0\0\0\0\0", 8)));
  CHECK(little.text_at(0) == "\xE7\x8C\xAB");
  const Array big = read(npy(">U1", "(1,)", std::string("\0\0\0\xF6", 4)));
  CHECK(big.text_at(0) == "\xC3\xB6");
}

TEST_CASE("npy: types that are not read are refused by name") {
  CHECK(refusal(npy("|O", "(2,)", kTwo)) == "object-dtype");
  CHECK(refusal(npy("<c16", "(1,)", kTwo)) == "unsupported-dtype");
  CHECK(refusal(npy("<M8[ns]", "(2,)", kTwo)) == "unsupported-dtype");
  CHECK(refusal(npy("<U0", "(2,)", "")) == "unsupported-dtype");
  CHECK(refusal(npy_with_header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}",
                                kTwo)) == "unsupported-dtype");
  CHECK(refusal(npy("|S2", "(2, 2)", "aabbccdd", true)) == "unsupported-dtype");
}

TEST_CASE("npy: truncated and lying files") {
  const std::string good = npy("<f8", "(2,)", kTwo);
  CHECK(refusal(good.substr(0, good.size() - 1)) == "truncated");
  CHECK(refusal(good.substr(0, 40)) == "truncated");
  CHECK(refusal(good.substr(0, 8)) == "truncated");
  CHECK(refusal(good + "x") == "size-mismatch");
  CHECK(refusal(npy("<f8", "(1,)", kTwo)) == "size-mismatch");
  CHECK(refusal(npy("<f8", "(3,)", kTwo)) == "truncated");
  CHECK(refusal("PK\x03\x04 not an array") == "bad-magic");
  CHECK(refusal(npy("<f8", "(2,)", kTwo, false, 4)) == "unsupported-version");
}

TEST_CASE("npy: shapes that overflow") {
  CHECK(refusal(npy("<f8", "(4611686018427387904, 4)", kTwo)) == "shape-overflow");
  CHECK(refusal(npy("<f8", "(2305843009213693952,)", kTwo)) == "shape-overflow");
  CHECK(refusal(npy("<f8", "(99999999999999999999999,)", kTwo)) == "shape-overflow");
  CHECK(refusal(npy("<f8", "(0, 4611686018427387904, 8)", "")) == "shape-overflow");
}

TEST_CASE("npy: malformed headers") {
  const auto header = [](const std::string& text) { return refusal(npy_with_header(text, kTwo)); };
  CHECK(header("") == "bad-header");
  CHECK(header("{'descr': '<f8', 'fortran_order': False}") == "bad-header");
  CHECK(header("{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}") == "bad-header");
  CHECK(header("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}") == "bad-header");
  CHECK(header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} x") == "bad-header");
  CHECK(header("{'descr': '<f8', 'fortran_order': False, 'shape': (2") == "bad-header");
  CHECK(header("{'descr': '<f8, 'fortran_order': False, 'shape': (2,)}") == "bad-header");
  CHECK(header("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}") ==
        "bad-header");
  CHECK(header("{'descr': 'f8', 'fortran_order': False, 'shape': (2,)}") == "bad-header");
  CHECK(refusal(std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", 12)) == "bad-header");
}

TEST_CASE("npy: strings that are not Unicode") {
  CHECK(refusal(npy("|S2", "(1,)", "\xC3(")) == "bad-text");
  CHECK(refusal(npy("<U1", "(1,)", std::string("\0\xD8\0\0", 4))) == "bad-text");
  CHECK(refusal(npy("<U1", "(1,)", std::string("\0\0\x11\0", 4))) == "bad-text");
}

TEST_CASE("npy: structured records are refused with the names of their fields") {
  const std::string header =
      "{'descr': [('speed', '<i4'), ('heart rate', '<f8', (2,)), (\"at\", [('x', '<f4')])], "
      "'fortran_order': False, 'shape': (2,)}";
  try {
    read(npy_with_header(header, kTwo));
    FAIL("records were read");
  } catch (const Error& error) {
    CHECK(error.faults().front().problem.find("speed, heart rate, at, x") != std::string::npos);
    CHECK(error.faults().front().action.find("a[\"speed\"]") != std::string::npos);
  }
}

}  // namespace cch
