// Images as inputs of a ranking: every chosen pixel is a row, its image the group.
#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

#include "cch/data/pixels.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/inputs/files.hpp"
#include "tools/cch/inputs/named_source.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"

namespace cch {
namespace {

/// "255" or "nan" as a number.
std::optional<double> ignored_value(const RankSettings& s) {
  if (!s.unlabelled) return std::nullopt;
  const std::string& text = *s.unlabelled;
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end) return value;
  refuse_usage("bad-arguments", "--unlabelled '" + text + "' is no number",
               "labels of pixels are numbers", "Say for example --unlabelled 255");
}

class PixelReader {
 public:
  explicit PixelReader(const RankSettings& settings) : settings_(settings) {}

  RankFiles run() {
    const ChannelOrder order = settings_.channels;
    open(settings_.student, "student", "--student", order);
    for (const std::string& pair : asked_teachers(settings_).read) {
      open(pair, "teacher", "--teacher", order);
    }
    std::optional<PixelLabels> labels;
    faults_.attempt([&] {
      labels = PixelLabels::open(parse_source(settings_.labels), ignored_value(settings_),
                                 settings_.common.held);
      keep("labels", "labels", labels->info());
    });
    if (settings_.groups_named()) {
      faults_.attempt([&] {
        image_groups_ =
            load_groups(parse_source(settings_.groups), {.held = settings_.common.held});
        keep("groups", "groups", image_groups_->info);
      });
    }
    faults_.throw_if_any();
    check_images(*labels);
    faults_.throw_if_any();
    take(*labels);
    return std::move(files_);
  }

 private:
  void keep(const std::string& role, const std::string& name, const SourceInfo& info) {
    files_.record.push_back(input_record(role, name, info));
    files_.warnings.insert(files_.warnings.end(), info.warnings.begin(), info.warnings.end());
  }

  void open(const std::string& pair, const std::string& role, const std::string& option,
            ChannelOrder order) {
    faults_.attempt([&] {
      const NamedSource named = named_source(option, pair, Naming::optional);
      features_.push_back(
          PixelFeatures::open(named.source, role + " " + named.name, order, settings_.common.held));
      names_.push_back(named.name);
      keep(role, named.name, features_.back().info());
    });
  }

  void check_images(const PixelLabels& labels) {
    const auto unequal = [&](const std::string& what, std::size_t images) {
      if (images == labels.images()) return;
      faults_.add(ErrorKind::data, {"unequal-rows",
                                    what + " has " + std::to_string(images) +
                                        " images, the labels " + std::to_string(labels.images()),
                                    {},
                                    "image i must be the same everywhere",
                                    "Give arrays of the same images in one order"});
    };
    for (std::size_t i = 0; i < features_.size(); ++i) {
      unequal("'" + names_[i] + "'", features_[i].images());
    }
    if (image_groups_) unequal("'groups'", image_groups_->groups.rows());
  }

  /// No place twice on the coarsest grid, so that no two rows of an image have equal features.
  [[nodiscard]] PixelGrid coarsest(const PixelLabels& labels) const {
    PixelGrid grid = labels.grid();
    for (const PixelFeatures& f : features_) {
      grid.height = std::min(grid.height, f.grid().height);
      grid.width = std::min(grid.width, f.grid().width);
    }
    return grid;
  }

  void take(const PixelLabels& labels) {
    const PixelGrid grid = coarsest(labels);
    const bool pairs = settings_.scenario == Scenario::unlabelled_pairs;
    PixelChoice choice =
        choose_pixels(labels, grid, settings_.pixels, settings_.common.seed, pairs);
    const std::size_t rows = choice.places.size();
    files_.warnings.insert(files_.warnings.end(), choice.warnings.begin(), choice.warnings.end());
    choice.places.insert(choice.places.end(), choice.pairs.begin(), choice.pairs.end());
    for (std::size_t i = 0; i < features_.size(); ++i) {
      files_.modalities.push_back({names_[i], features_[i].take(choice.places, grid)});
    }
    std::vector<std::size_t> groups;
    for (const PixelPlace& place : choice.places) {
      groups.push_back(image_groups_ ? image_groups_->groups.of(place.image) : place.image);
    }
    files_.groups = LoadedGroups{Groups::from(groups), {}};
    std::string counts;
    for (const std::size_t n : choice.labels.counts()) {
      counts += (counts.empty() ? "" : ", ") + std::to_string(n);
    }
    LoadedLabels loaded;
    loaded.labels = std::move(choice.labels);
    loaded.info = labels.info();
    loaded.kind_reason = "discrete: labels of pixels";
    loaded.unlabelled.resize(choice.pairs.size());
    std::iota(loaded.unlabelled.begin(), loaded.unlabelled.end(), rows);
    files_.labels = std::move(loaded);
    files_.warnings.push_back(
        {"pixels-sampled",
         std::to_string(rows) + " of " + std::to_string(choice.labelled) +
             " labelled places on a " + std::to_string(grid.height) + " × " +
             std::to_string(grid.width) + " grid of " + std::to_string(choice.images) +
             " images were drawn, as evenly over classes (" + counts +
             ") and images as they allow; informations are those of balanced classes, and " +
             (image_groups_ ? "rows of one group of images" : "pixels of one image") +
             " count as one group"});
    if (choice.pairs.empty()) return;
    files_.warnings.push_back(
        {"pixels-sampled", std::to_string(choice.pairs.size()) + " of " +
                               std::to_string(choice.unlabelled) +
                               " places without a label were drawn as pairs, as evenly over images "
                               "as they allow"});
  }

  const RankSettings& settings_;
  RankFiles files_;
  std::vector<PixelFeatures> features_;
  std::vector<std::string> names_;
  std::optional<LoadedGroups> image_groups_;
  FaultCollector faults_;
};

}  // namespace

RankFiles read_rank_pixels(const RankSettings& settings) {
  return PixelReader(settings).run();
}

}  // namespace cch
