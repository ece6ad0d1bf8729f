// Rows beside the labelled pairs: which rows enter where, and what is refused.

#include <algorithm>
#include <string>
#include <vector>

#include "cch/data/labelled_rows.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/cch/inputs/rows.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::check_refused;
using test::has_warning;
using test::npy_matrix;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

bool warned(const std::vector<Warning>& warnings, const std::string& code) {
  for (const Warning& warning : warnings) {
    if (warning.code == code) return true;
  }
  return false;
}

// The order depends on the verdicts, which depend on the scenario.
json teacher_named(const json& document, const std::string& name) {
  for (const auto& teacher : document["teachers"]) {
    if (teacher["name"] == name) return teacher;
  }
  return nullptr;
}

// Twelve rows whose number is their value, in three files; rows 2, 5 and 11 have no label.
struct TwelveRows {
  test::TempFolder folder;
  RankSettings settings;

  TwelveRows() {
    std::vector<double> values;
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> groups{7, 7, 7, 3, 3, 9, 4, 4, 4, 4, 3, 9};
    for (int i = 0; i < 12; ++i) {
      values.push_back(i);
      labels.push_back(i == 2 || i == 5 || i == 11 ? -1 : i % 2);
    }
    std::vector<double> negative(values);
    for (double& v : negative) v = -v;
    settings.student = "s=" + folder.write("s.npy", npy_matrix(values, 1));
    settings.teachers = {"t=" + folder.write("t.npy", npy_matrix(negative, 1))};
    settings.labels = folder.write("y.npy", npy_vector(labels));
    settings.groups = folder.write("g.npy", npy_vector(groups));
    settings.y_kind = LabelKind::discrete;
    settings.unlabelled = "-1";
    settings.scenario = Scenario::unlabelled_pairs;
  }
};

std::vector<double> column(const Samples& x) {
  std::vector<double> out;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(x(i, 0));
  return out;
}

using Values = std::vector<double>;
using Codes = std::vector<std::size_t>;

TEST_CASE("unlabelled rows: parted from the labelled ones, groups in the same numbering") {
  const TwelveRows twelve;
  const RankInput input = load_rank_inputs(twelve.settings).input;
  CHECK(column(input.student.features) == Values{0, 1, 3, 4, 6, 7, 8, 9, 10});
  CHECK(column(input.teachers[0].features) == Values{-0.0, -1, -3, -4, -6, -7, -8, -9, -10});
  const auto& labels = std::get<ClassLabels>(input.labels);
  CHECK(labels.names() == std::vector<std::string>{"0", "1"});
  CHECK(std::vector<int>(labels.codes().begin(), labels.codes().end()) ==
        std::vector<int>{0, 1, 1, 0, 0, 1, 0, 1, 0});
  CHECK(Codes(input.groups.codes().begin(), input.groups.codes().end()) ==
        Codes{0, 0, 1, 1, 2, 2, 2, 2, 1});
  CHECK(column(*input.extra.student) == Values{2, 5, 11});
  CHECK(column(input.extra.teachers[0]) == Values{-2, -5, -11});
  // Row 2 is of the first group; rows 5 and 11 share one that no labelled row is of.
  CHECK(input.extra.groups == Codes{0, 3, 3});
  CHECK_FALSE(input.extra.labels);
}

TEST_CASE("unlabelled rows: found after the rows were matched by identifier") {
  TwelveRows twelve;
  std::string ids;
  std::string backwards;
  for (int i = 0; i < 12; ++i) {
    ids += "r" + std::to_string(i) + "\n";
    backwards += "r" + std::to_string(12 - i) + "\n";  // r12 … r1: r0 and r12 are lost
  }
  const std::string forward_ids = twelve.folder.write("ids.txt", ids);
  twelve.settings.ids = {"s=" + forward_ids, "labels=" + forward_ids, "groups=" + forward_ids,
                         "t=" + twelve.folder.write("back.txt", backwards)};
  const RankInputs inputs = load_rank_inputs(twelve.settings);
  CHECK(column(inputs.input.student.features) == Values{1, 3, 4, 6, 7, 8, 9, 10});
  CHECK(column(inputs.input.teachers[0].features) == Values{-11, -9, -8, -6, -5, -4, -3, -2});
  CHECK(column(*inputs.input.extra.student) == Values{2, 5, 11});
  CHECK(column(inputs.input.extra.teachers[0]) == Values{-10, -7, -1});
  CHECK(inputs.input.extra.groups == Codes{0, 3, 3});
  CHECK(inputs.alignment.rows == 11);
  CHECK(inputs.alignment.rows_without_label == 3);
}

