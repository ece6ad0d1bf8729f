#include <fmt/format.h>

#include "cch/report/image_ranking.hpp"
#include "tools/report/kit/escape.hpp"

namespace cch::report {
namespace {

using documents::Number;
using documents::RankedPair;

std::string number_field(const Number& value) {
  return value ? fmt::format(",{}", *value) : ",";
}

std::string word_field(const std::optional<std::string>& text) {
  return "," + csv_field(text.value_or(""));
}

std::string pair_line(const RankedPair& p) {
  std::string out = csv_field(p.age) + word_field(p.condition) + word_field(p.class_name) +
                    word_field(p.student) + word_field(p.teacher) + fmt::format(",{}", p.place) +
                    word_field(p.verdict) + word_field(p.scenario) + word_field(p.metric);
  for (const Number& n : {p.p_gain, p.p_worthwhile, p.expected_gain, p.low, p.high, p.pilot.nats,
                          p.pilot.standard_error, p.pilot.low, p.pilot.high}) {
    out += number_field(n);
  }
  out += word_field(p.prediction) + number_field(p.prediction_margin) +
         word_field(p.representation) + number_field(p.representation_margin) +
         number_field(p.information_difference);
  return out + "\r\n";
}

}  // namespace

std::string render_image_rank_csv(const documents::ImageRankDocument& document) {
  std::string out =
      "age,condition,class,student,teacher,place,verdict,scenario,metric,p_gain,p_worthwhile,"
      "expected_gain,expected_gain_low80,expected_gain_high80,pilot_gain_nats,"
      "pilot_gain_standard_error,pilot_gain_low95,pilot_gain_high95,cch_prediction,"
      "prediction_margin_nats,cch_representation,representation_margin_nats,"
      "information_difference_nats\r\n";
  for (const RankedPair& pair : document.pairs) out += pair_line(pair);
  return out;
}

}  // namespace cch::report
