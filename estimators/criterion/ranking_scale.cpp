#include "estimators/criterion/ranking_scale.hpp"

#include <string>

namespace cch::detail {
namespace {

// One warning for all inputs with ties: a ranking of images would otherwise begin with a page of
// them.
void merge_tied_values(std::vector<Warning>& warnings) {
  std::string names;
  std::size_t count = 0;
  std::erase_if(warnings, [&](const Warning& warning) {
    if (warning.code != "tied-values") return false;
    names +=
        (count++ == 0 ? "" : ", ") + warning.message.substr(0, warning.message.find(" has equal"));
    return true;
  });
  if (count == 0) return;
  warnings.push_back({"tied-values",
                      "columns in which more than 5 % of the rows share a value with other rows "
                      "(these share their mid-rank) are in: " +
                          names});
}

}  // namespace

Scaled put_on_scale(const RankInput& input, Scale scale, std::vector<Warning>& warnings,
                    const Execution& exec) {
  Scaled out{scaled(input.student.features, scale, warnings, exec), {}, input.labels};
  for (const Modality& teacher : input.teachers) {
    out.teachers.push_back(scaled(teacher.features, scale, warnings, exec));
  }
  if (const auto* values = std::get_if<Samples>(&input.labels)) {
    out.labels = scaled(*values, scale, warnings, exec);
  }
  merge_tied_values(warnings);
  return out;
}

}  // namespace cch::detail
