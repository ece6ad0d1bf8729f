// The targets under libFuzzer (tools/dev/fuzz): --target=NAME chooses one, --list prints their
// names, --seeds=FOLDER writes the valid files of a target there.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/fuzz/target.hpp"

namespace {

using cch::fuzz::Target;

Target chosen;

int list() {
  for (const Target& target : cch::fuzz::targets()) std::cout << target.name << '\n';
  return 0;
}

void choose(const std::string& name) {
  for (const Target& target : cch::fuzz::targets()) {
    if (target.name == name) chosen = target;
  }
  if (chosen.read) return;
  std::cerr << "there is no target '" << name << "' (see --list)\n";
  std::exit(2);
}

int write_seeds(const std::string& folder) {
  int number = 0;
  for (const std::string& seed : chosen.seeds()) {
    std::ofstream file(folder + "/seed-" + std::to_string(number++), std::ios::binary);
    file << seed;
    if (!file.flush()) return 1;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  std::string seeds;
  for (int i = 1; i < *argc; ++i) {
    const std::string argument = (*argv)[i];
    if (argument == "--list") std::exit(list());
    if (argument.starts_with("--target=")) choose(argument.substr(9));
    if (argument.starts_with("--seeds=")) seeds = argument.substr(8);
  }
  if (!chosen.read) {
    std::cerr << "give --target=NAME (see --list)\n";
    std::exit(2);
  }
  if (!seeds.empty()) std::exit(write_seeds(seeds));
  // What a target makes once, such as a trained study, is no part of the first input's time.
  static_cast<void>(cch::fuzz::run(chosen, {}));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What a target throws beside an Error ends the process.
  static_cast<void>(cch::fuzz::run(chosen, {reinterpret_cast<const char*>(data), size}));
  return 0;
}
