#include "cch/data/source.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cch/data/sha256.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;

namespace {

// One folder for all cases of this file; a case that writes the same name writes over it.
const test::TempFolder& source_folder() {
  static const test::TempFolder instance;
  return instance;
}
SourceSpec file(const std::string& name, const std::string& bytes) {
  return parse_source(source_folder().write(name, bytes));
}
template <class Load>
std::string load_refusal(Load&& load) {
  return test::fault_code(load);
}
SourceSpec part(const std::string& name, const std::string& bytes, const std::string& key) {
  return parse_source(source_folder().write(name, bytes) + ":" + key);
}
SourceSpec floats(const std::string& shape, const std::vector<double>& values) {
  return file("f.npy", npy("<f8", shape, raw(values)));
}
std::string label_refusal(const SourceSpec& spec, LabelKind kind) {
  return load_refusal([&] { load_labels(spec, kind); });
}

}  // namespace

TEST_CASE("source: a path that exists wins over splitting at the last ':'") {
  const std::string plain = source_folder().write("a.npy", "x");
  const std::string colon = source_folder().write("b.npy:key", "x");
  CHECK(parse_source(plain).key.empty());
  CHECK(parse_source(plain + ":key").path == plain);
  CHECK(parse_source(plain + ":key").key == "key");
  CHECK(parse_source(colon).path == colon);
  CHECK(parse_source(plain + ":layer:0").key == "layer:0");
  CHECK(parse_source("nowhere:a:b").path == "nowhere:a");
  CHECK(parse_source("fashion-mnist:left").path == "fashion-mnist");
  CHECK(parse_source("idx:/data/digits:left").path == "idx:/data/digits");
  CHECK(parse_source("dir:/data/digits").key.empty());
  CHECK(load_refusal([] { parse_source(""); }) == "empty-source");
  CHECK(load_refusal([] { parse_source("a.npy:"); }) == "empty-key");
}

TEST_CASE("source: what is not a readable file has an error of its own") {
  const auto load = [](const std::string& path) {
    return load_refusal([&] { load_samples(parse_source(path), "x"); });
  };
  CHECK(load(source_folder().path("absent.npy")) == "file-not-found");
  CHECK(load(std::filesystem::path(source_folder().path("x")).parent_path().string()) ==
        "is-directory");
  CHECK(load(source_folder().write("empty.npy", "")) == "empty-file");
  CHECK(load(source_folder().write("model.pkl", "abcdef")) == "unknown-format");
  CHECK(load("/dev/null") == "not-a-file");
}

