#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "cch/core/parallel.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/written_files.hpp"
#include "cch/experiments/segmentation_pack.hpp"
#include "experiments/segmentation/file_source.hpp"
#include "experiments/segmentation/growing_array.hpp"
#include "experiments/segmentation/images.hpp"
#include "experiments/segmentation/label_codes.hpp"
#include "experiments/segmentation/packed_folder.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using detail::PackedHead;
using detail::PackedModality;

/// Which rows have files of their own, and the record of each row.
struct Records {
  std::vector<std::size_t> first_row;  ///< of each record
  std::vector<std::size_t> of_row;
};

Records records_of(const Manifest& manifest) {
  Records out;
  std::map<std::pair<std::vector<std::vector<std::string>>, std::pair<std::string, std::size_t>>,
           std::size_t>
      known;
  for (std::size_t n = 0; n < manifest.rows.size(); ++n) {
    const ManifestRow& row = manifest.rows[n];
    const auto [at, fresh] = known.try_emplace({row.modalities, {row.label, row.slice.value_or(0)}},
                                               out.first_row.size());
    if (fresh) out.first_row.push_back(n);
    out.of_row.push_back(at->second);
  }
  return out;
}

const char* npy_type(const PackedModality& m) {
  return m.stored.type == detail::StoredAs::u8    ? "|u1"
         : m.stored.type == detail::StoredAs::u16 ? "<u2"
                                                  : "<f4";
}

template <class T>
std::string raw_bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Everything that is known before an image but the first is read.
struct Plan {
  detail::FileSource source;
  Manifest manifest;  ///< slices apart
  detail::FirstImage first;
  Records records;
  std::vector<PackedModality> modalities;

  explicit Plan(const SegmentationTask& task)
      : source(detail::file_source(task)),
        manifest(detail::with_slices(source.set.manifest)),
        first(detail::first_image(manifest, source.reading)),
        records(records_of(manifest)) {
    for (std::size_t k = 0; k < first.which.size(); ++k) {
      modalities.push_back(
          {manifest.modalities[first.which[k]], first.channels[k], first.stored[k]});
      check_name(modalities.back().name);
    }
  }
  [[nodiscard]] std::size_t pixels() const { return first.shape.height * first.shape.width; }
  [[nodiscard]] std::size_t channels() const { return first.shape.channels; }

 private:
  static void check_name(const std::string& name) {
    const bool taken = name == "labels" || name == "groups" || name == "split";
    if (!taken && !name.empty() && name != "." && name != ".." &&
        name.find('/') == std::string::npos) {
      return;
    }
    refuse_usage("bad-task", "a modality is called '" + name + "'",
                 "a file of the packed images would have that name", "Call it something else");
  }
};

PackForecast forecast_of(const Plan& plan, unsigned threads) {
  PackForecast out;
  out.images = plan.manifest.rows.size();
  out.records = plan.records.first_row.size();
  out.height = plan.first.shape.height;
  out.width = plan.first.shape.width;
  double pixel = 1.0;  // bytes, with its label
  for (const PackedModality& m : plan.modalities) {
    pixel += static_cast<double>(m.channels * m.number_bytes());
  }
  const auto channels = static_cast<double>(plan.channels());
  const auto pixels = static_cast<double>(plan.pixels());
  out.bytes = static_cast<double>(out.records) * (pixels * pixel + 256 * 4.0 + channels * 16.0);
  // A file as it is decoded and as values, the values of all, and their numbers.
  out.memory = threads * pixels * (3.0 * 4.0 * channels + pixel);
  return out;
}

/// Images of a plan on their way into the files of a folder.
class Packing {
 public:
  Packing(const Plan& plan, const fs::path& root) : plan_(plan) {
    const std::size_t n = plan.records.first_row.size();
    const std::size_t h = plan.first.shape.height;
    const std::size_t w = plan.first.shape.width;
    for (const PackedModality& m : plan.modalities) {
      arrays_.push_back(std::make_unique<detail::GrowingArray>(
          root / (m.name + ".npy"), npy_type(m), std::vector{n, h, w, m.channels}));
    }
    labels_ =
        std::make_unique<detail::GrowingArray>(root / "labels.npy", "|u1", std::vector{n, h, w});
    counts_ = std::make_unique<detail::GrowingArray>(root / detail::kCountsFile, "<u4",
                                                     std::vector{n, std::size_t{256}});
    moments_ = std::make_unique<detail::GrowingArray>(
        root / detail::kMomentsFile, "<f8", std::vector{n, plan.channels(), std::size_t{2}});
    hashes_.resize(n);
  }

