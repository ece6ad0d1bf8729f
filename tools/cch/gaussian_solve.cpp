#include <memory>

#include "tools/cch/command.hpp"
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

Command setup_gaussian_solve(CLI::App& app) {
  auto s = std::make_shared<GaussianSettings>();
  app.add_option("source", s->source,
                 "Covariance of (x1, x2, y) in any readable file, or MODEL.toml")
      ->required();
  app.add_option("--dims", s->dims, "D1,D2,DY: columns of teacher, student and labels")
      ->delimiter(',')
      ->check(whole_number());
  app.add_option("--n", s->n, "Rows that the student is fitted on")->check(whole_number());
  app.add_option("--lambda", s->lambdas, "Weights of the teacher against the labels")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--teacher", s->teacher,
                 "optimal; ols:N1 (least squares on N1 fresh rows); same-rows[:FOLDS] (on the "
                 "student's rows, simulated); or a file of weights, D1 or D1 × DY")
      ->capture_default_str();
  app.add_option("--teacher-scale", s->teacher_scale, "The teacher labels with γt instead of t")
      ->capture_default_str();
  app.add_option("--teachers", s->teachers,
                 "D11,D12,...: x1's columns belong to several teachers, each as --teacher says")
      ->delimiter(',')
      ->check(whole_number());
  app.add_option("--ridge", s->ridges,
                 "Also a ridge student, penalties nℓ|w|² with these ℓ and the best; then n may be "
                 "below p")
      ->delimiter(',');
  app.add_flag("--intercept", s->intercept, "Teacher and student are fitted with an intercept");
  app.add_option("--simulate", s->simulate, "Also simulate, with so many training sets")
      ->check(whole_number());
  add_common_options(app, s->common);
  return [s, &app](Invocation& invocation) { return run(*s, options_given(app), invocation); };
}

}  // namespace cch