TEST_CASE("source: a file without permission" * doctest::skip(::geteuid() == 0)) {
  const std::string path = source_folder().write("secret.npy", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  CHECK(load_refusal([&] { load_samples(parse_source(path), "x"); }) == "unreadable-file");
}

TEST_CASE("samples: two dimensions as they are, more are flattened and said, one is a column") {
  const LoadedSamples two = load_samples(floats("(2, 2)", {1, 2, 3, 4}), "teacher");
  CHECK(two.samples.dim() == 2);
  CHECK(two.samples(1, 0) == 3.0);
  CHECK(two.info.warnings.empty());
  CHECK(two.info.dtype == "float64");
  CHECK(two.info.sha256.size() == 64);
  const LoadedSamples three = load_samples(floats("(2, 1, 2)", {1, 2, 3, 4}), "teacher");
  CHECK(three.samples.dim() == 2);
  CHECK(three.info.shape == std::vector<std::size_t>{2, 1, 2});
  REQUIRE(three.info.warnings.size() == 1);
  CHECK(three.info.warnings[0].code == "flattened");
  CHECK(load_samples(floats("(4,)", {1, 2, 3, 4}), "teacher").samples.dim() == 1);
}

TEST_CASE("samples: a row limit takes the first rows, and only those are checked") {
  const SourceSpec spec = floats("(3, 1)", {1, 2, NAN});
  CHECK(load_samples(spec, "x", {.max_rows = 2}).samples.size() == 2);
  CHECK(load_refusal([&] { load_samples(spec, "x"); }) == "non-finite-value");
}

TEST_CASE("samples: NaN is refused with file, row, column and count") {
  const SourceSpec spec = floats("(2, 1, 2)", {1, 2, INFINITY, NAN});
  try {
    load_samples(spec, "teacher audio");
    FAIL("NaN was read");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(error.kind() == ErrorKind::data);
    CHECK(message.find("f.npy") != std::string::npos);
    CHECK(message.find("teacher audio") != std::string::npos);
    CHECK(message.find("row 1, column 0") != std::string::npos);
    CHECK(message.find("2 of 4") != std::string::npos);
  }
}

TEST_CASE("samples: what cannot be samples") {
  const auto load = [](const SourceSpec& spec) {
    return load_refusal([&] { load_samples(spec, "x"); });
  };
  CHECK(load(file("u.npy", npy("|S1", "(2,)", "ab"))) == "not-numeric");
  CHECK(load(floats("()", {1})) == "zero-dimensional");
  CHECK(load(floats("(0, 3)", {})) == "empty-array");
  CHECK(load(file("t.csv", "id,a\np,1\nq,2\n")) == "not-numeric");
  CHECK(load(parse_source(floats("(1,)", {1}).path + ":key")) == "unexpected-key");
}

TEST_CASE("samples: integers that no double holds are said to be rounded") {
  const auto large =
      file("i.npy", npy("<u8", "(1,)", raw(std::vector<std::uint64_t>{(1ULL << 53) + 1})));
  const LoadedSamples loaded = load_samples(large, "x");
  REQUIRE(loaded.info.warnings.size() == 1);
  CHECK(loaded.info.warnings[0].code == "rounded-integers");
}

TEST_CASE("samples: tables give all columns or one, and say what was taken as names") {
  const SourceSpec spec = file("t.csv", "a,b\n1,2\n3,4\n");
  const LoadedSamples all = load_samples(spec, "x");
  CHECK(all.samples.dim() == 2);
  REQUIRE(all.info.warnings.size() == 1);
  CHECK(all.info.warnings[0].code == "csv-header");
  const LoadedSamples one = load_samples(parse_source(spec.path + ":b"), "x");
  CHECK(one.samples.dim() == 1);
  CHECK(one.samples(1, 0) == 4.0);
}

TEST_CASE("samples: a column that numbers the rows is left out and named, and can be asked for") {
  const SourceSpec spec = file("t.csv", ",a\n0,.5\n1,.25\n");
  const LoadedSamples all = load_samples(spec, "x");
  CHECK(all.samples.dim() == 1);
  CHECK(all.samples(1, 0) == 0.25);
  CHECK(all.info.warnings.back().code == "csv-index-column");
  CHECK(all.info.warnings.back().message.find("without a name") != std::string::npos);
  const SourceSpec index = file("u.csv", "index,a\n0,.5\n1,.25\n");
  CHECK(load_samples(index, "x").info.warnings.back().message.find("'index'") != std::string::npos);
  CHECK(load_samples(parse_source(index.path + ":index"), "x").samples(1, 0) == 1.0);
}

TEST_CASE(
    "labels: automatic takes strings, booleans and few integers as classes, fractions as numbers") {
  std::vector<std::int64_t> few(40);
  for (std::size_t i = 0; i < few.size(); ++i) few[i] = i % 2 == 0 ? 10 : -3;
  const auto loaded =
      load_labels(file("l.npy", npy("<i8", "(40,)", raw(few))), LabelKind::automatic);
  const auto& classes = std::get<ClassLabels>(loaded.labels);
  CHECK(classes.names() == std::vector<std::string>{"-3", "10"});
  CHECK(classes[0] == 1);
  CHECK(loaded.kind_reason.find("2 distinct integers in 40 rows") != std::string::npos);
  CHECK(is_discrete(
      load_labels(file("s.npy", npy("|S1", "(2,)", "ba")), LabelKind::automatic).labels));
  CHECK(is_discrete(
      load_labels(file("b.npy", npy("|b1", "(2,)", std::string("\0\1", 2))), LabelKind::automatic)
          .labels));
  CHECK_FALSE(is_discrete(load_labels(floats("(2,)", {0, 1.5}), LabelKind::automatic).labels));
}

TEST_CASE("labels: codes from 0 or 1 are classes with five rows each, others ask") {
  const auto cycle = [](std::size_t rows, std::int64_t first, std::int64_t count,
                        std::int64_t step = 1) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < rows; ++i) {
      values.push_back(first + step * (static_cast<std::int64_t>(i) % count));
    }
    const auto spec = file("l.npy", npy("<i8", "(" + std::to_string(rows) + ",)", raw(values)));
    return label_refusal(spec, LabelKind::automatic);
  };
  CHECK(cycle(100, 0, 8).empty());
  CHECK(cycle(100, 1, 20).empty());
  CHECK(cycle(300, 0, 60).empty());
  CHECK(cycle(4, 0, 2).empty());
  CHECK(cycle(100, 0, 21) == "label-kind-unclear");    // fewer than five rows each
  CHECK(cycle(100, 2, 8) == "label-kind-unclear");     // not from 0 or 1
  CHECK(cycle(100, 0, 8, 2) == "label-kind-unclear");  // with gaps
  CHECK(cycle(100, 0, 100) == "label-kind-unclear");   // row numbers
}

