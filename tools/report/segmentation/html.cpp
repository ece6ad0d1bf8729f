#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "cch/report/segmentation.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/segmentation/best_gain.hpp"

namespace cch::report {
namespace {

using documents::MeanOverSeeds;
using documents::SegmentationDocument;
using documents::SegmentedCondition;
using documents::SegmentedSetup;

constexpr const char* kTitle = "Segmentation under missing modalities";
constexpr std::size_t kLargestPictures = 600'000;  // bytes

std::string percent(const std::optional<MeanOverSeeds>& value, bool sign = false) {
  if (!value) return kMissing;
  std::string out = fixed(100.0 * value->value, 2);
  if (sign && value->value > 0.0) out = "+" + out;
  if (value->standard_error) out += " ± " + fixed(100.0 * *value->standard_error, 2);
  return escape_html(out);
}

std::string interval_words(const std::optional<MeanOverSeeds>& value) {
  if (!value || !value->interval95) return "";
  return escape_html(" [" + fixed(100.0 * value->interval95->lo, 2) + ", " +
                     fixed(100.0 * value->interval95->hi, 2) + "]");
}

/// Under its number, so that columns stay narrow.
std::string interval_below(const std::optional<MeanOverSeeds>& value) {
  const std::string words = interval_words(value);
  return words.empty() ? words : "<span class=\"interval\">" + words + "</span>";
}

/// The first sentence: which set-up gains most, and whether that is beyond its interval.
std::string headline(const SegmentationDocument& document) {
  const BestGain best = best_gain(document);
  if (best.setup == nullptr) return element("p", "There is one set-up, so nothing to compare.");
  return element(
      "p", fmt::format("<strong>{}</strong> {} {}: {} points of mIoU over all subsets of "
                       "modalities{}, {}. With all modalities there: {} points.",
                       name_html(best.setup->name), best.verb(), name_html(best.setup->baseline),
                       percent(best.gain(), true), interval_words(best.gain()), best.sureness(),
                       percent(best.setup->gains[1], true)));
}

std::string levels(const SegmentationDocument& document) {
  const std::vector<HtmlColumn> columns{{"set-up"},
                                        {"mIoU_Avg", true},
                                        {"all there", true},
                                        {"worst subset", true},
                                        {"expected, p = .1", true},
                                        {"unimodal bias", true},
                                        {"gain of mIoU_Avg", true},
                                        {"gain, all there", true},
                                        {"images/s", true}};
  std::vector<std::vector<std::string>> rows;
  for (const SegmentedSetup& s : document.results) {
    const bool base = s.name == s.baseline;
    rows.push_back({name_html(s.name), percent(s.levels[0]), percent(s.levels[1]),
                    percent(s.levels[2]), percent(s.expected), percent(s.levels[3]),
                    base ? "baseline" : percent(s.gains[0], true) + interval_below(s.gains[0]),
                    base ? "baseline" : percent(s.gains[1], true),
                    escape_html(fixed(s.images_per_second, 0))});
  }
  return section(
      "levels", "Levels and gains",
      wide(html_table(
          "Per cent, mean ± standard error over seeds; missing modalities are dropped. Gains are "
          "over the baseline of the set-up (the first one of the same modalities and labels, or "
          "the one that the study names), paired by seed, with their 95 % interval.",
          columns, rows)));
}

/// Which weights count; what the last ones would have said.
std::string weights_html(const SegmentationDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const SegmentedSetup& s : document.results) {
    if (!s.weights) continue;
    const documents::SegmentedWeights& w = *s.weights;
    rows.push_back({name_html(s.name), escape_html(w.count), escape_html(fixed(w.best_epoch, 0)),
                    fmt::format("{} of {}", w.stopped, w.runs),
                    escape_html(fixed(w.calibration_temperature, 2)), percent(s.levels[0]),
                    percent(w.last_average)});
  }
  if (rows.empty()) {
    return section("weights", "Which weights count",
                   element("p", "Those after the last epoch; no image was held out."));
  }
  return section(
      "weights", "Which weights count",
      wide(html_table(
          "best: those with the least cross-entropy on images that no step saw. They are scored "
          "and teach; the last ones stand beside. As a teacher a network's logits are divided by "
          "the temperature that fits those images. Epochs and temperatures are medians over seeds.",
          {{"set-up"},
           {"weights that count"},
           {"best after epoch", true},
           {"stopped early", true},
           {"temperature", true},
           {"mIoU_Avg", true},
           {"by the last weights", true}},
          rows)));
}

/// White to blue; the number in the cell says the same.
std::string heat(double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  const auto mix = [&](double from, double to) { return static_cast<int>(from + s * (to - from)); };
  return fmt::format("<div style=\"background:rgb({},{},{});color:{};padding:2px 6px\">{}</div>",
                     mix(250, 0), mix(250, 90), mix(250, 160), s > 0.55 ? "#fff" : "#111",
                     fixed(100.0 * share, 1));
}

/// One value a set-up and row: subsets, conditions or classes.
std::string map_table(
    const SegmentationDocument& document, const std::string& caption, const std::string& first,
    const std::vector<std::string>& names,
    const std::function<std::optional<double>(const SegmentedSetup&, std::size_t)>& value) {
  std::vector<HtmlColumn> columns{{first}};
  for (const SegmentedSetup& s : document.results) columns.push_back({s.name, true});
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows.push_back({name_html(names[i])});
    for (const SegmentedSetup& s : document.results) {
      const auto v = value(s, i);
      rows.back().push_back(v ? heat(*v) : kMissing);
    }
  }
  return wide(html_table(escape_html(caption), columns, rows));
}

