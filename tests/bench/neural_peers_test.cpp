// The script needs nothing but Python to say what it lacks.

#include <sys/wait.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

struct Outcome {
  int code = 0;
  std::string words;
};

Outcome run(const test::TempFolder& folder, const std::string& arguments) {
  const std::string script = std::string(CCH_SOURCE_DIR) + "/tools/bench/neural_peers.py";
  const std::string log = folder.path("log");
  const std::string command = "python3 '" + script + "' " + arguments + " > '" + log + "' 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream in(log);
  return {WEXITSTATUS(status), {std::istreambuf_iterator<char>(in), {}}};
}

bool has_python() {
  if (std::system("python3 -c '' > /dev/null 2>&1") == 0) return true;
  std::cout << "cch-skip: there is no python3\n";
  return false;
}

}  // namespace

TEST_CASE("neural peers: a folder without draws is refused") {
  if (!has_python()) return;
  const test::TempFolder folder;
  const Outcome outcome = run(folder, "'" + folder.path("") + "'");
  CHECK(outcome.code == 2);
  CHECK(outcome.words.find("cch-accuracy --export") != std::string::npos);
}

TEST_CASE("neural peers: a package that is not there is named, and no number is made up") {
  if (!has_python()) return;
  const test::TempFolder folder;
  (void)folder.write("truth.json",
                     R"({"task":"a","set":"s","n":9,"seed":1,"labels":false,"truth_nats":1.0})");
  // A package of this name that cannot be imported, whatever is installed.
  (void)folder.write("bmi.py", "raise ImportError('not here')\n");
  const Outcome outcome = run(folder, "'" + folder.path("") + "' --peer mine --path '" +
                                          folder.path("") + "' --out '" + folder.path("o") + "'");
  CHECK(outcome.code == 1);
  CHECK(outcome.words.find("pip install benchmark-mi") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("o")));
}

}  // namespace cch
