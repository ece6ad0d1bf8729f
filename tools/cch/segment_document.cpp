#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "cch/core/groups.hpp"
#include "cch/data/npy.hpp"
#include "estimators/linalg/quantiles.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/segment.hpp"

namespace cch {
namespace {

using nlohmann::json;

struct Level {
  const char* name;
  const char* words;
};
/// Numbers of the first condition that every set-up has.
constexpr Level kLevels[] = {{"miou_average", "mIoU_Avg"},
                             {"miou_full", "all modalities"},
                             {"miou_worst", "worst subset"},
                             {"unimodal_bias", "unimodal bias"}};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// {value, standard_error, interval95, seeds}; Student's t over seeds, nothing of one seed.
json over_seeds(const std::vector<double>& values) {
  if (values.empty()) return nullptr;
  const double mean = mean_of(values);
  json out{{"value", mean},
           {"standard_error", nullptr},
           {"interval95", nullptr},
           {"seeds", values.size()}};
  if (values.size() < 2) return out;
  const auto n = static_cast<double>(values.size());
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double error = std::sqrt(squares / (n - 1.0) / n);
  const double t = detail::students_t_quantile(n - 1.0, 0.975);
  out["standard_error"] = error;
  out["interval95"] = {mean - t * error, mean + t * error};
  return out;
}

/// Confusions of every subset and test image of a run.
std::vector<std::vector<Confusion>> read_confusions(const std::string& folder,
                                                    const std::string& key) {
  const std::string path =
      (std::filesystem::path(folder) / "runs" / key / "confusions.npy").string();
  const Array array = parse_npy(map_file(path), path);
  const auto& shape = array.shape();
  std::vector<double> values(array.rows() * array.cols());
  array.to_doubles(0, array.rows(), values);
  std::vector<std::vector<Confusion>> out(shape[0],
                                          std::vector<Confusion>(shape[1], Confusion(shape[2])));
  auto from = values.begin();
  for (auto& of_subset : out) {
    for (Confusion& c : of_subset) {
      for (std::uint64_t& n : c.counts) n = static_cast<std::uint64_t>(*from++);
    }
  }
  return out;
}

/// Of one seed: gain in mIoU_Avg when test images are drawn with replacement, both networks on the
/// same draw. Images count as independent here; groups stay with the run's own interval.
json by_images(const std::string& folder, const json& run, const json& base, std::uint64_t seed) {
  const auto a = read_confusions(folder, run["key"]);
  const auto b = read_confusions(folder, base["key"]);
  std::vector<std::size_t> groups(a[0].size());
  std::iota(groups.begin(), groups.end(), std::size_t{0});
  return interval_json(image_interval(groups, seed, [&](const std::vector<std::uint32_t>& weight) {
    return weighted_average_miou(a, weight, AbsentClass::excluded) -
           weighted_average_miou(b, weight, AbsentClass::excluded);
  }));
}

const json& first_condition(const json& run) {
  return run["metrics"]["conditions"][0];
}

/// Runs of a set-up that are done, by seed.
std::map<std::uint64_t, const json*> runs_of(const std::vector<json>& runs,
                                             const std::string& name) {
  std::map<std::uint64_t, const json*> out;
  for (const json& run : runs) {
    if (run["setup"]["name"] == name && run["status"] == "done") out[run["seed"]] = &run;
  }
  return out;
}

json subsets_of(const std::map<std::uint64_t, const json*>& runs, std::size_t condition) {
  json out = json::array();
  if (runs.empty()) return out;
  const json& first = runs.begin()->second->at("metrics")["conditions"][condition]["subsets"];
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::vector<double> miou;
    std::vector<std::vector<double>> iou(first[i]["class_iou"].size());
    for (const auto& [seed, run] : runs) {
      const json& subset = run->at("metrics")["conditions"][condition]["subsets"][i];
      miou.push_back(subset["miou"]);
      for (std::size_t c = 0; c < iou.size(); ++c) {
        if (subset["class_iou"][c].is_number()) iou[c].push_back(subset["class_iou"][c]);
      }
    }
    json classes = json::array();
    for (const auto& values : iou)
      classes.push_back(values.empty() ? json() : json(mean_of(values)));
    out.push_back(
        {{"modalities", first[i]["modalities"]}, {"miou", mean_of(miou)}, {"class_iou", classes}});
  }
  return out;
}

json setup_entry(const std::string& name, const std::vector<json>& runs, const std::string& folder,
                 std::uint64_t seed) {
  const auto own = runs_of(runs, name);
  json out{{"name", name}, {"failed", 0}, {"conditions", json::array()}};
  for (const json& run : runs) {
    if (run["setup"]["name"] != name) continue;
    out["setup"] = run["setup"];
    out["baseline"] = run["unit"]["setting"].value("student", name);
    if (run["status"] != "done") out["failed"] = out["failed"].get<int>() + 1;
  }
  const bool compared = out["baseline"] != name;
  const auto base = runs_of(runs, out["baseline"]);
  for (const Level& level : kLevels) {
    std::vector<double> values;
    std::vector<double> gains;
    for (const auto& [s, run] : own) {
      values.push_back(first_condition(*run)[level.name]);
      const auto other = base.find(s);
      if (other == base.end() || !compared) continue;
      const json& b = first_condition(*other->second);
      gains.push_back(values.back() - b[level.name].get<double>());
    }
    out[level.name] = over_seeds(values);
    out["gain"][level.name] = over_seeds(gains);
  }
  if (out["gain"]["miou_average"].is_object() && out["gain"]["miou_average"]["seeds"] == 1) {
    const auto paired = std::find_if(own.begin(), own.end(),
                                     [&](const auto& entry) { return base.contains(entry.first); });
    out["gain"]["miou_average"]["interval95"] =
        by_images(folder, *paired->second, *base.at(paired->first), seed);
    out["gain"]["miou_average"]["interval_by"] = "images";
  }
  if (own.empty()) return out;
  std::vector<double> expected;
  for (const auto& [s, run] : own)
    expected.push_back(first_condition(*run)["miou_expected"]["0.10"]);
  out["miou_expected_0.1"] = over_seeds(expected);
  const json& conditions = own.begin()->second->at("metrics")["conditions"];
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    std::vector<double> average;
    for (const auto& [s, run] : own)
      average.push_back(run->at("metrics")["conditions"][c]["miou_average"]);
    out["conditions"].push_back({{"name", conditions[c]["name"]},
                                 {"miou_average", over_seeds(average)},
                                 {"subsets", subsets_of(own, c)}});
  }
  std::vector<double> rate;
  double seconds = 0.0;
  for (const auto& [s, run] : own) {
    rate.push_back(run->at("images_per_second"));
    seconds += run->at("seconds").get<double>();
  }
  out["images_per_second"] = mean_of(rate);
  out["training_seconds"] = seconds;
  return out;
}

