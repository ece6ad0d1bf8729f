#include "cch/data/csv.hpp"

#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

namespace {

CsvTable parse(const std::string& text, const std::string& key = "",
               Separator separator = Separator::automatic) {
  return CsvTable::parse(test::to_bytes(text), "x.csv", separator, key);
}
Fault fault(const std::string& text) {
  try {
    static_cast<void>(parse(text).numbers());
  } catch (const Error& error) {
    return error.faults().front();
  }
  return {};
}

}  // namespace

TEST_CASE("csv: a header is told by numbers below words") {
  const CsvTable table = parse("a,b\n1,2.5\n3,4\n");
  CHECK(table.header());
  CHECK(table.columns() == std::vector<std::string>{"a", "b"});
  CHECK(table.rows() == 2);
  CHECK(table.line(0) == 2);
  CHECK(table.numbers().matrix(2)(0, 1) == 2.5);
  CHECK(table.column(0).dtype() == DType::i64);
  CHECK(table.column(1).dtype() == DType::f64);
  CHECK_FALSE(parse("1,2\n3,4\n").header());
  CHECK(parse("1,2\n3,4\n").columns() == std::vector<std::string>{"0", "1"});
}

TEST_CASE("csv: a header is told among words by its name, its key or by repetition below") {
  CHECK(parse("Label\ncat\ndog\n").header());
  CHECK(parse("species\ncat\ndog\n", "species").header());
  CHECK(parse("species\ncat\ndog\ncat\ndog\n").header());
  CHECK_FALSE(parse("cat\ndog\ncat\n").header());
  CHECK_FALSE(parse("cat\ndog\nbird\n").header());
}

TEST_CASE("csv: quotes, line ends, separators and byte order mark") {
  const CsvTable table = parse("\xEF\xBB\xBFid,text\r\np1,\"a, \"\"b\"\"\nc\"\r\np2,plain");
  CHECK(table.header());
  CHECK(table.cell(0, 1) == "a, \"b\"\nc");
  CHECK(table.cell(1, 1) == "plain");
  CHECK(table.line(1) == 4);
  CHECK(parse("a;b\n1;2\n").cols() == 2);
  CHECK(parse("a,b\tc\n1,5\t2\n", "", Separator::tab).columns() ==
        std::vector<std::string>{"a,b", "c"});
  CHECK(parse("x, y\nz, w\n", "", Separator::none).cell(0, 0) == "x, y");
  CHECK(parse("a,b\n1,2\n\n").rows() == 1);
}

TEST_CASE("csv: numbers are read whatever the sign and exponent, and nothing else passes for one") {
  const CsvTable table = parse("+1.5,-2e-3, 7 \n");
  CHECK(table.numbers().matrix(1)(0, 0) == 1.5);
  CHECK(table.numbers().matrix(1)(0, 1) == -2e-3);
  CHECK(table.numbers().matrix(1)(0, 2) == 7.0);
  CHECK(fault("1,0x10\n").code == "not-numeric");
  CHECK(fault("1,1e999\n").code == "not-numeric");
  CHECK(fault("1,1.5abc\n").code == "not-numeric");
}

TEST_CASE("csv: gaps and ragged rows are refused with their line") {
  CHECK(fault("1,2\n3\n").code == "ragged-row");
  CHECK(fault("1,2\n3\n").where == "x.csv, line 2");
  CHECK(fault("a,b\n1,2\n3,\n").code == "missing-value");
  CHECK(fault("a,b\n1,2\n3,\n").where == "x.csv, line 3, column 'b'");
  CHECK(fault("1\n\n2\n").code == "missing-value");
  CHECK(fault("1,2\n\n3,4\n").code == "ragged-row");
}

TEST_CASE("csv: malformed text") {
  CHECK(fault("1,\"2\n3,4\n").code == "unterminated-quote");
  CHECK(fault("1,\"2\"x\n").code == "bad-quote");
  CHECK(fault("1,\xFF\n").code == "bad-text");
  CHECK(fault(std::string("1,\0", 3)).code == "bad-text");
  CHECK(fault("a,a\n1,2\n").code == "duplicate-key");
  CHECK(fault("\xEF\xBB\xBF").code == "no-rows");
  CHECK(fault("id,label\n").code == "no-rows");
}

}  // namespace cch
