// Damages valid files at random places: every reader either reads the result or refuses it with an
// Error.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/data/csv.hpp"
#include "cch/data/idx.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/safetensors.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

namespace {

using Reader = std::function<void(const Bytes&)>;

// Reads every value, so that an array that claims more than its bytes is caught by the sanitizers.
void use(const Array& array) {
  if (array.dtype() != DType::text) static_cast<void>(array.matrix(array.rows()));
  if (array.cols() == 1 && array.rows() > 0) static_cast<void>(array.text_at(array.rows() - 1));
}

std::string damage(std::string file, Random& random) {
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

struct Outcome {
  int read = 0;
  int refused = 0;
};

constexpr int kRounds = 4000;
constexpr int kFileRounds = 500;

Outcome attack(const std::string& name, const std::string& valid, const Reader& reader,
               int rounds = kRounds) {
  Random random(derive_seed(1, name));
  Outcome outcome;
  reader(test::to_bytes(valid));
  for (int round = 0; round < rounds; ++round) {
    try {
      reader(test::to_bytes(damage(valid, random)));
      ++outcome.read;
    } catch (const Error& error) {
      REQUIRE_FALSE(error.faults().empty());
      CHECK_FALSE(error.faults().front().code.empty());
      ++outcome.refused;
    }
  }
  return outcome;
}

// Both outcomes must occur, or the damage is not what it is meant to be.
void check_both(const Outcome& outcome) {
  CHECK(outcome.read > 0);
  CHECK(outcome.refused > 0);
}

const std::string kFloats =
    test::npy("<f4", "(3, 2)", test::raw(std::vector<float>{1, 2, 3, 4, 5, 6}));
const std::string kWords =
    test::npy("<U2", "(2,)", std::string("a\0\0\0\0\0\0\0b\0\0\0c\0\0\0", 16));

}  // namespace

TEST_CASE("fuzz: npy") {
  const Reader reader = [](const Bytes& bytes) { use(parse_npy(bytes, "x")); };
  check_both(attack("npy", kFloats, reader));
  check_both(
      attack("npy fortran", test::npy(">i2", "(2, 1, 3)", std::string(12, '\2'), true), reader));
  check_both(attack("npy text", kWords, reader));
}

TEST_CASE("fuzz: npz") {
  const Reader reader = [](const Bytes& bytes) {
    const NpzFile npz(bytes, "x");
    for (const std::string& key : npz.keys()) {
      use(npz.array(key, {.max_bytes = 1 << 20}));
    }
  };
  check_both(attack("npz", test::zip({{"a.npy", kFloats}, {"b.npy", kWords, true}}), reader));
}

TEST_CASE("fuzz: safetensors") {
  const std::string header =
      R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}})";
  check_both(attack("safetensors", test::safetensors(header, std::string(24, '\1')),
                    [](const Bytes& bytes) {
                      const SafetensorsFile tensors(bytes, "x");
                      for (const std::string& key : tensors.keys()) use(tensors.array(key));
                    }));
}

TEST_CASE("fuzz: csv") {
  const std::string table = "id,a,\"b \"\"c\"\"\"\np1,1,2.5\np2,\"3\",-4e1\n";
  check_both(attack("csv", table, [](const Bytes& bytes) {
    const CsvTable parsed = CsvTable::parse(bytes, "x", Separator::automatic);
    for (std::size_t col = 0; col < parsed.cols(); ++col) use(parsed.column(col));
  }));
}

// Through a file, because labels are read by name: their rows are parted and typed anew.
TEST_CASE("fuzz: labels of which some rows have none") {
  const test::TempFolder folder;
  LoadOptions options;
  options.unlabelled = "-1";
  const auto reader = [&](const std::string& name) -> Reader {
    return [&folder, &options, name](const Bytes& bytes) {
      const std::string text(reinterpret_cast<const char*>(bytes.view.data()), bytes.size());
      const LoadedLabels labels =
          load_labels(parse_source(folder.write(name, text)), LabelKind::discrete, options);
      CHECK(size(labels.labels) > 0);
    };
  };
  check_both(attack("labels csv", "label\n1\n\n0\n-1\n1\n", reader("y.csv"), kFileRounds));
  check_both(attack("labels npy",
                    test::npy("<i2", "(4,)", test::raw(std::vector<std::int16_t>{0, -1, 1, 1})),
                    reader("y.npy"), kFileRounds));
}

TEST_CASE("fuzz: idx") {
  check_both(attack("idx", test::idx({3, 2, 2}, std::string(12, '\3')),
                    [](const Bytes& bytes) { parse_idx(bytes, "x"); }));
}

}  // namespace cch
