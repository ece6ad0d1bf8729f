#include "tools/cch/compare.hpp"

#include <memory>
#include <utility>

#include "cch/report/compare.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"

namespace cch {
namespace {

int run(const CompareSettings& s, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  CompareInputs inputs = read_compare_folders(s.folders);
  prepare_comparison(s.out, s.html, s.force);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get());
  documents::CompareDocument found = compare_document(s, inputs, inputs.pairing.paired(), exec);
  found.command = invocation.command_line;
  found = documents::as_stored(std::move(found));
  const auto written = write_comparison(found, s.out, s.html, true);
  terminal.out << (s.common.json ? documents::to_text(found, 1) + "\n"
                                 : report::render_compare_table(
                                       found, {terminal.colour, terminal.width, s.common.quiet}));
  print_written(written, terminal.err);
  return kExitDone;
}

}  // namespace

Command setup_compare(CommandLine app) {
  auto s = std::make_shared<CompareSettings>();
  app.add({{"folders", &s->folders,
            "Folders of `cch train` and `cch rank -o`, distinguished by what is in them",
            options::kRequiredFolder},
           {"-o,--out", &s->out, "Folder for compare.json, compare.csv and report.html",
            options::kFolder},
           {"--force", &s->force, "Overwrite files there that cch did not make"},
           {"--html", &s->html, "File for the report besides the folder's own", options::kFile},
           {"--metric",
            &s->metric,
            "What is gained",
            {.standard = "accuracy for classes, mse for real labels, miou for segmentation",
             .one_of = gain_metrics()}},
           {"--predict-by",
            &s->predict_by,
            "The criterion that predicts each pair",
            {.standard = "the verdict of cch rank, else the combined verdict of the study's "
                         "criteria, the levels of CCH, the closed form"}},
           {"--draws",
            &s->draws,
            "Draws of the bootstrap behind the intervals",
            {.range = {{100, 1000000}}}}});
  app.add(common_table(s->common));
  return [s](Invocation& invocation) { return run(*s, invocation); };
}

}  // namespace cch
