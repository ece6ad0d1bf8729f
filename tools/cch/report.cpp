#include <memory>

#include "cch/experiments/store.hpp"
#include "cch/report/check.hpp"
#include "cch/report/compare.hpp"
#include "cch/report/image_ranking.hpp"
#include "cch/report/race.hpp"
#include "cch/report/rank.hpp"
#include "cch/report/sweep.hpp"
#include "tools/cch/check/document.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/compare.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segmentation/race.hpp"
#include "tools/cch/segmentation/ranking.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {
namespace {

struct ReportOptions {
  std::string folder;
  std::string html;
  bool json = false;
  bool quiet = false;
};

void note_version(const std::string& writer, Terminal& terminal) {
  if (writer == version()) return;
  terminal.err << "note: the result was written by cch " << writer << ", this is cch " << version()
               << '\n';
}

int show_sweep(const ReportOptions& o, Terminal& terminal) {
  documents::SweepDocument document;
  const auto written = render_sweep_again(o.folder, o.html, document);
  terminal.out << (o.json
                       ? documents::to_text(document, 1) + "\n"
                       : report::render_sweep_table(document, o.quiet ? report::SweepDetail::counts
                                                                      : report::SweepDetail::some));
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_comparison(const ReportOptions& o, Terminal& terminal) {
  documents::CompareDocument document;
  const auto written = render_comparison_again(o.folder, o.html, document);
  terminal.out << (o.json ? documents::to_text(document, 1) + "\n"
                          : report::render_compare_table(
                                document, {terminal.colour, terminal.width, o.quiet}));
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_check(const ReportOptions& o, Terminal& terminal) {
  documents::CheckDocument document;
  const auto written = render_check_again(o.folder, o.html, document);
  terminal.out << (o.json ? documents::to_text(document, 1) + "\n"
                          : report::render_check_table(document,
                                                       {terminal.colour, terminal.width, o.quiet}));
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_ranking(const ReportOptions& o, Terminal& terminal) {
  const documents::RankDocument document = read_rank_folder(o.folder);
  const std::string table =
      report::render_rank_table(document, {terminal.colour, terminal.width, o.quiet});
  const auto written =
      RankFolder(o.folder, o.html, true).write(document, RankFolder::With::renderings_alone);
  terminal.out << (o.json ? documents::to_text(document, 2) + "\n" : table);
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_image_ranking(const ReportOptions& o, Terminal& terminal) {
  const documents::ImageRankDocument document = read_image_rank_folder(o.folder);
  const auto written = write_image_rank(document, o.folder, o.html, false);
  terminal.out << (o.json ? documents::to_text(document, 1) + "\n"
                          : report::render_image_rank_table(
                                document, {terminal.colour, terminal.width, o.quiet}));
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_race(const ReportOptions& o, Terminal& terminal) {
  const documents::RaceDocument document = read_race_folder(o.folder);
  const auto written = write_race(document, o.folder, o.html, false);
  terminal.out << (o.json ? documents::to_text(document, 1) + "\n"
                          : report::render_race_table(document,
                                                      {terminal.colour, terminal.width, o.quiet}));
  note_version(document.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int show_training(const ReportOptions& o, Terminal& terminal) {
  TrainFolder content = read_training(o.folder);
  documents::StudyHead head = std::move(content.head);
  const report::TrainReport shown = report_of(std::move(content), o.folder);
  const auto written = write_training_page(shown, o.folder, o.html);
  if (o.json) {
    // As the study's own --json has it where every run is cached.
    print_training_document({std::move(head), shown.done, shown.failed, shown.done, {}}, o.folder,
                            RunStore(o.folder).keys("result.json"), terminal.out);
  } else {
    print_training(shown, o.quiet, false, terminal.out);
  }
  note_version(shown.study.version, terminal);
  print_written(written, terminal.err);
  return kExitDone;
}

int run(const ReportOptions& o, Invocation& invocation) {
  if (has_image_rank(o.folder)) return show_image_ranking(o, invocation.terminal);
  if (has_race(o.folder)) return show_race(o, invocation.terminal);
  if (has_training(o.folder)) return show_training(o, invocation.terminal);
  if (has_sweep(o.folder)) return show_sweep(o, invocation.terminal);
  if (has_comparison(o.folder)) return show_comparison(o, invocation.terminal);
  if (has_check(o.folder)) return show_check(o, invocation.terminal);
  return show_ranking(o, invocation.terminal);
}

}  // namespace

Command setup_report(CommandLine app) {
  auto o = std::make_shared<ReportOptions>();
  app.add({{"folder", &o->folder,
            "Folder that `cch rank`, `check`, `gaussian sweep`, `train` or `compare` has written "
            "with -o",
            options::kRequiredFolder},
           {"--html", &o->html, "File for the report besides the folder's own", options::kFile},
           {"--json", &o->json, "The stored document on standard output"},
           {"-q,--quiet", &o->quiet, "The table alone"}});
  return [o](Invocation& invocation) { return run(*o, invocation); };
}

}  // namespace cch
