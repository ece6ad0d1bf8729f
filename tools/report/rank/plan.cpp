#include <fmt/format.h>

#include "cch/report/rank.hpp"

namespace cch::report {

std::string render_rank_plan(const documents::RankPlan& plan) {
  std::string out = fmt::format("student {}: {} rows, {} columns\n", plan.student.name, plan.rows,
                                plan.student.dim);
  for (const documents::RankPlan::Teacher& teacher : plan.teachers) {
    out += fmt::format("teacher {}: {} columns; estimator {} ({})\n", teacher.name, teacher.dim,
                       teacher.estimator, teacher.why);
  }
  out += "labels: " + plan.labels.reason + '\n';
  if (plan.alignment.labels_set_aside > 0) {
    out += fmt::format("labels set aside: {}, as --labelled {} asks\n",
                       plan.alignment.labels_set_aside, plan.labelled.value_or(0));
  }
  out += "groups: " + (plan.groups ? std::to_string(*plan.groups) : std::string("none")) + '\n';
  if (plan.extra_rows > 0) {
    out += fmt::format("rows beside the labelled pairs: {}\n", plan.extra_rows);
  }
  for (const Warning& warning : plan.warnings) out += "warning: " + warning.message + '\n';
  return out + "dry run: all inputs can be used; nothing was estimated\n";
}

}  // namespace cch::report
