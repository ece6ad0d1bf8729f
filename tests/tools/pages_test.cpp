// README.md and docs/tutorial.md say what the program prints (tools/dev/tutorial runs their
// commands).

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "support/test.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr int kSkipped = 77;

void check_page(const std::string& page) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path program = here / "../tools/cch/cch";
  const char* chosen = std::getenv("PYTHON");
  const std::string python = chosen != nullptr ? chosen : "python3";
#ifndef NDEBUG
  std::cout << "cch-skip: a debug build is too slow for the commands of " << page << '\n';
  return;
#endif
  if (!fs::exists(program)) {
    std::cout << "cch-skip: the program is not built beside its tests\n";
    return;
  }
  if (std::system((python + " -c '' > /dev/null 2>&1").c_str()) != 0) {
    std::cout << "cch-skip: there is no Python\n";
    return;
  }
  const std::string command = "'" + python + "' '" + CCH_SOURCE_DIR +
                              "/tools/dev/tutorial' --page " + page + " '" + program.string() +
                              "' 2>&1";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kSkipped) {
    std::cout << "cch-skip: " << page << " needs numpy and Fashion-MNIST\n";
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("long: README.md shows what the program prints") {
  check_page("README.md");
}

TEST_CASE("long: docs/tutorial.md shows what the program prints") {
  check_page("docs/tutorial.md");
}

}  // namespace
}  // namespace cch
