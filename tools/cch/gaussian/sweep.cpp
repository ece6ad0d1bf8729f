#include "tools/cch/gaussian/sweep.hpp"

#include <algorithm>
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

constexpr std::size_t kBlocks = 1024;  // at least, where there are so many cells
constexpr std::size_t kMostOfBlock = 64;

/// Cells with what is there already.
struct Work {
  std::vector<std::string> keys;
  std::vector<documents::SweepCell> results;
  std::vector<char> there;  ///< bytes: blocks are at work at once
  std::size_t stored = 0;
};

/// Takes in what the folder has of a cell; whether it has it.
bool take(Work& work, std::size_t cell, const SweepFolder& folder) {
  if (work.there[cell] != 0) return true;
  auto found = folder.find(work.keys[cell]);
  if (!found) return false;
  work.results[cell] = std::move(*found);
  work.there[cell] = 1;
  return true;
}

void take_others(Work& work, SweepFolder& folder) {
  folder.read_others();
  for (std::size_t i = 0; i < work.keys.size(); ++i) take(work, i, folder);
}

Work find_work(const SweepSettings& s, const std::vector<StudyCell>& cells,
               const SweepFolder& folder) {
  Work work;
  work.results.resize(cells.size());
  work.there.resize(cells.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    work.keys.push_back(cell_key(s, cells[i]));
    work.stored += take(work, i, folder) ? 1 : 0;
  }
  return work;
}

/// Cells from `begin` on that are claimed as one: a cell alone takes less time than its claim.
struct Block {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;  ///< the same in all processes
};

std::vector<Block> blocks_of(const Work& work, const ShareOptions& share) {
  const std::size_t n = work.keys.size();
  const std::size_t size =
      share.by_claims() ? std::clamp<std::size_t>(n / kBlocks, 1, kMostOfBlock) : 1;
  std::vector<Block> out;
  for (std::size_t i = 0; i < n; i += size) {
    const std::size_t end = std::min(n, i + size);
    out.push_back({i, end, digest(work.keys[i] + work.keys[end - 1], 16)});
  }
  return out;
}

/// Runs what is open; whether --stop-after has ended it.
bool run_open(const SweepSettings& s, const std::vector<StudyCell>& cells, Work& work,
              SweepFolder& folder, StopAfter& stop, RunCounts& counts, const Execution& exec) {
  const StudyQuestion question = question_of(s);
  const std::vector<Block> blocks = blocks_of(work, s.share);
  std::vector<RunCell> open;
  for (const Block& block : blocks) {
    const auto begin = work.there.begin() + static_cast<std::ptrdiff_t>(block.begin);
    const auto end = work.there.begin() + static_cast<std::ptrdiff_t>(block.end);
    open.push_back({{}, std::find(begin, end, 0) == end});
  }
  if (!s.share.by_claims() && s.share.shared()) {
    const Shard shard = parse_shard(s.share.shard);
    for (std::size_t i = 0; i < open.size(); ++i) open[i].elsewhere = !shard.takes(i);
  }
  std::mutex mutex;
  CellWork of;
  of.run = [&](std::size_t b, const Execution& inner) {
    for (std::size_t i = blocks[b].begin; i < blocks[b].end; ++i) {
      if (work.there[i] != 0) continue;
      work.results[i] = run_cell(question, cells[i], inner);
      const std::scoped_lock lock(mutex);
      folder.add(work.keys[i], work.results[i]);
      work.there[i] = 1;
      stop.finished();
    }
    return true;
  };
  if (s.share.by_claims()) {
    of.claim = [&](std::size_t b) {
      const std::scoped_lock lock(mutex);
      return folder.claim(blocks[b].name);
    };
    of.find = [&](std::size_t b) {
      const std::scoped_lock lock(mutex);
      bool all = true;
      for (std::size_t i = blocks[b].begin; i < blocks[b].end; ++i) {
        all = take(work, i, folder) && all;
      }
      return all ? Stored::done : Stored::no;
    };
  }
  RunOptions options = run_options(s.share, blocks.size(), "cells");
  options.share_threads = true;
  return stop.ended([&] { counts = run_cells(open, of, options, exec); });
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
  if (!s.status.folder.empty()) {
    return show_status({s.status.folder, false, s.status.watch, s.common.json}, sweep_status,
                       invocation);
  }
  if (s.study.empty()) {
    refuse_usage("no-study", "there is no study to sweep", {},
                 "Give one, or --status DIR to look at a folder of cells");
  }
  Terminal& terminal = invocation.terminal;
  read_sweep_study(s, given);
  const SweepCells cells = make_cells(s);
  SweepFolder folder =
      s.dry_run ? SweepFolder::look_into(s.out) : SweepFolder::open(s.out, s.force, s.share);
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
  write_planned(s.out, {"cells",
                        s.title,
                        cells.cells.size(),
                        work.stored,
                        folder.size() - work.stored,
                        {},
                        version(),
                        invocation.command_line});
  StopAfter stop(s.share.stop_after, invocation.stop);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec =
      make_execution(s.common, stop.token(), progress.get(), any_networks(s.estimates.estimators));
  if (!s.common.quiet) {
    for (const Warning& w : folder.damage()) terminal.err << "warning: " << w.message << '\n';
    if (work.stored > 0) {
      terminal.err << work.stored << " of " << cells.cells.size() << " cells cached\n";
    }
  }
  const auto start = std::chrono::steady_clock::now();
  RunCounts counts;
  if (run_open(s, cells.cells, work, folder, stop, counts, exec)) {
    print_stopped(s.share, terminal.err);
    return kExitTerminated;
  }
  if (s.share.by_claims()) print_share(counts, "blocks of cells", terminal.err);
  if (s.share.shared()) take_others(work, folder);
  const auto done = static_cast<std::size_t>(std::count(work.there.begin(), work.there.end(), 1));
  const auto page = claim_page(s.share, s.out);
  if (s.share.shared() && (done < cells.cells.size() || (s.share.by_claims() && !page))) {
    print_seen(done, 0, cells.cells.size() - done, terminal.out);
    return kExitDone;
  }
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
  app.add({{"study", &s->study, "STUDY.toml", options::kFile},
           {"-o,--out", &s->out,
            "Folder for sweep.json, sweep.csv, report.html and finished cells; a run goes on from "
            "what is there",
            options::kFolder},
           {"--force", &s->force, "Overwrite files there that cch did not make"},
           {"-n,--dry-run", &s->dry_run, "Say what would be run, and run nothing"}});
  app.add(status_table(s->status, "the sweep"));
  app.add(share_table(s->share, "the cells"));
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
