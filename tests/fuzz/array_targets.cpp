// Arrays and tables, as files of features and labels have them.

#include <cstdint>
#include <optional>
#include <utility>

#include "cch/data/csv.hpp"
#include "cch/data/hdf5.hpp"
#include "cch/data/idx.hpp"
#include "cch/data/inspect.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/safetensors.hpp"
#include "cch/data/source.hpp"
#include "data/json_text.hpp"
#include "tests/data/files.hpp"
#include "tests/data/hdf5_files.hpp"
#include "tests/fuzz/target.hpp"

namespace cch::fuzz {
namespace {

using Texts = std::vector<std::string>;

Bytes copied(std::string_view text) {
  const auto raw = std::as_bytes(std::span(text));
  return own_bytes({raw.begin(), raw.end()});
}

// Reads every value, so that an array that claims more than its bytes is caught by the sanitizers.
void use(const Array& array) {
  constexpr std::size_t kMost = 1 << 20;
  if (array.dtype() != DType::text && array.cols() < kMost) {
    static_cast<void>(array.matrix(std::min(array.rows(), kMost / (array.cols() + 1))));
  }
  if (array.cols() == 1 && array.rows() > 0) static_cast<void>(array.text_at(array.rows() - 1));
}

std::string floats() {
  return test::npy("<f4", "(3, 2)", test::raw(std::vector<float>{1, 2, 3, 4, 5, 6}));
}

Texts npy_files() {
  return {floats(),
          test::npy(">i2", "(2, 1, 3)", std::string(12, '\2'), true),
          test::npy("<f8", "(2, 2)", std::string(32, '\x3f'), true),
          test::npy("|b1", "(3,)", std::string(3, '\1')),
          test::npy("<f2", "(2, 1)", std::string(4, '\x3c'), false, 2),
          test::npy("|u1", "()", "\7"),
          test::npy("<U2", "(2,)", std::string("a\0\0\0\0\0\0\0b\0\0\0c\0\0\0", 16)),
          test::npy(">U1", "(2,)", std::string("\0\0\0a\0\0\0b", 8), false, 3),
          test::npy("|S2", "(2,)", std::string("ab\0\0", 4))};
}

void read_npz(std::string_view text) {
  const NpzFile npz(copied(text), "x");
  for (const std::string& key : npz.keys()) {
    use(npz.array(key, {.max_bytes = 1 << 20}));
    use(npz.array(key, {.max_bytes = 1 << 20, .rows = {.rows = 2}}));
  }
}

Texts npz_files() {
  return {test::zip({{"a.npy", floats()}, {"b.npy", floats(), true}}),
          test::zip({{"only.npy", npy_files().back(), true}})};
}

void read_safetensors(std::string_view text) {
  const SafetensorsFile tensors(copied(text), "x");
  for (const std::string& key : tensors.keys()) use(tensors.array(key));
}

Texts safetensors_files() {
  return {
      test::safetensors(
          R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}})",
          std::string(24, '\1')),
      test::safetensors(
          R"({"__metadata__":{"format":"pt"},"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})",
          std::string(8, '\1'))};
}

#ifdef CCH_HAS_HDF5
// A crash of libhdf5 is a refusal here: it happens in a process of its own.
void read_hdf5(std::string_view text) {
  const Hdf5File file(copied(text), "x", 5);
  for (const std::string& key : file.keys()) use(file.array(key, {.rows = 100}, 1 << 20));
}

Texts hdf5_files() {
  const std::vector<float> six{1, 2, 3, 4, 5, 6};
  test::Hdf5Writer plain;
  plain.add("x", H5T_IEEE_F32LE, {3, 2}, six.data());
  test::Hdf5Writer several;
  several.add("a/x", H5T_IEEE_F32BE, {3, 2}, six.data(), {.chunk = {2, 1}, .gzip = true});
  several.add_texts("a/ids", {"p", "q"});
  return {plain.bytes(), several.bytes()};
}
#endif

void read_table(std::string_view text) {
  for (const Separator separator : {Separator::automatic, Separator::tab, Separator::none}) {
    const CsvTable parsed = CsvTable::parse(copied(text), "x", separator);
    for (std::size_t col = 0; col < parsed.cols(); ++col) use(parsed.column(col));
    static_cast<void>(parsed.decimal_comma());
    use(parsed.numbers());
  }
}

Texts tables() {
  return {"id,a,\"b \"\"c\"\"\"\np1,1,2.5\np2,\"3\",-4e1\n",
          "a;b\n1,5;2\n3,25;4\n",
          "sep=;\na;b\n1;2\n",
          "1 2 3\n4 5 6\n",
          "x\ty\n1\tNA\n2\t3\n",
          ",u,v\n0,1.5,2\n1,2.5,3\n",
          "0.5\n1.5\nnan\n",
          std::string("\xff\xfe"
                      "a\0,\0b\0\n\0001\0,\0002\0\n\0",
                      18)};
}

