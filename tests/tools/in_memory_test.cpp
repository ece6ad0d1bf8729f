// Documents of arrays in memory: the same as those that the program makes of files with the same
// values, but for where the arrays come from.

#include <string>
#include <vector>

#include "cch/data/source.hpp"
#include "cch/documents/from_result.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::run_cch;
using test::WorldFiles;

Samples loaded(const std::string& path) {
  return load_samples(parse_source(path), "array").samples;
}

RankInput in_memory(const WorldFiles& files) {
  auto labels = load_labels(parse_source(files.labels), LabelKind::automatic);
  return {{"s", loaded(files.student)},
          {{"t", loaded(files.teacher)}, {"noise", loaded(files.noise)}},
          labels.labels,
          Groups::singletons(loaded(files.student).size())};
}

/// What `WorldFiles::rank` asks for.
RankOptions quick() {
  RankOptions out;
  out.planted_bias = false;
  out.sensitivity = false;
  out.decide_by = DecideBy::combined;
  return out;
}

documents::RankDocument ranked(const RankInput& input, const RankOptions& options) {
  return documents::rank_document(input, options, rank_teachers(input, options, {}), {});
}

TEST_CASE("documents in memory: a ranking is the program's but for where arrays come from") {
  const WorldFiles files;
  json program = test::comparable(run_cch(files.rank({"--json"})).document());
  json memory = test::comparable(documents::to_json(ranked(in_memory(files), quick())));
  // Settings have the program's names and values, without those of inputs and chances.
  for (const auto& [name, value] : memory["config"].items()) {
    CAPTURE(name);
    if (name == "scenario") continue;  // the program's is "auto" where none is asked for
    CHECK(program["config"][name] == value);
  }
  CHECK(memory["config"].size() == 12);
  for (const char* role : {"student", "teacher", "teacher", "labels"}) {
    CAPTURE(role);
    const json input = memory["inputs"][0];
    CHECK(input["role"] == role);
    CHECK(input["source"] == "");
    memory["inputs"].erase(0);
  }
  CHECK(memory["inputs"].empty());
  // Files that are matched by order bring a warning about it.
  json& warnings = program["warnings"];
  for (std::size_t i = warnings.size(); i-- > 0;) {
    const json& code = warnings[i]["code"];
    if (code == "row-order-unverified") warnings.erase(i);
  }
  CHECK(memory["labels"]["reason"] == "given as classes");
  for (json* document : {&program, &memory}) {
    for (const char* name : {"inputs", "config"}) document->erase(name);
    (*document)["labels"].erase("reason");
    (*document)["machine"].erase("device");
    (*document)["alignment"].erase("lost");  // files are named, each with the rows that it lost: 0
  }
  CHECK(memory == program);
}

TEST_CASE("documents in memory: hashes follow the values, groups and further rows have roles") {
  const WorldFiles files;
  RankInput input = in_memory(files);
  const std::size_t n = input.student.features.size();
  std::vector<std::size_t> pairs(n);
  for (std::size_t i = 0; i < n; ++i) pairs[i] = i / 2;
  input.groups = Groups::from(pairs);
  input.extra.student = input.student.features;
  input.extra.teachers = {input.teachers[0].features, input.teachers[1].features};
  const std::vector<documents::InputRecord> records = documents::records_of(input);
  std::vector<std::string> roles;
  for (const auto& record : records) roles.push_back(record.role);
  CHECK(roles == std::vector<std::string>{"student", "teacher", "teacher", "labels", "groups",
                                          "extra-student", "extra-teacher", "extra-teacher"});
  CHECK(records[0].sha256 == records[5].sha256);
  CHECK(records[1].sha256 == records[6].sha256);
  CHECK(records[0].sha256 != records[1].sha256);
  // The hash of a .npy file is that of header and values; of the values alone it is this.
  const auto& x = input.student.features;
  CHECK(records[0].sha256 == sha256(std::as_bytes(std::span(x.view().data(), x.size() * x.dim()))));
  CHECK(records[0].shape == std::vector<std::size_t>{n, 1});
  CHECK(records[0].dtype == "float64");
  CHECK(records[3].dtype == "int32");
  Matrix other(n, 1);
  for (std::size_t i = 0; i < n; ++i) other(i, 0) = x(i, 0);
  other(n - 1, 0) += 1e-9;
  const auto changed = documents::record_of("student", "s", Samples::from(std::move(other)));
  CHECK(changed.sha256 != records[0].sha256);
}

TEST_CASE("documents in memory: rows without a label are counted, and rows verify nothing") {
  const WorldFiles files;
  RankInput input = in_memory(files);
  input.extra.student = input.student.features;
  input.extra.teachers = {input.teachers[0].features, input.teachers[1].features};
  RankOptions options = quick();
  options.scenario = Scenario::unlabelled_pairs;
  const documents::RankDocument document = ranked(input, options);
  CHECK(document.rows == 160);
  CHECK(document.alignment.rows == 320);
  CHECK(document.alignment.rows_without_label == 160);
  CHECK(document.alignment.by == "row-order");
  CHECK_FALSE(document.alignment.verified);
  // What the caller says replaces it.
  documents::RankBeside beside;
  documents::Alignment& said_so = beside.alignment.emplace();
  said_so.by = "id";
  said_so.verified = true;
  beside.command = "notebook";
  beside.labels_reason = "a threshold";
  const auto said =
      documents::rank_document(input, options, rank_teachers(input, options, {}), {}, beside);
  CHECK(said.alignment.verified);
  CHECK(said.command == "notebook");
  CHECK(said.labels.reason == "a threshold");
}

}  // namespace
}  // namespace cch
