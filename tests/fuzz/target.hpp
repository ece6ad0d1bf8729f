#pragma once

// What reads foreign bytes, each as a function of them: for the tests of this folder, which change
// valid files at random, and for libFuzzer (fuzzer.cpp), which looks for changes that reach new
// code.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/data/bytes.hpp"

namespace cch::fuzz {

struct Target {
  std::string name;
  /// Reads the bytes and uses every value. Throws an Error for what it refuses and nothing else.
  std::function<void(std::string_view)> read;
  /// Valid files, made at run time: by the writers of tests/data/files.hpp, or by the program.
  std::function<std::vector<std::string>()> seeds;
  std::size_t rounds = 4000;  ///< of the test; fewer where a round goes through files or a page
  bool refuses = true;        ///< some bytes; false: what cannot be read counts as absent
};

std::vector<Target> array_targets();
std::vector<Target> picture_targets();
std::vector<Target> study_targets();
std::vector<Target> stored_targets();
/// All of them; names are unique.
std::vector<Target> targets();

enum class Outcome { read, refused };
/// Runs a target. Whatever it throws other than an Error comes through, and so does an Error
/// without a code or with the code of a defect, as std::logic_error.
Outcome run(const Target& target, std::string_view bytes);

/// Writes the bytes to a file of this process that is overwritten by the next call with this name,
/// and returns its path: for readers that take paths. A name may have folders. All lie in memory
/// where there is such a place.
std::string in_file(const std::string& name, std::string_view bytes);

}  // namespace cch::fuzz
