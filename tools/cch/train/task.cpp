// [task] of a study of pairs: what is learned, and where its data lie.

#include <algorithm>
#include <filesystem>

#include "cch/core/nearest_name.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using options::either;
using options::FileTable;
using options::FileValue;
using options::FromFile;
using options::kStudyReader;
using options::Table;

/// Names a data set: the folder SET of --data, or a source such as fashion-mnist or dir:PATH.
struct DataName {
  std::string set;
  std::string source;
};

Table data_table(DataName& name, TrainSettings& s) {
  return {{"set", &name.set, "Folder of --data"},
          {"source", &name.source, "dir:PATH, or a data set such as fashion-mnist"},
          {"how-to-get", &s.how_to_get, "Shown where the set is missing"}};
}

std::string source_of(const DataName& name, const TrainSettings& s, const std::string& otherwise) {
  if (!name.set.empty() && !name.source.empty()) {
    refuse_usage("bad-task", "the task names its data twice", "'set' and 'source'",
                 "Keep one of them");
  }
  if (!name.source.empty()) {
    if (!name.source.starts_with("dir:") || name.source.starts_with("dir:/")) return name.source;
    return "dir:" + (fs::path(s.path).parent_path() / name.source.substr(4)).string();
  }
  if (name.set.empty()) {
    if (!otherwise.empty()) return otherwise;
    refuse_usage("bad-task", "the task names no data", {},
                 "Give set = \"NAME\" or source = \"dir:PATH\"");
  }
  return "dir:" + data_folder(name.set, s).string();
}

/// images = { NAME = [height, width, channels], … }
void read_images(FeaturesTask& task, const FileValue& node, const std::string& key) {
  task.images.clear();
  for (const auto& [name, value] : kStudyReader.table(node, key)) {
    const auto sizes = kStudyReader.counts(value, key + "." + name);
    if (sizes.size() != 3 || std::count(sizes.begin(), sizes.end(), std::size_t{0}) > 0) {
      kStudyReader.refuse(key, "[height, width, channels], each above 0");
    }
    task.images.emplace_back(name, ImageShape{sizes[2], sizes[0], sizes[1]});
  }
}

/// stored = { NAME = { kind = "logits", saw-rows = false }, … }
void read_stored(FeaturesTask& task, const FileValue& node, const std::string& key) {
  task.stored.clear();
  for (const auto& [name, value] : kStudyReader.table(node, key)) {
    const std::string own = key + "." + name;
    std::string kind;
    std::optional<bool> saw;
    for (const auto& [member, said] : kStudyReader.table(value, own)) {
      if (member == "kind") {
        kind = kStudyReader.text(said, own + ".kind");
      } else if (member == "saw-rows") {
        saw = kStudyReader.flag(said, own + ".saw-rows");
      } else {
        kStudyReader.refuse(own, "a table of kind and saw-rows");
      }
    }
    if (kind != "logits" && kind != "probabilities") {
      kStudyReader.refuse(own + ".kind", "\"logits\" or \"probabilities\"");
    }
    if (!saw) {
      refuse_usage(
          "teacher-saw-rows-missing",
          "was '" + name + "' trained with labels of the rows of the study?",
          "if so it passes the labels of test rows on, and its gain is overstated; outputs "
          "of cross-fitting do that as well",
          "Write " + name + " = { kind = \"" + kind +
              "\", saw-rows = false } if all of them were held out, else true");
    }
    task.stored.emplace_back(name, StoredOutputs{parse_teacher_kind(kind), *saw});
  }
}

Table rows_table(std::size_t& rows, std::size_t& fresh, std::size_t& test) {
  return {{"rows", &rows, "Labelled rows of a seed"},
          {"fresh-rows", &fresh, "Rows of the teacher's own"},
          {"test-rows", &test, "Held out"}};
}

Table mfh_table(MfhTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(out, {{"v", &t.v, "Columns shared (γ = v/(20 − v), α = v/(v + 10))"},
                      {"moment-rows", &t.moment_rows, "For the closed form"}});
}

Table gaussian_task_table(GaussianTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(
      out, {{"moment-rows", &t.moment_rows, "For the closed form"},
            {"common-factors", &t.common_factors, "Seen by both"},
            {"teacher-factors", &t.teacher_factors, "Seen by the teacher alone"},
            {"student-factors", &t.student_factors, "Seen by the student alone"},
            {"nuisance-factors", &t.nuisance_factors, "Shared, without information about labels"},
            {"share", &t.share, "Of the signal that is common"},
            {"teacher-noise", &t.teacher_noise, "Standard deviations"},
            {"student-noise", &t.student_noise, "Standard deviation"},
            {"label-noise", &t.label_noise, "Standard deviation"},
            {"teacher-dim", &t.teacher_dim, "Columns"},
            {"student-dim", &t.student_dim, "Columns"}});
}

Table generalised_table(GeneralisedTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(
      out, {{"cases", &t.cases, "1 to 4"}, {"columns", &t.columns, "Of the regular features"}});
}

Table digits_table(DigitsTask& t) {
  Table out = rows_table(t.rows, t.fresh_rows, t.test_rows);
  return append(out, {{"blur", &t.blur, "Standard deviations of the teacher's blur, pixels"},
                      {"patches",
                       &t.patches,
                       "Folder of pictures behind the student's digits",
                       {.placed = [](const std::string& text,
                                     const fs::path& folder) { return (folder / text).string(); }}},
                      {"pool-rows", &t.pool_rows, "Rows that seeds draw from"}});
}

