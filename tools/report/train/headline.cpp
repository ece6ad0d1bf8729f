#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

std::string lead(const TrainReport& report) {
  const std::string counts = train_counts(report);
  return fmt::format("{} · {} · {} runs over {} seeds{}", or_missing(report.study.title),
                     or_missing(report.study.task), count(report.done + report.failed),
                     count(report.seeds), counts.empty() ? "" : ". " + counts);
}

std::string reading() {
  return element(
             "div",
             "<h2>How to read this</h2>\n" +
                 sentences({"A gain is what a distilled student has over the same student trained "
                            "without a teacher, on the same test rows: same start, same batches, "
                            "so each seed is a pair. Above zero: distillation helped.",
                            "± is the standard error over seeds; intervals are those of Student's "
                            "t at 95 %. The first sentence allows for having looked for the "
                            "largest of several gains.",
                            "Seeds draw rows, starts and batches: an interval speaks for this "
                            "study's data, networks and settings."}),
             "class=\"panel\"") +
         '\n';
}

std::string train_warnings(const TrainReport& report) {
  std::vector<std::string> all;
  for (const Warning& warning : report.warnings) all.push_back(warning.message);
  return warnings_box(std::move(all), "the runs");
}

}  // namespace

std::string train_headline(const TrainReport& report) {
  std::vector<std::string> found = train_sentences(report);
  const std::string first = found.front();
  found.erase(found.begin());
  return "<header>\n<p class=\"kicker\">Trained pairs · cch</p>\n" +
         element("h1", escape_html(first), "class=\"long\"") + '\n' +
         (found.empty() ? "" : sentences(found) + '\n') +
         element("p", escape_html(lead(report)), "class=\"lead\"") + "\n</header>\n" +
         element("section", reading(), "class=\"panels\" aria-label=\"How to read this\"") + '\n' +
         train_warnings(report);
}

}  // namespace cch::report
