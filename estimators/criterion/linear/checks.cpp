#include "estimators/criterion/linear/checks.hpp"

#include "cch/core/error.hpp"

namespace cch::detail {

void check_rows(const std::string& what, std::size_t rows, std::size_t expected) {
  if (rows == expected) return;
  refuse_data("unequal-rows",
              what + " has " + std::to_string(rows) + " rows, expected " + std::to_string(expected),
              {}, "row i must be the same sample everywhere",
              "Align the files by id, or export them from the same rows");
}

void check_probe_input(std::size_t rows, std::size_t label_rows, const Groups& groups,
                       std::size_t folds) {
  check_rows("labels", label_rows, rows);
  check_rows("groups", groups.rows(), rows);
  if (groups.count() < kFewestProbeGroups) {
    refuse_data("too-few-groups",
                std::to_string(groups.count()) + " groups, cross-fitting needs at least " +
                    std::to_string(kFewestProbeGroups),
                {}, "whole groups go to folds, and folds are split again inside",
                "Give more groups, or rows of finer groups");
  }
  if (folds < 2 || folds > groups.count() / 2) {
    refuse_usage("bad-folds",
                 std::to_string(folds) + " folds for " + std::to_string(groups.count()) + " groups",
                 "every fold needs at least two groups and its rest must be split again", "Use 5");
  }
}

}  // namespace cch::detail