TEST_CASE("unlabelled rows: --first-rows counts rows of the files, with and without a label") {
  TwelveRows twelve;
  twelve.settings.first_rows = 6;
  const RankInput input = load_rank_inputs(twelve.settings).input;
  CHECK(column(input.student.features) == Values{0, 1, 3, 4});
  CHECK(column(*input.extra.student) == Values{2, 5});
}

TEST_CASE("unlabelled rows: said to be left out where the scenario is another one") {
  TwelveRows twelve;
  CHECK_FALSE(warned(load_rank_inputs(twelve.settings).warnings, "unlabelled-rows"));
  twelve.settings.scenario = Scenario::same_rows;
  const RankInputs inputs = load_rank_inputs(twelve.settings);
  CHECK(warned(inputs.warnings, "unlabelled-rows"));
  CHECK(inputs.input.extra.student->size() == 3);  // for I(teacher; student) on all rows
  // Every value is a label: nothing is left out, which is said as well.
  twelve.settings.unlabelled = "77";
  const RankInputs all = load_rank_inputs(twelve.settings);
  CHECK(all.input.student.features.size() == 12);
  CHECK(warned(all.warnings, "no-unlabelled-rows"));
}

TEST_CASE("rank --scenario unlabelled-pairs: the pilot uses them, all-rows information is there") {
  const WorldFiles files;
  auto labels = test::small_world(160, 1, 0.9).labels;
  for (std::size_t i = 0; i < labels.size(); i += 4) labels[i] = 255;
  const std::string y = files.folder.write("y255.npy", npy_vector(labels));
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, y);
  arguments.insert(arguments.end(), {"--json", "--unlabelled", "255"});
  const json same = run_cch(arguments).document();
  CHECK(has_warning(same, "unlabelled-rows"));
  CHECK(same["pilot"]["extra_rows"] == 0);
  arguments.insert(arguments.end(), {"--scenario", "unlabelled-pairs"});
  const json pairs = run_cch(arguments).document();
  CHECK(pairs["scenario"] == "unlabelled-pairs");
  CHECK(pairs["rows"] == 120);
  CHECK(pairs["pilot"]["extra_rows"] == 40);
  CHECK(pairs["teachers"][0]["i_teacher_student_all_rows"]["rows"] == 160);
  CHECK(pairs["teachers"][0]["pilot"]["gain_cross_entropy"] !=
        same["teachers"][0]["pilot"]["gain_cross_entropy"]);
  CHECK(pairs["teachers"][0]["margin"] == same["teachers"][0]["margin"]);
}

TEST_CASE("labels set aside: the others become unlabelled rows, in the order of the files") {
  TwelveRows twelve;
  twelve.settings.labelled = 4;
  twelve.settings.groups.clear();
  const RankInputs inputs = load_rank_inputs(twelve.settings);
  Values kept = column(inputs.input.student.features);
  Values others = column(*inputs.input.extra.student);
  CHECK(kept.size() == 4);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(std::is_sorted(others.begin(), others.end()));
  const auto& labels = std::get<ClassLabels>(inputs.input.labels);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(labels[i] == static_cast<int>(kept[i]) % 2);
    CHECK(inputs.input.teachers[0].features(i, 0) == -kept[i]);
  }
  CHECK(labels.counts() == Codes{2, 2});
  Values all(kept);
  all.insert(all.end(), others.begin(), others.end());
  std::sort(all.begin(), all.end());
  CHECK(all == Values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  for (const double none : {2.0, 5.0, 11.0}) {
    CHECK(std::find(others.begin(), others.end(), none) != others.end());
  }
  CHECK(inputs.alignment.rows_without_label == 8);
  CHECK(inputs.alignment.labels_set_aside == 5);
  CHECK(warned(inputs.warnings, "labels-set-aside"));
}

TEST_CASE("labels set aside: whole groups, and rows of a group never on both sides") {
  TwelveRows twelve;
  twelve.settings.labelled = 5;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    twelve.settings.common.seed = seed;
    const RankInput input = load_rank_inputs(twelve.settings).input;
    CHECK(input.student.features.size() >= 2);
    // Rows 2 and 11 had no label before: their groups are the labelled ones' where those were kept.
    const Values others = column(*input.extra.student);
    for (std::size_t i = 0; i < others.size(); ++i) {
      const bool had_none = others[i] == 2.0 || others[i] == 5.0 || others[i] == 11.0;
      CHECK((had_none || input.extra.groups[i] >= input.groups.count()));
    }
  }
}

