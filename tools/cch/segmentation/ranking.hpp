#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cch/documents/image_ranking.hpp"
#include "cch/experiments/segmentation_ages.hpp"
#include "tools/cch/rank/ranked.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/segmentation/plan.hpp"

// `cch rank SEGMENTATION.toml`: features of every modality at several ages of its encoder, each
// modality as student of the others, by the ranking of every other `cch rank`.

namespace cch {

/// What `cch rank` is asked for beside RankSettings where the study is one of segmentation.
struct ImageRankSettings {
  std::string data;                                                     ///< folder of data sets
  std::vector<EncoderAge> ages{EncoderAge::random, EncoderAge::brief};  ///< the last one decides
  std::optional<std::size_t> brief;  ///< epochs; none: usual_brief_epochs
  std::string stage = "head";        ///< of the network whose features are taken
  bool per_condition = false;
  std::vector<std::string> overrides;  ///< "KEY=VALUE" in place of the study's
};
options::Table image_rank_table(ImageRankSettings& settings);

/// Pixels of each ranking where nothing else is said.
inline constexpr std::size_t kRankedPixels = 2000;

/// Every option that has no meaning with the images of a study, as one usage Error with what was
/// `refused`; settings that follow from the study. Without a budget rankings train no networks.
void settle_image_rank(RankSettings& settings, ImageRankSettings& own,
                       const std::vector<std::string>& given, FaultCollector refused);

/// Networks of all modalities at an age.
struct AgedNetworks {
  EncoderAge age = EncoderAge::random;
  documents::RankedAge said;
  std::vector<std::string> keys;  ///< name what each is
  std::vector<std::shared_ptr<const TrainedSegmentation>> networks;
};

/// What all steps of a ranking from images know.
struct ImageRanking {
  RankSettings settings;
  ImageRankSettings own;
  SegmentationStudy study;
  documents::StudyHead head;
  std::vector<std::string> modalities;
  std::shared_ptr<const SegmentationSet> set;      ///< normalised; test images are those held out
  std::vector<std::size_t> students;               ///< places among the modalities
  std::vector<std::vector<std::size_t>> teachers;  ///< of each student

  [[nodiscard]] std::uint64_t seed() const { return study.seeds.front(); }
};

/// Reads study and images. Usage Errors "bad-study", "unknown-modality", "no-conditions",
/// "unknown-stage"; data Errors of the images.
ImageRanking read_image_ranking(RankSettings settings, ImageRankSettings own,
                                const std::vector<std::string>& given, Invocation& invocation,
                                const Execution& exec);

/// Trains what is not stored yet, in OUT/runs. Run Error "training-failed" where a network
/// diverged.
AgedNetworks networks_at(const ImageRanking& ranking, EncoderAge age, const RunStore& store,
                         Terminal& terminal, const Execution& exec);
/// Runs of an age, of them stored.
struct StoredRuns {
  std::size_t all = 0;
  std::size_t stored = 0;
};
StoredRuns look_at_networks(const ImageRanking& ranking, EncoderAge age, const RunStore& store,
                            const std::string& device);

/// One ranking: all teachers of a student on the images of a condition.
struct ImageQuestion {
  std::size_t student = 0;               ///< place among the modalities
  std::vector<std::size_t> teachers;     ///< likewise
  std::optional<std::size_t> condition;  ///< none: all images
  bool per_class = false;
  bool networks = false;  ///< pilots of networks have a budget
};
/// The questions of an age; conditions and classes are asked for at the age that decides alone.
std::vector<ImageQuestion> questions_at(const ImageRanking& ranking, bool decides);

/// Dense features of all modalities at one age as arrays in memory, and the rankings on them.
class ImageFeatures {
 public:
  ImageFeatures(const ImageRanking& ranking, const AgedNetworks& networks, const Execution& exec);
  /// Data Errors of rankings: too few labels, one class alone, …
  [[nodiscard]] documents::RankDocument rank(const ImageQuestion& question,
                                             const std::string& command_line,
                                             const Execution& exec) const;

 private:
  const ImageRanking& ranking_;
  std::vector<std::size_t> rows_;  ///< of the set
  HeldArrays arrays_;
};

/// Names a ranking by everything that it depends on.
std::string question_key(const ImageRanking& ranking, const AgedNetworks& networks,
                         const ImageQuestion& question);
/// The settings of its ranking; arrays are named, not there.
RankSettings question_settings(const ImageRanking& ranking, const ImageQuestion& question);

/// A ranking of the plan with what came of it.
struct AnsweredQuestion {
  EncoderAge age = EncoderAge::random;
  ImageQuestion question;
  std::string folder;                               ///< in OUT
  std::optional<documents::RankDocument> document;  ///< none: it was refused
  std::string refused;
};

/// The document of all rankings.
documents::ImageRankDocument image_rank_document(const ImageRanking& ranking,
                                                 const std::vector<AgedNetworks>& ages,
                                                 const std::vector<AnsweredQuestion>& answers,
                                                 const std::string& command_line, double seconds,
                                                 const Execution& exec);

/// Files of a ranking from images: image-rank.json, ranking.csv, report.html and, if it is named,
/// the page alone. Returns their paths.
std::vector<std::string> write_image_rank(const documents::ImageRankDocument& document,
                                          const std::string& folder, const std::string& html,
                                          bool with_document);
bool has_image_rank(const std::string& folder);
documents::ImageRankDocument read_image_rank_folder(const std::string& folder);

/// `cch rank` of the whole program.
Command setup_rank_images(CommandLine app);

}  // namespace cch
