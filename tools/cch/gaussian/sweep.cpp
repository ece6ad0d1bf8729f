#include "tools/cch/gaussian/sweep.hpp"

#include <chrono>
#include <memory>
#include <mutex>

#include "cch/experiments/runner.hpp"
#include "cch/report/sweep.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"

namespace cch {
namespace {

/// Cells with what is there already.
struct Work {
  std::vector<std::string> keys;
  std::vector<documents::SweepCell> results;
  std::vector<RunCell> cells;
  std::size_t stored = 0;
};

Work find_work(const SweepSettings& s, const std::vector<StudyCell>& cells,
               const SweepFolder& folder) {
  Work work;
  for (const StudyCell& cell : cells) {
    work.keys.push_back(cell_key(s, cell));
    auto found = folder.find(work.keys.back());
    work.cells.push_back({{}, found.has_value()});
    work.results.push_back(found ? std::move(*found) : documents::SweepCell{});
    work.stored += work.cells.back().stored ? 1 : 0;
  }
  return work;
}

void run_open(const SweepSettings& s, const std::vector<StudyCell>& cells, Work& work,
              const SweepFolder& folder, const Execution& exec) {
  const StudyQuestion question = question_of(s);
  std::mutex mutex;
  CellWork of;
  of.run = [&](std::size_t i, const Execution& inner) {
    work.results[i] = run_cell(question, cells[i], inner);
    const std::scoped_lock lock(mutex);
    folder.add(work.keys[i], work.results[i]);
    return true;
  };
  run_cells(work.cells, of, {"cells", true}, exec);
}

documents::SweepPlan plan_of(const SweepSettings& s, const SweepCells& cells, const Work& work) {
  documents::SweepPlan out;
  for (const GridAxis& axis : s.axes) out.axes.push_back({axis.name, axis.values.size()});
  out.cells = cells.cells.size();
  out.skipped = cells.skipped;
  out.done = work.stored;
  out.lambdas = s.lambdas;
  out.simulate = s.simulate;
  out.estimators = s.estimates.estimators;
  out.version = version();
  return out;
}

void print_plan(const documents::SweepPlan& plan, std::size_t draws, std::ostream& out) {
  for (const auto& axis : plan.axes) {
    out << "axis      " << axis.name << ", " << axis.values << " values\n";
  }
  out << "cells     " << plan.cells;
  if (plan.skipped > 0) out << " (" << plan.skipped << " without a finite risk left out)";
  if (plan.done > 0) out << ", " << plan.done << " of them done already";
  out << "\nλ         " << plan.lambdas.size() << " values\n";
  if (plan.simulate > 0) out << "simulated " << plan.simulate << " training sets a cell\n";
  for (const std::string& name : plan.estimators) {
    out << "estimator " << name << ", " << draws << " draws a cell\n";
  }
  out << "Nothing was run.\n";
}

report::SweepDetail detail_of(const CommonOptions& o) {
  if (o.quiet) return report::SweepDetail::counts;
  return o.verbose ? report::SweepDetail::all : report::SweepDetail::some;
}

int run(SweepSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  read_sweep_study(s, given);
  const SweepCells cells = make_cells(s);
  const SweepFolder folder =
      s.dry_run ? SweepFolder::look_into(s.out) : SweepFolder::open(s.out, s.force);
  Work work = find_work(s, cells.cells, folder);
  if (s.dry_run) {
    const documents::SweepPlan plan = plan_of(s, cells, work);
    if (s.common.json) {
      terminal.out << documents::to_text(plan, 2) << '\n';
    } else {
      print_plan(plan, s.estimates.draws, terminal.out);
    }
    return kExitDone;
  }
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get(),
                                        any_networks(s.estimates.estimators));
  if (!s.common.quiet) {
    for (const Warning& w : folder.damage()) terminal.err << "warning: " << w.message << '\n';
    if (work.stored > 0) {
      terminal.err << work.stored << " of " << cells.cells.size() << " cells cached\n";
    }
  }
  const auto start = std::chrono::steady_clock::now();
  run_open(s, cells.cells, work, folder, exec);
  documents::SweepDocument document =
      sweep_document(s, cells.skipped, std::move(work.results), exec);
  document.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  document.command = invocation.command_line;
  document = documents::as_stored(document);
  const auto written = folder.write(document);
  terminal.out << (s.common.json ? documents::to_text(document, 1) + "\n"
                                 : report::render_sweep_table(document, detail_of(s.common)));
  print_written(written, terminal.err);
  return kExitDone;
}

}  // namespace

Command setup_gaussian_sweep(CommandLine app) {
  auto s = std::make_shared<SweepSettings>();
  app.add({{"study", &s->study, "STUDY.toml", options::kRequiredFile},
           {"-o,--out", &s->out,
            "Folder for sweep.json, sweep.csv, report.html and finished cells; a run goes on from "
            "what is there",
            options::kFolder},
           {"--force", &s->force, "Overwrite files there that cch did not make"},
           {"-n,--dry-run", &s->dry_run, "Say what would be run, and run nothing"}});
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
