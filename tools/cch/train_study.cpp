#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/data/datasets.hpp"
#include "tools/cch/toml_keys.hpp"
#include "tools/cch/toml_values.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using Setters = std::map<std::string, TomlSetter>;

const TomlValues kValues("study");

template <class T, class Get>
TomlSetter into(T& to, Get get) {
  return [&to, get](const toml::node& n, const std::string& k) { to = get(n, k); };
}
TomlSetter number(double& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.number(n, k); });
}
TomlSetter numbers(std::vector<double>& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.numbers(n, k); });
}
TomlSetter count(std::size_t& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.count(n, k); });
}
TomlSetter counts(std::vector<std::size_t>& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.counts(n, k); });
}
TomlSetter text(std::string& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.text(n, k); });
}
TomlSetter texts(std::vector<std::string>& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.texts(n, k); });
}
TomlSetter flag(bool& to) {
  return into(to, [](const auto& n, const auto& k) { return kValues.flag(n, k); });
}
template <class T>
TomlSetter named(T& to, T (*parse)(std::string_view)) {
  return into(to, [parse](const auto& n, const auto& k) { return parse(kValues.text(n, k)); });
}
template <class T>
TomlSetter all_named(std::vector<T>& to, T (*parse)(std::string_view)) {
  return [&to, parse](const toml::node& n, const std::string& k) {
    to.clear();
    for (const std::string& name : kValues.texts(n, k)) to.push_back(parse(name));
  };
}

Setters network_keys(NetworkSpec& network) {
  return {{"layers", named(network.layers, parse_layers)},
          {"widths", counts(network.widths)},
          {"dropout", number(network.dropout)}};
}

bool parse_precision(const std::string& name) {
  if (name == "double") return true;
  if (name == "single") return false;
  refuse_usage("unknown-precision", "there is no precision '" + name + "'", {},
               "Take \"single\" or \"double\"");
}

Setters training_keys(Optimisation& o) {
  return {{"optimiser", named(o.optimiser, parse_optimiser)},
          {"schedule", named(o.schedule, parse_schedule)},
          {"learning-rate", number(o.learning_rate)},
          {"momentum", number(o.momentum)},
          {"weight-decay", number(o.weight_decay)},
          {"epochs", count(o.epochs)},
          {"steps", count(o.steps)},
          {"batch", count(o.batch)},
          {"validation", number(o.validation)},
          {"precision", [&o](const toml::node& n, const std::string& k) {
             o.double_precision = parse_precision(kValues.text(n, k));
           }}};
}

Setters teacher_keys(Study& study) {
  Setters out = network_keys(study.teacher);
  out["rows"] = all_named(study.teacher_rows, parse_teacher_rows);
  out["folds"] = count(study.folds);
  out["allow-chance"] = flag(study.allow_chance);
  return out;
}

Setters distil_keys(Study& study) {
  return {{"loss", all_named(study.forms, parse_distil_form)},
          {"weighting", named(study.weighting, parse_weighting)},
          {"lambda", numbers(study.lambdas)},
          {"temperature", numbers(study.temperatures)},
          {"scaled", flag(study.scaled)},
          {"choose", named(study.choose, parse_choose)},
          {"controls", all_named(study.controls, parse_control)}};
}

/// "all" or numbers of rows.
void read_labelled(Study& study, const toml::node& node, const std::string& key) {
  study.labelled.clear();
  const auto one = [&](const toml::node& value) {
    if (value.is_string() && kValues.text(value, key) == "all") {
      study.labelled.push_back(0);
      return;
    }
    const std::size_t n = kValues.count(value, key);
    if (n == 0) kValues.refuse(key, "numbers of rows above 0, or \"all\"");
    study.labelled.push_back(n);
  };
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& value : *list) one(value);
  } else {
    one(node);
  }
}

/// Names a data set: the folder SET of --data, or a source such as fashion-mnist or dir:PATH.
struct DataName {
  std::string set;
  std::string source;
};

