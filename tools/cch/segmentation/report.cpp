#include "tools/cch/segmentation/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>
#include <optional>

#include "tools/cch/segmentation/pictures.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/field.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"

namespace cch {
namespace {

using nlohmann::json;
using report::element;
using report::elements;
using report::escape_html;
using report::field;
using report::text;

constexpr const char* kTitle = "Segmentation under missing modalities";
constexpr std::size_t kLargestPictures = 600'000;  // bytes

std::string percent(const json& value, bool sign = false) {
  const auto v = report::number(field(value, "value"));
  if (!v) return report::kMissing;
  const auto error = report::number(field(value, "standard_error"));
  std::string out = report::fixed(100.0 * *v, 2);
  if (sign && *v > 0.0) out = "+" + out;
  if (error) out += " ± " + report::fixed(100.0 * *error, 2);
  return escape_html(out);
}

std::string interval_words(const json& value) {
  const auto& ends = elements(field(value, "interval95"));
  if (ends.size() != 2) return "";
  return escape_html(" [" + report::fixed(100.0 * ends[0].get<double>(), 2) + ", " +
                     report::fixed(100.0 * ends[1].get<double>(), 2) + "]");
}

/// Under its number, so that columns stay narrow.
std::string interval_below(const json& value) {
  const std::string words = interval_words(value);
  return words.empty() ? words : "<span class=\"interval\">" + words + "</span>";
}

/// The first sentence: which set-up gains most, and whether that is beyond its interval.
std::string headline(const json& document) {
  const json* best = nullptr;
  for (const json& entry : elements(field(document, "results"))) {
    const auto gain = report::number(field(entry, "gain", "miou_average", "value"));
    if (!gain) continue;
    const auto most = best != nullptr
                          ? report::number(field(*best, "gain", "miou_average", "value"))
                          : std::nullopt;
    if (!most || *gain > *most) best = &entry;
  }
  if (best == nullptr) return element("p", "There is one set-up, so nothing to compare.");
  const json& gain = field(*best, "gain", "miou_average");
  const auto& ends = elements(field(gain, "interval95"));
  const bool sure = ends.size() == 2 && ends[0].get<double>() > 0.0;
  return element(
      "p",
      fmt::format("<strong>{}</strong> gains most over {}: {} points of mIoU over all subsets of "
                  "modalities{}, {}. With all modalities there: {} points.",
                  report::name_html(text(field(*best, "name"))),
                  report::name_html(text(field(*best, "baseline"))), percent(gain, true),
                  interval_words(gain),
                  sure ? "beyond its interval" : "within its interval, so not shown",
                  percent(field(*best, "gain", "miou_full"), true)));
}

std::string levels(const json& document) {
  const std::vector<report::HtmlColumn> columns{{"set-up"},
                                                {"mIoU_Avg", true},
                                                {"all there", true},
                                                {"worst subset", true},
                                                {"expected, p = .1", true},
                                                {"unimodal bias", true},
                                                {"gain of mIoU_Avg", true},
                                                {"gain, all there", true},
                                                {"images/s", true}};
  std::vector<std::vector<std::string>> rows;
  for (const json& e : elements(field(document, "results"))) {
    const bool base = text(field(e, "name")) == text(field(e, "baseline"));
    rows.push_back({report::name_html(text(field(e, "name"))), percent(field(e, "miou_average")),
                    percent(field(e, "miou_full")), percent(field(e, "miou_worst")),
                    percent(field(e, "miou_expected_0.1")), percent(field(e, "unimodal_bias")),
                    base ? "baseline"
                         : percent(field(e, "gain", "miou_average"), true) +
                               interval_below(field(e, "gain", "miou_average")),
                    base ? "baseline" : percent(field(e, "gain", "miou_full"), true),
                    escape_html(report::fixed(report::number(field(e, "images_per_second")), 0))});
  }
  return report::section(
      "levels", "Levels and gains",
      wide(report::html_table(
          "Per cent, mean ± standard error over seeds; missing modalities are dropped. Gains are "
          "over the baseline of the set-up (the first one of the same modalities and labels, or "
          "the one that the study names), paired by seed, with their 95 % interval.",
          columns, rows)));
}

/// Which weights count; what the last ones would have said.
std::string weights_html(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& e : elements(field(document, "results"))) {
    const json& w = field(e, "weights");
    if (!w.is_object()) continue;
    rows.push_back(
        {report::name_html(text(field(e, "name"))), escape_html(text(field(w, "count"))),
         escape_html(report::fixed(report::number(field(w, "best_epoch")), 0)),
         escape_html(report::fixed(report::number(field(w, "stopped")), 0) + " of " +
                     report::fixed(report::number(field(w, "runs")), 0)),
         escape_html(report::fixed(report::number(field(w, "calibration_temperature")), 2)),
         percent(field(e, "miou_average")), percent(field(w, "last_miou_average"))});
  }
  if (rows.empty()) {
    return report::section("weights", "Which weights count",
                           element("p", "Those after the last epoch; no image was held out."));
  }
  return report::section(
      "weights", "Which weights count",
      wide(report::html_table(
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
                     report::fixed(100.0 * share, 1));
}

/// One value a set-up and row: subsets, conditions or classes.
std::string map_table(const json& document, const std::string& caption, const std::string& first,
                      const std::vector<std::string>& names,
                      const std::function<std::optional<double>(const json&, std::size_t)>& value) {
  std::vector<report::HtmlColumn> columns{{first}};
  for (const json& e : elements(field(document, "results"))) {
    columns.push_back({text(field(e, "name")), true});
  }
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows.push_back({report::name_html(names[i])});
    for (const json& e : elements(field(document, "results"))) {
      const auto v = value(e, i);
      rows.back().push_back(v ? heat(*v) : report::kMissing);
    }
  }
  return wide(report::html_table(escape_html(caption), columns, rows));
}

const json& subset_of(const json& entry, std::size_t condition, const std::string& name) {
  static const json none;
  const auto& conditions = elements(field(entry, "conditions"));
  if (condition >= conditions.size()) return none;
  for (const json& s : elements(field(conditions[condition], "subsets"))) {
    if (text(field(s, "modalities")) == name) return s;
  }
  return none;
}

/// Names of the subsets of all set-ups, smallest first.
std::vector<std::string> subset_names(const json& document) {
  std::vector<std::string> out;
  for (const json& e : elements(field(document, "results"))) {
    const auto& conditions = elements(field(e, "conditions"));
    if (conditions.empty()) continue;
    for (const json& s : elements(field(conditions[0], "subsets"))) {
      const std::string name = text(field(s, "modalities"));
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return std::count(a.begin(), a.end(), '+') < std::count(b.begin(), b.end(), '+');
  });
  return out;
}

std::string maps(const json& document) {
  const auto subsets = subset_names(document);
  std::string out = report::section(
      "subsets", "By what is there",
      map_table(document, "mIoU in % for every subset of modalities; missing ones are dropped.",
                "there", subsets, [&](const json& e, std::size_t i) {
                  return report::number(field(subset_of(e, 0, subsets[i]), "miou"));
                }));
  std::vector<std::string> conditions;
  for (const json& e : elements(field(document, "results"))) {
    if (!conditions.empty()) break;
    for (const json& c : elements(field(e, "conditions")))
      conditions.push_back(text(field(c, "name")));
  }
  out += report::section(
      "conditions", "By what happens to the images",
      map_table(
          document,
          "mIoU_Avg in %. emm: whole modalities are missing, dropped from the fusion or zero; "
          "rmm-R: elements are zero with probability R; nm: salt and pepper with Gaussian noise.",
          "condition", conditions, [](const json& e, std::size_t i) {
            const auto& all = elements(field(e, "conditions"));
            return i < all.size() ? report::number(field(all[i], "miou_average", "value"))
                                  : std::nullopt;
          }));
  std::vector<std::string> classes;
  for (const json& c : elements(field(document, "classes"))) classes.push_back(text(c));
  const auto of_class = [&](const json& e, std::size_t i) -> std::optional<double> {
    double sum = 0.0;
    double n = 0.0;
    const auto& all = elements(field(e, "conditions"));
    if (all.empty()) return std::nullopt;
    for (const json& s : elements(field(all[0], "subsets"))) {
      const auto& iou = elements(field(s, "class_iou"));
      if (i >= iou.size() || !iou[i].is_number()) continue;
      sum += iou[i].get<double>();
      n += 1.0;
    }
    if (n == 0.0) return std::nullopt;
    return sum / n;
  };
  return out + report::section("classes", "By class",
                               map_table(document, "IoU in %, mean over all subsets of modalities.",
                                         "class", classes, of_class));
}

}  // namespace

std::string segmentation_page(const json& document, const SegmentationSet& set,
                              const std::string& folder) {
  const std::string title = escape_html(text(field(document, "config", "title"), kTitle));
  std::string body = element("header", element("h1", title) + headline(document)) +
                     levels(document) + weights_html(document) + maps(document);
  const std::string shown = segmentation_pictures(document, set, folder);
  body += shown.size() <= kLargestPictures ? shown
                                           : element("p", "Pictures are too large for one page.");
  body += report::section("reproduce", "Reproduce",
                          report::code_block(text(field(document, "command"))));
  return report::html_page(report::text(report::field(document, "version")), kTitle, body, true);
}

}  // namespace cch
