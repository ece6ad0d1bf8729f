#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/chances.hpp"
#include "cch/documents/parts.hpp"

// Who should teach whom, from the images of a segmentation study, schema cch.image-rank/1. Every
// ranking behind it has a folder of its own with its cch.rank/2 document.

namespace cch::documents {

/// A modality's network at an age of the encoders.
struct RankedNetwork {
  std::string modality;
  std::optional<std::string> key;  ///< of its run; absent: it was never trained
  Number miou;                     ///< alone, on the images held out; null: it was never trained
  Number seconds;                  ///< of training
};

/// How far the encoders were trained that features were taken of.
struct RankedAge {
  std::string name;  ///< random, brief, trained
  std::size_t epochs = 0;
  std::vector<RankedNetwork> networks;
};

/// A teacher for a student, by one of the rankings.
struct RankedPair {
  std::string age;
  std::string student;
  std::string teacher;
  std::optional<std::string> condition;   ///< of the images; null: all of them
  std::optional<std::string> class_name;  ///< against all others; null: all classes
  std::size_t place = 0;                  ///< among the teachers of the student, from 1
  std::string verdict;                    ///< distil, do_not_distil, inconclusive, unreliable
  std::vector<std::string> reasons;
  std::optional<std::string> scenario;  ///< this and the next eight: where chances decide
  std::optional<std::string> metric;
  Number p_gain;
  Number p_worthwhile;
  Number expected_gain;
  Number low;  ///< 80 %
  Number high;
  std::optional<bool> in_range;
  std::vector<ChancePart> moved;          ///< what moved the expected gain
  Value pilot;                            ///< gain of a linear student on the features, nats
  std::optional<std::string> prediction;  ///< CCH on predictions: holds, fails, undecided
  Number prediction_margin;               ///< nats
  std::optional<std::string> representation;
  Number representation_margin;   ///< nats
  Number information_difference;  ///< I(T;Y) − I(S;Y), nats
};

/// A ranking of all teachers of one student.
struct RankedStudent {
  std::string age;
  std::string student;
  std::optional<std::string> condition;
  std::size_t rows = 0;                ///< pixels
  std::size_t groups = 0;              ///< images, or what the study names
  std::optional<std::string> folder;   ///< of its page; null: it was refused
  std::optional<std::string> refused;  ///< why there is none
  std::optional<std::string> sentence;
};

/// How far a student's order of teachers is the same at two ages.
struct AgesCompared {
  std::string student;
  std::string first;
  std::string second;
  bool same_first = false;
  Number same_order;  ///< share of pairs of teachers
  std::size_t same_verdicts = 0;
  std::size_t verdicts = 0;
};

/// Images behind the rankings.
struct RankedImages {
  std::size_t fitted = 0;  ///< that encoders learned from
  std::size_t ranked = 0;  ///< held out of that, which the rankings are about
  std::size_t groups = 0;  ///< of those
  std::string grouped_by;  ///< "study" or "image"
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t pixels = 0;  ///< asked for, a ranking
  std::string stage;       ///< of the network whose features were taken
};

struct ImageRankDocument {
  std::string title;
  std::vector<std::string> modalities;
  std::vector<std::string> classes;
  std::vector<std::string> conditions;  ///< of which images were ranked alone
  RankedImages images;
  std::vector<RankedAge> ages;  ///< the last one decides
  std::vector<RankedStudent> students;
  std::vector<RankedPair> pairs;
  std::vector<AgesCompared> agreement;
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  Facts config;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  Machine machine;
  Number seconds;

  /// The name of the age that decides.
  [[nodiscard]] std::string decides() const { return ages.empty() ? "" : ages.back().name; }
};

/// The pair of the age that decides, of all images and classes; null where there is none.
const RankedPair* find_pair(const ImageRankDocument& document, const std::string& student,
                            const std::string& teacher);

/// The document as JSON, in one line or indented.
std::string to_text(const ImageRankDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
ImageRankDocument parse_image_rank(std::string_view text);
/// The document as its file gives it back.
ImageRankDocument as_stored(const ImageRankDocument& document);

}  // namespace cch::documents
