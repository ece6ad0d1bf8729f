#include "tools/cch/segmentation/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cch/data/npy.hpp"
#include "cch/experiments/png.hpp"
#include "cch/report/segmentation.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/html_parts.hpp"

namespace cch {
namespace {

using report::element;
using report::escape_html;

constexpr std::size_t kLargestSide = 96;  // of a picture, pixels
constexpr std::size_t kShownSetups = 8;
constexpr std::array<const char*, 4> kPlaces{"worst image", "second worst", "third worst",
                                             "fourth worst"};

/// Colours of classes, far apart also for the colour-blind; the legend has their names.
constexpr std::array<std::array<std::uint8_t, 3>, 12> kColours{{{90, 90, 90},
                                                                {86, 180, 233},
                                                                {0, 158, 115},
                                                                {213, 94, 0},
                                                                {0, 90, 60},
                                                                {204, 121, 167},
                                                                {240, 228, 66},
                                                                {230, 159, 0},
                                                                {0, 114, 178},
                                                                {220, 220, 220},
                                                                {120, 60, 160},
                                                                {130, 90, 50}}};

struct Side {
  std::size_t step = 1;
  std::size_t height = 0;
  std::size_t width = 0;
};

Side side_of(const SegmentationSet& set) {
  const std::size_t step = (std::max(set.height, set.width) + kLargestSide - 1) / kLargestSide;
  return {step, set.height / step, set.width / step};
}

std::string img(const Side& side, const std::vector<std::uint8_t>& rgb, const std::string& words) {
  return fmt::format(
      "<img alt=\"{}\" width=\"80\" style=\"image-rendering:pixelated\" "
      "src=\"data:image/png;base64,{}\">",
      escape_html(words), report::base64(png_bytes(side.height, side.width, rgb)));
}

std::string input_picture(const SegmentationSet& set, std::size_t m, std::size_t n) {
  const Side side = side_of(set);
  const std::size_t channels = set.modalities[m].channels;
  const auto image = set.image(m, n);
  std::vector<std::uint8_t> rgb;
  for (std::size_t y = 0; y < side.height; ++y) {
    for (std::size_t x = 0; x < side.width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t from = std::min(c, channels - 1) * set.pixels();
        // Two standard deviations around the mean.
        const double v = image[from + y * side.step * set.width + x * side.step] / 4.0 + 0.5;
        rgb.push_back(static_cast<std::uint8_t>(255.0 * std::clamp(v, 0.0, 1.0)));
      }
    }
  }
  return img(side, rgb, set.modalities[m].name + " of image " + std::to_string(n));
}

std::string code_picture(const SegmentationSet& set, std::span<const std::uint8_t> codes,
                         const std::string& words) {
  const Side side = side_of(set);
  std::vector<std::uint8_t> rgb;
  for (std::size_t y = 0; y < side.height; ++y) {
    for (std::size_t x = 0; x < side.width; ++x) {
      const std::uint8_t c = codes[y * side.step * set.width + x * side.step];
      for (std::size_t k = 0; k < 3; ++k) {
        rgb.push_back(c == kIgnoreLabel ? 0 : kColours[c % kColours.size()][k]);
      }
    }
  }
  return img(side, rgb, words);
}

/// Predictions of a run, as examples.npy (of all modalities, then of each alone) or worst.npy has
/// them; empty where they are not there.
std::vector<std::uint8_t> codes_of(const std::string& folder, const std::string& key,
                                   const std::string& file, std::vector<std::size_t>& shape) {
  const std::string path = (std::filesystem::path(folder) / "runs" / key / file).string();
  if (!std::filesystem::exists(path)) return {};
  const Array array = parse_npy(map_file(path), path);
  shape = array.shape();
  std::vector<double> values(array.rows() * array.cols());
  array.to_doubles(0, array.rows(), values);
  return {values.begin(), values.end()};
}

std::string legend(const SegmentationSet& set) {
  std::string out;
  for (std::size_t c = 0; c < set.classes.size(); ++c) {
    const auto& k = kColours[c % kColours.size()];
    out += fmt::format(
        "<span style=\"white-space:nowrap\"><span style=\"background:rgb({},{},{})\">"
        "&#8195;</span> {}</span> ",
        k[0], k[1], k[2], report::name_html(set.classes[c]));
  }
  return element("p", out + "Pixels without a label are black.");
}

std::string name_of_image(const SegmentationSet& set, std::size_t n) {
  return set.names.empty() ? "image " + std::to_string(n) : set.names[n];
}

/// What the first sensor of a set-up sees, the label and the prediction, side by side.
std::string worst_cell(const SegmentationSet& set, std::size_t sensor,
                       const documents::WorstSegmented& worst,
                       std::span<const std::uint8_t> codes) {
  return fmt::format("{}: {:.0f} % right<br><span style=\"white-space:nowrap\">{} {} {}</span>",
                     report::name_html(name_of_image(set, worst.image)), 100.0 * worst.right,
                     input_picture(set, sensor, worst.image),
                     code_picture(set, set.label(worst.image), "label"),
                     code_picture(set, codes, "prediction"));
}

std::size_t index_of(const SegmentationSet& set, const std::string& modality) {
  std::size_t m = 0;
  while (m + 1 < set.modalities.size() && set.modalities[m].name != modality) ++m;
  return m;
}

/// The test images on which each set-up errs most.
std::string worst_table(const documents::SegmentationDocument& document,
                        const std::vector<documents::SegmentationRunDocument>& runs,
                        const SegmentationSet& set, const std::string& folder) {
  std::vector<std::vector<std::string>> rows;
  std::size_t most = 0;
  for (const documents::SegmentationRunDocument& run : runs) {
    if (run.seed != document.seed || rows.size() == kShownSetups) continue;
    if (!run.metrics || !run.metrics->worst_images) continue;
    std::vector<std::size_t> shape;
    const auto codes = codes_of(folder, run.key, "worst.npy", shape);
    const auto& worst = *run.metrics->worst_images;
    if (codes.size() != worst.size() * set.pixels()) continue;
    const std::size_t sensor = index_of(set, run.metrics->modalities.front());
    std::vector<std::string> row{report::name_html(run.setup_name())};
    for (std::size_t i = 0; i < worst.size(); ++i) {
      if (worst[i].image >= set.images) return {};
      row.push_back(worst_cell(set, sensor, worst[i],
                               std::span(codes).subspan(i * set.pixels(), set.pixels())));
    }
    most = std::max(most, worst.size());
    rows.push_back(std::move(row));
  }
  if (most == 0) return {};
  std::vector<report::HtmlColumn> columns{{"set-up"}};
  for (std::size_t i = 0; i < std::min(most, kPlaces.size()); ++i) columns.push_back({kPlaces[i]});
  for (auto& row : rows) row.resize(columns.size());
  return report::wide(report::html_table(
      "Test images of the first seed with the smallest share of right pixels, all sensors of the "
      "set-up there: what its first sensor sees, the label, the prediction.",
      columns, rows));
}

}  // namespace

