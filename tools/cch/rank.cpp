#include <algorithm>
#include <chrono>
#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank_document.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/cch/rank_inputs.hpp"
#include "tools/cch/rank_plan.hpp"
#include "tools/cch/rank_settings.hpp"
#include "tools/report/table.hpp"

namespace cch {
namespace {

void print_all_diagnostics(const documents::RankDocument& document, std::ostream& out) {
  for (const auto& pair : document.estimators) {
    print_diagnostics("I(student; labels)", documents::to_json(pair.student_labels_diagnostics),
                      out);
    for (const auto& teacher : pair.teachers) {
      print_diagnostics("I(" + teacher.name + "; student)", documents::to_json(teacher.diagnostics),
                        out);
    }
  }
}

bool fails(const RankSettings& s, const RankResult& result) {
  return !s.fail_on.empty() && result.evidence.front().decision.verdict == parse_verdict(s.fail_on);
}

bool is_given(const std::vector<std::string>& given, const std::string& name) {
  return std::find(given.begin(), given.end(), name) != given.end();
}

int run(RankSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  s.unlabelled_given = is_given(given, "unlabelled");
  if (!s.study.empty()) read_rank_study(s.study, given, s);
  if (s.estimators.empty()) s.estimators = {"auto"};
  check_rank_settings(s);
  Terminal& terminal = invocation.terminal;
  const auto begin = std::chrono::steady_clock::now();
  const RankInputs inputs = load_rank_inputs(s);
  if (s.per_class) check_per_class(inputs.input);
  if (s.dry_run) {
    const nlohmann::json plan = rank_plan(s, inputs, invocation.command_line);
    terminal.out << (s.common.json ? plan.dump(2) + "\n" : render_rank_plan(plan));
    return kExitDone;
  }
  const RankFolder folder(s.out, s.html, s.force);
  RankResult result;
  std::vector<ClassRanking> per_class;
  Execution exec = make_execution(s.common, invocation.stop, nullptr, any_networks(s.estimators));
  {
    const auto progress = make_progress(terminal, s.common.quiet);
    exec.sink = progress.get();
    result = rank_teachers(inputs.input, rank_options(s), exec);
    if (s.per_class) per_class = rank_per_class(inputs.input, rank_options(s), exec);
    exec.sink = nullptr;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const documents::RankDocument document = documents::as_stored(
      rank_document(s, inputs, result, exec, per_class, invocation.command_line, seconds.count()));
  // Results first on disk, then on the screen: a screen that is gone loses nothing.
  const auto written = folder.write(document, RankFolder::With::document);
  if (s.common.json) {
    terminal.out << documents::to_text(document, 2) << '\n';
  } else {
    terminal.out << report::render_rank_table(document,
                                              {terminal.colour, terminal.width, s.common.quiet});
    if (s.common.verbose) print_all_diagnostics(document, terminal.out);
  }
  print_written(written, terminal.err);
  return fails(s, result) ? kExitFailOn : kExitDone;
}

void add_inputs(CommandLine app, RankSettings& s) {
  app.option("study", s.study, "STUDY.toml with the same names as the options");
  app.option("--student", s.student,
             "[NAME=]PATH[:KEY] of the modality that must work alone; without NAME the KEY "
             "or the file's name without its ending");
  app.option("--teacher", s.teachers, "[NAME=]PATH[:KEY] of a candidate; repeat for each")
      .one_value_each();  // a study may follow
  app.option("--labels", s.labels, "PATH[:KEY] of classes or real values");
  app.option("--y-kind", s.y_kind, "auto, continuous or discrete").show_default();
  app.option("--unlabelled", s.unlabelled,
             "Label that means that a row has none, such as -1, 255 or nan; empty fields of a "
             "table are then accepted too");
  app.option("--labelled", s.labelled,
             "Pretend that only so many rows have a label: drawn by the seed, classes in their "
             "shares, whole groups; the others count as unlabelled")
      .whole_number();
  app.option("--groups", s.groups,
             "Which rows belong together (images, videos, patients); none if rows are independent");
  app.option("--ids", s.ids,
             "NAME=PATH[:KEY] of row identifiers; one for every modality, labels and groups")
      .one_value_each();
  app.option("--extra-teacher", s.extra_teachers,
             "NAME=PATH[:KEY] of further labelled rows of a teacher (scenario more-labels); "
             "one for every teacher")
      .one_value_each();
  app.option("--extra-labels", s.extra_labels, "PATH[:KEY] of their labels");
  app.option("--split", s.split,
             "PATH[:KEY] of the split by which features were fitted: ranks on the rows held out");
  app.option("--split-train", s.split_train, "Its value for rows that were fitted on");
  app.option("--first-rows", s.first_rows, "Use only the first rows, 0 = all")
      .whole_number()
      .show_default();
  app.option("--pool", s.pool, kPoolHelp).show_default();
  app.option("--lengths", s.lengths, kLengthsHelp);
  app.option("--pixels", s.pixels,
             "Inputs are images (N x C x H x W, labels N x H x W): draw so many pixels, "
             "balanced over classes and images; pixels of one image are a group")
      .whole_number();
  app.option("--channels", s.channels, "Of images: first, or last (N x H x W x C)").show_default();
}

void add_questions(CommandLine app, RankSettings& s) {
  app.option("--scenario", s.scenario,
             "same-rows, more-labels (the teacher learns from further labelled rows) or "
             "unlabelled-pairs (it also labels paired rows that have no label)")
      .show_default();
  app.option("--decide-by", s.decide_by, "combined, cch, cch-prediction or pilot").show_default();
  app.option("--lambda", s.lambda,
             "Weight of the teacher's part of the pilot's loss, auto picks it on inner folds")
      .show_default();
  app.option("--estimator", s.estimators,
             "auto or a name of `cch doctor`; repeat to compare, the first decides")
      .one_value_each();
  app.option("--scale", s.scale, "none, zscore or rank").show_default();
  app.option("--k", s.k, "Neighbours, where the estimator has them").whole_number();
  app.flag("--exact", s.exact, "Every row a query, however long it takes");
  app.option("--permutations", s.permutations,
             "Permutations of the test that I(teacher; student) = 0, 0 = no test")
      .whole_number()
      .show_default();
  app.flag("--controls", s.controls,
           "Also rank teachers of known worth: clones of the student, shuffled rows, noise");
  app.flag("--per-class", s.per_class, "Also rank the teachers for each class against all others");
  app.flag("--planted-bias,!--no-planted-bias", s.planted_bias,
           "Measure the estimators' bias on planted data of this shape (on by default)");
  app.flag("--sensitivity,!--no-sensitivity", s.sensitivity,
           "Curves and the grid of estimators, scales and k (on by default)");
}

}  // namespace

Command setup_rank(CommandLine app) {
  auto s = std::make_shared<RankSettings>();
  add_inputs(app, *s);
  add_questions(app, *s);
  app.option("-o,--out", s->out, "Folder for rank.json, ranking.csv and report.html");
  app.flag("--force", s->force, "Overwrite files there that cch did not make");
  app.option("--html", s->html, "File for the report alone");
  app.option("--fail-on", s->fail_on, "Exit with 4 if the first teacher's verdict is this one");
  app.flag("-n,--dry-run", s->dry_run, "Read and check the inputs, estimate nothing");
  add_common_options(app, s->common);
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