// Through files, because labels are read by name: their rows are parted and typed anew.
void read_labels(const std::string& name, std::string_view text) {
  LoadOptions options;
  options.unlabelled = "-1";
  const SourceSpec source = parse_source(in_file(name, text));
  std::optional<Error> refused;
  std::size_t read = 0;
  for (const LabelKind kind : {LabelKind::automatic, LabelKind::discrete, LabelKind::continuous}) {
    try {
      static_cast<void>(size(load_labels(source, kind, options).labels));
      ++read;
    } catch (const Error& error) {
      refused = error;
    }
  }
  if (read == 0) throw *refused;
}

/// What a source is told by its ending or its first bytes.
void look(std::string_view text) {
  std::optional<Error> refused;
  std::size_t seen = 0;
  for (const char* name : {"x.bin", "x.csv", "x.safetensors", "x.npz"}) {
    for (const InspectLimits& limits : {InspectLimits{}, InspectLimits{64, 16}}) {
      try {
        const FileFacts facts = inspect_source(in_file(name, text), limits);
        if (!facts.faults.empty()) throw Error(ErrorKind::data, facts.faults);
        ++seen;
      } catch (const Error& error) {
        refused = error;
      }
    }
  }
  if (seen == 0) throw *refused;
}

void read_samples(std::string_view text) {
  static_cast<void>(load_samples(parse_source(in_file("x.npy", text)), "x"));
}

void read_words(std::string_view text) {
  static_cast<void>(parse_source(std::string(text)));
}

void read_json(std::string_view text) {
  if (detail::parsed_json(text).is_discarded()) {
    refuse_data("no-json", "it is no JSON", "x", {}, "Correct it");
  }
}

}  // namespace

std::vector<Target> array_targets() {
  constexpr std::size_t kByFile = 500;
  std::vector<Target> out{
      {"npy", [](std::string_view text) { use(parse_npy(copied(text), "x")); }, npy_files},
      {"npz", read_npz, npz_files},
      {"safetensors", read_safetensors, safetensors_files},
      {"csv", read_table, tables},
      {"idx", [](std::string_view text) { static_cast<void>(parse_idx(copied(text), "x")); },
       [] {
         const std::string plain = test::idx({3, 2, 2}, std::string(12, '\3'));
         const std::string packed = test::gzipped(test::idx({3}, "abc"));
         return Texts{plain, test::gzipped(plain), packed + packed};
       }},
      {"labels-csv", [](std::string_view text) { read_labels("y.csv", text); },
       [] {
         return Texts{"label\n1\n\n0\n-1\n1\n", "y\nrose\nlily\nNA\nrose\n", "0.5\n1.5\n2.25\n"};
       },
       kByFile},
      {"labels-npy", [](std::string_view text) { read_labels("y.npy", text); },
       [] {
         Texts files = npy_files();
         files.push_back(
             test::npy("<i2", "(4,)", test::raw(std::vector<std::int16_t>{0, -1, 1, 1})));
         files.push_back(test::npy("|u1", "(3, 2)", std::string("\0\1\1\0\0\1", 6)));  // one-hot
         files.push_back(test::npy("|u1", "(3, 2)", std::string("\0\1\1\1\0\0", 6)));  // multi-hot
         std::vector<float> whole(60);
         for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<float>(i % 30);
         files.push_back(test::npy("<f4", "(60,)", test::raw(whole)));
         for (float& value : whole) value = static_cast<float>(static_cast<int>(value) % 3 + 1);
         files.push_back(test::npy("<f4", "(60,)", test::raw(whole)));
         return files;
       },
       kByFile},
      {"inspect", look,
       [] {
         Texts files = npy_files();
         for (const Texts& more : {npz_files(), safetensors_files(), tables()}) {
           files.insert(files.end(), more.begin(), more.end());
         }
         return files;
       },
       kByFile},
      {"samples", read_samples, npy_files, kByFile},
      {"source-words", read_words,
       [] {
         return Texts{"name=file.npz:key", "x.csv:\"a b\"", "fashion-mnist/train:top", "a:b:c"};
       }},
      {"json", read_json, [] {
         return Texts{R"({"a":[1,2.5e3,null,true],"b":{"c":"\u00e4\ud83d\ude00"}})", "[[[[]]]]"};
       }}};
#ifdef CCH_HAS_HDF5
  out.push_back({"hdf5", read_hdf5, hdf5_files, 300});
#endif
  return out;
}

}  // namespace cch::fuzz
