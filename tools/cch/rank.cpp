#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "cch/estimators/catalog.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank_document.hpp"
#include "tools/cch/rank_inputs.hpp"
#include "tools/cch/rank_settings.hpp"
#include "tools/report/csv.hpp"
#include "tools/report/html.hpp"
#include "tools/report/table.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> flags_given(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0 && !option->get_lnames().empty()) {
      names.push_back(option->get_lnames().front());
    }
  }
  return names;
}

void check_settings(const RankSettings& s) {
  std::vector<Fault> faults;
  auto missing = [&](bool there, const std::string& option, const std::string& example) {
    if (there) return;
    faults.push_back({"option-missing", option + " is missing", {}, {}, "Add " + example});
  };
  missing(!s.student.empty(), "--student", "--student NAME=PATH");
  missing(!s.teachers.empty(), "--teacher", "--teacher NAME=PATH, once for each candidate");
  missing(!s.labels.empty(), "--labels", "--labels PATH");
  if (!faults.empty()) throw Error(ErrorKind::usage, std::move(faults));
  for (const std::string& name : s.estimators) {
    if (name != "auto") default_options(name);
  }
  parse_scale(s.scale);
  if (!s.fail_on.empty()) parse_verdict(s.fail_on);
}

RankOptions rank_options(const RankSettings& s) {
  RankOptions options;
  if (!s.estimators.empty()) options.estimators = s.estimators;
  options.scale = parse_scale(s.scale);
  options.k = s.k;
  options.exact = s.exact;
  return options;
}

// Results first on disk, then on the screen: a screen that is gone loses nothing.
std::vector<std::string> write_results(const RankSettings& s, const nlohmann::json& document) {
  std::vector<std::string> written;
  auto write = [&](const std::string& path, const std::string& content) {
    write_file(path, content);
    written.push_back(path);
  };
  if (!s.out.empty()) {
    const fs::path folder(s.out);
    write((folder / "rank.json").string(), document.dump(2) + "\n");
    write((folder / "ranking.csv").string(), report::render_rank_csv(document));
    write((folder / "report.html").string(), report::render_rank_html(document));
  }
  if (!s.html.empty()) write(s.html, report::render_rank_html(document));
  return written;
}

void describe_plan(const RankInputs& inputs, std::ostream& out) {
  const RankInput& input = inputs.input;
  out << fmt::format("student {}: {} rows, {} columns\n", input.student.name,
                     input.student.features.size(), input.student.features.dim());
  for (const Modality& teacher : input.teachers) {
    const EstimatorChoice choice =
        choose_estimator(teacher.features, input.student.features, input.groups);
    out << fmt::format("teacher {}: {} columns; auto would take {} ({})\n", teacher.name,
                       teacher.features.dim(), entry_of(choice.options).name, choice.why);
  }
  out << "labels: " << inputs.labels_reason << '\n';
  out << fmt::format("groups: {}\n", input.groups.grouped() ? std::to_string(input.groups.count())
                                                            : std::string("none"));
  out << "dry run: all inputs can be used; nothing was estimated\n";
}

void print_all_diagnostics(const nlohmann::json& document, std::ostream& out) {
  for (const auto& estimator : document["estimators"]) {
    print_diagnostics("I(student; labels)", estimator["student_labels_diagnostics"], out);
    for (const auto& teacher : estimator["teachers"]) {
      print_diagnostics("I(" + teacher["name"].get<std::string>() + "; student)",
                        teacher["diagnostics"], out);
    }
  }
}

bool fails(const RankSettings& s, const RankResult& result) {
  return !s.fail_on.empty() &&
         result.estimators.front().teachers.front().cch.verdict == parse_verdict(s.fail_on);
}

int run(RankSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  if (!s.study.empty()) read_rank_study(s.study, given, s);
  if (s.estimators.empty()) s.estimators = {"auto"};
  check_settings(s);
  Terminal& terminal = invocation.terminal;
  const auto begin = std::chrono::steady_clock::now();
  RankInputs inputs = load_rank_inputs(s);
  if (s.dry_run) {
    describe_plan(inputs, terminal.out);
    return kExitDone;
  }
  if (!s.out.empty()) make_folder(s.out);
  if (!s.html.empty()) check_writable(s.html);
  RankResult result;
  Execution exec = make_execution(s.common, invocation.stop, nullptr);
  {
    const auto progress = make_progress(terminal, s.common.quiet);
    exec.sink = progress.get();
    result = rank_teachers(inputs.input, rank_options(s), exec);
    exec.sink = nullptr;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const nlohmann::json document =
      rank_document(s, inputs, result, exec, invocation.command_line, seconds.count());
  const auto written = write_results(s, document);
  if (s.common.json) {
    terminal.out << document.dump(2) << '\n';
  } else {
    terminal.out << report::render_rank_table(document,
                                              {terminal.colour, terminal.width, s.common.quiet});
    if (s.common.verbose) print_all_diagnostics(document, terminal.out);
  }
  for (const std::string& path : written) {
    terminal.err << "wrote " << fs::absolute(path).lexically_normal().string() << '\n';
  }
  return fails(s, result) ? kExitFailOn : kExitDone;
}

}  // namespace

Command setup_rank(CLI::App& app) {
  auto s = std::make_shared<RankSettings>();
  app.add_option("study", s->study, "STUDY.toml with the same names as the options");
  app.add_option("--student", s->student, "NAME=PATH[:KEY] of the modality that must work alone");
  app.add_option("--teacher", s->teachers, "NAME=PATH[:KEY] of a candidate; repeat for each")
      ->allow_extra_args(false);  // a study may follow
  app.add_option("--labels", s->labels, "PATH[:KEY] of classes or real values");
  app.add_option("--groups", s->groups, "Which rows belong together (images, videos, patients)");
  app.add_option("--ids", s->ids,
                 "NAME=PATH[:KEY] of row identifiers; one for every modality, labels and groups")
      ->allow_extra_args(false);
  app.add_option("--estimator", s->estimators,
                 "auto or a name of `cch doctor`; repeat to compare, the first decides")
      ->allow_extra_args(false);
  app.add_option("--scale", s->scale, "none, zscore or rank")->capture_default_str();
  app.add_option("--y-kind", s->y_kind, "auto, continuous or discrete")->capture_default_str();
  app.add_option("--k", s->k, "Neighbours, where the estimator has them")->check(whole_number());
  app.add_flag("--exact", s->exact, "Every row a query, however long it takes");
  app.add_option("--first-rows", s->first_rows, "Use only the first rows, 0 = all")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("-o,--out", s->out, "Folder for rank.json, ranking.csv and report.html");
  app.add_option("--html", s->html, "File for the report alone");
  app.add_option("--fail-on", s->fail_on, "Exit with 4 if the first teacher's verdict is this one");
  app.add_flag("-n,--dry-run", s->dry_run, "Read and check the inputs, estimate nothing");
  add_common_options(app, s->common);
  return [s, &app](Invocation& invocation) { return run(*s, flags_given(app), invocation); };
}

}  // namespace cch
