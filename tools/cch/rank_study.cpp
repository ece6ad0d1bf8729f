#include <filesystem>
#include <map>

#include "cch/data/source.hpp"
#include "tools/cch/named_source.hpp"
#include "tools/cch/rank_settings.hpp"
#include "tools/cch/toml_keys.hpp"
#include "tools/cch/toml_values.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

const TomlValues kValues("study");

using Setter = TomlSetter;

std::map<std::string, Setter> setters(RankSettings& s, const fs::path& folder) {
  auto text = [](std::string& to) -> Setter {
    return [&to](const toml::node& node, const std::string& key) { to = kValues.text(node, key); };
  };
  auto flag = [](bool& to) -> Setter {
    return [&to](const toml::node& node, const std::string& key) { to = kValues.flag(node, key); };
  };
  auto pairs = [folder](std::vector<std::string>& to, Naming naming) -> Setter {
    return [&to, folder, naming](const toml::node& node, const std::string& key) {
      to = kValues.texts(node, key);
      for (std::string& pair : to) pair = placed_pair(pair, naming, folder);
    };
  };
  auto source = [folder](std::string& to) -> Setter {
    return [&to, folder](const toml::node& node, const std::string& key) {
      to = placed_source(kValues.text(node, key), folder);
    };
  };
  return {
      {"student",
       [&s, folder](const toml::node& n, const std::string& key) {
         s.student = placed_pair(kValues.text(n, key), Naming::optional, folder);
       }},
      {"teacher", pairs(s.teachers, Naming::optional)},
      {"ids", pairs(s.ids, Naming::required)},
      {"labels", source(s.labels)},
      {"groups",
       [&s, source](const toml::node& n, const std::string& key) {
         if (kValues.text(n, key) == "none") {
           s.groups = "none";
         } else {
           source(s.groups)(n, key);
         }
       }},
      {"estimator",
       [&s](const toml::node& n, const std::string& key) { s.estimators = kValues.texts(n, key); }},
      {"scale", text(s.scale)},
      {"y-kind", text(s.y_kind)},
      {"k", [&s](const toml::node& n, const std::string& key) { s.k = kValues.count(n, key); }},
      {"exact", flag(s.exact)},
      {"scenario", text(s.scenario)},
      {"decide-by", text(s.decide_by)},
      {"lambda", [&s](const toml::node& n,
                      const std::string& key) { s.lambda = kValues.number_or_text(n, key); }},
      {"unlabelled",
       [&s](const toml::node& n, const std::string& key) {
         s.unlabelled = kValues.number_or_text(n, key);
         s.unlabelled_given = true;
       }},
      {"labelled",
       [&s](const toml::node& n, const std::string& key) { s.labelled = kValues.count(n, key); }},
      {"extra-teacher", pairs(s.extra_teachers, Naming::required)},
      {"extra-labels", source(s.extra_labels)},
      {"permutations", [&s](const toml::node& n,
                            const std::string& key) { s.permutations = kValues.count(n, key); }},
      {"controls", flag(s.controls)},
      {"planted-bias", flag(s.planted_bias)},
      {"sensitivity", flag(s.sensitivity)},
      {"split", source(s.split)},
      {"split-train", text(s.split_train)},
      {"first-rows",
       [&s](const toml::node& n, const std::string& key) { s.first_rows = kValues.count(n, key); }},
      {"pool", text(s.pool)},
      {"lengths", source(s.lengths)},
      {"pixels",
       [&s](const toml::node& n, const std::string& key) { s.pixels = kValues.count(n, key); }},
      {"channels", text(s.channels)},
      {"per-class", flag(s.per_class)},
      {"out", text(s.out)},
      {"html", text(s.html)},
      {"fail-on", text(s.fail_on)},
      {"json", flag(s.common.json)},
      {"seed", [&s](const toml::node& n,
                    const std::string& key) { s.common.seed = kValues.count(n, key); }},
      {"threads",
       [&s](const toml::node& n, const std::string& key) {
         s.common.threads = static_cast<unsigned>(kValues.count(n, key));
       }},
      {"device", text(s.common.device)},
  };
}

}  // namespace

void read_rank_study(const std::string& path, const std::vector<std::string>& given,
                     RankSettings& settings) {
  const toml::table table = parse_toml(path, "study");
  const auto known = setters(settings, fs::path(path).parent_path());
  apply_toml(table, known, given, path, "study");
}

}  // namespace cch
