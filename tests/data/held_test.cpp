// Arrays in memory in the place of files.

#include <vector>

#include "cch/data/sha256.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

/// Borrows the values, which outlive it.
template <class T>
Held held(const std::string& name, const std::vector<T>& values, DType dtype,
          std::vector<std::size_t> shape, bool fortran = false) {
  const auto owner = std::shared_ptr<const void>(values.data(), [](const void*) {});
  const Bytes bytes{owner, std::as_bytes(std::span(values))};
  auto out = std::make_shared<HeldArrays>();
  (*out)[name] = {Array::numeric({dtype, std::move(shape), false, fortran}, bytes, name), "mine"};
  return out;
}

const std::vector<double> kValues{1.0, 2.0, 3.0, 4.0, 5.0, 6.0};

TEST_CASE("held arrays: doubles in C order are borrowed and not copied") {
  const Held arrays = held("memory:x", kValues, DType::f64, {3, 2});
  const LoadedSamples whole = load_samples(parse_source("memory:x"), "x", {.held = arrays});
  CHECK(whole.samples.view().data() == kValues.data());
  CHECK(whole.samples.size() == 3);
  CHECK(whole.samples(2, 1) == 6.0);
  CHECK(whole.info.source.empty());
  CHECK(whole.info.sha256 == sha256(std::as_bytes(std::span(kValues))));
  const LoadedSamples first =
      load_samples(parse_source("memory:x"), "x", {.max_rows = 2, .held = arrays});
  CHECK(first.samples.view().data() == kValues.data());
  CHECK(first.samples.size() == 2);
  CHECK(first.info.shape == std::vector<std::size_t>{3, 2});
}

TEST_CASE("held arrays: other layouts and types are converted once") {
  const LoadedSamples columns = load_samples(
      parse_source("memory:x"), "x", {.held = held("memory:x", kValues, DType::f64, {3, 2}, true)});
  CHECK(columns.samples(0, 1) == 4.0);
  const std::vector<float> single(kValues.begin(), kValues.end());
  const LoadedSamples floats = load_samples(parse_source("memory:x"), "x",
                                            {.held = held("memory:x", single, DType::f32, {3, 2})});
  CHECK(floats.samples(2, 0) == 5.0);
  CHECK(floats.info.dtype == "float32");
}

TEST_CASE("held arrays: bytes that are not aligned as doubles are converted") {
  std::vector<char> bytes(1 + 8 * kValues.size());
  std::memcpy(bytes.data() + 1, kValues.data(), 8 * kValues.size());
  const auto owner = std::shared_ptr<const void>(bytes.data(), [](const void*) {});
  HeldArrays arrays;
  arrays["memory:x"] = {
      Array::numeric({DType::f64, {3, 2}}, Bytes{owner, std::as_bytes(std::span(bytes).subspan(1))},
                     "x"),
      "mine"};
  CHECK_FALSE(arrays["memory:x"].array.doubles());
  const LoadedSamples loaded =
      load_samples(parse_source("memory:x"), "x",
                   {.held = std::make_shared<const HeldArrays>(std::move(arrays))});
  CHECK(loaded.samples(2, 1) == 6.0);
}

TEST_CASE("held arrays: what is no number is refused by the owner's name for the array") {
  std::vector<double> values = kValues;
  values[3] = std::nan("");
  try {
    load_samples(parse_source("memory:x"), "teacher",
                 {.held = held("memory:x", values, DType::f64, {3, 2})});
    FAIL("NaN was read");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "non-finite-value");
    CHECK(error.faults().front().problem.find("teacher (mine)") != std::string::npos);
  }
}

TEST_CASE("held arrays: labels, groups and identifiers") {
  const std::vector<std::int64_t> numbers{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const Held arrays = held("memory:y", numbers, DType::i64, {10});
  const LoadedLabels labels =
      load_labels(parse_source("memory:y"), LabelKind::discrete, {.held = arrays});
  CHECK(std::get<ClassLabels>(labels.labels).names() == std::vector<std::string>{"0", "1"});
  CHECK(load_groups(parse_source("memory:y"), {.held = arrays}).groups.count() == 2);
  CHECK(test::fault_code([&] { load_ids(parse_source("memory:y"), {.held = arrays}); }) ==
        "duplicate-id");
  auto texts = std::make_shared<HeldArrays>();
  (*texts)["memory:ids"] = {Array::text({"b", "a"}, {2}), "ids"};
  const LoadedIds ids = load_ids(parse_source("memory:ids"), {.held = texts});
  CHECK(ids.ids == std::vector<std::string>{"b", "a"});
  const std::string lines = "b\na\n";
  CHECK(ids.info.sha256 == sha256(std::as_bytes(std::span(lines))));
}

TEST_CASE("held arrays: a name that no array has is a file") {
  const Held arrays = held("memory:x", kValues, DType::f64, {3, 2});
  CHECK(test::fault_code([&] { load_samples(parse_source("memory:z"), "z", {.held = arrays}); }) ==
        "file-not-found");
}

}  // namespace
}  // namespace cch