Setters data_keys(DataName& name, TrainSettings& s) {
  return {
      {"set", text(name.set)}, {"source", text(name.source)}, {"how-to-get", text(s.how_to_get)}};
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
  const std::string how = s.how_to_get.empty() ? "" : " " + s.how_to_get;
  if (s.data.empty()) {
    refuse_usage("no-data-folder", "the study needs the data set '" + name.set + "'",
                 "it is looked for in a folder of data sets",
                 "Give that folder with --data DIR." + how);
  }
  const fs::path folder = fs::path(s.data) / name.set;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::data,
                Fault{"dataset-missing", "the data set '" + name.set + "' is not there",
                      folder.string(), "the study trains on it",
                      s.how_to_get.empty() ? "Give its parent folder with --data" : s.how_to_get});
  }
  return "dir:" + folder.string();
}

void apply(const toml::table& table, Setters keys, const TrainSettings& s, const char* what) {
  // Its value chose these keys.
  keys["name"] = [](const toml::node&, const std::string&) {};
  apply_toml(table, keys, {}, s.path, what);
}

/// images = { NAME = [height, width, channels], … }
void read_images(FeaturesTask& task, const toml::node& node, const std::string& key) {
  task.images.clear();
  for (const auto& [name, value] : kValues.table(node, key)) {
    const auto sizes = kValues.counts(value, key + "." + std::string(name.str()));
    if (sizes.size() != 3 || std::count(sizes.begin(), sizes.end(), std::size_t{0}) > 0) {
      kValues.refuse(key, "[height, width, channels], each above 0");
    }
    task.images.emplace_back(name.str(), ImageShape{sizes[2], sizes[0], sizes[1]});
  }
}

Task read_task(const toml::table& table, TrainSettings& s) {
  const toml::node* node = table.get("name");
  const std::string name = node != nullptr ? kValues.text(*node, "name") : "";
  constexpr const char* kWhat = "task of the study";
  if (name == "mfh-gamma" || name == "mfh-alpha") {
    MfhTask t;
    t.alpha = name == "mfh-alpha";
    if (t.alpha) t.v = {0, 10, 20, 30, 40};
    apply(table,
          {{"v", counts(t.v)},
           {"rows", count(t.rows)},
           {"fresh-rows", count(t.fresh_rows)},
           {"test-rows", count(t.test_rows)},
           {"moment-rows", count(t.moment_rows)}},
          s, kWhat);
    return t;
  }
  if (name == "gaussian") {
    GaussianTask t;
    apply(table,
          {{"common-factors", count(t.common_factors)},
           {"teacher-factors", count(t.teacher_factors)},
           {"student-factors", count(t.student_factors)},
           {"nuisance-factors", count(t.nuisance_factors)},
           {"share", number(t.share)},
           {"teacher-noise", numbers(t.teacher_noise)},
           {"student-noise", number(t.student_noise)},
           {"label-noise", number(t.label_noise)},
           {"teacher-dim", count(t.teacher_dim)},
           {"student-dim", count(t.student_dim)},
           {"rows", count(t.rows)},
           {"fresh-rows", count(t.fresh_rows)},
           {"test-rows", count(t.test_rows)},
           {"moment-rows", count(t.moment_rows)}},
          s, kWhat);
    return t;
  }
  if (name == "generalised-distillation") {
    GeneralisedTask t;
    apply(table,
          {{"cases", counts(t.cases)},
           {"columns", count(t.columns)},
           {"rows", count(t.rows)},
           {"fresh-rows", count(t.fresh_rows)},
           {"test-rows", count(t.test_rows)}},
          s, kWhat);
    return t;
  }
  DataName data;
  Setters keys = data_keys(data, s);
  if (name == "digits") {
    DigitsTask t;
    keys.merge(Setters{{"blur", numbers(t.blur)},
                       {"patches",
                        [&](const toml::node& n, const std::string& k) {
                          t.patches =
                              (fs::path(s.path).parent_path() / kValues.text(n, k)).string();
                        }},
                       {"rows", count(t.rows)},
                       {"pool-rows", count(t.pool_rows)},
                       {"fresh-rows", count(t.fresh_rows)},
                       {"test-rows", count(t.test_rows)}});
    apply(table, keys, s, kWhat);
    t.source = source_of(data, s, "fashion-mnist");
    return t;
  }
  if (name == "features") {
    FeaturesTask t;
    keys.merge(Setters{
        {"students", texts(t.students)},
        {"teachers", texts(t.teachers)},
        {"teacher-noise", numbers(t.noise)},
        {"images", [&](const toml::node& n, const std::string& k) { read_images(t, n, k); }},
        {"split",
         [&](const toml::node& n, const std::string& k) {
           const std::string how = kValues.text(n, k);
           if (how != "file" && how != "random") {
             kValues.refuse(k, "\"random\" or \"file\"");
           }
           t.split_of_file = how == "file";
         }},
        {"test-share", number(t.test_share)},
        {"test-rows", count(t.test_rows)},
        {"note", text(t.note)}});
    apply(table, keys, s, kWhat);
    t.source = source_of(data, s, "");
    return t;
  }
  const std::vector<std::string> names{
      "mfh-gamma", "mfh-alpha", "gaussian", "generalised-distillation", "digits", "features"};
  refuse_usage("unknown-task",
               name.empty() ? "the task has no name" : "there is no task '" + name + "'", {},
               "Did you mean name = \"" + nearest_name(name, names) + "\"?");
}

