#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/gaussian_settings.hpp"

namespace cch {
namespace {

int run(const GaussianSettings& asked, const std::vector<std::string>& given,
        Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  GaussianSettings settings = asked;
  const GaussianProblem problem = read_gaussian_problem(settings, given);
  const Execution exec = make_execution(settings.common, invocation.stop, nullptr);
  nlohmann::json document = gaussian_document(settings, problem, exec);
  document["command"] = invocation.command_line;
  if (settings.common.json) {
    terminal.out << document.dump(2) << '\n';
    return kExitDone;
  }
  terminal.out << render_gaussian(document, settings.common.quiet);
  if (settings.common.verbose) {
    print_diagnostics("the blocks, nats", document["i_blocks"], terminal.out);
    if (document["moments"].is_object()) {
      print_diagnostics("the moments", document["moments"], terminal.out);
    }
  }
  return kExitDone;
}

}  // namespace

Command setup_gaussian_solve(CommandLine app) {
  auto s = std::make_shared<GaussianSettings>();
  app.option("source", s->source, "Covariance of (x1, x2, y) in any readable file, or MODEL.toml")
      .required();
  app.option("--dims", s->dims, "D1,D2,DY: columns of teacher, student and labels")
      .separated_by_commas()
      .whole_number();
  app.option("--n", s->n, "Rows that the student is fitted on").whole_number();
  app.option("--lambda", s->lambdas, "Weights of the teacher against the labels")
      .separated_by_commas()
      .show_default();
  app.option("--teacher", s->teacher,
             "optimal; ols:N1 (least squares on N1 fresh rows); same-rows[:FOLDS] (on the "
             "student's rows, simulated); or a file of weights, D1 or D1 × DY")
      .show_default();
  app.option("--teacher-scale", s->teacher_scale, "The teacher labels with γt instead of t")
      .show_default();
  app.option("--teachers", s->teachers,
             "D11,D12,...: x1's columns belong to several teachers, each as --teacher says")
      .separated_by_commas()
      .whole_number();
  app.option("--ridge", s->ridges,
             "Also a ridge student, penalties nℓ|w|² with these ℓ and the best; then n may be "
             "below p")
      .separated_by_commas();
  app.flag("--intercept", s->intercept, "Teacher and student are fitted with an intercept");
  app.option("--simulate", s->simulate, "Also simulate, with so many training sets").whole_number();
  add_common_options(app, s->common);
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
