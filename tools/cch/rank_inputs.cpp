#include "tools/cch/rank_inputs.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "cch/core/nearest_name.hpp"
#include "cch/data/align.hpp"
#include "tools/cch/y_kind.hpp"

namespace cch {
namespace {

struct NamedSource {
  std::string name;
  SourceSpec source;
};

NamedSource named_source(const std::string& option, const std::string& pair) {
  const auto equals = pair.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
    refuse_usage("bad-arguments", option + " '" + pair + "' is not NAME=PATH",
                 "the report needs a name for it",
                 "Write for example " + option + " audio=audio.npy");
  }
  return {pair.substr(0, equals), parse_source(pair.substr(equals + 1))};
}

// Everything that is read, in one order: student, teachers, labels, groups.
struct Loaded {
  std::vector<Modality> modalities;
  std::vector<std::size_t> stored_rows;  // rows of each modality's file, before --first-rows
  std::optional<LoadedLabels> labels;
  std::optional<LoadedGroups> groups;
};

class Loader {
 public:
  explicit Loader(const RankSettings& settings) : settings_(settings) {
    // With identifiers the first rows are those of the join, so everything must be read.
    if (settings.ids.empty()) limit_.max_rows = settings.first_rows;
    limit_.threads = settings.common.threads;
  }

  RankInputs run() {
    const NamedSource student = named_source("--student", settings_.student);
    std::vector<NamedSource> teachers;
    for (const auto& pair : settings_.teachers) teachers.push_back(named_source("--teacher", pair));
    load_modality("student", student);
    for (const NamedSource& teacher : teachers) load_modality("teacher", teacher);
    load_labels_and_groups();
    std::map<std::string, std::vector<std::string>> ids;
    load_ids_into(ids);
    if (!faults_.empty()) throw Error(kind_, std::move(faults_));
    align(ids);
    return std::move(result_);
  }