std::string segmentation_pictures(const documents::SegmentationDocument& document,
                                  const std::vector<documents::SegmentationRunDocument>& runs,
                                  const SegmentationSet& set, const std::string& folder) {
  std::vector<report::HtmlColumn> columns;
  for (const ModalityImages& m : set.modalities) columns.push_back({m.name});
  columns.push_back({"label"});
  const auto test = set.rows(Split::test);
  std::vector<std::vector<std::string>> rows(std::min<std::size_t>(4, test.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t m = 0; m < set.modalities.size(); ++m) {
      rows[i].push_back(input_picture(set, m, test[i]));
    }
    rows[i].push_back(code_picture(set, set.label(test[i]), "label"));
  }
  std::size_t shown = 0;
  for (const documents::SegmentedRun& run : document.runs) {
    if (run.seed != document.seed || shown == kShownSetups) continue;
    std::vector<std::size_t> shape;
    const auto codes = codes_of(folder, run.key, "examples.npy", shape);
    if (codes.empty()) continue;
    ++shown;
    const std::string& name = run.setup;
    // All modalities, and the first alone.
    for (std::size_t s = 0; s < std::min<std::size_t>(shape[0] > 2 ? 2 : 1, shape[0]); ++s) {
      columns.push_back({s == 0 ? name : name + ", one sensor"});
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t at = (s * shape[1] + std::min(i, shape[1] - 1)) * set.pixels();
        rows[i].push_back(
            code_picture(set, std::span(codes).subspan(at, set.pixels()), name + " predicts"));
      }
    }
  }
  const std::string table = report::html_table(
      "Test images of the first seed: what each sensor sees (two standard deviations around its "
      "mean), "
      "the label, and predictions with all modalities there and with the first alone.",
      columns, rows);
  return report::section(
      "pictures", "Pictures",
      legend(set) + report::wide(table) + worst_table(document, runs, set, folder));
}

}  // namespace cch
