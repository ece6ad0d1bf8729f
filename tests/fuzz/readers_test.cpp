// Damages valid files at random places: every reader either reads the result or refuses it with an
// Error that has a code. tools/dev/fuzz goes further, with libFuzzer.

#include <map>
#include <set>
#include <string>

#include "cch/core/random.hpp"
#include "support/test.hpp"
#include "tests/fuzz/target.hpp"

namespace cch::fuzz {
namespace {

/// One to four changes: a byte, a bit, a cut, a repeated part, a character that formats use.
std::string damaged(std::string file, Random& random) {
  const std::size_t changes = 1 + random.below(4);
  for (std::size_t i = 0; i < changes && !file.empty(); ++i) {
    const std::size_t at = random.below(file.size());
    switch (random.below(5)) {
      case 0:
        file[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        file[at] = static_cast<char>(file[at] ^ (1 << random.below(8)));
        break;
      case 2:
        file.resize(at);
        break;
      case 3:
        file.insert(at, file.substr(at, 1 + random.below(16)));
        break;
      default:
        file[at] = "0123456789(),:'\"{}<>|\n"[random.below(22)];
        break;
    }
  }
  return file;
}

/// Every seed is read; of the damaged ones some are read and some refused, or the damage is not
/// what it is meant to be.
void attack(const Target& target) {
  CAPTURE(target.name);
  const std::vector<std::string> seeds = target.seeds();
  REQUIRE_FALSE(seeds.empty());
  Random random(derive_seed(1, target.name));
  std::map<Outcome, std::size_t> outcomes;
  for (const std::string& seed : seeds) outcomes[run(target, seed)] += 1;
  CHECK(outcomes[Outcome::read] > 0);
  for (std::size_t round = 0; round < target.rounds; ++round) {
    const std::string text = damaged(seeds[random.below(seeds.size())], random);
    CAPTURE(text);
    Outcome outcome = Outcome::read;
    CHECK_NOTHROW(outcome = run(target, text));
    outcomes[outcome] += 1;
  }
  CHECK(outcomes[Outcome::read] > 0);
  CHECK((outcomes[Outcome::refused] > 0) == target.refuses);
}

void attack_all(const std::vector<Target>& some) {
  for (const Target& target : some) attack(target);
}

}  // namespace

TEST_CASE("fuzz: arrays and tables") {
  attack_all(array_targets());
}
TEST_CASE("fuzz: pictures and manifests") {
  attack_all(picture_targets());
}
TEST_CASE("fuzz: study files") {
  attack_all(study_targets());
}
TEST_CASE("fuzz: stored results") {
  attack_all(stored_targets());
}

TEST_CASE("fuzz: names of targets are unique") {
  std::set<std::string> names;
  for (const Target& target : targets()) CHECK(names.insert(target.name).second);
}

}  // namespace cch::fuzz
