#include <fmt/format.h>

#include <algorithm>

#include "cch/report/segmentation.hpp"
#include "tools/report/segmentation/best_gain.hpp"

namespace cch::report {
namespace {

using documents::MeanOverSeeds;
using documents::SegmentationDocument;
using documents::SegmentedSetup;

std::string cell(const std::optional<MeanOverSeeds>& value, bool sign = false) {
  if (!value) return "–";
  const double v = 100.0 * value->value;
  std::string out = sign ? fmt::format("{:+.2f}", v) : fmt::format("{:.2f}", v);
  if (value->standard_error) out += fmt::format(" ± {:.2f}", 100.0 * *value->standard_error);
  return out;
}

std::string interval_text(const std::optional<MeanOverSeeds>& value) {
  if (!value || !value->interval95) return "";
  return fmt::format("[{:+.2f}, {:+.2f}]", 100.0 * value->interval95->lo,
                     100.0 * value->interval95->hi);
}

/// Columns by characters, not bytes.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return text + std::string(width > length ? width - length : 1, ' ');
}

std::string setup_line(const SegmentedSetup& setup, std::size_t width) {
  std::string out = "  " + padded(setup.name, width);
  for (const auto& level : setup.levels) out += padded(cell(level), 15);
  if (setup.name == setup.baseline) {
    out += "baseline";
  } else {
    out += padded(cell(setup.gains[0], true) + "  " + interval_text(setup.gains[0]), 34) +
           cell(setup.gains[1], true);
  }
  if (setup.failed > 0) out += fmt::format("  {} failed", setup.failed);
  return out + '\n';
}

}  // namespace

std::string render_segmentation_table(const SegmentationDocument& document) {
  std::size_t width = 8;
  for (const SegmentedSetup& setup : document.results) {
    width = std::max(width, setup.name.size() + 2);
  }
  std::string out =
      "mIoU in % (mean ± standard error over seeds) over all subsets of modalities, missing ones "
      "dropped\n"
      "gain: over the baseline of the set-up (the first of the same modalities and labels, or the "
      "one\nthat the study names) with the same seed, with its 95 % interval\n";
  out += padded("  set-up", width + 2) + padded("mIoU_Avg", 15) + padded("all there", 15) +
         padded("worst", 15) + padded("bias", 15) + padded("gain of Avg", 34) + "gain, all there\n";
  for (const SegmentedSetup& setup : document.results) out += setup_line(setup, width);
  out += "\nmIoU_Avg by what happens to the images\n";
  for (const SegmentedSetup& setup : document.results) {
    if (setup.conditions.empty()) continue;
    out += "  " + padded(setup.name, width);
    for (const documents::SegmentedCondition& c : setup.conditions) {
      out += fmt::format("{} {:.1f}  ", c.name, 100.0 * c.average.value);
    }
    out += '\n';
  }
  return out;
}

std::string segmentation_conclusion(const SegmentationDocument& document) {
  const BestGain best = best_gain(document);
  if (best.setup == nullptr) return "No set-up has a finished baseline to be compared with.\n";
  const MeanOverSeeds& gain = best.gain();
  return fmt::format(
      "{} {} {}{}: {} points of mIoU over all subsets of modalities {}({} seed{}{}), "
      "{}. With all modalities there: {} points.\n",
      best.setup->name, best.verb(), best.setup->baseline,
      best.compared > 1 ? fmt::format(", of {} set-ups", best.compared) : "", cell(gain, true),
      gain.interval95 ? interval_text(gain) + " " : "", gain.seeds, gain.seeds == 1 ? "" : "s",
      gain.interval_by ? ", interval over test images" : "", best.sureness(),
      cell(best.setup->gains[1], true));
}

}  // namespace cch::report
