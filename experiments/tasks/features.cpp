#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cch/core/nearest_name.hpp"
#include "cch/data/align.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/row_order.hpp"
#include "cch/data/serial_rows.hpp"
#include "cch/estimators/column_units.hpp"
#include "experiments/tasks/features.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kFewestGroups = 20;

// A study has no --y-kind: the file itself must say what its labels are.
LoadedLabels labels_of(const FeaturesTask& task) {
  try {
    return load_labels(parse_source(task.source + ":labels"), LabelKind::automatic);
  } catch (const Error& error) {
    Fault fault = error.faults().front();
    if (fault.code == "labels-survival") {
      fault.action =
          "Save a class such as alive after two years, of the rows whose outcome is known then, or "
          "the martingale residuals of a Cox model without covariates, standardised";
      throw Error(error.kind(), fault);
    }
    if (fault.code != "label-kind-unclear") throw;
    fault.action =
        "Save classes as integers 0..K-1, one a row (of one-hot codes numpy.argmax(y, axis=1)), "
        "and numbers standardised, (y - y.mean()) / y.std()";
    throw Error(error.kind(), fault);
  }
}

Variable take_labels(TaskData& data, const FeaturesTask& task) {
  LoadedLabels loaded = labels_of(task);
  if (const auto* classes = std::get_if<ClassLabels>(&loaded.labels)) {
    data.y.assign(classes->codes().begin(), classes->codes().end());
    data.classes = classes->classes();
    data.class_names = classes->names();
  } else {
    const auto view = std::get<Samples>(loaded.labels).view();
    data.targets = Matrix(view.rows(), view.cols());
    for (std::size_t i = 0; i < view.rows(); ++i) {
      const auto row = view.row(i);
      std::copy(row.begin(), row.end(), data.targets.row(i).begin());
    }
  }
  data.inputs.emplace_back("labels", loaded.info);
  data.warnings.insert(data.warnings.end(), loaded.info.warnings.begin(),
                       loaded.info.warnings.end());
  return std::move(loaded.labels);
}

/// Where a row is nothing but NaN, the refusal says how it is kept.
LoadedSamples load_array(const FeaturesTask& task, const std::string& name) {
  const SourceSpec source = parse_source(task.source + ":" + name);
  LoadOptions options;
  options.missing_rows = task.unpaired_rows;
  try {
    return load_samples(source, name, options);
  } catch (const Error& error) {
    Fault fault = error.faults().front();
    if (fault.code != "non-finite-value" || task.unpaired_rows) throw;
    options.missing_rows = true;
    std::size_t missing = 0;
    try {
      missing = load_samples(source, name, options).missing.size();
    } catch (const Error&) {
      throw error;  // other values are not finite, too
    }
    fault.action = fmt::format(
        "Rows that are nothing but NaN ({}): say unpaired-rows = \"keep\" in [task] if the teacher "
        "lacks them, or drop them in all files",
        missing);
    throw Error(error.kind(), fault);
  }
}

void take_modality(TaskData& data, const FeaturesTask& task, const std::vector<std::string>& views,
                   const std::string& name) {
  for (const auto& [known, samples] : data.arrays) {
    if (known == name) return;
  }
  if (std::find(views.begin(), views.end(), name) == views.end()) {
    refuse_usage("bad-task", "the data have no array '" + name + "'", task.source,
                 "Did you mean '" + nearest_name(name, views) + "'?");
  }
  LoadedSamples loaded = load_array(task, name);
  data.inputs.emplace_back(name, loaded.info);
  const auto stored = [&](const auto& outputs) { return outputs.first == name; };
  if (std::none_of(task.stored.begin(), task.stored.end(), stored)) {
    loaded.samples = ColumnUnits(loaded.samples).applied(loaded.samples);
  }
  data.arrays.emplace_back(name, std::move(loaded));
}

/// A student must have every row: it is what the study trains.
void check_missing(const FeaturesTask& task, TaskData& data) {
  const std::size_t n = data.groups.rows();
  for (const auto& name : task.students) {
    for (const auto& part : parts_of(name)) {
      const auto& missing = array_of(data, part).missing;
      if (missing.empty()) continue;
      refuse_data("student-rows-missing", "the student '" + name + "' lacks rows",
                  fmt::format("{}:{}: {} of {} rows are nothing but NaN, first row {} (from 0)",
                              task.source, part, missing.size(), n, missing.front()),
                  "a student is trained and tested on every row",
                  "Drop these rows in all files, or let '" + part + "' teach only");
    }
  }
  for (const auto& name : task.teachers) {
    const auto paired = paired_rows(data, name);
    if (paired.empty()) continue;
    const auto has = std::count(paired.begin(), paired.end(), 1);
    data.warnings.push_back(
        {"partly-paired", fmt::format("the teacher '{}' has features of {} of {} rows: where it "
                                      "has none, students learn from the label alone",
                                      name, has, n)});
    if (has > 0) continue;
    refuse_data("too-few-rows", "the teacher '" + name + "' has features of no row", task.source,
                "nothing can be distilled from it", "Check the export, or leave it out");
  }
}

/// Rows that a teacher has.
std::vector<std::size_t> rows_there(const TaskData& data, const std::string& name) {
  const auto paired = paired_rows(data, name);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < data.groups.rows(); ++i) {
    if (paired.empty() || paired[i] != 0) out.push_back(i);
  }
  return out;
}