 private:
  // Runs one reader; its faults join those of the others.
  void attempt(const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data && error.kind() != ErrorKind::usage) throw;
      if (faults_.empty() || error.kind() == ErrorKind::data) kind_ = error.kind();
      faults_.insert(faults_.end(), error.faults().begin(), error.faults().end());
    }
  }

  void keep(const std::string& role, const std::string& name, const SourceInfo& info) {
    result_.record.push_back(input_json(role, name, info));
    result_.warnings.insert(result_.warnings.end(), info.warnings.begin(), info.warnings.end());
  }

  void load_modality(const std::string& role, const NamedSource& source) {
    attempt([&] {
      LoadedSamples loaded = load_samples(source.source, role + " " + source.name, limit_);
      keep(role, source.name, loaded.info);
      loaded_.modalities.push_back({source.name, std::move(loaded.samples)});
      loaded_.stored_rows.push_back(loaded.info.shape.front());
    });
  }

  void load_labels_and_groups() {
    attempt([&] {
      loaded_.labels =
          load_labels(parse_source(settings_.labels), parse_label_kind(settings_.y_kind), limit_);
      keep("labels", "labels", loaded_.labels->info);
      result_.labels_reason = loaded_.labels->kind_reason;
    });
    if (settings_.groups.empty()) return;
    attempt([&] {
      loaded_.groups = load_groups(parse_source(settings_.groups), limit_);
      keep("groups", "groups", loaded_.groups->info);
    });
  }

  void load_ids_into(std::map<std::string, std::vector<std::string>>& ids) {
    for (const std::string& pair : settings_.ids) {
      attempt([&] {
        const NamedSource source = named_source("--ids", pair);
        LoadedIds loaded = load_ids(source.source, limit_);
        keep("ids", source.name, loaded.info);
        ids[source.name] = std::move(loaded.ids);
      });
    }
  }

  void align(const std::map<std::string, std::vector<std::string>>& ids) {
    std::vector<std::string> names;
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < loaded_.modalities.size(); ++i) {
      names.push_back(loaded_.modalities[i].name);
      sizes.push_back(loaded_.stored_rows[i]);
    }
    names.emplace_back("labels");
    sizes.push_back(loaded_.labels->info.shape.front());
    if (loaded_.groups) {
      names.emplace_back("groups");
      sizes.push_back(loaded_.groups->info.shape.front());
    }
    Alignment alignment;
    if (ids.empty()) {
      alignment = align_by_order(sizes, names);
      result_.warnings.push_back({"row-order-unverified",
                                  "rows were matched by their order, which nothing verifies; give "
                                  "--ids NAME=PATH for every input to match them by identifier"});
    } else {
      alignment = align_by_id(ids_in_order(ids, names, sizes), names);
    }
    take_rows(std::move(alignment), names, ids.empty());
  }

  static std::vector<std::vector<std::string>> ids_in_order(
      const std::map<std::string, std::vector<std::string>>& ids,
      const std::vector<std::string>& names, const std::vector<std::size_t>& sizes) {
    for (const auto& [name, values] : ids) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      refuse_usage("unknown-name", "--ids names '" + name + "', which is no input", {},
                   "Did you mean '" + nearest_name(name, names) + "'?");
    }
    std::vector<std::vector<std::string>> out;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto found = ids.find(names[i]);
      if (found == ids.end()) {
        refuse_usage("ids-missing", "there are no identifiers for '" + names[i] + "'",
                     "rows can be matched by identifier only if every input has them",
                     "Add --ids " + names[i] + "=PATH");
      }
      if (found->second.size() != sizes[i]) {
        refuse_data("unequal-rows",
                    "'" + names[i] + "' has " + std::to_string(sizes[i]) + " rows but " +
                        std::to_string(found->second.size()) + " identifiers",
                    {}, "identifier i must belong to row i", "Give one identifier a row");
      }
      out.push_back(found->second);
    }
    return out;
  }

  void take_rows(Alignment alignment, const std::vector<std::string>& names, bool in_order) {
    if (settings_.first_rows > 0) {
      for (auto& rows : alignment.rows) rows.resize(std::min(rows.size(), settings_.first_rows));
    }
    RankInput& input = result_.input;
    const std::size_t modalities = loaded_.modalities.size();
    for (std::size_t i = 0; i < modalities; ++i) {
      Modality& modality = loaded_.modalities[i];
      if (!in_order) modality.features = modality.features.select(alignment.rows[i]);
      (i == 0 ? input.student : input.teachers.emplace_back()) = std::move(modality);
    }
    const auto& label_rows = alignment.rows[modalities];
    input.labels = in_order ? loaded_.labels->labels : select(loaded_.labels->labels, label_rows);
    input.groups = Groups::singletons(label_rows.size());
    if (loaded_.groups) {
      input.groups = in_order ? loaded_.groups->groups
                              : loaded_.groups->groups.select(alignment.rows[modalities + 1]);
    }
    nlohmann::json lost = nlohmann::json::array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      lost.push_back({{"name", names[i]}, {"rows", alignment.lost[i]}});
      if (alignment.lost[i] == 0) continue;
      result_.warnings.push_back({"rows-left-out", std::to_string(alignment.lost[i]) +
                                                       " rows of '" + names[i] +
                                                       "' have identifiers that do not occur in "
                                                       "every input; they were left out"});
    }
    result_.alignment = {{"by", in_order ? "row-order" : "id"},
                         {"verified", alignment.verified},
                         {"rows", label_rows.size()},
                         {"lost", lost}};
  }

  const RankSettings& settings_;
  LoadOptions limit_;
  Loaded loaded_;
  RankInputs result_{.input = {{}, {}, {}, Groups::singletons(0)},
                     .record = nlohmann::json::array(),
                     .alignment = {},
                     .labels_reason = {},
                     .warnings = {}};
  std::vector<Fault> faults_;
  ErrorKind kind_ = ErrorKind::data;
};

}  // namespace

RankInputs load_rank_inputs(const RankSettings& settings) {
  return Loader(settings).run();
}

}  // namespace cch
