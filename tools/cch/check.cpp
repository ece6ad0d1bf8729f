#include <chrono>
#include <memory>

#include "cch/report/check.hpp"
#include "cch/report/rank.hpp"
#include "tools/cch/check/document.hpp"
#include "tools/cch/check/settings.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/rank/plan.hpp"

namespace cch {
namespace {

void show(const CheckSettings& s, const documents::CheckDocument& document, Terminal& terminal) {
  if (s.rank.common.json) {
    terminal.out << documents::to_text(document, 2) << '\n';
    return;
  }
  terminal.out << report::render_check_table(
      document, {terminal.colour, terminal.width, s.rank.common.quiet});
}

int run(CheckSettings s, const CommandLine& app, Invocation& invocation) {
  s.rank.common.held = invocation.held;
  FaultCollector refused = app.refused();
  if (!s.rank.study.empty()) {
    read_rank_study(s.rank.study, app.given(), check_study_table(s), refused);
  }
  s.estimators_given = !s.rank.estimators.empty();
  if (!s.estimators_given) s.rank.estimators = {"auto"};
  check_check_settings(s, refused);
  Terminal& terminal = invocation.terminal;
  const auto begin = std::chrono::steady_clock::now();
  std::optional<RankInputs> inputs;
  if (!s.planning()) inputs = load_rank_inputs(s.rank);
  if (s.rank.dry_run) {
    terminal.out << (inputs ? report::render_rank_plan(
                                  rank_plan(s.rank, *inputs, invocation.command_line))
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
  const auto document = documents::as_stored(check_document(
      s, inputs ? &*inputs : nullptr, result, exec, invocation.command_line, seconds.count()));
  const auto written = write_check(document, s.rank.out, s.rank.html, true);
  show(s, document, terminal);
  print_written(written, terminal.err);
  const bool fails = s.fail_on && result.feasibility.verdict == *s.fail_on;
  return fails ? kExitFailOn : kExitDone;
}

}  // namespace

Command setup_check(CommandLine app) {
  auto s = std::make_shared<CheckSettings>();
  app.add(check_table(*s));
  return [s, app](Invocation& invocation) { return run(*s, app, invocation); };
}

}  // namespace cch
