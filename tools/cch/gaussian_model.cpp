#include <filesystem>
#include <map>

#include "tools/cch/gaussian_settings.hpp"
#include "tools/cch/toml_keys.hpp"
#include "tools/cch/toml_values.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

const TomlValues kValues("model");

/// A file of weights is looked for beside the model.
std::string teacher_of(const toml::node& node, const std::string& key, const fs::path& folder) {
  const std::string text = kValues.text(node, key);
  const fs::path beside = folder / text;
  return fs::exists(beside) ? beside.string() : text;
}

using Setter = TomlSetter;

std::map<std::string, Setter> model_setters(SharedPrivateModel& m) {
  auto number = [](double& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = kValues.number(n, key); };
  };
  auto numbers = [](std::vector<double>& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = kValues.numbers(n, key); };
  };
  auto count = [](std::size_t& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = kValues.count(n, key); };
  };
  return {{"a", numbers(m.a)},
          {"b", numbers(m.b)},
          {"d", numbers(m.d)},
          {"nuisance", count(m.nuisance)},
          {"nuisance-size", number(m.nuisance_size)},
          {"teacher-noise", number(m.teacher_noise)},
          {"student-noise", number(m.student_noise)},
          {"label-noise", number(m.label_noise)},
          {"teacher-dim", count(m.teacher_dim)},
          {"student-dim", count(m.student_dim)}};
}

std::map<std::string, Setter> question_setters(GaussianSettings& s, const fs::path& folder) {
  return {
      {"n", [&s](const toml::node& n, const std::string& key) { s.n = kValues.count(n, key); }},
      {"lambda",
       [&s](const toml::node& n, const std::string& key) { s.lambdas = kValues.numbers(n, key); }},
      {"teacher", [&s, folder](const toml::node& n,
                               const std::string& key) { s.teacher = teacher_of(n, key, folder); }},
      {"teacher-scale", [&s](const toml::node& n,
                             const std::string& key) { s.teacher_scale = kValues.number(n, key); }},
      {"ridge",
       [&s](const toml::node& n, const std::string& key) { s.ridges = kValues.numbers(n, key); }},
      {"teachers",
       [&s](const toml::node& n, const std::string& key) { s.teachers = kValues.counts(n, key); }},
      {"intercept",
       [&s](const toml::node& n, const std::string& key) { s.intercept = kValues.flag(n, key); }},
      {"simulate",
       [&s](const toml::node& n, const std::string& key) { s.simulate = kValues.count(n, key); }},
      {"seed", [&s](const toml::node& n,
                    const std::string& key) { s.common.seed = kValues.count(n, key); }},
  };
}

}  // namespace

SharedPrivateModel read_gaussian_model(const std::string& path,
                                       const std::vector<std::string>& given,
                                       GaussianSettings& settings) {
  const toml::table table = parse_toml(path, "model");
  SharedPrivateModel model;
  auto known = question_setters(settings, fs::path(path).parent_path());
  known.merge(model_setters(model));
  apply_toml(table, known, given, path, "model");
  return model;
}

}  // namespace cch