/// A table of the study, if it has it.
const toml::table* part(const toml::table& study, const char* name) {
  const toml::node* node = study.get(name);
  return node != nullptr ? &kValues.table(*node, name) : nullptr;
}

}  // namespace

void read_train_study(TrainSettings& s, const std::vector<std::string>& given) {
  const toml::table table = parse_toml(s.path, "study", s.overrides);
  Study& study = s.study;
  std::size_t seeds = 5;
  std::size_t first_seed = 1;
  const TomlSetter later = [](const toml::node&, const std::string&) {};
  Setters keys{{"title", text(study.title)},
               {"seeds", count(seeds)},
               {"first-seed", count(first_seed)},
               {"labelled", [&](const auto& n, const auto& k) { read_labelled(study, n, k); }},
               {"scenario", texts(study.scenarios)},
               {"most-extra", count(study.most_extra)},
               {"keep-weights", flag(s.keep_weights)}};
  for (const char* name :
       {"task", "student", "teacher", "training", "teacher-training", "distil", "criteria"}) {
    keys[name] = later;
  }
  apply_toml(table, keys, given, s.path, "study");
  if (const auto* t = part(table, "student")) {
    apply_toml(*t, network_keys(study.student), {}, s.path, "student of the study");
  }
  study.teacher = study.student;
  if (const auto* t = part(table, "teacher")) {
    apply_toml(*t, teacher_keys(study), {}, s.path, "teacher of the study");
  }
  if (const auto* t = part(table, "training")) {
    apply_toml(*t, training_keys(study.training), {}, s.path, "training of the study");
  }
  study.teacher_training = study.training;
  if (const auto* t = part(table, "teacher-training")) {
    apply_toml(*t, training_keys(study.teacher_training), {}, s.path,
               "teacher-training of the study");
  }
  if (const auto* t = part(table, "distil")) {
    apply_toml(*t, distil_keys(study), {}, s.path, "distil part of the study");
  }
  if (const auto* t = part(table, "criteria")) {
    apply_toml(*t,
               {{"seeds", count(study.criteria_seeds)},
                {"estimators", texts(study.estimators)},
                {"planted-bias", flag(study.planted_bias)}},
               {}, s.path, "criteria of the study");
  }
  if (std::find(given.begin(), given.end(), "seed") != given.end()) first_seed = s.common.seed;
  study.seeds.clear();
  for (std::size_t i = 0; i < seeds; ++i) study.seeds.push_back(first_seed + i);
  const toml::table* task = part(table, "task");
  if (task == nullptr) {
    refuse_usage("bad-study", "the study has no [task]", s.path, "Give [task] with its name");
  }
  study.task = read_task(*task, s);
}

}  // namespace cch