TEST_CASE("labels: classes stored as floats are not taken for numbers in silence") {
  const auto cycle = [](std::size_t rows, std::size_t count, double step) {
    std::vector<double> values;
    for (std::size_t i = 0; i < rows; ++i) values.push_back(step * static_cast<double>(i % count));
    return floats("(" + std::to_string(rows) + ",)", values);
  };
  const auto unclear = [&](std::size_t rows, std::size_t count, double step = 1.0) {
    return label_refusal(cycle(rows, count, step), LabelKind::automatic) == "label-kind-unclear";
  };
  CHECK(unclear(500, 2));
  CHECK(unclear(40, 5, 3.0));
  CHECK(unclear(500, 100));
  CHECK_FALSE(unclear(500, 2, 0.5));
  CHECK_FALSE(unclear(500, 101));
  CHECK_FALSE(unclear(39, 20));
  CHECK_FALSE(unclear(40, 1));  // one value: refused later as constant
  CHECK(is_discrete(load_labels(cycle(500, 2, 1.0), LabelKind::discrete).labels));
  CHECK_FALSE(is_discrete(load_labels(cycle(500, 2, 1.0), LabelKind::continuous).labels));
  // Of a table, too: "0.0", "1.0".
  std::string text = "y\n";
  for (int i = 0; i < 40; ++i) text += i % 2 == 0 ? "0.0\n" : "1.0\n";
  CHECK(label_refusal(file("y.csv", text), LabelKind::automatic) == "label-kind-unclear");
}

