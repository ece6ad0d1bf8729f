#include "tools/cch/inputs/files.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "cch/core/nearest_name.hpp"
#include "cch/data/align.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/inputs/named_source.hpp"
#include "tools/cch/inputs/outputs.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"

namespace cch {

namespace {

class Reader {
 public:
  explicit Reader(const RankSettings& settings) : settings_(settings) {
    // With identifiers the first rows are those of the join, with a split of those held out, so
    // everything must be read.
    whole_.threads = settings.common.threads;
    whole_.hashes = std::make_shared<FileHashes>();
    whole_.pool = settings.pool;
    whole_.held = settings.common.held;
    limit_ = whole_;
    if (settings.ids.empty() && settings.split.empty()) limit_.max_rows = settings.first_rows;
  }

  RankFiles run() {
    if (!settings_.lengths.empty()) {
      faults_.attempt(
          [&] { limit_.lengths = load_lengths(parse_source(settings_.lengths), limit_); });
    }
    read_modality("student", "--student", settings_.student);
    for (const auto& pair : asked_teachers(settings_).read) {
      read_modality("teacher", "--teacher", pair);
    }
    read_labels_and_groups();
    for (const auto& pair : settings_.ids) faults_.attempt([&] { read_ids(pair); });
    read_extra();
    look_for_transposed();
    faults_.throw_if_any();
    return std::move(files_);
  }

 private:
  void keep(const std::string& role, const std::string& name, const SourceInfo& info) {
    files_.record.push_back(input_record(role, name, info));
    files_.warnings.insert(files_.warnings.end(), info.warnings.begin(), info.warnings.end());
  }

  void read_modality(const std::string& role, const std::string& option, const std::string& pair) {
    faults_.attempt([&] {
      const NamedSource named = named_source(option, pair, Naming::optional);
      names_.push_back(named.name);
      LoadedSamples loaded = load_samples(named.source, role + " " + named.name, limit_);
      keep(role, named.name, loaded.info);
      files_.modalities.push_back({named.name, std::move(loaded.samples)});
      shapes_[named.name] = loaded.info.shape;
    });
  }

  // Identifiers may join files of other numbers of rows.
  void look_for_transposed() {
    if (!files_.labels || !settings_.ids.empty()) return;
    const std::size_t rows = files_.labels->info.shape.front();
    for (const auto& [name, shape] : shapes_) {
      faults_.attempt(
          [&, shape = shape, name = name] { refuse_transposed(shape, "'" + name + "'", rows); });
    }
  }

  void read_labels_and_groups() {
    faults_.attempt([&] {
      LoadOptions options = limit_;
      options.unlabelled = settings_.unlabelled;
      files_.labels = load_labels(parse_source(settings_.labels), settings_.y_kind, options);
      keep("labels", "labels", files_.labels->info);
    });
    if (!settings_.split.empty()) {
      faults_.attempt([&] {
        files_.split = load_split(parse_source(settings_.split), settings_.split_train, whole_);
        keep("split", "split", files_.split->info);
      });
    }
    if (!settings_.groups_named()) return;
    faults_.attempt([&] {
      files_.groups = load_groups(parse_source(settings_.groups), limit_);
      keep("groups", "groups", files_.groups->info);
    });
  }

  void read_ids(const std::string& pair) {
    const NamedSource named = named_source("--ids", pair, Naming::required);
    LoadedIds loaded = load_ids(named.source, limit_);
    keep("ids", named.name, loaded.info);
    files_.ids[named.name] = std::move(loaded.ids);
  }

  // Extra teachers go into the order of the teachers; each of them needs exactly one.
  void read_extra() {
    if (settings_.extra_teachers.empty() && settings_.extra_labels.empty()) return;
    std::map<std::string, Modality> by_name;
    for (const std::string& pair : settings_.extra_teachers) {
      faults_.attempt([&] { read_extra_teacher(pair, by_name); });
    }
    faults_.attempt([&] { read_extra_labels(); });
    const std::vector<std::string> teachers = teacher_names();
    for (const std::string& name : teachers) {
      const auto found = by_name.find(name);
      if (found != by_name.end()) {
        files_.extra.teachers.push_back(std::move(found->second));
      } else if (!named_.contains(name)) {
        faults_.add(ErrorKind::usage, {"extra-teacher-missing",
                                       "there are no extra rows for the teacher '" + name + "'",
                                       {},
                                       "teachers can be compared only on the same further labels",
                                       "Add --extra-teacher " + name + "=PATH"});
      }
    }
  }

  void read_extra_teacher(const std::string& pair, std::map<std::string, Modality>& by_name) {
    const NamedSource named = named_source("--extra-teacher", pair, Naming::required);
    const std::vector<std::string> teachers = teacher_names();
    if (std::find(teachers.begin(), teachers.end(), named.name) == teachers.end()) {
      refuse_usage("unknown-name",
                   "--extra-teacher names '" + named.name + "', which is no teacher", {},
                   "Did you mean '" + nearest_name(named.name, teachers) + "'?");
    }
    if (!named_.insert(named.name).second) {
      refuse_usage("duplicate-name", "--extra-teacher names '" + named.name + "' twice", {},
                   "Join its rows in one file");
    }
    LoadedSamples loaded = load_samples(named.source, "extra teacher " + named.name, whole_);
    keep("extra-teacher", named.name, loaded.info);
    by_name[named.name] = {named.name, std::move(loaded.samples)};
  }

  // The kind is that of the main labels: a few rows alone could be taken for another one.
  void read_extra_labels() {
    if (!files_.labels) return;
    const LabelKind kind =
        is_discrete(files_.labels->labels) ? LabelKind::discrete : LabelKind::continuous;
    files_.extra.labels = load_labels(parse_source(settings_.extra_labels), kind, whole_);
    keep("extra-labels", "extra-labels", files_.extra.labels->info);
  }

  [[nodiscard]] std::vector<std::string> teacher_names() const {
    return {names_.begin() + (names_.empty() ? 0 : 1), names_.end()};
  }

  const RankSettings& settings_;
  LoadOptions limit_;
  LoadOptions whole_;
  RankFiles files_;
  std::vector<std::string> names_;  // of the student and the teachers, read or not
  std::map<std::string, std::vector<std::size_t>> shapes_;  // of those read, as stored
  std::set<std::string> named_;  // extra teachers that were given, readable or not
  FaultCollector faults_;
};

}  // namespace

RankFiles read_rank_files(const RankSettings& settings) {
  RankFiles files = settings.pixels > 0 ? read_rank_pixels(settings) : Reader(settings).run();
  take_outputs(settings, files);
  return files;
}

}  // namespace cch
