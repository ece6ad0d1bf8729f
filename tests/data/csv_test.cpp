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

std::string utf16(const std::string& ascii, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) out += big ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
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

TEST_CASE("csv: a column that numbers or names the rows is no data") {
  for (const std::string name : {"", "Unnamed: 0", "index"}) {
    CAPTURE(name);
    for (const std::string rows :
         {"0,.5,1\n1,.25,1\n", "1,.5,1\n2,.25,1\n", "17,.5,1\n3,.25,1\n", "p1,.5,1\np2,.25,1\n"}) {
      CAPTURE(rows);
      const CsvTable table = parse(name + ",a,b\n" + rows);
      CHECK(table.index_columns() == 1);
      CHECK(table.numbers().shape() == std::vector<std::size_t>{2, 2});
      CHECK(table.numbers().matrix(2)(1, 0) == 0.25);
    }
  }
  CHECK(parse("Unnamed: 0.1,Unnamed: 0,a\n0,0,.5\n1,1,.25\n").index_columns() == 2);
  // Measured values, a name of one's own, the only column, no names at all.
  CHECK(parse(",a\n0.5,1\n1.5,2\n").index_columns() == 0);
  CHECK(parse("index,a\n7,1\n7,2\n").index_columns() == 0);
  CHECK(parse("time,a\n0,1\n1,2\n").index_columns() == 0);
  CHECK(parse("index\n0\n1\n").index_columns() == 0);
  CHECK(parse("0,5\n1,6\n2,7\n").index_columns() == 0);
}

TEST_CASE("csv: names that count the columns are names") {
  const CsvTable table = parse(",0,1\n0,5,6\n1,7,8\n");
  CHECK(table.header());
  CHECK(table.numbers().shape() == std::vector<std::size_t>{2, 2});
  CHECK(parse("0,1\n.5,.25\n").rows() == 1);
  CHECK_FALSE(parse("0,1\n2,3\n").header());  // np.arange, say
}

TEST_CASE("csv: a first row that is one name short, as R writes it") {
  const Fault short_header = fault("\"a\",\"b\"\n\"1\",.5,2\n\"2\",.25,3\n");
  CHECK(short_header.code == "short-header");
  CHECK(short_header.problem.find("2 names") != std::string::npos);
  CHECK(short_header.problem.find("3 fields") != std::string::npos);
  CHECK(short_header.action.find("row.names = FALSE") != std::string::npos);
  CHECK(fault("1,2\n3,4,5\n").code == "ragged-row");
  CHECK(fault("a,b\n3,4,-5,-6\n").code == "ragged-row");
}

TEST_CASE("csv: a decimal comma is read where nothing else can be meant") {
  for (const std::string text :
       {"a;b\n1,8268;-0,5\n-3,25;7\n", "1,8268;-0,5\r\n-3,25;7\r\n",
        "a\tb\n1,8268\t-0,5\n-3,25\t7\n", "a,b\n\"1,8268\",\"-0,5\"\n\"-3,25\",7\n"}) {
    CAPTURE(text);
    const CsvTable table = parse("\xEF\xBB\xBF" + text);
    REQUIRE(table.cols() == 2);
    CHECK(table.rows() == 2);
    CHECK(table.decimal_comma());
    const Matrix m = table.numbers().matrix(2);
    CHECK(m(0, 0) == 1.8268);
    CHECK(m(0, 1) == -0.5);
    CHECK(m(1, 0) == -3.25);
    CHECK(m(1, 1) == 7.0);
  }
  const CsvTable lines = parse("1,5\n-0,25\n", "", Separator::none);
  CHECK(lines.numbers().matrix(2)(1, 0) == -0.25);
  CHECK_FALSE(parse("a;b\n1.5;2\n").decimal_comma());
  // 1,234 alone may be thousands; beside 0,5 it is not.
  CHECK(fault("a;b\n1,234;2\n").code == "decimal-comma");
  CHECK(parse("a;b\n1,234;0,5\n").numbers().matrix(1)(0, 0) == 1.234);
  CHECK(fault("a;b\n1,5;2.5\n").code == "decimal-comma");
  CHECK(fault("a;b\n1,234;2.5\n").code == "thousands-separator");
}

TEST_CASE("csv: a first line that says the separator is no row") {
  const CsvTable table = parse("sep=;\r\na;b\r\n1,5;2\r\n");
  CHECK(table.columns() == std::vector<std::string>{"a", "b"});
  CHECK(table.line(0) == 3);
  CHECK(table.numbers().matrix(1)(0, 0) == 1.5);
  CHECK(parse("sep=|\n1|2\n").cols() == 2);
  CHECK(parse("sep=1,b\n1,2\n").columns()[0] == "sep=1");
  CHECK(fault("sep=;\n").code == "no-rows");
}

TEST_CASE("csv: blanks part lines of equally many numbers, as numpy.savetxt writes them") {
  for (const Separator separator : {Separator::automatic, Separator::none}) {
    const CsvTable table = parse("1.5 2.5\n3\t 4\n", "", separator);
    REQUIRE(table.cols() == 2);
    CHECK(table.numbers().matrix(2)(1, 1) == 4.0);
    const CsvTable padded = parse("   1.500   -2.5\r\n -13.250 4e-3  \r\n\r\n", "", separator);
    CHECK(padded.numbers().matrix(2)(1, 1) == 4e-3);
    const CsvTable named = parse("# made by hand\n# a b\n1 2\n3 4\n# end\n", "", separator);
    CHECK(named.columns() == std::vector<std::string>{"a", "b"});
    CHECK(named.rows() == 2);
    CHECK(named.line(1) == 4);
    CHECK(parse("# one two three\n1 2\n3 4\n", "", separator).columns()[0] == "0");
    CHECK(parse("a b\n1 2\n3 4\n", "b", separator).columns()[1] == "b");
  }
  const Fault blanks = fault("1.5 2.5\n3 x\n");
  CHECK(blanks.code == "not-numeric");
  CHECK(blanks.why.find("blanks") != std::string::npos);
}