TEST_CASE("rank --labelled: the same ranking as with the labels taken out of the file") {
  const WorldFiles files;
  const std::vector<std::string> pairs{"--json", "--scenario", "unlabelled-pairs"};
  auto set_aside = files.rank(pairs);
  set_aside.insert(set_aside.end(), {"--labelled", "120", "--seed", "5"});
  const RunOutcome run = run_cch(set_aside);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json document = run.document();
  CHECK(document["rows"] == 120);
  CHECK(document["config"]["labelled"] == 120);
  CHECK(document["alignment"]["rows_without_label"] == 40);
  CHECK(document["pilot"]["extra_rows"] == 40);
  CHECK(has_warning(document, "labels-set-aside"));
  CHECK(run_cch(files.rank({"--json"})).document()["config"]["labelled"].is_null());

  auto labels = test::small_world(160, 1, 0.9).labels;
  std::vector<int> as_codes(labels.begin(), labels.end());
  const auto kept = choose_labelled(ClassLabels::from(as_codes, {"0", "1"}),
                                    Groups::singletons(labels.size()), 120, 5);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!std::binary_search(kept.begin(), kept.end(), i)) labels[i] = -1;
  }
  auto taken_out = files.rank(pairs);
  const std::string y = files.folder.write("y-few.npy", npy_vector(labels));
  std::replace(taken_out.begin(), taken_out.end(), files.labels, y);
  taken_out.insert(taken_out.end(), {"--unlabelled", "-1", "--seed", "5"});
  const json same = run_cch(taken_out).document();
  REQUIRE(same.is_object());
  CHECK(test::comparable(same)["teachers"] == test::comparable(document)["teachers"]);
}

TEST_CASE(
    "rank --labelled: in a study, in a dry run, in a check, and refused where it is nonsense") {
  const WorldFiles files;
  const std::string study = files.folder.write(
      "few.toml",
      "student = \"s=s.npy\"\nteacher = [\"t=t.npy\"]\nlabels = \"y.npy\"\nlabelled = 100\n"
      "scenario = \"unlabelled-pairs\"\n");
  for (const std::string command : {"rank", "check"}) {
    CAPTURE(command);
    const RunOutcome dry = run_cch({command, study, "--dry-run"});
    CHECK(dry.code == 0);
    CHECK(dry.out_has("student s: 100 rows"));
    CHECK(dry.out_has("labels set aside: 60, as --labelled 100 asks"));
    CHECK(dry.out_has("rows beside the labelled pairs: 60"));
    CHECK(run_cch({command, study, "--dry-run", "--labelled", "90"}).out_has("aside: 70"));
  }
  CHECK(run_cch({"rank", study, "--dry-run", "--json"}).document()["labelled"] == 100);
  for (const std::string wrong : {"161", "3", "0"}) {
    CAPTURE(wrong);
    check_refused(files.rank({"--labelled", wrong}), 2,
                  {"bad-labelled", "--labelled " + wrong, "Give at "});
  }
  check_refused(files.rank({"--labelled", "-3"}), 2, {"--labelled"});
  check_refused(files.rank({"--labelled", "160", "--scenario", "unlabelled-pairs"}), 2,
                {"no-unlabelled-rows", "--labelled N"});
  check_refused(
      {"check", "--n", "500", "--dim-student", "3", "--dim-teacher", "3", "--labelled", "9"}, 2,
      {"plan-with-features"});
}

// 40 further labelled rows of the teachers t and noise.
struct MoreLabels : WorldFiles {
  std::string t;
  std::string noise_rows;
  std::string y;

