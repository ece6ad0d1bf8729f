#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cch/report/rank.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/chances.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/rank/images.hpp"
#include "tools/cch/rank/many.hpp"
#include "tools/cch/rank/per_class.hpp"
#include "tools/cch/rank/plan.hpp"
#include "tools/cch/rank/ranked.hpp"
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

/// Options of segmentation studies, without one.
void check_no_images(const options::Table& table, const std::vector<std::string>& given,
                     FaultCollector faults) {
  const auto own = [&](const std::string& name) {
    return std::any_of(table.begin(), table.end(),
                       [&](const options::Option& option) { return option.key() == name; });
  };
  if (std::none_of(given.begin(), given.end(), own)) return;  // what was refused is said later
  for (const options::Option& option : table) {
    if (std::find(given.begin(), given.end(), option.key()) == given.end()) continue;
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--" + option.key() + " has no use here",
                                  {},
                                  "it is about the images of a segmentation study",
                                  "Name such a study, or leave it out"});
  }
  faults.throw_if_any();
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
  Execution exec = make_execution(s.common, invocation.stop, nullptr, any_networks(s.estimators));
  std::function<void(const std::string&)> tell;
  if (!s.common.quiet && !s.common.json) {
    tell = [&](const std::string& line) { terminal.err << line << '\n' << std::flush; };
  }
  const Ranked ranking = [&] {
    const auto progress = make_progress(terminal, s.common.quiet);
    exec.sink = progress.get();
    return ranked(s, inputs, invocation.command_line, begin, exec, tell);
  }();
  const documents::RankDocument& document = ranking.document;
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
  return s.fail_on && ranking.first == *s.fail_on ? kExitFailOn : kExitDone;
}

}  // namespace

namespace {

/// A study of images has a matrix of rankings and a folder of its own.
void refuse_images(const RankFromImages& images, const std::vector<std::string>& studies) {
  for (const std::string& study : studies) {
    RankSettings one;
    one.study = study;
    bool of_images = false;
    try {
      of_images = images.takes(one);
    } catch (const Error&) {  // ranking it says why
    }
    if (!of_images) continue;
    refuse_usage("bad-arguments", study + " is a segmentation study, which is ranked alone",
                 "it has a folder with a ranking of every modality",
                 "Rank it by a call of its own, without --shard and --stop-after");
  }
}

}  // namespace

Command rank_command(CommandLine app, std::shared_ptr<const RankFromImages> images) {
  struct Asked {
    RankSettings settings;
    std::vector<std::string> studies;
    StatusOptions status;
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
  app.add(status_table(asked->status, "many rankings"));
  if (images) app.add(images->table);
  return [asked, app, images](Invocation& invocation) {
    RankSettings s = asked->settings;
    if (!asked->status.folder.empty()) {
      const StatusOptions& status = asked->status;
      return show_status({status.folder, true, status.watch, s.common.json}, rankings_status,
                         invocation);
    }
    const bool several = asked->studies.size() > 1 || s.share.shared() || s.share.stop_after > 0;
    if (!several && !asked->studies.empty()) s.study = asked->studies.front();
    if (images && !s.study.empty() && images->takes(s)) {
      return images->run(s, app.given(), app.refused(), invocation);
    }
    if (images && several) refuse_images(*images, asked->studies);
    if (images) check_no_images(images->table, app.given(), app.refused());
    if (!several) return run(s, app, invocation);
    const auto rank = [&](const RankSettings& one, Invocation& inner) {
      return run(one, app, inner);
    };
    return rank_many({s, app.given(), asked->studies, rank}, invocation);
  };
}

Command setup_rank(CommandLine app) {
  return rank_command(app, nullptr);
}

}  // namespace cch
