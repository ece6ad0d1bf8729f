#include "estimators/criterion/ranking_scale.hpp"

#include <string>

namespace cch::detail {
namespace {

// One warning for all inputs instead of one each: a ranking of images would otherwise begin with a
// page of them. `part` takes what is said of an input from its message.
template <class Part>
void merge(const std::string& code, const std::string& heading, Part&& part,
           std::vector<Warning>& warnings) {
  std::string inputs;
  std::erase_if(warnings, [&](const Warning& warning) {
    if (warning.code != code) return false;
    inputs += (inputs.empty() ? "" : "; ") + part(warning.message);
    return true;
  });
  if (!inputs.empty()) warnings.push_back({code, heading + inputs});
}

void merge_by_kind(std::vector<Warning>& warnings) {
  merge(
      "constant-column", "columns with one value only, which carry no information: ",
      [](const std::string& message) {
        const std::string verb = " has one value only in ";
        const auto at = message.find(verb);
        const auto first = at + verb.size();
        return message.substr(0, at) + ", " +
               message.substr(first, message.find(", which") - first);
      },
      warnings);
  merge(
      "tied-values",
      "columns in which more than 5 % of the rows share a value with other rows (these share "
      "their mid-rank) are in: ",
      [](const std::string& message) { return message.substr(0, message.find(" has equal")); },
      warnings);
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
  merge_by_kind(warnings);
  return out;
}

}  // namespace cch::detail
