#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tools/report/kit/number.hpp"
#include "tools/report/train/model.hpp"

namespace cch::report {
namespace {

using Part = TrainCoordinate::Part;

/// What every study has and nothing is learned from.
bool usual(const TrainCoordinate& one) {
  return (one.name == "labelled" && one.words == "all") || one.words == "same-rows";
}

void join(std::string& words, const std::string& more) {
  words += (words.empty() ? "" : ", ") + more;
}

std::string coordinate_words(const TrainCoordinate& one) {
  static const std::set<std::string> plain{"teacher", "student", "scenario", "loss", "labels from"};
  if (plain.contains(one.name)) return one.words;
  if (one.name == "labelled" && one.number) return one.words + " labelled";
  return axis_words(one.name) + ' ' + one.words;
}

}  // namespace

std::string axis_words(const std::string& name) {
  static const std::map<std::string, std::string> words{
      {"lambda", "λ"}, {"temperature", "T"},          {"gamma", "γ"},
      {"alpha", "α"},  {"labelled", "labelled rows"}, {"labels from", "teacher's rows"}};
  const auto found = words.find(name);
  return found == words.end() ? name : found->second;
}

std::vector<std::string> varying(const std::vector<TrainPair>& pairs) {
  std::vector<std::string> names;
  std::map<std::string, std::set<std::string>> values;
  for (const TrainPair& pair : pairs) {
    for (const TrainCoordinate& one : pair.place) {
      if (!values.contains(one.name)) names.push_back(one.name);
      values[one.name].insert(one.words);
    }
  }
  std::erase_if(names, [&](const std::string& name) { return values[name].size() < 2; });
  return names;
}

std::string teacher_words(const TrainPlace& place) {
  std::string name;
  std::string more;
  for (const TrainCoordinate& one : place) {
    if (one.part != Part::teacher || usual(one)) continue;
    join(one.name == "teacher" ? name : more, coordinate_words(one));
  }
  return more.empty() ? name : name + " (" + more + ')';
}

std::string setting_words(const TrainPlace& place) {
  std::string out;
  for (const TrainCoordinate& one : place) {
    if (one.part == Part::setting && !usual(one)) join(out, coordinate_words(one));
  }
  return out;
}

std::string loss_words(const TrainPlace& place) {
  std::string out;
  for (const TrainCoordinate& one : place) {
    if (one.part != Part::loss) continue;
    const std::string words =
        one.name == "loss" ? one.words : axis_words(one.name) + '=' + one.words;
    out += (out.empty() ? "" : " ") + words;
  }
  return out;
}

std::string place_words(const TrainPlace& place, const std::vector<std::string>& names) {
  std::string out;
  for (const TrainCoordinate& one : place) {
    if (std::find(names.begin(), names.end(), one.name) == names.end()) continue;
    join(out, coordinate_words(one));
  }
  return out;
}

TrainUnit unit_of(const TrainReport& report) {
  if (report.classes) return {100.0, 2, "points of accuracy"};
  return {1.0, 4, "half-log-ratios of square errors"};
}

std::string gain_words(const GainSummary& gain, const TrainUnit& unit) {
  std::string out = fixed(unit.factor * gain.mean, unit.decimals);
  if (gain.mean >= 0.0) out = '+' + out;
  if (!gain.standard_error) return out;
  return out + " ± " + fixed(unit.factor * *gain.standard_error, unit.decimals);
}

std::string paired_words(const TrainLevel& level) {
  if (!level.paired) return "";
  const TrainLevel::Paired& rows = *level.paired;
  std::string out =
      fmt::format("has features of {:.0f} of {:.0f} labelled", rows.labelled_paired, rows.labelled);
  if (rows.extra > 0.0) {
    out += fmt::format(" and {:.0f} of {:.0f} unlabelled", rows.extra_paired, rows.extra);
  }
  return out + " rows";
}

}  // namespace cch::report
