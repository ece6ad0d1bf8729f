// Files that cannot be used, through the program: each has an error code of its own.

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "tests/tools/bad_input.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::Case;
using test::kNaN;
using test::npy;
using test::npy_matrix;
using test::World;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One value of the teacher's features replaced.
std::function<Arguments(const World&)> with_value(double value) {
  return [value](const World& w) {
    auto values = World::values();
    values[2 * 17 + 1] = value;
    values[2 * 90] = value;
    return w.teacher(w.file("bad.npy", npy_matrix(values, 2)));
  };
}

std::function<Arguments(const World&)> teacher_bytes(const std::string& name,
                                                     const std::string& bytes) {
  return [=](const World& w) { return w.teacher(w.file(name, bytes)); };
}

const std::string kTensor =
    R"({"a":{"dtype":"F64","shape":[160,2],"data_offsets":[0,2560]},"b":{"dtype":"F64","shape":[1],"data_offsets":)";

std::vector<Case> bad_files() {
  test::ZipEntry bomb{"a.npy", npy("|u1", "(1000000,)", std::string(1000000, '\0')), true};
  bomb.declared_size = 4'000'000'000;
  return {
      {"NaN", 3, "non-finite-value", {"row 17", "column 1", "2 of 320"}, with_value(kNaN)},
      {"infinity",
       3,
       "non-finite-value",
       {"row 17", "column 1", "2 of 320"},
       with_value(-kInfinity)},
      {"object dtype",
       3,
       "object-dtype",
       {"objects.npy"},
       teacher_bytes("objects.npy", npy("|O", "(160,)", "x"))},
      {"truncated .npy",
       3,
       "truncated",
       {"cut.npy"},
       teacher_bytes("cut.npy", npy("<f8", "(160, 2)", std::string(800, '\0')))},
      {"header longer than the file",
       3,
       "truncated",
       {"short.npy"},
       teacher_bytes("short.npy", npy("<f8", "(160, 2)", "").substr(0, 40))},
      {"lying .npy header",
       3,
       "size-mismatch",
       {"lie.npy"},
       teacher_bytes("lie.npy", npy("<f4", "(160, 2)", std::string(2560, '\0')))},
      {"overflowing shape",
       3,
       "shape-overflow",
       {"huge.npy"},
       teacher_bytes("huge.npy", npy("<f8", "(4611686018427387904, 4)", "x"))},
      {"zip bomb", 3, "zip-bomb", {"bomb.npz"}, teacher_bytes("bomb.npz", test::zip({bomb}))},
      {"safetensors offsets out of range",
       3,
       "offsets-out-of-range",
       {"out.safetensors"},
       [](const World& w) {
         return w.teacher(w.file("out.safetensors", test::safetensors(kTensor + "[2560,99999]}}",
                                                                      std::string(2568, '\0'))) +
                          ":b");
       }},
      {"safetensors offsets overlapping",
       3,
       "offsets-overlap",
       {"twice.safetensors"},
       [](const World& w) {
         return w.teacher(w.file("twice.safetensors", test::safetensors(kTensor + "[2552,2560]}}",
                                                                        std::string(2560, '\0'))) +
                          ":a");
       }},
      {"empty file", 3, "empty-file", {"empty.npy"}, teacher_bytes("empty.npy", "")},
      {"missing file",
       3,
       "file-not-found",
       {"absent.npy"},
       [](const World& w) { return w.teacher(w.folder.path("absent.npy")); }},
      {"directory",
       3,
       "is-directory",
       {"a folder"},
       [](const World& w) {
         fs::create_directory(w.folder.path("folder.npy"));
         return w.teacher(w.folder.path("folder.npy"));
       }},
      // A link to itself can be opened by nobody, not even by root.
      {"unreadable file",
       3,
       "unreadable-file",
       {"loop.npy"},
       [](const World& w) {
         fs::create_symlink("loop.npy", w.folder.path("loop.npy"));
         return w.teacher(w.folder.path("loop.npy"));
       }},
      {"device",
       3,
       "not-a-file",
       {"/dev/zero"},
       [](const World& w) { return w.teacher("/dev/zero"); }},
      {"ragged CSV",
       3,
       "ragged-row",
       {"line 3"},
       teacher_bytes("ragged.csv", "a,b\n1,2\n3\n4,5\n")},
      {"CSV of R with a name too few",
       3,
       "short-header",
       {"2 names", "3 fields", "row.names = FALSE"},
       teacher_bytes("r.csv", "\"a\",\"b\"\n\"1\",1.5,2\n\"2\",3,4\n")},
      {"CSV of numbers with a decimal comma, parted by commas",
       3,
       "decimal-comma",
       {"'-3' and '0783'"},
       teacher_bytes("comma.csv", "1,8268\n-3,0783\n0,9581\n")},
      {"CSV with thousands separators",
       3,
       "thousands-separator",
       {"'6 826 756'"},
       teacher_bytes("thousands.csv", "a;b\n6 826 756;0.0349\n1 921 668;0.2349\n")},
      {"gap in a CSV",
       3,
       "missing-value",
       {"line 3", "'b'"},
       teacher_bytes("gap.csv", "a,b\n1,2\n3,\n4,5\n")},
      {"words in a CSV",
       3,
       "not-numeric",
       {"line 3"},
       teacher_bytes("words.csv", "a,b\n1,2\n3,x\n4,5\n")},
      {"unknown format",
       3,
       "unknown-format",
       {"features.mat"},
       teacher_bytes("features.mat", "MATLAB 5.0")},
      {"unknown array",
       2,
       "unknown-key",
       {"Did you mean", ":audio"},
       [](const World& w) {
         const auto array = npy_matrix(World::values(), 2);
         return w.teacher(w.file("two.npz", test::zip({{"audio.npy", array}, {"b.npy", array}})) +
                          ":audoi");
       }},
      {"unequal N",
       3,
       "unequal-rows",
       {"s N = 160", "t N = 159", "labels N = 160"},
       [](const World& w) {
         auto values = World::values();
         values.resize(values.size() - 2);
         return w.teacher(w.file("few.npy", npy_matrix(values, 2)));
       }},
  };
}

TEST_CASE("bad files: refused with a code of its own, nothing is written") {
  test::check_refused(bad_files());
}

}  // namespace
}  // namespace cch
