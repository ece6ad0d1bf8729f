// Sequences N × T × D: flattened with a word, or pooled over their steps.

#include "cch/data/pool.hpp"

#include <algorithm>
#include <vector>

#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;

namespace {

const test::TempFolder& pool_folder() {
  static const test::TempFolder instance;
  return instance;
}

// Two rows of three steps of two columns; the second row is padded by one step.
const std::vector<double> kPooled{1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0};

SourceSpec sequences(const std::vector<double>& values = kPooled, const char* shape = "(2, 3, 2)") {
  return parse_source(pool_folder().write("seq.npy", npy("<f8", shape, raw(values))));
}
LoadedSamples load(const SourceSpec& source, const LoadOptions& options) {
  return load_samples(source, "x", options);
}
bool warns(const SourceInfo& info, const std::string& code) {
  return std::any_of(info.warnings.begin(), info.warnings.end(),
                     [&](const Warning& w) { return w.code == code; });
}
Lengths lengths(std::vector<std::size_t> steps) {
  return std::make_shared<const std::vector<std::size_t>>(std::move(steps));
}

}  // namespace

TEST_CASE("pool: names round-trip") {
  CHECK(parse_pool("mean") == Pool::mean);
  CHECK(parse_pool("none") == Pool::none);
  CHECK(test::fault_code([] { parse_pool("maen"); }) == "unknown-pool");
}

TEST_CASE("pool: without a word sequences are flattened, and what a mean would do is said") {
  const LoadedSamples plain = load(sequences(), {});
  CHECK(plain.samples.dim() == 6);
  REQUIRE(plain.info.warnings.size() == 1);
  CHECK(plain.info.warnings[0].code == "sequence-flattened");
  CHECK(plain.info.warnings[0].message.find("1 of 2 rows have") != std::string::npos);
  CHECK(plain.info.warnings[0].message.find("--pool mean") != std::string::npos);
  CHECK(load(sequences(), {.pool = Pool::flatten}).info.warnings.empty());
  CHECK(load(sequences(), {.pool = Pool::flatten}).samples.dim() == 6);
}

TEST_CASE("pool: images are no sequences") {
  const std::vector<double> image(8, 0.5);
  CHECK(warns(load(sequences(image, "(2, 2, 2)"), {}).info, "flattened"));
  const SourceSpec bytes =
      parse_source(pool_folder().write("b.npy", npy("|u1", "(2, 2, 3)", std::string(12, 'a'))));
  CHECK(warns(load(bytes, {}).info, "flattened"));
}

TEST_CASE("pool: the mean leaves out steps of zeros at the ends") {
  const LoadedSamples mean = load(sequences(), {.pool = Pool::mean});
  REQUIRE(mean.samples.dim() == 2);
  CHECK(mean.samples(0, 0) == 3.0);
  CHECK(mean.samples(0, 1) == 4.0);
  CHECK(mean.samples(1, 0) == 8.0);  // 7 and 9
  CHECK(mean.samples(1, 1) == 4.0);  // 8 and 0: only a step of zeros alone is padding
  CHECK(warns(mean.info, "pooled"));
  CHECK_FALSE(warns(mean.info, "empty-sequences"));
  std::vector<double> front = kPooled;  // padding before the sequence, and of NaN
  std::rotate(front.begin() + 6, front.begin() + 10, front.end());
  const LoadedSamples before = load(sequences(front), {.pool = Pool::mean});
  CHECK(before.samples(1, 0) == 8.0);
  std::vector<double> nan = kPooled;
  nan[10] = nan[11] = NAN;
  CHECK(load(sequences(nan), {.pool = Pool::mean}).samples(1, 0) == 8.0);
  nan[10] = 1.0;
  CHECK(test::fault_code([&] { load(sequences(nan), {.pool = Pool::mean}); }) ==
        "non-finite-value");
}

TEST_CASE("pool: lengths say what is padding, whatever it holds") {
  const LoadedSamples mean = load(sequences(), {.pool = Pool::mean, .lengths = lengths({2, 3})});
  CHECK(mean.samples(0, 0) == 2.0);
  CHECK(test::near(mean.samples(1, 0), 16.0 / 3.0, test::kRounding));
  const auto refusal = [&](const std::vector<std::size_t>& steps) {
    return test::fault_code(
        [&] { load(sequences(), {.pool = Pool::mean, .lengths = lengths(steps)}); });
  };
  CHECK(refusal({2, 4}) == "bad-lengths");
  CHECK(refusal({2}) == "unequal-rows");
}

TEST_CASE("pool: rows of padding alone are said to be zeros") {
  std::vector<double> values = kPooled;
  std::fill(values.begin() + 6, values.end(), 0.0);
  const LoadedSamples mean = load(sequences(values), {.pool = Pool::mean});
  CHECK(mean.samples(1, 0) == 0.0);
  CHECK(warns(mean.info, "empty-sequences"));
}

TEST_CASE("pool: two dimensions stay, and a row limit takes the first rows") {
  const auto flat = parse_source(
      pool_folder().write("flat.npy", npy("<f8", "(2, 2)", raw(std::vector<double>{1, 2, 3, 4}))));
  CHECK(load(flat, {.pool = Pool::mean}).samples.dim() == 2);
  CHECK(load(flat, {.pool = Pool::mean}).info.warnings.empty());
  const LoadedSamples first = load(sequences(), {.max_rows = 1, .pool = Pool::mean});
  CHECK(first.samples.size() == 1);
  CHECK(first.info.shape == std::vector<std::size_t>{2, 3, 2});
}

TEST_CASE("pool: lengths are whole numbers of at least 1") {
  const auto file = [](const std::string& text) {
    return parse_source(pool_folder().write("l.txt", text));
  };
  CHECK(*load_lengths(file("3\n1\n")) == std::vector<std::size_t>{3, 1});
  for (const char* text : {"3\n0\n", "3\n1.5\n", "3\n-1\n", "a\nb\n"}) {
    CHECK(test::fault_code([&] { load_lengths(file(text)); }) == "bad-lengths");
  }
}

}  // namespace cch
