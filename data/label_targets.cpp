#include "data/label_targets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <string_view>

#include "data/text.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kMostSurvivalColumns = 4;  // beside names of rows and a split
constexpr std::array<std::string_view, 10> kTimeWords{"time",   "times",    "duration", "survival",
                                                      "futime", "followup", "days",     "months",
                                                      "years",  "tte"};
constexpr std::array<std::string_view, 19> kEventWords{
    "event", "events", "status", "censored", "censor", "censoring", "cens",
    "dead",  "died",   "death",  "deceased", "fustat", "observed",  "relapse",
    "os",    "pfs",    "dfs",    "dss",      "rfs"};

/// "OS.time" as os, time.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

template <std::size_t kWords>
bool has_word(const std::string& name, const std::array<std::string_view, kWords>& known) {
  const auto words = words_of(name);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

bool is_time(const std::string& name) {
  return has_word(name, kTimeWords);
}
bool is_event(const std::string& name) {
  return !is_time(name) && has_word(name, kEventWords);
}

/// The names that a reader lists at the end of a sentence: "… one of: a, b", "… of the fields a,
/// b".
std::vector<std::string> listed_names(const Fault& refusal) {
  std::vector<std::string> names;
  for (const std::string* text : {&refusal.action, &refusal.problem}) {
    for (const std::string_view before : {"one of: ", "of the fields "}) {
      const auto at = text->find(before);
      if (at == std::string::npos) continue;
      std::string_view rest = std::string_view(*text).substr(at + before.size());
      while (!rest.empty()) {
        const auto comma = rest.find(", ");
        names.emplace_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
      }
      return names;
    }
  }
  return names;
}

[[noreturn]] void refuse_survival(const std::string& problem, const std::string& where,
                                  const std::string& unless) {
  refuse_data("labels-survival", problem, where,
              "a time until an event is known only from below where the event was not seen: it is "
              "neither a class nor a number",
              "Save a class such as alive after two years, of the rows whose outcome is known then "
              "(--unlabelled for the others), or the martingale residuals of a Cox model without "
              "covariates" +
                  unless);
}

/// Whether all values are 0 or 1 in every column, and one 1 a row.
struct Hot {
  bool hot = true;
  bool one_each = true;
  bool whole = true;
};

Hot look_at_columns(const Array& labels, std::size_t rows) {
  Hot out;
  std::vector<double> row(labels.cols());
  for (std::size_t i = 0; i < rows; ++i) {
    labels.to_doubles(i, 1, row);
    const auto ones = std::count(row.begin(), row.end(), 1.0);
    out.hot &= ones + std::count(row.begin(), row.end(), 0.0) == std::ssize(row);
    out.one_each &= ones == 1;
    out.whole &= std::all_of(row.begin(), row.end(),
                             [](double x) { return std::isfinite(x) && std::trunc(x) == x; });
  }
  return out;
}

}  // namespace

bool names_survival(const std::vector<std::string>& names) {
  return names.size() <= kMostSurvivalColumns && std::any_of(names.begin(), names.end(), is_time) &&
         std::any_of(names.begin(), names.end(), is_event);
}

void refuse_survival_names(const Fault& refusal, const std::string& where) {
  const auto names = listed_names(refusal);
  if (!names_survival(names)) return;
  refuse_survival(
      "survival times are no labels to rank for", where + ": " + join_names(names),
      refusal.code == "key-needed" ? "; write " + where + ":KEY to take one column as it is" : "");
}

void refuse_survival_columns(const Opened& labels, std::size_t rows) {
  if (labels.array.cols() != 2 || labels.array.dtype() == DType::text) return;
  std::array<std::set<double>, 2> values;
  std::array<double, 2> row{};
  bool negative = false;
  for (std::size_t i = 0; i < rows; ++i) {
    labels.array.to_doubles(i, 1, row);
    for (std::size_t j = 0; j < 2; ++j) values[j].insert(row[j]);
    negative = negative || row[0] < 0.0 || row[1] < 0.0;
  }
  const std::set<double> event{0.0, 1.0};
  const auto& times = values[0] == event ? values[1] : values[0];
  if (negative || (values[0] == event) == (values[1] == event) || times.size() <= 4) return;
  refuse_survival(
      "one column is 0 or 1 and the other one a number: survival times with their "
      "event are no labels to rank for",
      labels.where + ", shape " + shape_text(labels.info.shape),
      "; say --y-kind continuous if they are no such times");
}

void refuse_multilabel(const Opened& labels, std::size_t rows, bool classes) {
  const Array& array = labels.array;
  if (array.cols() < 2) return;
  const bool text = array.dtype() == DType::text;
  const Hot look = text ? Hot{false, false, true} : look_at_columns(array, rows);
  const bool several = look.hot ? !look.one_each : classes && look.whole;
  if (!several) return;
  refuse_data("labels-multilabel",
              look.hot ? "rows have other than one 1 among 0s: several labels a row (multi-hot)"
                       : "each row has " + std::to_string(array.cols()) + " labels",
              labels.where + ", shape " + shape_text(labels.info.shape),
              "information and distillation are measured for one label a row",
              "Take one label after the other: numpy.save(\"label0.npy\", y[:, 0]" +
                  std::string(text ? "" : ".astype(int)") + ")");
}

void warn_about_survival(Opened& labels, const std::string& key) {
  std::vector<std::string> names = labels.siblings;
  names.push_back(key);
  if (key.empty() || !(is_time(key) || is_event(key)) || !names_survival(names)) return;
  labels.info.warnings.push_back(
      {"labels-may-be-survival",
       labels.where + " looks like a part of survival times (" + join_names(names) +
           "): a time counts only where the event was seen, and no event only up to that time. "
           "Take a class such as alive after two years, of the rows whose outcome is known then"});
}

}  // namespace cch::detail
