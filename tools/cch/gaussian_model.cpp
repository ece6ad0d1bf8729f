#include <toml++/toml.h>

#include <filesystem>
#include <map>

#include "tools/cch/gaussian_settings.hpp"
#include "tools/cch/toml_keys.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_value(const std::string& key, const std::string& wanted) {
  refuse_usage("config-type", "key '" + key + "' of the model must be " + wanted, {},
               "Correct its value");
}

double number_of(const toml::node& node, const std::string& key) {
  const auto value = node.value<double>();
  if (!node.is_number() || !value) refuse_value(key, "a number");
  return *value;
}

std::vector<double> numbers_of(const toml::node& node, const std::string& key) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return {number_of(node, key)};
  std::vector<double> out;
  for (const toml::node& item : *array) out.push_back(number_of(item, key));
  return out;
}

std::size_t count_of(const toml::node& node, const std::string& key) {
  const auto value = node.value<std::int64_t>();
  if (!node.is_integer() || !value || *value < 0) refuse_value(key, "a whole number from 0");
  return static_cast<std::size_t>(*value);
}

/// A file of weights is looked for beside the model.
std::string teacher_of(const toml::node& node, const std::string& key, const fs::path& folder) {
  const auto text = node.value<std::string>();
  if (!node.is_string() || !text) refuse_value(key, "a text");
  const fs::path beside = folder / *text;
  return fs::exists(beside) ? beside.string() : *text;
}

using Setter = TomlSetter;

std::map<std::string, Setter> model_setters(SharedPrivateModel& m) {
  auto number = [](double& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = number_of(n, key); };
  };
  auto numbers = [](std::vector<double>& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = numbers_of(n, key); };
  };
  auto count = [](std::size_t& to) -> Setter {
    return [&to](const toml::node& n, const std::string& key) { to = count_of(n, key); };
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
      {"n", [&s](const toml::node& n, const std::string& key) { s.n = count_of(n, key); }},
      {"lambda",
       [&s](const toml::node& n, const std::string& key) { s.lambdas = numbers_of(n, key); }},
      {"teacher", [&s, folder](const toml::node& n,
                               const std::string& key) { s.teacher = teacher_of(n, key, folder); }},
      {"intercept",
       [&s](const toml::node& n, const std::string& key) {
         if (!n.is_boolean()) refuse_value(key, "true or false");
         s.intercept = n.value<bool>().value_or(false);
       }},
      {"simulate",
       [&s](const toml::node& n, const std::string& key) { s.simulate = count_of(n, key); }},
      {"seed",
       [&s](const toml::node& n, const std::string& key) { s.common.seed = count_of(n, key); }},
  };
}

toml::table parse(const std::string& path) {
  if (!fs::is_regular_file(path)) {
    refuse_usage("config-missing", "there is no model file '" + path + "'", {},
                 "Give a TOML file, or a covariance with --dims");
  }
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::usage,
                Fault{"config-syntax",
                      "the model is not valid TOML: " + std::string(error.description()),
                      path + ", line " + std::to_string(error.source().begin.line),
                      {},
                      "Correct the file"});
  }
}

}  // namespace

SharedPrivateModel read_gaussian_model(const std::string& path,
                                       const std::vector<std::string>& given,
                                       GaussianSettings& settings) {
  const toml::table table = parse(path);
  SharedPrivateModel model;
  auto known = question_setters(settings, fs::path(path).parent_path());
  known.merge(model_setters(model));
  apply_toml(table, known, given, path, "model");
  return model;
}

}  // namespace cch