  void pack(std::size_t record, detail::ImageFiles& files) {
    const ManifestRow& row = plan_.manifest.rows[plan_.records.first_row[record]];
    const ImageSize grid{plan_.first.shape.height, plan_.first.shape.width};
    pack_label(record, row, grid, files);
    std::vector<double> moments;
    for (std::size_t k = 0; k < plan_.modalities.size(); ++k) {
      const PackedModality& m = plan_.modalities[k];
      const std::size_t modality = plan_.first.which[k];
      const std::string& where = row.modalities[modality].front();
      const detail::Raster image = detail::image_of_row(plan_.manifest, row, modality,
                                                        plan_.source.reading.size, grid, files);
      if (image.channels != m.channels) {
        refuse_data("size-mismatch", std::to_string(image.channels) + " channels", where,
                    "the first image of '" + m.name + "' has " + std::to_string(m.channels),
                    "Store all images of a modality alike");
      }
      const std::string numbers = detail::packed_numbers(image, m, where);
      arrays_[k]->write(numbers, record * numbers.size());
      add_moments(image, moments);
      for (const std::string& path : row.modalities[modality]) {
        hashes_[record] += files.hash(path);
      }
    }
    moments_->write(raw_bytes(moments), record * moments.size() * sizeof(double));
  }

  void finish(PackedHead& head) {
    SegmentationSet said;  // what labels of all images mean together
    head.two_valued = detail::settle(values_, plan_.source.reading.codes,
                                     plan_.manifest.rows.front().label + " and others", said);
    if (head.two_valued) most_class_ = 1;
    head.classes = detail::class_names_of(most_class_, plan_.source.reading.classes);
    head.warnings = plan_.source.set.warnings;
    head.warnings.insert(head.warnings.end(), said.warnings.begin(), said.warnings.end());
    std::string all = "packed\n";
    for (const PackedModality& m : plan_.modalities) all += m.name + "\n";
    for (const std::string& hash : hashes_) all += hash + "\n";
    all += fmt::format("{} x {}\n", head.height, head.width);
    for (std::size_t n = 0; n < head.record.size(); ++n) {
      all += fmt::format("{}:{}:{}\n", head.record[n], head.groups[n],
                         static_cast<int>(head.split[n]));
    }
    head.images_sha256 = sha256(std::as_bytes(std::span(all)));
    for (const auto& array : arrays_) array->finish();
    for (const auto& array : {labels_.get(), counts_.get(), moments_.get()}) array->finish();
  }

 private:
  void pack_label(std::size_t record, const ManifestRow& row, const ImageSize& grid,
                  detail::ImageFiles& files) {
    const detail::Raster label =
        detail::label_of_row(plan_.manifest, row, plan_.source.reading, grid, files);
    std::string classes(plan_.pixels(), '\0');
    MaskValues stored;
    detail::classes_of(label.values, plan_.source.reading.codes, row.label,
                       {reinterpret_cast<std::uint8_t*>(classes.data()), classes.size()}, stored);
    std::vector<std::uint32_t> counts(256, 0);
    for (const char c : classes) ++counts[static_cast<std::uint8_t>(c)];
    labels_->write(classes, record * classes.size());
    counts_->write(raw_bytes(counts), record * 256 * sizeof(std::uint32_t));
    hashes_[record] = files.hash(row.label);
    const std::scoped_lock hold(mutex_);
    for (const auto& [value, pixels] : stored) values_[value] += pixels;
    for (std::size_t c = 0; c < kIgnoreLabel; ++c) {
      if (counts[c] > 0) most_class_ = std::max(most_class_, c);
    }
  }

  static void add_moments(const detail::Raster& image, std::vector<double>& out) {
    const std::size_t pixels = image.height * image.width;
    for (std::size_t c = 0; c < image.channels; ++c) {
      const auto plane = std::span(image.values).subspan(c * pixels, pixels);
      double mean = 0.0;
      for (const float v : plane) mean += static_cast<double>(v);
      mean /= static_cast<double>(pixels);
      double squares = 0.0;
      for (const float v : plane) squares += (v - mean) * (v - mean);
      out.push_back(mean);
      out.push_back(squares);
    }
  }