Table features_table(FeaturesTask& t) {
  const FromFile images{
      [&t](const FileValue& value, const std::string& key) { read_images(t, value, key); },
      "table of [height, width, channels]",
      R"({"type": "object", "additionalProperties": {"type": "array"}})"};
  const FromFile stored{
      [&t](const FileValue& value, const std::string& key) { read_stored(t, value, key); },
      "table of { kind, saw-rows }",
      R"({"type": "object", "additionalProperties": {"type": "object", "required": ["kind", "saw-rows"], "properties": {"kind": {"enum": ["logits", "probabilities"]}, "saw-rows": {"type": "boolean"}}, "additionalProperties": false}})"};
  return {{"students", &t.students, "Names of arrays, a+b for a fusion"},
          {"teachers", &t.teachers, "Likewise"},
          {"unpaired-rows", either(t.unpaired_rows, "unpaired-rows", "refuse", "keep"),
           "Rows that a teacher lacks (nothing but NaN in its array): keep them for their labels"},
          {"teacher-noise", &t.noise, "Standard deviations of noise added to teachers"},
          {"images", images, "Arrays that are images"},
          {"stored", stored,
           "Teachers that are class scores of one that was trained before, in the order of the "
           "sorted classes, and whether it saw labels of these rows"},
          {"split", either(t.split_of_file, "split", "random", "file"),
           "Where train and test rows come from"},
          {"test-share", &t.test_share, "Where there is no split"},
          {"test-rows", &t.test_rows, "Held out"},
          {"note", &t.note, "Shown in the page", {.echo = options::Echo::never}}};
}

}  // namespace

fs::path data_folder(const std::string& set, const TrainSettings& s) {
  if (s.data.empty()) {
    refuse_usage(
        "no-data-folder", "the study needs the data set '" + set + "'",
        "it is looked for in a folder of data sets",
        "Give that folder with --data DIR." + (s.how_to_get.empty() ? "" : " " + s.how_to_get));
  }
  const fs::path folder = fs::path(s.data) / set;
  if (!fs::is_directory(folder)) {
    refuse_data("dataset-missing", "the data set '" + set + "' is not there", folder.string(),
                "the study trains on it",
                s.how_to_get.empty() ? "Give its parent folder with --data" : s.how_to_get);
  }
  return folder;
}

Task read_train_task(const FileTable& file, TrainSettings& s) {
  const FileValue* node = find(file, "name");
  const std::string name = node != nullptr ? kStudyReader.text(*node, "name") : "";
  const auto read = [&](const Table& table) {
    read_table(file, table, {s.path, "task of the study"}, {}, {"name"});  // it chose these keys
  };
  if (name == "mfh-gamma" || name == "mfh-alpha") {
    MfhTask t;
    t.alpha = name == "mfh-alpha";
    if (t.alpha) t.v = {0, 10, 20, 30, 40};
    read(mfh_table(t));
    return t;
  }
  if (name == "gaussian") {
    GaussianTask t;
    read(gaussian_task_table(t));
    return t;
  }
  if (name == "generalised-distillation") {
    GeneralisedTask t;
    read(generalised_table(t));
    return t;
  }
  DataName data;
  Table names = data_table(data, s);
  if (name == "digits") {
    DigitsTask t;
    read(append(names, digits_table(t)));
    t.source = source_of(data, s, "fashion-mnist");
    return t;
  }
  if (name == "features") {
    FeaturesTask t;
    read(append(names, features_table(t)));
    t.source = source_of(data, s, "");
    return t;
  }
  const std::vector<std::string> tasks{
      "mfh-gamma", "mfh-alpha", "gaussian", "generalised-distillation", "digits", "features"};
  refuse_usage("unknown-task",
               name.empty() ? "the task has no name" : "there is no task '" + name + "'", {},
               "Did you mean name = \"" + nearest_name(name, tasks) + "\"?");
}

Table task_table(Task& task) {
  struct Tables {
    Table operator()(MfhTask& t) const { return mfh_table(t); }
    Table operator()(GaussianTask& t) const { return gaussian_task_table(t); }
    Table operator()(GeneralisedTask& t) const { return generalised_table(t); }
    Table operator()(DigitsTask& t) const { return digits_table(t); }
    Table operator()(FeaturesTask& t) const { return features_table(t); }
  };
  return std::visit(Tables{}, task);
}

std::vector<options::Section> train_task_sections(std::shared_ptr<void>& settings) {
  struct Shown {
    TrainSettings s;
    DataName data;
    MfhTask mfh;
    GaussianTask gaussian;
    GeneralisedTask generalised;
    DigitsTask digits;
    FeaturesTask features;
  };
  const auto shown = std::make_shared<Shown>();
  settings = shown;
  Table names = data_table(shown->data, shown->s);
  Table more_names = names;
  return {{"task", mfh_table(shown->mfh), "name", {"mfh-gamma", "mfh-alpha"}},
          {"task", gaussian_task_table(shown->gaussian), "name", {"gaussian"}},
          {"task", generalised_table(shown->generalised), "name", {"generalised-distillation"}},
          {"task", append(names, digits_table(shown->digits)), "name", {"digits"}},
          {"task", append(more_names, features_table(shown->features)), "name", {"features"}}};
}

}  // namespace cch
