// Rows without a label: which ones they are, and what the others are taken as.

#include <cmath>
#include <string>
#include <vector>

#include "cch/data/source.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using test::npy;
using test::raw;

using Rows = std::vector<std::size_t>;
using Names = std::vector<std::string>;

struct Labels {
  test::TempFolder folder;
  std::string path;

  Labels(const std::string& name, const std::string& bytes) : path(folder.write(name, bytes)) {}

  LoadedLabels load(const std::string& value, LabelKind kind = LabelKind::automatic) const {
    LoadOptions options;
    options.unlabelled = value;
    return load_labels(parse_source(path), kind, options);
  }
  [[nodiscard]] std::string refusal(LabelKind kind = LabelKind::automatic) const {
    return test::fault_code([&] { load_labels(parse_source(path), kind); });
  }
};

std::vector<std::int64_t> alternating(std::size_t n) {
  std::vector<std::int64_t> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::int64_t>(i % 2);
  return values;
}

bool warned(const LoadedLabels& labels, const std::string& code) {
  for (const Warning& warning : labels.info.warnings) {
    if (warning.code == code) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("unlabelled: a value of integer labels, the others keep their classes") {
  auto values = alternating(60);
  values[3] = values[40] = -1;
  const Labels labels("y.npy", npy("<i8", "(60,)", raw(values)));
  for (const std::string value : {"-1", "-1.0", " -1 "}) {
    CAPTURE(value);
    const LoadedLabels loaded = labels.load(value);
    CHECK(loaded.unlabelled == Rows{3, 40});
    const auto& classes = std::get<ClassLabels>(loaded.labels);
    CHECK(classes.names() == Names{"0", "1"});
    REQUIRE(classes.size() == 58);
    CHECK(classes[2] == 0);
    CHECK(classes[3] == 0);  // row 4 of the file
  }
  const LoadedLabels nothing = labels.load("255");
  CHECK(nothing.unlabelled.empty());
  CHECK(warned(nothing, "no-unlabelled-rows"));
  CHECK(size(nothing.labels) == 60);
}

TEST_CASE("unlabelled: NaN of real-valued labels, which are refused without the option") {
  const double nan = std::nan("");
  const Labels column("y.npy", npy("<f8", "(5,)", raw<double>({.5, nan, 1.5, 2.5, nan})));
  const LoadedLabels loaded = column.load("nan");
  CHECK(loaded.unlabelled == Rows{1, 4});
  CHECK(std::get<Samples>(loaded.labels)(1, 0) == 1.5);
  CHECK(column.refusal() == "non-finite-label");
  // Of several columns all must be missing; a row that lacks one of two is no label at all.
  const Labels pairs("p.npy", npy("<f8", "(3, 2)", raw<double>({1, 2, nan, nan, 3, 4})));
  CHECK(pairs.load("nan").unlabelled == Rows{1});
  const Labels half("h.npy", npy("<f8", "(3, 2)", raw<double>({1, 2, nan, 5, 3, 4})));
  CHECK(test::fault_code([&] { half.load("nan"); }) == "non-finite-label");
  // Fortran order: the rows that stay are the same.
  const Labels columns("f.npy", npy("<f4", "(3, 2)", raw<float>({1, NAN, 3, 2, NAN, 4}), true));
  const LoadedLabels turned = columns.load("nan");
  CHECK(turned.unlabelled == Rows{1});
  const auto& samples = std::get<Samples>(turned.labels);
  CHECK(samples(0, 1) == 2.0);
  CHECK(samples(1, 0) == 3.0);
  CHECK(samples(1, 1) == 4.0);
}

TEST_CASE("unlabelled: classes that NaN had made floats are classes again") {
  std::vector<double> values(60);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 2);
  values[7] = std::nan("");
  const Labels labels("y.npy", npy("<f8", "(60,)", raw(values)));
  const LoadedLabels loaded = labels.load("nan");
  CHECK(loaded.unlabelled == Rows{7});
  REQUIRE(is_discrete(loaded.labels));
  CHECK(std::get<ClassLabels>(loaded.labels).names() == Names{"0", "1"});
  CHECK_FALSE(is_discrete(labels.load("nan", LabelKind::continuous).labels));
  // Without a gap nothing explains the floats.
  CHECK(test::fault_code([&] { labels.load("-1"); }) == "non-finite-label");
  values[7] = 1.0;
  const Labels whole("w.npy", npy("<f8", "(60,)", raw(values)));
  CHECK(test::fault_code([&] { whole.load("nan"); }) == "label-kind-unclear");
}

TEST_CASE("unlabelled: an empty field of a table, whatever the value, and numbers stay numbers") {
  const Labels reals("y.csv", "y\n1.5\n\n2.5\n-3\n");
  const LoadedLabels numbers = reals.load("");
  CHECK(numbers.unlabelled == Rows{1});
  REQUIRE_FALSE(is_discrete(numbers.labels));
  CHECK(std::get<Samples>(numbers.labels)(2, 0) == -3.0);
  CHECK(reals.refusal(LabelKind::continuous) == "missing-label");
  std::string text = "id,label\n";
  for (int i = 0; i < 50; ++i) text += std::to_string(i) + (i == 7 ? ",\n" : ",10\n");
  const Labels table("t.csv", text + "50,9\n51,none\n");
  const Labels whole("w.csv", text + "50,9\n");
  LoadOptions options;
  options.unlabelled = "-1";
  const auto source = parse_source(whole.path + ":label");
  const auto classes =
      std::get<ClassLabels>(load_labels(source, LabelKind::automatic, options).labels);
  CHECK(classes.names() == Names{"9", "10"});  // by value, not by bytes
  options.unlabelled = "none";
  const LoadedLabels both =
      load_labels(parse_source(table.path + ":label"), LabelKind::automatic, options);
  CHECK(both.unlabelled == Rows{7, 51});
}

TEST_CASE("unlabelled: text labels by their text, and no label at all is refused") {
  const Labels words("w.npy", npy("|S4", "(4,)", std::string("cat\0dog\0?\0\0\0dog\0", 16)));
  const LoadedLabels loaded = words.load("?");
  CHECK(loaded.unlabelled == Rows{2});
  CHECK(std::get<ClassLabels>(loaded.labels).names() == Names{"cat", "dog"});
  const Labels none("n.npy", npy("<i8", "(3,)", raw<std::int64_t>({255, 255, 255})));
  CHECK(test::fault_code([&] { none.load("255"); }) == "no-labelled-rows");
}

TEST_CASE("labels: -1 beside 0 and 255 far above the others may mean no label") {
  const auto marked = [](std::int64_t value, std::int64_t other) {
    auto values = alternating(80);
    for (auto& v : values) v = v == 0 ? 0 : other;
    values[5] = value;
    const Labels labels("y.npy", npy("<i8", "(80,)", raw(values)));
    return warned(load_labels(parse_source(labels.path), LabelKind::automatic),
                  "label-may-mean-none");
  };
  CHECK(marked(-1, 1));
  CHECK(marked(255, 1));
  CHECK_FALSE(marked(255, 254));
  CHECK_FALSE(marked(2, 1));
  std::vector<std::int64_t> signs = alternating(80);
  for (auto& v : signs) v = 2 * v - 1;  // −1 and +1 are two classes
  const Labels labels("y.npy", npy("<i8", "(80,)", raw(signs)));
  CHECK_FALSE(
      warned(load_labels(parse_source(labels.path), LabelKind::automatic), "label-may-mean-none"));
}

}  // namespace cch
