// What cch has stored and reads again, perhaps changed by others: records of runs, documents and
// what is made of them.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "cch/experiments/claim.hpp"
#include "cch/experiments/store.hpp"
#include "cch/report/check.hpp"
#include "cch/report/compare.hpp"
#include "cch/report/estimate.hpp"
#include "cch/report/image_ranking.hpp"
#include "cch/report/race.hpp"
#include "cch/report/rank.hpp"
#include "cch/report/segmentation.hpp"
#include "cch/report/solve.hpp"
#include "cch/report/sweep.hpp"
#include "cch/report/train.hpp"
#include "data/json_text.hpp"
#include "support/full_rank_document.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/tools/made_documents.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/trained_runs.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch::fuzz {
namespace {

using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

/// What the program prints for small files.
Texts printed(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-q"});
  const test::RunOutcome run = test::run_cch(arguments);
  if (run.code != 0) throw std::runtime_error("no seed: " + run.err);
  return {run.out};
}

Texts ranked() {
  const test::WorldFiles world(80);
  Texts out = printed(world.rank());
  Texts more = printed({"rank", "--student", "s=" + world.student, "--teacher",
                        "t=" + world.teacher, "--labels", world.labels, "--quick"});
  out.push_back(std::move(more.front()));
  out.push_back(test::full_rank_document().dump(1));
  return out;
}

Texts planned() {
  return printed(test::WorldFiles(80).rank({"--dry-run"}));
}

Texts checked() {
  const test::WorldFiles world(80);
  return printed({"check", "--student", "s=" + world.student, "--teacher", "t=" + world.teacher,
                  "--labels", world.labels});
}

Texts estimated() {
  const test::WorldFiles world(80);
  return printed({"estimate", world.student, world.teacher, "--estimator", "ksg1"});
}

Texts solved() {
  const test::TempFolder folder;
  return printed(
      {"gaussian", "solve", folder.write("m.toml", "student-noise = 0.3\n"), "--n", "200"});
}

Texts swept() {
  const test::TempFolder folder;
  const std::string study = folder.write(
      "s.toml",
      "lambda = [0.5]\n[grid]\nn = [60]\nteacher = [\"optimal\"]\nstudent-noise = [0.1, 1]\n");
  return printed({"gaussian", "sweep", study, "-o", folder.path("out")});
}

/// A few of them, the first of each length: runs of one kind differ in numbers alone.
Texts few(const Texts& all) {
  std::map<std::size_t, std::string> by_length;
  for (const std::string& text : all) by_length.emplace(text.size() / 200, text);
  Texts out;
  for (auto& [length, text] : by_length) out.push_back(std::move(text));
  return out;
}

/// A study of pairs and its comparison.
struct Study {
  Texts heads;
  Texts runs;
  Texts criteria;
  Texts curves;
  Texts comparisons;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const Study& study() {
  static const Study made = [] {
    const test::TempFolder folder;
    const std::string trained =
        folder.write("study.toml", std::string(test::kTinyPairs) + "[criteria]\nseeds = 1\n");
    Study out;
    const std::string where = folder.path("out");
    const test::RunOutcome run = test::run_cch({"train", trained, "-o", where, "-q"});
    if (run.code != 0) throw std::runtime_error("no seed: " + run.err);
    out.heads.push_back(text_of(fs::path(where) / "study.json"));
    std::map<std::string, Texts> kinds;
    for (const auto& entry : fs::recursive_directory_iterator(where)) {
      if (entry.is_regular_file()) {
        kinds[entry.path().filename()].push_back(text_of(entry.path()));
      }
    }
    out.runs = kinds["result.json"];
    out.criteria = kinds["criteria.json"];
    out.curves = few(kinds["train.jsonl"]);
    out.comparisons = printed({"compare", where});
    return out;
  }();
  return made;
}

const report::TerminalStyle kStyle{};

/// A record that was changed has another checksum and is refused at once: its text without one is
/// what a reader of old folders meets.
Texts unsealed_texts(const Texts& all) {
  Texts out;
  for (const std::string& text : few(all)) out.push_back(unsealed(text).value_or(text));
  return out;
}

void read_lines(std::string_view text) {
  const LineStore store(in_file("cells.jsonl", text), LineStore::Use::look);
  for (const std::string& record : store.records()) {
    static_cast<void>(documents::read_sweep_cell(documents::parse(record)));
  }
}

void read_record(std::string_view text) {
  BesideHashes beside;
  if (!unsealed(text, &beside))
    refuse_data("record-damaged", "it is damaged", "x", {}, "Remove it");
}

void read_claim(std::string_view text) {
  ClaimOwner owner;
  static_cast<void>(Claim::is_held(in_file("claim", text), &owner));
}

/// The folder of the study with one file of a run changed, as `cch report` shows it.
void show_folder(const std::string& changed, std::string_view text) {
  in_file("study/study.json", study().heads.front());
  in_file("study/runs/one/result.json", unsealed_texts(study().runs).front());
  const fs::path file = in_file("study/runs/one/" + changed, text);
  const std::string folder = file.parent_path().parent_path().parent_path();
  const TrainFolder content = read_training(folder);
  const report::TrainReport shown = report_of(content, folder);
  static_cast<void>(report::render_train_table(shown, true));
  static_cast<void>(report::render_train_html(shown));
  if (!content.damage.empty()) refuse_data("record-damaged", "it is damaged", "x", {}, "Remove it");
}

/// Reads a text as JSON and goes on with it.
template <class Read>
std::function<void(std::string_view)> of_json(Read read) {
  return [read](std::string_view text) { static_cast<void>(read(documents::parse(text))); };
}

/// Reads a document, writes it again and shows it.
template <class Parse, class Show>
std::function<void(std::string_view)> shown(Parse parse, Show show) {
  return [parse, show](std::string_view text) {
    const auto document = parse(text);
    static_cast<void>(documents::to_text(document, 1));
    show(document);
  };
}

}  // namespace

std::vector<Target> stored_targets() {
  using namespace documents;
  constexpr std::size_t kByPage = 200;
  const auto ranking = [](const RankDocument& d) {
    static_cast<void>(report::render_rank_table(d, kStyle));
    static_cast<void>(report::render_rank_csv(d));
    static_cast<void>(report::render_rank_html(d));
  };
  const auto check = [](const CheckDocument& d) {
    static_cast<void>(report::render_check_table(d, kStyle));
    static_cast<void>(report::render_check_html(d));
  };
  const auto comparison = [](const CompareDocument& d) {
    static_cast<void>(report::render_compare_table(d, kStyle));
    static_cast<void>(report::render_compare_html(d));
  };
  const auto sweep = [](const SweepDocument& d) {
    static_cast<void>(report::render_sweep_table(d, report::SweepDetail::some));
    static_cast<void>(report::render_sweep_html(d));
  };
  return {
      {"rank", shown(parse_rank, ranking), ranked, kByPage},
      {"rank-plan",
       shown(parse_rank_plan,
             [](const RankPlan& d) { static_cast<void>(report::render_rank_plan(d)); }),
       planned, kByPage},
      {"check", shown(parse_check, check), checked, kByPage},
      {"estimate",
       shown(parse_estimate,
             [](const EstimateDocument& d) {
               static_cast<void>(report::render_estimate_table(d, kStyle));
             }),
       estimated, kByPage},
      {"solve",
       shown(
           parse_solve,
           [](const SolveDocument& d) { static_cast<void>(report::render_solve_table(d, false)); }),
       solved, kByPage},
      {"sweep", shown(parse_sweep, sweep), swept, kByPage},
      {"compare", shown(parse_compare, comparison), [] { return study().comparisons; }, kByPage},
      {"segmentation",
       shown(parse_segmentation,
             [](const SegmentationDocument& d) {
               static_cast<void>(d.title());
               static_cast<void>(report::render_segmentation_table(d));
               static_cast<void>(report::render_segmentation_html(d, ""));
             }),
       [] {
         return Texts{to_text(SegmentationDocument{}, 1), to_text(test::made_segmentation(), 1)};
       },
       kByPage},
      {"image-rank",
       shown(parse_image_rank,
             [](const ImageRankDocument& d) {
               static_cast<void>(report::render_image_rank_table(d, kStyle));
               static_cast<void>(report::render_image_rank_csv(d));
               static_cast<void>(report::render_image_rank_html(d));
             }),
       [] { return Texts{to_text(test::made_image_ranking(), 1)}; }, kByPage},
      {"race",
       shown(parse_race,
             [](const RaceDocument& d) {
               static_cast<void>(report::render_race_table(d, kStyle));
               static_cast<void>(report::render_race_html(d));
             }),
       [] { return Texts{to_text(test::made_race(), 1)}; }, kByPage},
      {"run", [](std::string_view text) { show_folder("result.json", text); },
       [] { return unsealed_texts(study().runs); }, kByPage},
      {"curve", [](std::string_view text) { show_folder("train.jsonl", text); },
       [] { return study().curves; }, kByPage, false},
      {"recorded-run", of_json(read_recorded_run), [] { return unsealed_texts(study().runs); },
       1000},
      {"criteria", of_json(read_criteria), [] { return unsealed_texts(study().criteria); }, 1000},
      {"study", of_json(read_study_head), [] { return study().heads; }, 1000},
      {"study-facts", of_json(documents::read_study), [] { return study().heads; }, 1000},
      {"features", of_json(read_feature_files),
       [] { return Texts{R"({"schema":"cch.features/1","files":[{"key":"k","sha256":"00"}]})"}; },
       1000},
      {"cells", read_lines,
       [] {
         const nlohmann::json document = nlohmann::json::parse(swept().front());
         std::string lines;
         for (const auto& cell : document.at("cells")) lines += cell.dump() + '\n';
         return Texts{lines};
       },
       500},
      {"record", read_record, [] { return few(study().runs); }, 1000},
      {"claim", read_claim,
       [] { return Texts{R"({"host":"h","machine":"m","process":1,"started":"2"})"}; }, 500,
       false}};
}

}  // namespace cch::fuzz
