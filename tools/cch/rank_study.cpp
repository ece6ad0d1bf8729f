#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>
#include <map>

#include "cch/data/datasets.hpp"
#include "tools/cch/rank_settings.hpp"
#include "tools/cch/toml_keys.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_value(const std::string& key, const std::string& wanted) {
  refuse_usage("config-type", "key '" + key + "' of the study must be " + wanted, {},
               "Correct its value");
}

std::string text_of(const toml::node& node, const std::string& key) {
  if (const auto value = node.value<std::string>(); value && node.is_string()) return *value;
  refuse_value(key, "a text");
}

std::vector<std::string> texts_of(const toml::node& node, const std::string& key) {
  if (node.is_string()) return {text_of(node, key)};
  const toml::array* array = node.as_array();
  if (array == nullptr) refuse_value(key, "a list of texts");
  std::vector<std::string> out;
  for (const toml::node& item : *array) out.push_back(text_of(item, key));
  return out;
}

std::size_t count_of(const toml::node& node, const std::string& key) {
  const auto value = node.value<std::int64_t>();
  if (!node.is_integer() || !value || *value < 0) refuse_value(key, "a whole number from 0");
  return static_cast<std::size_t>(*value);
}

// "auto" or a number, which keeps its shortest form.
std::string number_or_text_of(const toml::node& node, const std::string& key) {
  if (node.is_string()) return text_of(node, key);
  const auto number = node.value<double>();
  if (!node.is_number() || !number) refuse_value(key, "a number or a text");
  return fmt::format("{}", *number);
}

bool flag_of(const toml::node& node, const std::string& key) {
  if (!node.is_boolean()) refuse_value(key, "true or false");
  return node.value<bool>().value_or(false);
}

// PATH[:KEY] relative to the study's folder; absolute paths and data sets stay.
std::string placed(const std::string& source, const fs::path& folder) {
  if (source.empty() || source.front() == '/' || is_dataset(parse_source(source).path))
    return source;
  return (folder / source).string();
}

std::string placed_pair(const std::string& pair, const fs::path& folder) {
  const auto equals = pair.find('=');
  if (equals == std::string::npos) return pair;
  return pair.substr(0, equals + 1) + placed(pair.substr(equals + 1), folder);
}

std::vector<std::string> placed_pairs(std::vector<std::string> pairs, const fs::path& folder) {
  for (std::string& pair : pairs) pair = placed_pair(pair, folder);
  return pairs;
}

using Setter = TomlSetter;

std::map<std::string, Setter> setters(RankSettings& s, const fs::path& folder) {
  auto text = [](std::string& to) -> Setter {
    return [&to](const toml::node& node, const std::string& key) { to = text_of(node, key); };
  };
  auto flag = [](bool& to) -> Setter {
    return [&to](const toml::node& node, const std::string& key) { to = flag_of(node, key); };
  };
  auto pairs = [folder](std::vector<std::string>& to) -> Setter {
    return [&to, folder](const toml::node& node, const std::string& key) {
      to = placed_pairs(texts_of(node, key), folder);
    };
  };
  auto source = [folder](std::string& to) -> Setter {
    return [&to, folder](const toml::node& node, const std::string& key) {
      to = placed(text_of(node, key), folder);
    };
  };
  return {
      {"student",
       [&s, folder](const toml::node& n, const std::string& key) {
         s.student = placed_pair(text_of(n, key), folder);
       }},
      {"teacher", pairs(s.teachers)},
      {"ids", pairs(s.ids)},
      {"labels", source(s.labels)},
      {"groups", source(s.groups)},
      {"estimator",
       [&s](const toml::node& n, const std::string& key) { s.estimators = texts_of(n, key); }},
      {"scale", text(s.scale)},
      {"y-kind", text(s.y_kind)},
      {"k", [&s](const toml::node& n, const std::string& key) { s.k = count_of(n, key); }},
      {"exact", flag(s.exact)},
      {"scenario", text(s.scenario)},
      {"decide-by", text(s.decide_by)},
      {"lambda",
       [&s](const toml::node& n, const std::string& key) { s.lambda = number_or_text_of(n, key); }},
      {"unlabelled",
       [&s](const toml::node& n, const std::string& key) {
         s.unlabelled = number_or_text_of(n, key);
         s.unlabelled_given = true;
       }},
      {"extra-teacher", pairs(s.extra_teachers)},
      {"extra-labels", source(s.extra_labels)},
      {"permutations",
       [&s](const toml::node& n, const std::string& key) { s.permutations = count_of(n, key); }},
      {"controls", flag(s.controls)},
      {"planted-bias", flag(s.planted_bias)},
      {"sensitivity", flag(s.sensitivity)},
      {"first-rows",
       [&s](const toml::node& n, const std::string& key) { s.first_rows = count_of(n, key); }},
      {"out", text(s.out)},
      {"html", text(s.html)},
      {"fail-on", text(s.fail_on)},
      {"json", flag(s.common.json)},
      {"seed",
       [&s](const toml::node& n, const std::string& key) { s.common.seed = count_of(n, key); }},
      {"threads",
       [&s](const toml::node& n, const std::string& key) {
         s.common.threads = static_cast<unsigned>(count_of(n, key));
       }},
      {"device", text(s.common.device)},
  };
}

toml::table parse(const std::string& path) {
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    throw Error(ErrorKind::usage,
                Fault{"config-syntax",
                      "the study is not valid TOML: " + std::string(error.description()),
                      path + (at.line > 0 ? ", line " + std::to_string(at.line) + ", column " +
                                                std::to_string(at.column)
                                          : ""),
                      {},
                      "Correct the file; data/examples has working studies"});
  }
}

}  // namespace

void read_rank_study(const std::string& path, const std::vector<std::string>& given,
                     RankSettings& settings) {
  if (!fs::is_regular_file(path)) {
    throw Error(ErrorKind::usage, Fault{"config-missing",
                                        "there is no study file '" + path + "'",
                                        {},
                                        {},
                                        "Give a TOML file, or --student, --teacher and --labels"});
  }
  const toml::table table = parse(path);
  const auto known = setters(settings, fs::path(path).parent_path());
  apply_toml(table, known, given, path, "study");
}

}  // namespace cch