  const Plan& plan_;
  std::vector<std::unique_ptr<detail::GrowingArray>> arrays_;
  std::unique_ptr<detail::GrowingArray> labels_;
  std::unique_ptr<detail::GrowingArray> counts_;
  std::unique_ptr<detail::GrowingArray> moments_;
  std::vector<std::string> hashes_;
  std::mutex mutex_;
  MaskValues values_;
  std::size_t most_class_ = 0;
};

PackedHead head_of(const Plan& plan, bool published) {
  PackedHead head;
  SegmentationSet set = detail::described_set(plan.manifest, plan.first);
  head.records = plan.records.first_row.size();
  head.height = set.height;
  head.width = set.width;
  head.modalities = plan.modalities;
  head.published = published;
  head.record = plan.records.of_row;
  head.groups = std::move(set.groups);
  head.split = std::move(set.split);
  head.names = std::move(set.names);
  head.conditions = std::move(set.conditions);
  head.condition = std::move(set.condition);
  return head;
}

/// First records of runs that lie in the same volumes, and the number of records as the last.
std::vector<std::size_t> record_runs(const Plan& plan) {
  std::vector<std::size_t> out;
  for (std::size_t r = 0; r < plan.records.first_row.size(); ++r) {
    const auto slice = plan.manifest.rows[plan.records.first_row[r]].slice;
    if (slice.value_or(0) == 0 || out.empty()) out.push_back(r);
  }
  out.push_back(plan.records.first_row.size());
  return out;
}

void check_room(const PackForecast& forecast, const fs::path& root) {
  std::error_code none;
  const fs::space_info space = fs::space(root, none);
  if (none || static_cast<double>(space.available) >= forecast.bytes) return;
  detail::refuse_write(
      root.string(), fmt::format("the packed images need {:.1f} GB and {:.1f} GB are free",
                                 forecast.bytes / 1e9, static_cast<double>(space.available) / 1e9));
}

void write_lists(const PackedHead& head, const fs::path& root) {
  const std::vector<std::int64_t> groups(head.groups.begin(), head.groups.end());
  std::vector<std::int8_t> split;
  for (const Split s : head.split) split.push_back(static_cast<std::int8_t>(s));
  std::string names;
  for (const std::string& name : head.classes) names += name + "\n";
  const std::vector shape{head.groups.size()};
  write_files({{(root / "groups.npy").string(),
                npy_bytes("<i8", shape, groups.data(), groups.size() * sizeof(std::int64_t))},
               {(root / "split.npy").string(), npy_bytes("|i1", shape, split.data(), split.size())},
               {(root / "classes.txt").string(), names}});
  // Last: a folder without it is no set of packed images.
  write_files({{(root / detail::kPackedFile).string(), detail::packed_head_text(head)}});
}

}  // namespace

bool can_be_packed(const SegmentationTask& task) {
  return detail::is_of_files(task);
}

PackForecast pack_forecast(const SegmentationTask& task, unsigned threads) {
  return forecast_of(Plan(task), threads);
}

double pack_images(const SegmentationTask& task, const std::string& folder, const Execution& exec) {
  const Plan plan(task);
  const PackForecast forecast = forecast_of(plan, worker_count(exec));
  const fs::path root = folder;
  make_folder(folder);
  check_room(forecast, root);
  std::error_code ignored;
  fs::remove(root / detail::kPackedFile, ignored);  // what is there is replaced
  remove_unfinished_files(folder);
  Packing packing(plan, root);
  const auto runs = record_runs(plan);
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(runs.size() - 1, exec, [&](std::size_t run) {
    detail::ImageFiles files;
    for (std::size_t r = runs[run]; r < runs[run + 1]; ++r) packing.pack(r, files);
    const std::scoped_lock hold(mutex);
    done += runs[run + 1] - runs[run];
    exec.progress("images", done, forecast.records);
  });
  PackedHead head = head_of(plan, task.layout != Layout::none);
  packing.finish(head);
  write_lists(head, root);
  double bytes = 0.0;
  for (const PackedModality& m : plan.modalities) {
    bytes += static_cast<double>(fs::file_size(root / (m.name + ".npy")));
  }
  for (const char* name : {"labels.npy", detail::kCountsFile, detail::kMomentsFile}) {
    bytes += static_cast<double>(fs::file_size(root / name));
  }
  return bytes;
}

}  // namespace cch
