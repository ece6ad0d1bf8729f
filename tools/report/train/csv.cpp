#include <fmt/format.h>

#include "cch/report/train.hpp"
#include "tools/report/kit/escape.hpp"

namespace cch::report {
namespace {

std::string number_field(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string mean_fields(const SeedMean& mean) {
  if (!mean) return ",,,,";
  std::optional<double> low;
  std::optional<double> high;
  if (mean->interval95) {
    low = mean->interval95->lo;
    high = mean->interval95->hi;
  }
  return fmt::format(",{},{},{},{}", number_field(mean->mean), number_field(mean->standard_error),
                     number_field(low), number_field(high));
}

std::string csv_line(const TrainPair& pair) {
  std::string out;
  for (const std::string& words : {setting_words(pair.place), teacher_words(pair.place),
                                   loss_words(pair.place), pair.control}) {
    out += csv_field(words) + ',';
  }
  out += fmt::format("{},{}", pair.gain ? pair.gain->seeds : 0, pair.failed);
  return out + mean_fields(pair.gain) + mean_fields(pair.cross_entropy) +
         mean_fields(pair.predicted) + mean_fields(pair.by_last) + "\r\n";
}

}  // namespace

std::string train_csv(const TrainReport& report) {
  std::string out = "setting,teacher,loss,control,seeds,failed";
  for (const char* name : {report.classes ? "accuracy_gain" : "mse_gain", "cross_entropy_gain",
                           "closed_form_gain", "last_weights_gain"}) {
    out += fmt::format(",{0},{0}_standard_error,{0}_low95,{0}_high95", name);
  }
  out += "\r\n";
  for (const TrainPair& pair : report.pairs) out += csv_line(pair);
  for (const TrainPair& control : report.controls) out += csv_line(control);
  return out;
}

}  // namespace cch::report