/// Names of the subsets of all set-ups, smallest first.
std::vector<std::string> subset_names(const SegmentationDocument& document) {
  std::vector<std::string> out;
  for (const SegmentedSetup& setup : document.results) {
    if (setup.conditions.empty()) continue;
    for (const SubsetLevel& s : setup.conditions[0].subsets) {
      if (std::find(out.begin(), out.end(), s.modalities) == out.end()) out.push_back(s.modalities);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return std::count(a.begin(), a.end(), '+') < std::count(b.begin(), b.end(), '+');
  });
  return out;
}

std::string by_subset(const SegmentationDocument& document) {
  const auto subsets = subset_names(document);
  const auto miou = [&](const SegmentedSetup& setup, std::size_t i) -> std::optional<double> {
    if (setup.conditions.empty()) return std::nullopt;
    for (const SubsetLevel& s : setup.conditions[0].subsets) {
      if (s.modalities == subsets[i]) return s.miou;
    }
    return std::nullopt;
  };
  return section(
      "subsets", "By what is there",
      map_table(document, "mIoU in % for every subset of modalities; missing ones are dropped.",
                "there", subsets, miou));
}

std::string by_condition(const SegmentationDocument& document) {
  std::vector<std::string> names;
  for (const SegmentedSetup& setup : document.results) {
    if (!names.empty()) break;
    for (const SegmentedCondition& c : setup.conditions) names.push_back(c.name);
  }
  return section(
      "conditions", "By what happens to the images",
      map_table(
          document,
          "mIoU_Avg in %. emm: whole modalities are missing, dropped from the fusion or zero; "
          "rmm-R: elements are zero with probability R; nm: salt and pepper with Gaussian noise.",
          "condition", names, [](const SegmentedSetup& setup, std::size_t i) {
            return i < setup.conditions.size() ? std::optional(setup.conditions[i].average.value)
                                               : std::nullopt;
          }));
}

std::string by_class(const SegmentationDocument& document) {
  const auto mean_iou = [](const SegmentedSetup& setup, std::size_t i) -> std::optional<double> {
    double sum = 0.0;
    double n = 0.0;
    if (setup.conditions.empty()) return std::nullopt;
    for (const SubsetLevel& s : setup.conditions[0].subsets) {
      if (i >= s.class_iou.size() || !s.class_iou[i]) continue;
      sum += *s.class_iou[i];
      n += 1.0;
    }
    return n == 0.0 ? std::nullopt : std::optional(sum / n);
  };
  return section("classes", "By class",
                 map_table(document, "IoU in %, mean over all subsets of modalities.", "class",
                           document.classes.value_or(std::vector<std::string>()), mean_iou));
}

}  // namespace

std::string render_segmentation_html(const SegmentationDocument& document,
                                     const std::string& pictures) {
  const std::string title = document.title();
  std::string body = element("header", element("h1", escape_html(title.empty() ? kTitle : title)) +
                                           headline(document)) +
                     levels(document) + weights_html(document) + by_subset(document) +
                     by_condition(document) + by_class(document);
  body += pictures.size() <= kLargestPictures
              ? pictures
              : element("p", "Pictures are too large for one page.");
  body += section("reproduce", "Reproduce", code_block(document.command));
  return html_page(document.version, kTitle, body, true);
}

}  // namespace cch::report