  MoreLabels() {
    const test::SmallWorld w = test::small_world(40, 1, 0.9, 2);
    t = folder.write("xt.npy", npy_matrix(w.teacher, 1));
    noise_rows = folder.write("xn.npy", npy_matrix(w.noise, 1));
    y = folder.write("xy.npy", npy_vector(w.labels));
  }
  [[nodiscard]] std::vector<std::string> with(const std::string& t_path, const std::string& y_path,
                                              const std::vector<std::string>& more = {}) const {
    auto arguments =
        rank({"--json", "--scenario", "more-labels", "--extra-teacher", "noise=" + noise_rows,
              "--extra-teacher", "t=" + t_path, "--extra-labels", y_path});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_CASE("rank --scenario more-labels: the teachers learn from the further rows") {
  const MoreLabels files;
  const json document = run_cch(files.with(files.t, files.y)).document();
  REQUIRE(document.is_object());
  CHECK(document["pilot"]["extra_rows"] == 40);
  CHECK(document["inputs"].size() == 7);
  const json same = run_cch(files.rank({"--json"})).document();
  const json more = teacher_named(document, "t");
  const json before = teacher_named(same, "t");
  REQUIRE(more.is_object());
  CHECK(more["margin"] == before["margin"]);
  CHECK(more["pilot"]["teacher_score"] != before["pilot"]["teacher_score"]);
  const std::string groups = files.folder.write("g.npy", npy_vector([] {
                                                  std::vector<std::int64_t> codes(160);
                                                  for (std::size_t i = 0; i < codes.size(); ++i)
                                                    codes[i] = static_cast<std::int64_t>(i / 4);
                                                  return codes;
                                                }()));
  CHECK(has_warning(run_cch(files.with(files.t, files.y, {"--groups", groups})).document(),
                    "extra-groups-unknown"));
}

TEST_CASE("rank --scenario more-labels: rows, columns and classes must fit") {
  const MoreLabels files;
  const test::SmallWorld wide = test::small_world(40, 2, 0.5);
  const test::SmallWorld few = test::small_world(39, 1, 0.5);
  auto other = wide.labels;
  other[3] = 2;
  const std::string two_columns = files.folder.write("two.npy", npy_matrix(wide.teacher, 2));
  const std::string short_rows = files.folder.write("few.npy", npy_matrix(few.teacher, 1));
  const std::string classes = files.folder.write("other.npy", npy_vector(other));
  check_refused(files.with(two_columns, files.y), 3, {"unequal-columns", two_columns, "'t'"});
  check_refused(files.with(short_rows, files.y), 3, {"unequal-rows", short_rows, "39", "40"});
  check_refused(files.with(files.t, classes), 3, {"unknown-class", "'2'", classes, "1 rows"});
  // All at once.
  check_refused(files.with(two_columns, classes), 3, {"unequal-columns", "unknown-class"});
  const std::string absent = files.folder.path("absent.npy");
  check_refused(files.with(absent, absent), 3, {absent});
  check_refused(files.with(files.t, files.y, {"--extra-teacher", "t=" + files.t}), 2,
                {"duplicate-name", "'t' twice"});
  check_refused(files.with(files.t, files.y, {"--extra-teacher", "noize=" + files.t}), 2,
                {"unknown-name", "'noize'", "'noise'"});
  check_refused(files.rank({"--scenario", "more-labels", "--extra-labels", files.y,
                            "--extra-teacher", "t=" + files.t}),
                2, {"extra-teacher-missing", "'noise'", "--extra-teacher noise=PATH"});
}

TEST_CASE("rank: combinations of options without a meaning come in one usage error") {
  const MoreLabels files;
  check_refused(files.rank({"--scenario", "more-labels"}), 2, {"option-missing", "--extra-labels"});
  check_refused(files.rank({"--extra-labels", files.y}), 2,
                {"option-without-meaning", "same-rows", "more-labels"});
  check_refused(files.rank({"--extra-teacher", "t=" + files.t, "--scenario", "unlabelled-pairs"}),
                2, {"option-without-meaning", "option-missing", "--unlabelled"});
  check_refused(files.rank({"--scenario", "unlabelled-pairs", "--unlabelled", "77"}), 2,
                {"no-unlabelled-rows", "--unlabelled"});
  for (const std::string lambda : {"0", "-1", "nan", "inf", "one", ""}) {
    CAPTURE(lambda);
    check_refused(files.rank({"--lambda", lambda}), 2, {"bad-lambda"});
  }
  check_refused(
      files.rank({"--scenario", "more-lables", "--metric", "acuracy", "--lambda", "0", "--y-kind",
                  "discret", "--scale", "ranks", "--estimator", "kgs1"}),
      2,
      {"more-labels", "Did you mean 'accuracy'", "bad-lambda", "'discrete'", "'ranks'", "'ksg1'"});
  check_refused(files.rank({"--permutations", "-1"}), 2, {"--permutations"});
}

}  // namespace
}  // namespace cch
