// HDF5: values of every kind that is read, kinds that are refused, files that lie or are damaged.
#include "cch/data/hdf5.hpp"

#include "cch/data/inspect.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/data/hdf5_files.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

const test::TempFolder& hdf5_folder() {
  static const test::TempFolder folder;
  return folder;
}

/// The first fault of reading a source, "code: problem; why. action", or "".
std::string refusal_of(const std::string& source) {
  try {
    (void)load_samples(parse_source(source), "x");
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    return fault.code + ": " + fault.problem + "; " + fault.why + ". " + fault.action;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

#ifndef CCH_HAS_HDF5

TEST_CASE("hdf5: a build without libhdf5 says so and how to convert the file") {
  const std::string path = hdf5_folder().write("x.h5", "\x89HDF\r\n\x1a\n");
  CHECK_FALSE(reads_hdf5());
  CHECK(contains(refusal_of(path + ":x"), "no-hdf5: this build of cch reads no HDF5"));
  CHECK(contains(refusal_of(path), "python -m cch.convert FILE OUT.safetensors"));
}
TEST_CASE("hdf5: values, refusals and damage") {
  std::cout << "cch-skip: built without libhdf5\n";
}

#else

namespace {

using test::Hdf5Writer;

const std::vector<float> kSix{1, 2, 3, 4, 5, 6};

std::string stored(const std::string& name, const Hdf5Writer& writer) {
  return hdf5_folder().write(name, writer.bytes());
}

std::vector<double> values_of(const Samples& samples) {
  const MatrixView view = samples.view();
  return {view.data(), view.data() + view.rows() * view.cols()};
}

std::vector<double> read(const std::string& source, const LoadOptions& options = {}) {
  return values_of(load_samples(parse_source(source), "x", options).samples);
}

/// 0, 1, 2, … in rows of three.
std::vector<double> counted(std::size_t rows) {
  std::vector<double> out(3 * rows);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(i);
  return out;
}

}  // namespace

TEST_CASE("hdf5: numbers of every kind are read as they are stored") {
  Hdf5Writer w;
  const std::vector<std::int16_t> whole{-3, 0, 32767, 5};
  const std::vector<std::uint64_t> large{1, 1ULL << 53, 7, 0};
  const std::vector<std::uint16_t> halves{0x3c00, 0xc000, 0x3555, 0x0001};
  const std::vector<signed char> flags{1, 0, 1, 1};
  const hid_t half = test::half_type();
  const hid_t flag = test::boolean_type();
  w.add("a/f4", H5T_IEEE_F32LE, {3, 2}, kSix.data());
  w.add("a/i2", H5T_STD_I16LE, {2, 2}, whole.data());
  w.add("u8", H5T_STD_U64LE, {2, 2}, large.data());
  w.add("f2", half, {2, 2}, halves.data());
  w.add("flag", flag, {4}, flags.data());
  H5Tclose(half);
  H5Tclose(flag);
  const std::string path = stored("numbers.h5", w);
  CHECK(read(path + ":/a/f4") == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(read(path + ":a/f4") == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(read(path + ":/a/i2") == std::vector<double>{-3, 0, 32767, 5});
  CHECK(read(path + ":/u8") == std::vector<double>{1, 9007199254740992.0, 7, 0});
  CHECK(read(path + ":/f2") == std::vector<double>{1, -2, 0.333251953125, 5.9604644775390625e-8});
  CHECK(read(path + ":/flag") == std::vector<double>{1, 0, 1, 1});
  CHECK(load_samples(parse_source(path + ":/f2"), "x").info.dtype == "float16");
  CHECK(load_samples(parse_source(path + ":/flag"), "x").info.dtype == "bool");
}

TEST_CASE("hdf5: the order of bytes is the file's") {
  Hdf5Writer w;
  const std::string big("\x3f\x80\x00\x00\xc0\x00\x00\x00", 8);  // 1, −2
  w.add("x", H5T_IEEE_F32BE, {2, 1}, big.data());
  w.add("packed", H5T_IEEE_F32BE, {2, 1}, big.data(), {.chunk = {1, 1}});
  const std::string path = stored("big.h5", w);
  CHECK(read(path + ":/x") == std::vector<double>{1, -2});
  CHECK(read(path + ":/packed") == std::vector<double>{1, -2});
}

TEST_CASE("hdf5: chunks, filters and parts of a dataset give the rows of the whole") {
  const std::vector<double> values = counted(1000);
  for (const std::vector<hsize_t>& chunk :
       {std::vector<hsize_t>{}, std::vector<hsize_t>{7, 3}, std::vector<hsize_t>{64, 2},
        std::vector<hsize_t>{1000, 1}}) {
    CAPTURE(chunk.size());
    Hdf5Writer w;
    w.add("x", H5T_IEEE_F64LE, {1000, 3}, values.data(), {.chunk = chunk, .gzip = !chunk.empty()});
    const std::string path = stored("chunks.h5", w);
    CHECK(read(path) == values);
    CHECK(read(path, {.max_rows = 10}) == counted(10));
    const LoadedSamples some = load_samples(parse_source(path), "x", {.max_rows = 10});
    CHECK(some.info.shape == std::vector<std::size_t>{1000, 3});
    CHECK(some.info.sha256_of == "rows 0 to 9");
    CHECK(some.info.sha256 == sha256(std::as_bytes(std::span(values).first(30))));
    CHECK(load_samples(parse_source(path), "x").info.sha256 == sha256(map_file(path).view));
  }
}

TEST_CASE("hdf5: sequences are pooled as those of other files") {
  Hdf5Writer w;
  w.add("x", H5T_IEEE_F32LE, {1, 3, 2}, kSix.data(), {.chunk = {1, 2, 2}});
  const std::string path = stored("sequence.hdf5", w);
  CHECK(read(path, {.pool = Pool::mean}) == std::vector<double>{3, 4});
  CHECK(read(path, {.pool = Pool::flatten}).size() == 6);
}

TEST_CASE("hdf5: strings of fixed and of variable length are labels and identifiers") {
  Hdf5Writer w;
  w.add_texts("ids", {"p1", "größer", "p3"});
  const hid_t padded = test::fixed_type(4, H5T_STR_NULLPAD);
  const hid_t spaced = test::fixed_type(4, H5T_STR_SPACEPAD);
  w.add("y", padded, {3}, "cat\0dog\0cat\0");
  w.add("z", spaced, {3}, "cat dog cat ", {.chunk = {2}});
  w.add("bad", padded, {3}, "\xff\xff\xff\0cat\0dog\0");
  H5Tclose(padded);
  H5Tclose(spaced);
  const std::vector<std::int32_t> codes{2, 0, 2};
  w.add("codes", H5T_STD_I32LE, {3}, codes.data());
  const std::string path = stored("texts.h5", w);
  CHECK(load_ids(parse_source(path + ":/ids")).ids ==
        std::vector<std::string>{"p1", "größer", "p3"});
  for (const char* name : {":/y", ":/z"}) {
    const LoadedLabels labels = load_labels(parse_source(path + name), LabelKind::automatic);
    CHECK(std::get<ClassLabels>(labels.labels).names() == std::vector<std::string>{"cat", "dog"});
  }
  CHECK(load_groups(parse_source(path + ":/codes")).groups.count() == 2);
  CHECK(test::fault_code([&] { (void)load_ids(parse_source(path + ":/bad")); }) == "bad-text");
  CHECK(contains(refusal_of(path + ":/ids"), "not-numeric"));
  const LoadedIds two = load_ids(parse_source(path + ":/ids"), {.max_rows = 2});
  CHECK(two.info.sha256_of == "rows 0 to 1 of array '/ids', one text a line");
  const std::string lines = "p1\ngrößer\n";
  CHECK(two.info.sha256 == sha256(std::as_bytes(std::span(lines))));
}

TEST_CASE("hdf5: what is meant must be clear") {
  Hdf5Writer w;
  w.add("audio/mfcc", H5T_IEEE_F32LE, {3, 2}, kSix.data());
  w.add("audio/energy", H5T_IEEE_F32LE, {3, 2}, kSix.data());
  w.add("text", H5T_IEEE_F32LE, {3, 2}, kSix.data());
  const std::string path = stored("several.h5", w);
  CHECK(contains(refusal_of(path), "key-needed"));
  CHECK(contains(refusal_of(path + ":/audio/mfc"),
                 "Did you mean " + path + ":/audio/mfcc? It has: /text, /audio/energy"));
  CHECK(contains(refusal_of(path + ":/audio"), "hdf5-group: '/audio' is a group"));
  CHECK(contains(refusal_of(path + ":/audio"), ":PATH with one of: /audio/energy, /audio/mfcc"));
  CHECK(contains(refusal_of(path + ":/"), "hdf5-group"));
  const Hdf5Writer empty;
  CHECK(contains(refusal_of(stored("empty.h5", empty)), "no-arrays"));
}

TEST_CASE("hdf5: kinds of elements that are no numbers and no strings are named") {
  struct Pair {
    double a;
    int b;
  };
  const hid_t pair = H5Tcreate(H5T_COMPOUND, sizeof(Pair));
  H5Tinsert(pair, "left", offsetof(Pair, a), H5T_NATIVE_DOUBLE);
  H5Tinsert(pair, "right", offsetof(Pair, b), H5T_NATIVE_INT);
  const std::vector<Pair> pairs{{1, 2}, {3, 4}};
  Hdf5Writer w;
  w.add("pairs", pair, {2}, pairs.data());
  H5Tclose(pair);
  w.add("never", H5T_IEEE_F32LE, {4, 2}, nullptr, {.written = false});
  w.add("nothing", H5T_IEEE_F32LE, {0, 2}, kSix.data());
  w.add("one", H5T_IEEE_F64LE, {}, "12345678");
  const std::vector<float> gap{1, std::nanf(""), 3, 4};
  w.add("gap", H5T_IEEE_F32LE, {2, 2}, gap.data(), {.chunk = {1, 2}});
  const std::string path = stored("kinds.h5", w);
  CHECK(contains(
      refusal_of(path + ":/pairs"),
      "unsupported-dtype: elements of the dataset are a compound of the fields left, right"));
  CHECK(contains(refusal_of(path + ":/never"), "hdf5-unwritten"));
  CHECK(contains(refusal_of(path + ":/nothing"), "empty-array"));
  CHECK(contains(refusal_of(path + ":/one"), "zero-dimensional"));
  CHECK(contains(refusal_of(path + ":/gap"), "non-finite-value"));
}

TEST_CASE("hdf5: nothing is read from other files") {
  const std::string other =
      stored("other.h5", Hdf5Writer().add("x", H5T_IEEE_F32LE, {3, 2}, kSix.data()));
  const std::string plain = hdf5_folder().write("plain.bin", std::string(24, '\1'));
  Hdf5Writer w;
  w.add("x", H5T_IEEE_F32LE, {3, 2}, kSix.data());
  H5Lcreate_external(other.c_str(), "/x", w.file(), "far", w.links(), H5P_DEFAULT);
  H5Lcreate_soft("/x", w.file(), "near", w.links(), H5P_DEFAULT);
  H5Lcreate_soft("/none", w.file(), "nowhere", w.links(), H5P_DEFAULT);
  H5Lcreate_hard(w.file(), "/", w.file(), "again", w.links(), H5P_DEFAULT);
  const std::vector<hsize_t> shape{3, 2};
  const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
  const hid_t outside = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(outside, plain.c_str(), 0, 24);
  w.add("outside", H5T_IEEE_F32LE, space, outside, nullptr);
  const hid_t view = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(view, space, other.c_str(), "/x", space);
  w.add("view", H5T_IEEE_F32LE, space, view, nullptr);
  H5Pclose(view);
  H5Pclose(outside);
  H5Sclose(space);
  const std::string path = stored("links.h5", w);
  CHECK(read(path + ":/near") == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(read(path + ":/again/again/x").size() == 6);
  CHECK(contains(refusal_of(path + ":/far"), "hdf5-elsewhere: '/far' is a link to another file"));
  CHECK(contains(refusal_of(path + ":/outside"), "external storage"));
  CHECK(contains(refusal_of(path + ":/view"), "(virtual)"));
  CHECK(contains(refusal_of(path + ":/nowhere"), "unknown-key"));
  CHECK(Hdf5File(map_file(path), path).keys() ==
        std::vector<std::string>{"/outside", "/view", "/x"});
}

TEST_CASE("hdf5: filters that are not there, sizes that no file has") {
  std::vector<float> zeros(1 << 16, 0.0F);
  Hdf5Writer w;
  w.add("x", H5T_IEEE_F32LE, {1 << 16}, zeros.data(), {.chunk = {1 << 12}, .gzip = true});
  const std::vector<hsize_t> shape{std::uint64_t{1} << 40, 64};
  const std::vector<hsize_t> chunk{1, 64};
  const hid_t space = H5Screate_simple(2, shape.data(), nullptr);
  const hid_t sparse = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(sparse, 2, chunk.data());
  const hid_t set =
      H5Dcreate2(w.file(), "huge", H5T_IEEE_F64LE, space, w.links(), sparse, H5P_DEFAULT);
  const std::vector<hsize_t> zero{0, 0};
  H5Sselect_hyperslab(space, H5S_SELECT_SET, zero.data(), nullptr, chunk.data(), nullptr);
  const hid_t one = H5Screate_simple(2, chunk.data(), nullptr);
  H5Dwrite(set, H5T_IEEE_F64LE, one, space, H5P_DEFAULT, zeros.data());
  H5Sclose(one);
  H5Dclose(set);
  H5Pclose(sparse);
  H5Sclose(space);
  const std::string path = stored("filters.h5", w);
  CHECK(read(path + ":/x").size() == zeros.size());
  CHECK(contains(refusal_of(path + ":/huge"), "zip-bomb"));
  // The filter of the dataset by another number: 2 is shuffle, 1 deflate, 32000 LZF.
  std::string bytes = w.bytes();
  const std::string name("deflate\0", 8);
  const std::size_t at = bytes.find(name);
  REQUIRE(at != std::string::npos);
  bytes[at - 8] = 0x00;
  bytes[at - 7] = 0x7d;
  CHECK(contains(refusal_of(hdf5_folder().write("lzf.h5", bytes) + ":/x"),
                 "hdf5-filter: the dataset is compressed by the filter 32000 (deflate)"));
}

TEST_CASE("hdf5: files that are no HDF5, or cut short") {
  Hdf5Writer w;
  const std::vector<double> values = counted(5000);
  w.add("x", H5T_IEEE_F64LE, {5000, 3}, values.data());
  const std::string whole = w.bytes();
  CHECK(contains(refusal_of(hdf5_folder().write("words.h5", "no such file")), "bad-hdf5"));
  CHECK(contains(refusal_of(hdf5_folder().write("half.h5", whole.substr(0, whole.size() / 2))),
                 "bad-hdf5"));
  CHECK(contains(refusal_of(hdf5_folder().write("head.h5", whole.substr(0, 40))), "bad-hdf5"));
  // Told by its first bytes where the ending says nothing.
  CHECK(read(hdf5_folder().write("x.h5ad", whole)) == values);
}

TEST_CASE("hdf5: inspect lists the datasets, bounded for large ones") {
  const std::vector<double> values = counted(1000);
  Hdf5Writer w;
  w.add("g/x", H5T_IEEE_F64LE, {1000, 3}, values.data(), {.chunk = {10, 3}, .gzip = true});
  w.add("y", H5T_IEEE_F64LE, {1000, 3}, values.data());
  w.add_texts("ids", {"a", "b"});
  const std::string path = stored("inspect.h5", w);
  const FileFacts facts = inspect_source(path);
  CHECK(facts.format == "hdf5");
  REQUIRE(facts.arrays.size() == 3);
  CHECK(facts.faultless());
  CHECK(facts.arrays[0].key == "/ids");
  CHECK(facts.arrays[2].key == "/g/x");
  CHECK(facts.arrays[2].shape == std::vector<std::size_t>{1000, 3});
  CHECK(facts.arrays[2].maximum == 2999.0);
  const FileFacts some = inspect_source(path + ":g/x", {.arrays = 3000});
  REQUIRE(some.arrays.size() == 1);
  CHECK(some.arrays[0].rows_seen == 41);
  CHECK(some.arrays[0].shape[0] == 1000);
}

#endif

}  // namespace cch
