#include "tools/cch/visible.hpp"

#include <sstream>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

std::string shown(const std::string& text, std::vector<std::string> own = {}) {
  std::ostringstream to;
  VisibleStream stream(to, own);
  stream << text << std::flush;
  std::ostringstream byte_by_byte;
  VisibleStream slow(byte_by_byte, own);
  for (const char c : text) slow.put(c);
  slow.flush();
  CHECK(byte_by_byte.str() == to.str());
  return to.str();
}

TEST_CASE("visible: control characters are written out, text in any script passes") {
  CHECK(shown("a\x1b[31mb\x07"
              "c\rd\x7f") == "a\\x1b[31mb\\x07c\\x0dd\\x7f");
  CHECK(shown("tab\tand\nline") == "tab\tand\nline");
  CHECK(shown("ÄÂ¥ 中文 é…") == "ÄÂ¥ 中文 é…");
  CHECK(shown("c1 \xc2\x9b"
              "31m \xc2\xa0") == "c1 \\x9b31m \xc2\xa0");
  CHECK(shown("cut \xc2") == "cut \xc2");
  CHECK(shown(std::string("nul\0.", 5)) == "nul\\x00.");
}

TEST_CASE("visible: own sequences pass whole, and nothing that only begins like one") {
  const std::vector<std::string> own{"\x1b[1m", "\x1b[31m", "\r\x1b[K"};
  CHECK(shown("\x1b[1mbold\x1b[31mred", own) == "\x1b[1mbold\x1b[31mred");
  CHECK(shown("\x1b[2J", own) == "\\x1b[2J");
  CHECK(shown("\x1b[3", own) == "\\x1b[3");
  CHECK(shown("\x1b\x1b[1m", own) == "\\x1b\x1b[1m");
  CHECK(shown("\rhidden", own) == "\\x0dhidden");
  CHECK(shown("\r\x1b[Kbar", own) == "\r\x1b[Kbar");
}

TEST_CASE("visible: whatever is given a hostile name, no control character reaches the terminal") {
  const std::string hostile = "x\x1b[2J\x07\r\x9b";
  const test::WorldFiles files;
  const std::string table =
      files.folder.write("h.csv", "a\x1b[31m,\"b\x07\"\n1,2\n3,4\n5,6\n7,8\n9,10\n");
  const std::vector<std::vector<std::string>> lines{
      {hostile},
      {"rank", hostile + ".toml"},
      {"rank", "--" + hostile},
      {"rank", "--student", hostile + "=" + files.student, "--teacher",
       files.teacher + ":" + hostile, "--labels", files.labels},
      {"inspect", table},
      {"inspect", hostile},
      {"estimate", "ksg1", hostile, hostile},
      {"explain", hostile},
      {"check", hostile},
      {"compare", hostile},
      {"report", hostile},
      {"train", hostile},
      {"gaussian", "sweep", hostile},
  };
  for (const auto& line : lines) {
    CAPTURE(line.front());
    const test::RunOutcome run = test::run_cch(line);
    for (const char c : run.out + run.err) {
      CHECK((c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20));
    }
  }
}

TEST_CASE("visible: results that cannot be written are said, with exit code 1") {
  std::ostringstream err;
  std::ostream nowhere(nullptr);
  Terminal terminal{nowhere, err};
  CHECK(run_program({"doctor"}, terminal) == 1);
  CHECK(err.str().find("cannot-write") != std::string::npos);
}

}  // namespace
}  // namespace cch
