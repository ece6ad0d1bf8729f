#include "tools/report/segmentation/ranking_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cch/report/image_ranking.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using documents::ImageRankDocument;
using documents::RankedPair;
using documents::RankedStudent;

constexpr std::size_t kPairsInSentence = 4;

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

bool of_shares(const RankedPair& pair) {
  return pair.metric == "accuracy" || pair.metric == "f1" || pair.metric == "auc";
}

std::string signed_number(double value, int decimals) {
  return (value > 0.0 ? "+" : "") + fixed(value, decimals);
}

std::string best_pairs(const ImageRankDocument& document) {
  std::vector<const RankedPair*> worth;
  for (const RankedPair& pair : document.pairs) {
    if (pair.age == document.decides() && !pair.condition && !pair.class_name &&
        pair.verdict == "distil") {
      worth.push_back(&pair);
    }
  }
  if (worth.empty()) {
    return "No modality is shown to be worth distilling from into another one.";
  }
  std::stable_sort(worth.begin(), worth.end(), [](const RankedPair* a, const RankedPair* b) {
    return a->expected_gain.value_or(0.0) > b->expected_gain.value_or(0.0);
  });
  std::vector<std::string> names;
  for (const RankedPair* pair : worth) names.push_back(pair_words(*pair));
  return "Worth distilling: " + list_in_words(names, kPairsInSentence) + ".";
}

/// How often younger encoders say the same as those that decide.
std::string ages_sentence(const ImageRankDocument& document) {
  std::size_t same = 0;
  std::size_t all = 0;
  for (const documents::AgesCompared& c : document.agreement) {
    same += c.same_verdicts;
    all += c.verdicts;
  }
  if (all == 0) return "";
  return fmt::format(" Younger encoders give {} of {} of the same verdicts.", same, all);
}

}  // namespace

std::vector<std::string> ranked_students(const ImageRankDocument& document) {
  std::vector<std::string> out;
  for (const RankedStudent& s : document.students) {
    if (s.age == document.decides()) add_once(out, s.student);
  }
  return out;
}

std::vector<std::string> ranked_teachers(const ImageRankDocument& document) {
  std::vector<std::string> out;
  for (const std::string& modality : document.modalities) {
    for (const RankedPair& pair : document.pairs) {
      if (pair.teacher == modality) add_once(out, modality);
    }
  }
  // Sets of teachers have names of their own.
  for (const RankedPair& pair : document.pairs) add_once(out, pair.teacher);
  return out;
}

std::string pair_gain(const RankedPair& pair) {
  if (pair.expected_gain) {
    return of_shares(pair) ? signed_number(100.0 * *pair.expected_gain, 2) + " points"
                           : signed_number(*pair.expected_gain, 3) + " nats";
  }
  return pair.pilot.nats ? signed_number(*pair.pilot.nats, 3) + " nats" : "";
}

std::string pair_chance(const RankedPair& pair) {
  if (!pair.p_gain) return "";
  const double p = *pair.p_gain;
  if (p > 0.99) return "over 99 %";
  if (p < 0.01) return "under 1 %";
  return fmt::format("{:.0f} %", 100.0 * p);
}

std::string pair_words(const RankedPair& pair) {
  const std::string gain = pair_gain(pair);
  const std::string chance = pair_chance(pair);
  std::string inside = gain;
  if (!chance.empty()) inside += (inside.empty() ? "chance " : ", chance ") + chance;
  return pair.student + " ← " + pair.teacher + (inside.empty() ? "" : " (" + inside + ")");
}

std::vector<PartOfRanking> by_class_of(const ImageRankDocument& document) {
  std::vector<PartOfRanking> out;
  for (const std::string& name : document.classes) {
    PartOfRanking part{name, {}, {}};
    for (const RankedPair& pair : document.pairs) {
      if (pair.age == document.decides() && pair.class_name == name && !pair.condition) {
        part.pairs.push_back(&pair);
      }
    }
    if (!part.pairs.empty()) out.push_back(std::move(part));
  }
  return out;
}

std::vector<PartOfRanking> by_condition_of(const ImageRankDocument& document) {
  std::vector<PartOfRanking> out;
  for (const std::string& name : document.conditions) {
    PartOfRanking part{name, {}, {}};
    for (const RankedPair& pair : document.pairs) {
      if (pair.age == document.decides() && pair.condition == name) part.pairs.push_back(&pair);
    }
    for (const RankedStudent& student : document.students) {
      if (student.condition == name && student.refused) part.refused.push_back(&student);
    }
    out.push_back(std::move(part));
  }
  return out;
}

std::string agreement_words(const documents::AgesCompared& c) {
  std::string out = c.same_first ? "the same first teacher" : "another first teacher";
  out += fmt::format(", {} of {} verdicts alike", c.same_verdicts, c.verdicts);
  if (c.same_order)
    out += fmt::format(", {:.0f} % of pairs in the same order", 100.0 * *c.same_order);
  return out;
}

std::string age_words(const documents::RankedAge& age) {
  if (age.epochs == 0) return "untrained encoders";
  return fmt::format("encoders after {} epoch{}", age.epochs, age.epochs == 1 ? "" : "s");
}

std::string images_words(const ImageRankDocument& document) {
  const documents::RankedImages& images = document.images;
  return fmt::format(
      "{} pixels a ranking of {} images in {} groups, which no encoder learned from ({} others "
      "did); "
      "test images were not looked at.",
      images.pixels, images.ranked, images.groups, images.fitted);
}

std::string image_rank_sentence(const ImageRankDocument& document) {
  return best_pairs(document) + ages_sentence(document);
}

}  // namespace cch::report
