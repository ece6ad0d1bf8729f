#include "cch/report/train.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr PagePart<TrainReport> kTrainParts[] = {{"headline", train_headline},
                                                 {"studied", train_studied},
                                                 {"gains", train_gains, true},
                                                 {"axes", train_axes, true},
                                                 {"levels", train_levels, true},
                                                 {"weights", train_weights, true},
                                                 {"controls", train_controls, true},
                                                 {"curves", train_curves, true},
                                                 {"closed-form", train_closed_form, true},
                                                 {"failures", train_failures, true},
                                                 {"cost", train_cost},
                                                 {"methods", train_methods}};

}  // namespace

std::string render_train_html(const TrainReport& report) {
  const std::string& title = report.study.title;
  return page_of({title.empty() ? "Trained pairs" : fit(title, 80), report.study.version,
                  "the runs beside it have its numbers"},
                 kTrainParts, report, train_downloads);
}

}  // namespace cch::report