std::string cell(const json& value, bool sign = false) {
  if (!value.is_object()) return "–";
  const double v = 100.0 * value["value"].get<double>();
  std::string out = sign ? fmt::format("{:+.2f}", v) : fmt::format("{:.2f}", v);
  if (value["standard_error"].is_number()) {
    out += fmt::format(" ± {:.2f}", 100.0 * value["standard_error"].get<double>());
  }
  return out;
}

std::string interval_text(const json& value) {
  if (!value.is_object() || !value["interval95"].is_array()) return "";
  return fmt::format("[{:+.2f}, {:+.2f}]", 100.0 * value["interval95"][0].get<double>(),
                     100.0 * value["interval95"][1].get<double>());
}

/// Columns by characters, not bytes.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return text + std::string(width > length ? width - length : 1, ' ');
}

}  // namespace

json segmentation_document(const json& head, const std::vector<json>& runs,
                           const std::string& folder) {
  json out = head;
  out["schema"] = "cch.segmentation/1";
  std::vector<std::string> names;
  json keys = json::array();
  for (const json& run : runs) {
    const std::string name = run["setup"]["name"];
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    keys.push_back(
        {{"key", run["key"]}, {"setup", name}, {"seed", run["seed"]}, {"status", run["status"]}});
    if (run["status"] == "done") out["classes"] = run["metrics"]["classes"];
  }
  out["runs"] = keys;
  out["results"] = json::array();
  for (const std::string& name : names) {
    out["results"].push_back(setup_entry(name, runs, folder, head["seed"].get<std::uint64_t>()));
  }
  return out;
}

std::string segmentation_table(const json& document) {
  std::size_t width = 8;
  for (const json& entry : document["results"]) {
    width = std::max(width, entry["name"].get<std::string>().size() + 2);
  }
  std::string out =
      "mIoU in % (mean ± standard error over seeds) over all subsets of modalities, missing ones "
      "dropped\n"
      "gain: over the baseline of the set-up (the first of the same modalities and labels, or the "
      "one\nthat the study names) with the same seed, with its 95 % interval\n";
  out += padded("  set-up", width + 2) + padded("mIoU_Avg", 15) + padded("all there", 15) +
         padded("worst", 15) + padded("bias", 15) + padded("gain of Avg", 34) + "gain, all there\n";
  for (const json& entry : document["results"]) {
    out += "  " + padded(entry["name"], width);
    for (const Level& level : kLevels) out += padded(cell(entry[level.name]), 15);
    const bool base = entry["name"] == entry["baseline"];
    const json& gain = entry["gain"]["miou_average"];
    out += base ? "baseline" : padded(cell(gain, true) + "  " + interval_text(gain), 34);
    if (!base) out += cell(entry["gain"]["miou_full"], true);
    if (entry["failed"].get<int>() > 0)
      out += fmt::format("  {} failed", entry["failed"].get<int>());
    out += '\n';
  }
  out += "\nmIoU_Avg by what happens to the images\n";
  for (const json& entry : document["results"]) {
    if (entry["conditions"].empty()) continue;
    out += "  " + padded(entry["name"], width);
    for (const json& c : entry["conditions"]) {
      out += fmt::format("{} {:.1f}  ", c["name"].get<std::string>(),
                         100.0 * c["miou_average"]["value"].get<double>());
    }
    out += '\n';
  }
  return out;
}

}  // namespace cch