/// Scores of the teachers that were trained before; refuses columns in another order.
void take_outputs(TaskData& data, const FeaturesTask& task, const Variable& labels) {
  const auto* classes = std::get_if<ClassLabels>(&labels);
  for (const auto& [name, stored] : task.stored) {
    if (classes == nullptr) {
      refuse_data("outputs-need-classes",
                  "'" + name + "' has scores of classes, the labels are real values", task.source,
                  "there is no class that a column could be of", "Leave it out of 'stored'");
    }
    const LoadedSamples& array = array_of(data, name);
    const auto rows = rows_there(data, name);
    const Matrix scores =
        class_scores(array.samples.select(rows), stored.kind, classes->select(rows));
    Matrix& all = data.outputs.emplace_back(name, Matrix(classes->size(), scores.cols())).second;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = scores.row(i);
      std::copy(row.begin(), row.end(), all.row(rows[i]).begin());
    }
    const Samples z = log_ratios(scores.view(), name);
    const auto fault = columns_fault(
        name, match_columns(z.view(), classes->select(rows), data.groups.select(rows)), *classes,
        data.warnings);
    if (fault) throw Error(ErrorKind::data, *fault);
    if (!stored.saw_rows) continue;
    data.warnings.push_back(
        {"teacher-saw-rows", "'" + name +
                                 "' was trained with labels of these rows: where test rows are "
                                 "among them, gains are overstated"});
  }
}

void check_images(const FeaturesTask& task, const TaskData& data) {
  for (const auto& [name, shape] : task.images) {
    const auto at = std::find_if(data.arrays.begin(), data.arrays.end(),
                                 [&, &image = name](const auto& e) { return e.first == image; });
    if (at == data.arrays.end()) {
      refuse_usage("bad-task", "'images' names an array that the study does not use", name,
                   "Leave it out, or name one of the students or teachers");
    }
    const std::size_t columns = at->second.samples.dim();
    if (shape.channels * shape.height * shape.width == columns) continue;
    refuse_usage("bad-task", "the array '" + name + "' is no image of that size",
                 std::to_string(shape.height) + " × " + std::to_string(shape.width) + " × " +
                     std::to_string(shape.channels) + " for " + std::to_string(columns) +
                     " columns",
                 "Give its height, width and channels");
  }
}

}  // namespace

std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (c == '+') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

const LoadedSamples& array_of(const TaskData& data, const std::string& name) {
  const auto at = std::find_if(data.arrays.begin(), data.arrays.end(),
                               [&](const auto& entry) { return entry.first == name; });
  return at->second;
}

std::vector<char> paired_rows(const TaskData& data, const std::string& name) {
  std::vector<char> out;
  for (const auto& part : parts_of(name)) {
    const auto& missing = array_of(data, part).missing;
    if (!missing.empty()) out.resize(data.groups.rows(), 1);
    for (const std::size_t row : missing) out[row] = 0;
  }
  return out;
}

ImageShape shape_of(const FeaturesTask& task, const std::string& name) {
  for (const auto& [image, shape] : task.images) {
    if (image == name) return shape;
  }
  return {};
}

TaskData load(const FeaturesTask& task, const Execution&) {
  TaskData data;
  const auto views = dataset_views(task.source);
  if (std::find(views.begin(), views.end(), "labels") == views.end()) {
    refuse_data("dataset-missing", "the data set has no labels.npy", task.source,
                "every array must have one row order with labels", "Give the folder of the set");
  }
  const Variable labels = take_labels(data, task);
  for (const auto* names : {&task.students, &task.teachers}) {
    for (const auto& name : *names) {
      for (const auto& part : parts_of(name)) take_modality(data, task, views, part);
    }
  }
  const std::size_t n = data.classes > 0 ? data.y.size() : data.targets.rows();
  for (const auto& [name, loaded] : data.arrays) {
    if (loaded.samples.size() == n) continue;
    refuse_transposed(loaded.info.shape, "array '" + name + "'", n);
    refuse_data(
        "rows-differ", "array '" + name + "' has another number of rows than the labels",
        task.source + ": " + std::to_string(loaded.samples.size()) + " and " + std::to_string(n),
        "row i of every array must be the same sample", "Give arrays of one row order");
  }
  for (const auto& [name, loaded] : data.arrays) {
    const auto leak = look_at_row_order(loaded.samples, name, labels);
    if (leak) data.warnings.push_back(*leak);
  }
  check_images(task, data);
  data.groups = Groups::singletons(n);
  check_missing(task, data);
  if (std::find(views.begin(), views.end(), "groups") != views.end()) {
    LoadedGroups loaded = load_groups(parse_source(task.source + ":groups"));
    data.inputs.emplace_back("groups", loaded.info);
    data.warnings.insert(data.warnings.end(), loaded.info.warnings.begin(),
                         loaded.info.warnings.end());
    if (loaded.groups.count() >= kFewestGroups) {
      data.groups = loaded.groups;
    } else {
      data.warnings.push_back({"few-groups", "the set has " +
                                                 std::to_string(loaded.groups.count()) +
                                                 " groups, too few to hold whole ones out: rows "
                                                 "are split one by one"});
    }
  }
  if (!data.groups.grouped() && !task.split_of_file) {
    for (const auto& [name, loaded] : data.arrays) {
      if (!is_serial(serial_rows(loaded.samples, labels, 1), data.arrays.size())) continue;
      data.warnings.push_back(
          {"serial-rows", "rows of '" + name +
                              "' resemble the next ones beyond what their labels explain: where "
                              "neighbours fall into training and test, scores are too good; add "
                              "groups.npy"});
    }
  }
  if (task.split_of_file) take_split(data, task.source, n);
  take_outputs(data, task, labels);
  return data;
}

}  // namespace cch::detail
