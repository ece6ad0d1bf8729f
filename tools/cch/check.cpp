#include <algorithm>
#include <chrono>
#include <memory>

#include "tools/cch/check_document.hpp"
#include "tools/cch/check_settings.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/cch/rank_plan.hpp"
#include "tools/report/check.hpp"

namespace cch {
namespace {

using nlohmann::json;

void show(const CheckSettings& s, const json& document, Terminal& terminal) {
  if (s.rank.common.json) {
    terminal.out << document.dump(2) << '\n';
    return;
  }
  terminal.out << report::render_check_table(
      document, {terminal.colour, terminal.width, s.rank.common.quiet});
}

int run(CheckSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  const auto is_given = [&](const std::string& name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  s.rank.unlabelled_given = is_given("unlabelled");
  if (!s.rank.study.empty()) read_rank_study(s.rank.study, given, s.rank);
  s.estimators_given = !s.rank.estimators.empty();
  if (!s.estimators_given) s.rank.estimators = {"auto"};
  check_check_settings(s);
  Terminal& terminal = invocation.terminal;
  const auto begin = std::chrono::steady_clock::now();
  std::optional<RankInputs> inputs;
  if (!s.planning()) inputs = load_rank_inputs(s.rank);
  if (s.rank.dry_run) {
    terminal.out << (inputs ? render_rank_plan(rank_plan(s.rank, *inputs, invocation.command_line))
                            : std::string("dry run: the plan can be planted\n"));
    return kExitDone;
  }
  prepare_check(s.rank.out, s.rank.html, s.rank.force);
  Execution exec = make_execution(s.rank.common, invocation.stop, nullptr);
  CheckResult result;
  {
    const auto progress = make_progress(terminal, s.rank.common.quiet);
    exec.sink = progress.get();
    result = inputs ? run_check(s, *inputs, exec) : run_plan(s, exec);
    exec.sink = nullptr;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const json document = as_written(check_document(s, inputs ? &*inputs : nullptr, result, exec,
                                                  invocation.command_line, seconds.count()));
  const auto written = write_check(document, s.rank.out, s.rank.html, true);
  show(s, document, terminal);
  print_written(written, terminal.err);
  const bool fails = !s.rank.fail_on.empty() &&
                     result.feasibility.verdict == parse_feasibility_verdict(s.rank.fail_on);
  return fails ? kExitFailOn : kExitDone;
}

void add_features(CommandLine app, CheckSettings& s) {
  RankSettings& r = s.rank;
  app.option("study", r.study, "STUDY.toml of `cch rank`");
  app.option("--student", r.student,
             "[NAME=]PATH[:KEY] of the modality that must work alone; without NAME the KEY "
             "or the file's name without its ending");
  app.option("--teacher", r.teachers, "[NAME=]PATH[:KEY] of a candidate; repeat for each")
      .one_value_each();
  app.option("--labels", r.labels, "PATH[:KEY] of classes or real values");
  app.option("--y-kind", r.y_kind, "auto, continuous or discrete").show_default();
  app.option("--unlabelled", r.unlabelled, "Label that means that a row has none");
  app.option("--labelled", r.labelled,
             "Pretend that only so many rows have a label, as `cch rank` does")
      .whole_number();
  app.option(
      "--groups", r.groups,
      "Which rows belong together (images, videos, patients); none if rows are independent; in "
      "a plan their number");
  app.option("--ids", r.ids,
             "NAME=PATH[:KEY] of row identifiers; one for every modality, labels and groups")
      .one_value_each();
  app.option("--pool", r.pool, kPoolHelp).show_default();
  app.option("--lengths", r.lengths, kLengthsHelp);
  app.option("--first-rows", r.first_rows, "Use only the first rows, 0 = all")
      .whole_number()
      .show_default();
  app.option("--split", s.split,
             "PATH[:KEY] of the split by which features were fitted: looks for leaks");
  app.option("--split-train", s.split_train, "Its value for rows that were fitted on");
}

void add_plan(CommandLine app, CheckSettings& s) {
  app.option("--n", s.n, "Rows of a plan, in place of features");
  app.option("--dim-student", s.dim_student, "Columns of the student in a plan");
  app.option("--dim-teacher", s.dims_teacher, "Columns of a teacher in a plan; repeat for each")
      .one_value_each();
  app.option("--classes", s.classes, "Classes in a plan, 0 for a real-valued label; default 2");
  app.option("--icc", s.icc,
             "Intra-class correlation by group in a plan; default 0.3 where there are groups");
}

void add_questions(CommandLine app, CheckSettings& s) {
  RankSettings& r = s.rank;
  app.option("--margin", s.margin, "Margin in nats that should be decided: asks for the rows");
  app.option("--power", s.power, "Wanted share of right verdicts").show_default();
  app.option("--wrong", s.wrong, "Most wrong verdicts, as a share").show_default();
  app.option(
         "--estimator", r.estimators,
         "auto or a name of `cch doctor`; repeat to compare, the first decides; by default auto "
         "beside gaussian-copula and ksg1 where columns are few")
      .one_value_each();
  app.option("--scale", r.scale, "none, zscore or rank").show_default();
  app.option("--k", r.k, "Neighbours, where the estimator has them").whole_number();
  app.flag("--exact", r.exact, "Every row a query, however long it takes");
  app.option("--draws", s.draws, "Planted data sets, 0 = 8, or 6 with several teachers")
      .whole_number()
      .show_default();
  app.flag("--curved,!--no-curved", s.curved, "Also plant curved dependence (on by default)");
  app.flag("--sizes,!--no-sizes", s.sizes,
           "Also plant a half and a quarter of the rows (on by default)");
  app.flag("--consistency,!--no-consistency", s.consistency,
           "Self-consistency of the estimators on these data (on by default)");
  app.flag("--cost,!--no-cost", s.cost, "Time small rankings (on by default)");
}

}  // namespace

Command setup_check(CommandLine app) {
  auto s = std::make_shared<CheckSettings>();
  add_features(app, *s);
  add_plan(app, *s);
  add_questions(app, *s);
  app.option("-o,--out", s->rank.out, "Folder for check.json and report.html");
  app.flag("--force", s->rank.force, "Overwrite files there that cch did not make");
  app.option("--html", s->rank.html, "File for the report alone");
  app.option("--fail-on", s->rank.fail_on,
             "Exit with 4 if the verdict is this one: feasible, with-caution, not-feasible");
  app.flag("-n,--dry-run", s->rank.dry_run, "Read and check the inputs, plant nothing");
  add_common_options(app, s->rank.common);
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