TEST_CASE("csv: a .txt file has one value a line unless every line has as many numbers") {
  const auto columns = [](const std::string& text) {
    return parse(text, "", Separator::none).cols();
  };
  CHECK(columns("1.5,2.5\n3,4.25\n") == 2);
  CHECK(columns("1;2\n3;4\n") == 2);
  CHECK(columns("1\t2\n3\t4\n") == 2);
  CHECK(columns("1,5\n2,25\n") == 1);      // decimal commas
  CHECK(columns("1 234\n56 789\n") == 1);  // thousands
  CHECK(columns("new york\nlos angeles\n") == 1);
  CHECK(columns("p 1\np 2\n") == 1);
  CHECK(columns("1 2\n3\n") == 1);
}

TEST_CASE("csv: numbers too small for a double are 0 or subnormal, not words") {
  const CsvTable table = parse("a,b\n1e-310,1e-400\n-4.9e-324,-1e-999\n");
  CHECK(table.header());
  const Matrix values = table.numbers().matrix(2);
  CHECK(values(0, 0) == 1e-310);
  CHECK(values(0, 1) == 0.0);
  CHECK(values(1, 0) == -4.9e-324);
  CHECK(values(1, 1) == 0.0);
  CHECK(table.column(1).dtype() == DType::f64);
}

TEST_CASE("csv: words for what is not known are gaps, and a column of gaps is to be dropped") {
  const Fault some = fault("a,b\n1,2\n3,NA\n");
  CHECK(some.code == "missing-value");
  CHECK(some.why.find("1 in 2 rows") != std::string::npos);
  CHECK(some.action.find("these rows") != std::string::npos);
  for (const char* text : {"a,b\n1,NA\n3,NA\n", "a,b\n1,\n3,\n", "a,b\n1,[Not Available]\n3,\n"}) {
    const Fault all = fault(text);
    CHECK(all.code == "missing-value");
    CHECK(all.action.find("Drop the column 'b'") != std::string::npos);
  }
}

TEST_CASE("csv: halves of numbers with a decimal comma are no columns") {
  const Fault halves = fault("1,8268\n-3,0783\n0,9581\n");
  CHECK(halves.code == "decimal-comma");
  CHECK(halves.problem.find("'-3' and '0783'") != std::string::npos);
  CHECK(fault("-0,5\n1,5\n").code == "decimal-comma");
  CHECK(fault("1,05,2,5\n1,5,2,5\n").code == "decimal-comma");
  CHECK(fault("a\n1,8268\n-3,5\n").code == "decimal-comma");
  CHECK(fault("a,b\n1,8268,0,5\n-3,5,1,2\n").code == "decimal-comma");
  // Nothing tells; with names, signs or a point there is no doubt.
  const std::string whole = "12,5\n13,1\n9,4\n7,7\n8,2\n";
  CHECK(fault(whole).code == "decimal-comma");
  CHECK(parse("a,b\n" + whole).numbers().shape() == std::vector<std::size_t>{5, 2});
  CHECK(fault(whole + "3,-2\n").code.empty());
  CHECK(fault(whole + "3.0,2\n").code.empty());
  CHECK(fault("12,5,1\n13,1,2\n9,4,3\n7,7,4\n8,2,5\n").code.empty());
  CHECK(fault("id,zip\n1,01234\n").code.empty());
}

TEST_CASE("csv: thousands separators are refused by name, not misread") {
  for (const std::string number :
       {"6 826 756",
        "6\xC2\xA0"
        "826",
        "6\xE2\x80\xAF"
        "826",
        "6'826", "6.826.756", "6.826,5", "\"6,826,756\"", "\"6,826.5\""}) {
    CAPTURE(number);
    CHECK(fault("a;b\n" + number + ";1\n").code == "thousands-separator");
  }
  for (const std::string word : {"6 82", "1.2.3", "2024-01-05", "12:30", "1 000 000x", "a 000"}) {
    CAPTURE(word);
    CHECK(fault("a;b\n1;2\n" + word + ";1\n").code == "not-numeric");
  }
}

TEST_CASE("csv: UTF-16 with its byte order mark is read, other codes are refused by name") {
  for (const bool big : {false, true}) {
    const CsvTable table = parse(utf16("a\tb\r\n1.8268\t0.5\r\n-3.25\t7\r\n", big));
    CHECK(table.utf16());
    CHECK(table.columns() == std::vector<std::string>{"a", "b"});
    CHECK(table.numbers().matrix(2)(1, 0) == -3.25);
  }
  CHECK_FALSE(parse("a,b\n1,2\n").utf16());
  CHECK(fault(std::string("\xFF\xFE\0\0a\0\0\0", 8)).problem.find("UTF-32") != std::string::npos);
  CHECK(fault(utf16("a\n1\n", false).substr(2)).problem.find("UTF-16") != std::string::npos);
  CHECK(fault(utf16("1\n2\n", true) + "x").code == "bad-text");
  const std::string snowman("\xFF\xFE\x3D\xD8\x00\xDE\n\0", 8);  // U+1F600, two units
  CHECK(parse(snowman).cell(0, 0) == "\xF0\x9F\x98\x80");
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
