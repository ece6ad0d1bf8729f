#include "tools/cch/child.hpp"

#include <unistd.h>

#include <csignal>

namespace cch {

int start_child(std::vector<std::string> command, const posix_spawn_file_actions_t* actions,
                pid_t& child) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int failed =
      ::posix_spawnp(&child, arguments.front(), actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

}  // namespace cch
