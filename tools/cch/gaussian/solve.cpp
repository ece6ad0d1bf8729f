#include <memory>

#include "cch/report/solve.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/gaussian/settings.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

int run(const GaussianSettings& asked, const std::vector<std::string>& given,
        Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  GaussianSettings settings = asked;
  settings.common.held = invocation.held;
  const GaussianProblem problem = read_gaussian_problem(settings, given);
  const Execution exec = make_execution(settings.common, invocation.stop, nullptr);
  documents::SolveDocument document = solve_document(settings, problem, exec);
  document.command = invocation.command_line;
  const nlohmann::json stored = documents::to_json(document);
  if (settings.common.json) {
    terminal.out << stored.dump(2) << '\n';
    return kExitDone;
  }
  terminal.out << report::render_solve_table(document, settings.common.quiet);
  if (settings.common.verbose) {
    print_diagnostics("the blocks, nats", stored["i_blocks"], terminal.out);
    if (document.moments) print_diagnostics("the moments", stored["moments"], terminal.out);
  }
  return kExitDone;
}

}  // namespace

Command setup_gaussian_solve(CommandLine app) {
  auto s = std::make_shared<GaussianSettings>();
  app.add(gaussian_table(*s));
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
