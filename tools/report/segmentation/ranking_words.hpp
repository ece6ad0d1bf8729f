#pragma once

#include <string>
#include <vector>

#include "cch/documents/image_ranking.hpp"

// Words of a ranking from images that terminal and page share.

namespace cch::report {

/// Students of the age that decides, in the order of the document.
std::vector<std::string> ranked_students(const documents::ImageRankDocument& document);
/// Modalities that are a teacher somewhere.
std::vector<std::string> ranked_teachers(const documents::ImageRankDocument& document);

/// "+0.021 nats", "+0.5 points", or of a document that no chance decides the pilot's gain; "" where
/// there is none.
std::string pair_gain(const documents::RankedPair& pair);
/// "97 %"; "" without a chance.
std::string pair_chance(const documents::RankedPair& pair);

/// "radar ← optical (+0.021 nats, chance 97 %)".
std::string pair_words(const documents::RankedPair& pair);

/// Pairs of an answer about a part of the question: one class, one condition.
struct PartOfRanking {
  std::string name;
  std::vector<const documents::RankedPair*> pairs;
  std::vector<const documents::RankedStudent*> refused;
};
/// Each class against the others, in the order of the document; empty: not asked for.
std::vector<PartOfRanking> by_class_of(const documents::ImageRankDocument& document);
std::vector<PartOfRanking> by_condition_of(const documents::ImageRankDocument& document);

/// What two ages say of a student's teachers: "the same first teacher, 3 of 3 verdicts alike, 67 %
/// of pairs in the same order".
std::string agreement_words(const documents::AgesCompared& compared);

/// "untrained encoders", "encoders after 3 epochs", "trained encoders (30 epochs)".
std::string age_words(const documents::RankedAge& age);

/// Where the rankings come from, in a sentence.
std::string images_words(const documents::ImageRankDocument& document);

}  // namespace cch::report