TEST_CASE("labels: one-hot and multi-hot rows are named, with the way out") {
  const auto message = [](const std::string& type, const std::string& bytes, LabelKind kind) {
    try {
      load_labels(file("h.npy", npy(type, "(3, 2)", bytes)), kind);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string floats = raw<double>({1, 0, 0, 1, 1, 0});
  for (const auto& [type, bytes] : {std::pair<std::string, std::string>{"<f8", floats},
                                    {"|u1", std::string("\1\0\0\1\1\0", 6)}}) {
    const std::string one_hot = message(type, bytes, LabelKind::automatic);
    CHECK(one_hot.find("one-hot") != std::string::npos);
    CHECK(one_hot.find("argmax") != std::string::npos);
    CHECK(message(type, bytes, LabelKind::discrete).find("argmax") != std::string::npos);
    CHECK(message(type, bytes, LabelKind::continuous).empty());
  }
  const std::string multi = message("<f8", raw<double>({1, 1, 0, 1, 0, 0}), LabelKind::automatic);
  CHECK(multi.find("multi-hot") != std::string::npos);
  CHECK(message("<f8", raw<double>({1, 0, 0, 1, .5, .5}), LabelKind::automatic).empty());
}

TEST_CASE("labels: several a row are refused by name, one-hot codes and soft labels by theirs") {
  const auto code = [](const std::string& type, const std::string& bytes, LabelKind kind) {
    return label_refusal(file("h.npy", npy(type, "(3, 2)", bytes)), kind);
  };
  const std::string hot = std::string("\1\1\0\1\0\0", 6);
  for (const LabelKind kind : {LabelKind::automatic, LabelKind::discrete}) {
    for (const char* type : {"|u1", "|b1"}) CHECK(code(type, hot, kind) == "labels-multilabel");
    CHECK(code("<f8", raw<double>({1, 1, 0, 1, 0, 0}), kind) == "labels-multilabel");
  }
  CHECK(code("|u1", hot, LabelKind::continuous).empty());
  CHECK(code("<i8", raw<std::int64_t>({3, 1, 2, 2, 0, 1}), LabelKind::discrete) ==
        "labels-multilabel");
  CHECK(code("|S1", "abcdef", LabelKind::discrete) == "labels-multilabel");
  CHECK(code("<f8", raw<double>({1, 0, 0, 1, .5, .5}), LabelKind::discrete) == "labels-not-1d");
  // One column of the same table is what can be ranked.
  const std::string table = "drama,war\n1,1\n0,1\n0,0\n1,0\n1,1\n0,0\n";
  CHECK(is_discrete(load_labels(part("m.csv", table, "war"), LabelKind::automatic).labels));
}

TEST_CASE("labels: survival times are refused by name, however they are stored") {
  const auto refused = [](const SourceSpec& spec) {
    return label_refusal(spec, LabelKind::automatic);
  };
  for (const char* header : {"time,event", "OS.time,OS", "patient,futime,fustat", "days,status"}) {
    const std::string more = std::string(header).starts_with("patient") ? "p1," : "";
    const auto spec =
        file("s.csv", std::string(header) + "\n" + more + "2.5,1\n" + more + "1.5,0\n");
    CHECK(refused(spec) == "labels-survival");
  }
  // A table of many columns is a table: its columns are named. So is one without an event.
  CHECK(refused(file("w.csv", "a,b,c,time,event\n1,2,3,2.5,1\n4,5,6,1.5,0\n")) == "key-needed");
  CHECK(refused(file("t.csv", "time,place\n2.5,1\n1.5,0\n")) == "key-needed");
  const auto array = [](std::vector<double> values) {
    return file("a.npy", npy("<f8", "(" + std::to_string(values.size() / 2) + ", 2)", raw(values)));
  };
  CHECK(refused(array({2, 1, 3, 0, 1, 1, 5, 0, 4, 1, 7, 0})) == "labels-survival");
  CHECK(refused(array({1, 2, 0, 3, 1, 1, 0, 5, 1, 4, 0, 7})) == "labels-survival");
  CHECK(refused(array({2, 1, -3, 0, 1, 1, 5, 0, 4, 1, 7, 0})).empty());  // a negative time
  CHECK(refused(array({2, 1, 3, 2, 1, 1, 5, 0, 4, 1, 7, 0})).empty());   // three kinds of event
  CHECK(refused(array({2, 1, 3, 1, 1, 1, 5, 1, 4, 1, 7, 1})).empty());   // no event of two
  CHECK_FALSE(is_discrete(
      load_labels(array({2, 1, 3, 0, 1, 1, 5, 0, 4, 1, 7, 0}), LabelKind::continuous).labels));
}

TEST_CASE("labels: one column of survival times is taken with a warning") {
  const std::string text = "time,event\n2.5,1\n1.5,0\n3.5,1\n0.5,0\n";
  const auto warned = [&](const std::string& header, const std::string& key) {
    const auto loaded = load_labels(part("s.csv", header + text.substr(text.find('\n')), key),
                                    LabelKind::automatic);
    return std::any_of(loaded.info.warnings.begin(), loaded.info.warnings.end(),
                       [](const Warning& w) { return w.code == "labels-may-be-survival"; });
  };
  CHECK(warned("time,event", "time"));
  CHECK(warned("time,event", "event"));
  CHECK_FALSE(warned("time,label", "time"));
  CHECK_FALSE(warned("width,event", "event"));
}

TEST_CASE("labels and groups: the one column beside that which numbers the rows is taken") {
  const SourceSpec spec = file("l.csv", ",label\n0,cat\n1,dog\n2,cat\n");
  const auto loaded = load_labels(spec, LabelKind::automatic);
  CHECK(std::get<ClassLabels>(loaded.labels).names() == std::vector<std::string>{"cat", "dog"});
  CHECK(loaded.info.warnings.back().code == "csv-index-column");
  CHECK(load_groups(spec).groups.count() == 2);
  const SourceSpec two = file("m.csv", ",label,person\n0,cat,a\n1,dog,b\n");
  CHECK(label_refusal(two, LabelKind::automatic) == "key-needed");
}

TEST_CASE("labels: words for what is not known are named, among numbers they are refused") {
  const auto warned = [](const std::string& word) {
    const auto loaded =
        load_labels(file("w.csv", "label\ncat\n" + word + "\ndog\n"), LabelKind::automatic);
    const Warning& last = loaded.info.warnings.back();
    return last.code == "label-may-mean-none" &&
           last.message.find("--unlabelled '" + word + "'") != std::string::npos;
  };
  for (const char* word : {"NA", "N/A", "[Not Available]", "Unknown", "<missing>", "?"}) {
    CAPTURE(word);
    CHECK(warned(word));
  }
  for (const char* word : {"nanny", "-", "[x]", "national"}) CHECK_FALSE(warned(word));
  const SourceSpec gaps = file("g.csv", "y\n1.5\nNA\n2.5\n-3\n");
  CHECK(label_refusal(gaps, LabelKind::automatic) == "missing-label");
  CHECK(label_refusal(gaps, LabelKind::continuous) == "missing-label");
  const auto loaded = load_labels(gaps, LabelKind::automatic, {.unlabelled = "NA"});
  CHECK(std::get<Samples>(loaded.labels)(2, 0) == -3.0);
  CHECK(loaded.unlabelled == std::vector<std::size_t>{1});
}

TEST_CASE("labels: a decimal comma makes numbers, not words that all differ") {
  const SourceSpec spec = parse_source(file("l.csv", "id;y\na;1,5\nb;-0,25\nc;2,75\n").path + ":y");
  const auto loaded = load_labels(spec, LabelKind::automatic);
  REQUIRE_FALSE(is_discrete(loaded.labels));
  CHECK(std::get<Samples>(loaded.labels)(1, 0) == -0.25);
  CHECK(loaded.info.warnings.back().code == "csv-decimal-comma");
  const SourceSpec words = parse_source(file("w.csv", "id;y\na;1,5 mg\nb;2,5 mg\n").path + ":y");
  CHECK(is_discrete(load_labels(words, LabelKind::automatic).labels));
}

TEST_CASE("labels: many distinct integers, or several columns of them, need the kind to be said") {
  const auto three_of_40 = [](std::int64_t third) {
    std::vector<std::int64_t> values(40, 0);
    values[1] = 1;
    values[2] = third;
    return file("l.npy", npy("<i8", "(40,)", raw(values)));
  };
  CHECK(label_refusal(three_of_40(1), LabelKind::automatic).empty());  // 2 of 40 are exactly 5 %
  CHECK(label_refusal(three_of_40(7), LabelKind::automatic) == "label-kind-unclear");
  const auto map = file("m.npy", npy("|u1", "(1, 2)", "ab"));
  CHECK(label_refusal(map, LabelKind::automatic) == "label-kind-unclear");
  CHECK(label_refusal(map, LabelKind::discrete) == "labels-multilabel");
  CHECK_FALSE(is_discrete(load_labels(map, LabelKind::continuous).labels));
  CHECK(label_refusal(file("s.npy", npy("|S1", "(2,)", "ba")), LabelKind::continuous) ==
        "labels-not-numeric");
}

TEST_CASE("labels: whole numbers are classes in the order of their values, fractions are refused") {
  const auto loaded = load_labels(floats("(4,)", {10, 9, -0.0, 0.0}), LabelKind::discrete);
  const auto& classes = std::get<ClassLabels>(loaded.labels);
  CHECK(classes.names() == std::vector<std::string>{"0", "9", "10"});
  CHECK(classes[2] == classes[3]);
  CHECK(label_refusal(floats("(2,)", {0.5, 1}), LabelKind::discrete) == "labels-not-whole");
  CHECK(label_refusal(floats("(2,)", {NAN, 1}), LabelKind::discrete) == "non-finite-label");
  CHECK(label_refusal(floats("(2,)", {NAN, 1}), LabelKind::continuous) == "non-finite-label");
}

TEST_CASE("labels: an empty field is a missing label, named by its row") {
  const SourceSpec spec = parse_source(file("l.csv", "id,label\np,cat\nq,\n").path + ":label");
  try {
    load_labels(spec, LabelKind::automatic);
    FAIL("a missing label was read");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "missing-label");
    CHECK(error.faults().front().problem.find("row 1") != std::string::npos);
  }
  CHECK(label_refusal(file("n.csv", "1\n\n2\n"), LabelKind::automatic) == "missing-label");
}

TEST_CASE("groups: integers, whole numbers and strings alike") {
  const auto codes = [](const SourceSpec& spec) {
    const Groups groups = load_groups(spec).groups;
    return std::vector<std::size_t>(groups.codes().begin(), groups.codes().end());
  };
  const std::vector<std::size_t> expected = {0, 1, 0};
  CHECK(codes(file("g.npy", npy("<i4", "(3,)", raw(std::vector<std::int32_t>{7, -1, 7})))) ==
        expected);
  CHECK(codes(floats("(3, 1)", {2, 5, 2})) == expected);
  CHECK(codes(file("g.txt", "b\na\nb\n")) == expected);
  const auto load = [](const SourceSpec& spec) { return load_refusal([&] { load_groups(spec); }); };
  CHECK(load(floats("(2,)", {0.5, 1})) == "groups-not-whole");
  CHECK(load(floats("(1, 2)", {1, 2})) == "groups-not-1d");
  CHECK(load(file("h.txt", "a\n\nb\n")) == "missing-group");
}

TEST_CASE("groups: rows whose group is not known are said to be taken as one") {
  const auto warnings = [](const std::string& text) {
    return load_groups(file("g.csv", text)).info.warnings;
  };
  const auto some = warnings("g\nunknown\na\nunknown\nb\n");
  REQUIRE(some.size() == 2);  // the other one is about the header
  CHECK(some[1].code == "group-may-mean-none");
  CHECK(some[1].message.find("2 rows") != std::string::npos);
  CHECK(warnings("g\nunknown\na\nc\nb\n").size() == 1);
}

TEST_CASE("labels: one row of N values, and labels without a value, are refused as what they are") {
  const auto fault = [](const SourceSpec& spec) {
    try {
      load_labels(spec, LabelKind::automatic);
    } catch (const Error& error) {
      return error.faults().front();
    }
    return Fault{};
  };
  const Fault turned = fault(floats("(1, 30)", std::vector<double>(30, .5)));
  CHECK(turned.code == "labels-not-1d");
  CHECK(turned.action.find("ravel") != std::string::npos);
  const Fault none = fault(floats("(2,)", {NAN, NAN}));
  CHECK(none.code == "non-finite-label");
  CHECK(none.action.find("--unlabelled") == std::string::npos);
}

TEST_CASE("samples: a column without a finite value is to be dropped, by its number") {
  const auto fault = [](const std::string& shape, const std::vector<double>& values) {
    try {
      load_samples(floats(shape, values), "x");
    } catch (const Error& error) {
      return error.faults().front();
    }
    return Fault{};
  };
  const Fault column = fault("(2, 3)", {1, NAN, 2, 3, NAN, 4});
  CHECK(column.where.find("column 1 has no finite value") != std::string::npos);
  CHECK(column.action == "Drop column 1, e.g. numpy.delete(x, [1], axis=1)");
  const Fault mixed = fault("(2, 3)", {1, NAN, NAN, NAN, NAN, NAN});
  CHECK(mixed.action.find("Drop columns 1, 2") != std::string::npos);
  CHECK(mixed.action.find("rows of the others") != std::string::npos);
  const Fault all = fault("(2, 1)", {NAN, NAN});
  CHECK(all.action.find("Check the export") != std::string::npos);
  const Fault row = fault("(2, 2)", {1, NAN, 2, 3});
  CHECK(row.action.find("drop these rows") != std::string::npos);
}

TEST_CASE("ids: duplicates are refused with both rows") {
  CHECK(load_ids(file("i.txt", "p 1\np 2\n")).ids == std::vector<std::string>{"p 1", "p 2"});
  try {
    load_ids(file("i.txt", "a\nb\na\n"));
    FAIL("duplicate identifiers were read");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "duplicate-id");
    CHECK(error.faults().front().where.find("rows 0 and 2") != std::string::npos);
  }
  const auto load = [](const SourceSpec& spec) { return load_refusal([&] { load_ids(spec); }); };
  CHECK(load(floats("(2,)", {0.5, 1})) == "ids-not-whole");
  CHECK(load(floats("(1, 2)", {1, 2})) == "ids-not-1d");
  CHECK(load(file("j.txt", "a\n\nb\n")) == "missing-id");
}

TEST_CASE("keys: a wrong one is answered with the nearest") {
  const SourceSpec spec = file("z.npz", test::zip({{"audio.npy", npy("|u1", "(1,)", "a")},
                                                   {"video.npy", npy("|u1", "(1,)", "v")}}));
  CHECK(load_refusal([&] { load_samples(spec, "x"); }) == "key-needed");
  try {
    load_samples(parse_source(spec.path + ":vidoe"), "x");
    FAIL("a wrong key was read");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.faults().front().code == "unknown-key");
    CHECK(error.faults().front().action.find(":video?") != std::string::npos);
  }
  CHECK(load_samples(parse_source(spec.path + ":video"), "x").samples(0, 0) == 118.0);
}

TEST_CASE("sha256 of the standard's example") {
  CHECK(sha256(test::to_bytes("abc").view) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace cch
