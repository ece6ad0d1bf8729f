#pragma once

// Folders of trained pairs, as `cch train` writes them, with gains and scores that the test
// chooses.

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cch::test {

/// One teacher of a synthetic study.
struct SyntheticTeacher {
  double gamma = 0.0;
  double gain = 0.0;   ///< mean gain, share or ½ ln of the ratio of MSE
  double score = 0.0;  ///< of the criterion "made-up margin"
};

/// A study with one student a setting and seed. Gains of seeds s = 1..seeds lie evenly around the
/// mean, `spread` apart from neighbour to neighbour.
struct SyntheticStudy {
  std::string title = "made up";
  std::vector<double> settings{1.0, 2.0, 3.0};
  std::vector<SyntheticTeacher> teachers{{0.0, -0.02, -0.1}, {0.5, 0.01, 0.05}, {1.0, 0.03, 0.2}};
  std::vector<double> lambdas{0.5};
  std::size_t seeds = 4;
  double spread = 0.001;
  bool real_labels = false;
  bool controls = false;
  std::string student = {};  ///< name in the setting, for rankings

  /// Every file below the folder.
  void write(const std::filesystem::path& folder) const;
};

inline void write_json(const std::filesystem::path& path, const nlohmann::json& document) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << document.dump(1);
}

namespace detail {

inline nlohmann::json metrics_json(bool real_labels, double accuracy, double cross_entropy,
                                   double mse) {
  const nlohmann::json null;
  const auto of_classes = [&](double value) { return real_labels ? null : nlohmann::json(value); };
  return {{"rows", 1000},
          {"cross_entropy", of_classes(cross_entropy + 0.1)},
          {"calibrated_cross_entropy", of_classes(cross_entropy)},
          {"accuracy", of_classes(accuracy)},
          {"weighted_f1", of_classes(accuracy - 0.01)},
          {"auc", of_classes(accuracy + 0.05)},
          {"mse", real_labels ? nlohmann::json(mse) : null}};
}

class StudyWriter {
 public:
  StudyWriter(const SyntheticStudy& study, std::filesystem::path folder)
      : study_(study), folder_(std::move(folder)) {}

  void write() {
    write_json(folder_ / "study.json", {{"schema", "cch.study/1"},
                                        {"version", "0.1.0"},
                                        {"command", "cch train made-up.toml"},
                                        {"config", {{"title", study_.title}}},
                                        {"inputs", nlohmann::json::array()},
                                        {"cells", study_.settings.size()}});
    for (const double setting : study_.settings) {
      for (std::size_t seed = 1; seed <= study_.seeds; ++seed) write_unit(setting, seed);
    }
  }

 private:
  [[nodiscard]] nlohmann::json run(const nlohmann::json& unit, const std::string& role,
                                   const std::string& key) const {
    const nlohmann::json null;
    return {{"schema", "cch.run/1"},
            {"version", "0.1.0"},
            {"command", "cch train"},
            {"seed", unit.at("seed")},
            {"key", key},
            {"study", study_.title},
            {"unit", unit},
            {"role", role},
            {"control", null},
            {"teacher", null},
            {"loss", null},
            {"status", "done"},
            {"failure", null},
            {"student", null},
            {"predicted", null},
            {"warnings", nlohmann::json::array()}};
  }

  void store(const nlohmann::json& document) const {
    write_json(folder_ / "runs" / document.at("key").get<std::string>() / "result.json", document);
  }

  void write_unit(double setting, std::size_t seed) {
    nlohmann::json unit = {{"task", "made-up"},
                           {"setting", {{"v", setting}}},
                           {"labelled", 200},
                           {"scenario", "same-rows"},
                           {"seed", seed}};
    if (!study_.student.empty()) unit["setting"]["student"] = study_.student;
    const std::string stem =
        study_.title + "-" + std::to_string(setting) + "-" + std::to_string(seed);
    nlohmann::json student = run(unit, "student", stem + "-student");
    student["metrics"] = metrics_json(study_.real_labels, 0.7, 0.6, 1.0);
    store(student);
    for (const SyntheticTeacher& teacher : study_.teachers) write_teacher(unit, stem, teacher);
    for (const double lambda : study_.lambdas) {
      if (study_.controls) write_distilled(unit, stem, nullptr, {0.0, 0.005, 0.0}, lambda);
    }
  }

  [[nodiscard]] double gain_of(const SyntheticTeacher& teacher, std::size_t seed) const {
    const double middle = (static_cast<double>(study_.seeds) + 1.0) / 2.0;
    return teacher.gain + study_.spread * (static_cast<double>(seed) - middle);
  }

  void write_teacher(const nlohmann::json& unit, const std::string& stem,
                     const SyntheticTeacher& teacher) {
    const nlohmann::json view = {{"name", "gamma"},
                                 {"parameters", {{"gamma", teacher.gamma}}},
                                 {"labels_from", "same-rows"}};
    const std::string name = stem + "-" + std::to_string(teacher.gamma);
    nlohmann::json own = run(unit, "teacher", name + "-teacher");
    own["teacher"] = view;
    own["metrics"] = metrics_json(study_.real_labels, 0.6 + 0.2 * teacher.gamma, 0.5, 0.8);
    store(own);
    for (const double lambda : study_.lambdas) write_distilled(unit, name, view, teacher, lambda);
    write_json(folder_ / "runs" / (name + "-criteria") / "criteria.json",
               {{"schema", "cch.criteria/1"},
                {"study", study_.title},
                {"unit", unit},
                {"teacher", view},
                {"scores", {{"made-up margin", teacher.score}, {"refused", nullptr}}},
                {"decisions",
                 {{"prediction-level CCH", teacher.score > 0.1     ? "holds"
                                           : teacher.score < -0.05 ? "fails"
                                                                   : "undecided"}}}});
  }

  void write_distilled(const nlohmann::json& unit, const std::string& name,
                       const nlohmann::json& view, const SyntheticTeacher& teacher, double lambda) {
    const bool control = view.is_null();
    nlohmann::json distilled = run(unit, control ? "control" : "distilled",
                                   name + (control ? "-uniform-" : "-") + std::to_string(lambda));
    const double gain = gain_of(teacher, unit.at("seed").get<std::size_t>());
    if (control) distilled["control"] = "uniform";
    distilled["teacher"] = view;
    distilled["loss"] = {{"form", "kl"},
                         {"weighting", "added"},
                         {"lambda", lambda},
                         {"temperature", 1.0},
                         {"scaled", true}};
    distilled["student"] = study_.title + "-" + std::to_string(unit["setting"]["v"].get<double>()) +
                           "-" + std::to_string(unit["seed"].get<std::size_t>()) + "-student";
    distilled["metrics"] =
        metrics_json(study_.real_labels, 0.7 + gain, 0.6 - gain, std::exp(-2.0 * gain));
    distilled["predicted"] = {
        {"accuracy_gain", teacher.gain}, {"mse_gain", nullptr}, {"direction_gain", teacher.gain},
        {"cch_margin", teacher.score},   {"beta_s", 1.0},       {"beta_e", 1.0 - teacher.score}};
    store(distilled);
  }

  const SyntheticStudy& study_;
  std::filesystem::path folder_;
};

}  // namespace detail

inline void SyntheticStudy::write(const std::filesystem::path& folder) const {
  detail::StudyWriter(*this, folder).write();
}

}  // namespace cch::test
