#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "cch/report/rank.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/chances.hpp"
#include "tools/cch/rank/document.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/rank/many.hpp"
#include "tools/cch/rank/plan.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/documents/json.hpp"
#include "tools/report/rank/chances.hpp"

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

/// What each chance rests on, and what pilots of networks took.
void print_networks(const documents::RankDocument& document, std::ostream& out) {
  for (const auto& teacher : document.teachers) {
    if (!teacher.chances) continue;
    for (const auto& of : *teacher.chances) {
      out << fmt::format("{}, {}, {}: {}\n", teacher.name, of.scenario, of.student_model,
                         report::rests_on(of));
    }
  }
  const std::string spent = report::spending_words(document);
  if (!spent.empty()) out << spent << '\n';
}

bool fails(const RankSettings& s, const RankResult& result) {
  return s.fail_on && result.evidence.front().decision.verdict == *s.fail_on;
}

int run(RankSettings s, const CommandLine& app, Invocation& invocation) {
  s.common.held = invocation.held;
  if (invocation.own) {
    s.student_models.insert(s.student_models.begin(), {Layers::own, {}, 0.0, invocation.own});
  }
  FaultCollector refused = app.refused();
  if (!s.study.empty()) read_rank_study(s.study, app.given(), rank_table(s), refused);
  if (s.estimators.empty()) s.estimators = {"auto"};
  check_rank_settings(s, refused);
  Terminal& terminal = invocation.terminal;
  const auto begin = std::chrono::steady_clock::now();
  const RankInputs inputs = load_rank_inputs(s);
  if (s.per_class) check_per_class(inputs.input);
  check_chances(s, inputs);
  if (s.dry_run) {
    const documents::RankPlan plan = rank_plan(s, inputs, invocation.command_line);
    terminal.out << (s.common.json ? documents::to_text(plan, 2) + "\n"
                                   : report::render_rank_plan(plan));
    return kExitDone;
  }
  const RankFolder folder(s.out, s.html, s.force);
  RankOptions options;
  RankResult result;
  std::vector<ClassRanking> per_class;
  std::optional<BestSet> best;
  Execution exec = make_execution(s.common, invocation.stop, nullptr, any_networks(s.estimators));
  {
    const auto progress = make_progress(terminal, s.common.quiet);
    exec.sink = progress.get();
    std::function<void(const std::string&)> tell;
    if (!s.common.quiet && !s.common.json) {
      tell = [&](const std::string& line) { terminal.err << line << '\n' << std::flush; };
    }
    options = chance_options(s, inputs, exec, tell);
    result = rank_teachers(inputs.input, options, exec);
    if (s.best_set) best = asked_best_set(s, inputs, result, exec);
    if (s.per_class) per_class = rank_per_class(inputs.input, quick_options(s, exec), exec);
    exec.sink = nullptr;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  documents::RankBeside beside =
      beside_ranking(s, inputs, per_class, invocation.command_line, seconds.count());
  beside.best_set = best;
  const documents::RankDocument document =
      documents::as_stored(documents::rank_document(inputs.input, options, result, exec, beside));
  // Results first on disk, then on the screen: a screen that is gone loses nothing.
  const auto written = folder.write(document, RankFolder::With::document);
  if (s.common.json) {
    terminal.out << documents::to_text(document, 2) << '\n';
  } else {
    terminal.out << report::render_rank_table(document,
                                              {terminal.colour, terminal.width, s.common.quiet});
    if (s.common.verbose) {
      print_all_diagnostics(document, terminal.out);
      print_networks(document, terminal.out);
    }
  }
  print_written(written, terminal.err);
  return fails(s, result) ? kExitFailOn : kExitDone;
}

}  // namespace

Command setup_rank(CommandLine app) {
  struct Asked {
    RankSettings settings;
    std::vector<std::string> studies;
  };
  auto asked = std::make_shared<Asked>();
  options::Table table = rank_table(asked->settings);
  options::Option& study = options::at(table, "study");
  study.target = &asked->studies;
  study.help =
      "STUDY.toml with the same names as the options; several are ranked one after the other, each "
      "into a folder of its name in -o, and what is there already is not made again";
  app.add(table);
  app.add(share_table(asked->settings.share, "several studies"));
  return [asked, app](Invocation& invocation) {
    RankSettings s = asked->settings;
    if (asked->studies.size() > 1 || s.share.shared() || s.share.stop_after > 0) {
      const auto rank = [&](const RankSettings& one, Invocation& inner) {
        return run(one, app, inner);
      };
      return rank_many({s, app.given(), asked->studies, rank}, invocation);
    }
    if (!asked->studies.empty()) s.study = asked->studies.front();
    return run(s, app, invocation);
  };
}

}  // namespace cch
