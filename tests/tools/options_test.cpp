// One table of options, and all that is made from it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/text.hpp"
#include "tools/cch/command.hpp"
#include "tools/options/completion.hpp"
#include "tools/options/echo.hpp"
#include "tools/options/pages.hpp"
#include "tools/options/schema.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using options::CommandPage;
using options::Option;
using options::Table;
using test::content;
using test::run_cch;

const fs::path kHeaders = CCH_SOURCE_DIR;

// --- a settings struct of this test

enum class Flour { rye, wheat };

Flour parse_flour(std::string_view name) {
  if (name == "rye") return Flour::rye;
  if (name == "wheat") return Flour::wheat;
  refuse_usage("unknown-flour", "there is no flour '" + std::string(name) + "'", {}, "Take rye");
}

struct Bread {
  std::size_t loaves = 2;
  Flour flour = Flour::wheat;
};

Table bread_table(Bread& bread, bool with_flour) {
  Table out{{"--loaves", &bread.loaves, "How many"}};
  if (with_flour) {
    out.push_back(
        {"--flour", options::named(bread.flour, parse_flour, {"rye", "wheat"}), "What it is of"});
  }
  return out;
}

/// What each visitor makes of the table.
struct Made {
  std::string help, commands, man, bash, zsh, fish, studies, schema, echo;

  explicit Made(const Table& table) {
    CLI::App app;
    std::list<CommandPage> pages;
    add_command(app, pages, "bake", "Bakes", "cch bake").add(table);
    help = app.get_subcommand("bake")->help();
    commands = commands_page(pages);
    man = man_page(pages);
    bash = bash_completion(pages);
    zsh = zsh_completion(pages);
    fish = fish_completion(pages);
    const options::StudyFile file{"bread", "Bread", {{"", table}}, ""};
    studies = options::studies_page({file});
    schema = schema_of(file).dump();
    echo = options::echo(table).dump();
  }

  [[nodiscard]] std::vector<std::string> all() const {
    return {help, commands, man, bash, zsh, fish, studies, schema, echo};
  }
};

bool has(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

TEST_CASE("an option that is added in one place is in everything that is made of the table") {
  Bread bread;
  for (const std::string& text : Made(bread_table(bread, false)).all()) {
    CAPTURE(text);
    CHECK_FALSE(has(text, "flour"));
    CHECK(has(text, "loaves"));
  }
  const Made made(bread_table(bread, true));
  for (const std::string& text : made.all()) {
    CAPTURE(text);
    CHECK(has(text, "flour"));
    CHECK(has(text, "wheat"));  // its default or its choices
  }
  CHECK(made.help.starts_with("Example: cch bake\nBakes\n"));
  for (const std::string& text : {made.help, made.commands, made.studies}) {
    CHECK(has(text, "What it is of: rye or wheat"));
  }
  CHECK(json::parse(made.echo) == json{{"loaves", 2}, {"flour", "wheat"}});
  const json flour = json::parse(made.schema)["properties"]["flour"];
  CHECK(flour["enum"] == json{"rye", "wheat"});
}

TEST_CASE("an option is read from the command line and from a study file into its own type") {
  Bread bread;
  const Table table = bread_table(bread, true);
  CLI::App app;
  std::list<CommandPage> pages;
  options::CommandLine line = add_command(app, pages, "bake", "Bakes", "");
  line.add(table);
  app.parse("bake --flour rye --loaves 3");
  CHECK(bread.flour == Flour::rye);
  CHECK(bread.loaves == 3);
  CHECK(line.given() == std::vector<std::string>{"loaves", "flour"});
  test::TempFolder folder;
  const std::string path = folder.write("bread.toml", "flour = \"wheat\"\nloaves = 5\n");
  // A flag that was given wins.
  options::read_table(options::parse_file(path, "study"), table, {path, "study"}, {"loaves"});
  CHECK(bread.flour == Flour::wheat);
  CHECK(bread.loaves == 3);
  // What is no flour is gathered on the command line and in files.
  app.clear();
  app.parse("bake --flour stone");
  CHECK(line.refused().has("unknown-flour"));
  FaultCollector faults;
  const std::string wrong = folder.write("wrong.toml", "flour = \"stone\"\n");
  const auto file = options::parse_file(wrong, "study");
  options::read_table(file, table, {wrong, "study"}, {}, {}, &faults);
  CHECK(faults.has("unknown-flour"));
  CHECK(test::fault_code([&] {
          options::read_table(file, table, {wrong, "study"});
        }) == "unknown-flour");
  const std::string other = folder.write("other.toml", "flower = \"rye\"\n");
  CHECK(test::fault_code([&] {
          options::read_table(options::parse_file(other, "study"), table, {other, "study"});
        }) == "unknown-key");
}

// --- the tables of the program

/// Every command with its words behind "cch".
void each_command(
    const std::list<CommandPage>& pages, const std::vector<std::string>& above,
    const std::function<void(const std::vector<std::string>&, const CommandPage&)>& f) {
  for (const CommandPage& page : pages) {
    std::vector<std::string> words = above;
    words.push_back(page.name);
    f(words, page);
    each_command(page.below, words, f);
  }
}

void each_command(
    const std::function<void(const std::vector<std::string>&, const CommandPage&)>& f) {
  rendered_commands([&](const auto& pages) {
    each_command(pages, {}, f);
    return std::string();
  });
}

void check_words(const Option& option) {
  CAPTURE(option.names);
  const auto* words = std::get_if<options::Words>(&option.target);
  if (words == nullptr || words->choices.empty()) return;
  for (const std::string& choice : words->choices) {
    CAPTURE(choice);
    words->set(choice);
    std::string printed = words->print();
    std::replace(printed.begin(), printed.end(), '_', '-');
    CHECK(printed == choice);
  }
  CHECK_THROWS_AS(words->set("no such word"), Error);
}

TEST_CASE("every choice is taken and printed as it is, every other word refused") {
  std::size_t commands = 0;
  each_command([&](const auto&, const CommandPage& page) {
    ++commands;
    for (const Option& option : page.options) check_words(option);
  });
  CHECK(commands > 10);
  for (const options::StudyFile& file : program_study_files()) {
    for (const options::Section& section : file.sections) {
      for (const Option& option : section.table) check_words(option);
    }
  }
}

TEST_CASE("a command refuses a word that is none of its choices, whatever else is wrong") {
  std::size_t tried = 0;
  each_command([&](const std::vector<std::string>& words, const CommandPage& page) {
    for (const Option& option : page.options) {
      const bool wordy = std::holds_alternative<options::Words>(option.target) ||
                         std::holds_alternative<options::WordList>(option.target);
      if (!wordy || !option.dashed()) continue;
      std::vector<std::string> arguments = words;
      for (const Option& other : page.options) {
        if (other.rules.required) arguments.emplace_back("x");
      }
      arguments.insert(arguments.end(), {"--" + option.key(), "nonsense"});
      CAPTURE(option.names);
      const auto run = run_cch(arguments);
      CHECK(run.code == 2);
      CHECK(run.err_has("'nonsense'"));
      ++tried;
    }
  });
  CHECK(tried > 15);
}

TEST_CASE("every option and every key stands in the reference pages and is explained") {
  const std::string commands = content(kHeaders / "docs/reference/commands.md");
  CHECK(commands == rendered_commands(options::commands_page));
  const std::string studies = content(kHeaders / "docs/reference/study-files.md");
  CHECK(studies == options::studies_page(program_study_files()));
  std::size_t keys = 0;
  for (const options::StudyFile& file : program_study_files()) {
    for (const options::Section& section : file.sections) {
      for (const Option& option : section.table) {
        if (!option.rules.in_file) continue;
        CAPTURE(option.key());
        CHECK(has(studies, "| `" + option.key() + "` |"));
        ++keys;
      }
    }
  }
  CHECK(keys > 150);
  each_command([&](const auto&, const CommandPage& page) {
    for (const Option& option : page.options) CHECK(has(commands, "| `" + option.names));
  });
  const auto run = run_cch({"explain", "decide-by"});
  CHECK(run.code == 0);
  CHECK(run.out_has("cch-prediction or pilot"));
  CHECK(run.out_has("default chance"));
  CHECK(run.out_has("cch rank --decide-by, study files of rank"));
  CHECK(run_cch({"explain", "decide-bye"}).err_has("'decide-by'"));
  const json document = run_cch({"explain", "first-rows", "--json"}).document();
  REQUIRE(document["options"].size() == 1);
  CHECK(document["options"][0]["where"].size() == 4);  // rank, check, estimate and study files
}

// --- --help

TEST_CASE("--help of every command begins with an example that runs") {
  const test::WorldFiles files;
  const auto write = [&](const char* name, const char* text) {
    return files.folder.write(name, text);
  };
  std::map<std::string, std::string> places{
      {"video.npy", files.student},
      {"audio.npy", files.teacher},
      {"y.npy", files.labels},
      {"model.toml", write("model.toml", "student-dim = 4\nteacher-dim = 4\n")},
      {"result", files.folder.path("result")}};
  const std::string sweep =
      write("sweep.toml", "[model]\nn = 50\n[grid]\nlabel-noise = [0.5, 1]\n");
  const std::string train =
      write("train.toml", "seeds = 1\n[task]\nname = \"mfh-gamma\"\nv = [10]\nrows = 40\n");
  REQUIRE(run_cch(files.rank({"-o", places["result"]})).code == 0);
  std::size_t shown = 0;
  each_command([&](const std::vector<std::string>& words, const CommandPage& page) {
    std::vector<std::string> help = words;
    help.emplace_back("--help");
    const auto out = run_cch(help).out;
    CAPTURE(page.example);
    if (!page.below.empty()) return;
    CHECK(out.starts_with("Example: cch " + words.front()));
    CHECK(out.starts_with("Example: " + page.example + "\n"));
    std::istringstream in(page.example.substr(4));
    std::vector<std::string> arguments;
    for (std::string word; in >> word;) {
      if (word == "STUDY.toml") word = words.front() == "train" ? train : sweep;
      if (word == "runs" || word == "grid") word = files.folder.path(word);
      arguments.push_back(places.contains(word) ? places[word] : word);
    }
    const bool dry = std::any_of(page.options.begin(), page.options.end(),
                                 [](const Option& option) { return option.key() == "dry-run"; });
    if (dry) arguments.emplace_back("--dry-run");
    const auto run = run_cch(arguments);
    CAPTURE(run.err);
    if (words.front() == "compare") {  // the words are right, the folder is not there
      CHECK(run.err_has("-missing]"));
    } else {
      CHECK(run.code == 0);
    }
    ++shown;
  });
  CHECK(shown > 10);
}

// --- completion

/// What a shell prints.
std::string shell(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out += buffer.data();
  pclose(pipe);
  return out;
}

bool installed(const std::string& name) {
  return !shell("command -v " + name).empty();
}

/// What bash offers for the last of these words, which stand in quotes.
std::set<std::string> offered(const test::TempFolder& folder, const std::string& words,
                              std::size_t count) {
  const std::string script = folder.write(
      "try.sh", "source '" + folder.path("cch.bash") + "'\ncd '" + folder.path("") +
                    "'\nCOMP_WORDS=(" + words + ")\nCOMP_CWORD=" + std::to_string(count - 1) +
                    "\n_cch\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  std::istringstream lines(shell("bash '" + script + "'"));
  std::set<std::string> out;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out.insert(line);
  }
  return out;
}

TEST_CASE("bash completes commands, options, choices and file names") {
  if (!installed("bash")) {
    MESSAGE("cch-skip: there is no bash");
    return;
  }
  test::TempFolder folder;
  const auto script = run_cch({"completion", "bash"});
  REQUIRE(script.code == 0);
  CHECK(script.err.empty());
  (void)folder.write("cch.bash", script.out);
  (void)folder.write("audio.npy", "");
  fs::create_directory(folder.path("results"));
  using Words = std::set<std::string>;
  CHECK(offered(folder, "cch r", 2) == Words{"rank", "report"});
  CHECK(offered(folder, "cch gaussian s", 3) == Words{"solve", "sweep"});
  CHECK(offered(folder, "cch rank --sc", 3) == Words{"--scale", "--scenario"});
  CHECK(offered(folder, "cch rank --no-s", 3) == Words{"--no-sensitivity"});
  CHECK(offered(folder, "cch rank --decide-by c", 4) ==
        Words{"chance", "combined", "cch", "cch-prediction"});
  CHECK(offered(folder, "cch rank --decide-by '=' p", 5) == Words{"pilot"});
  CHECK(offered(folder, "cch rank --estimator ks", 4).contains("ksg1"));
  CHECK(offered(folder, "cch rank --teacher a", 4) == Words{"audio.npy"});
  CHECK(offered(folder, "cch rank --teacher sound '='", 5).contains("audio.npy"));
  CHECK(offered(folder, "cch rank --teacher sound '=' au", 6) == Words{"audio.npy"});
  CHECK(offered(folder, "cch rank -o ''", 4) == Words{"results"});
  CHECK(offered(folder, "cch rank --fail-on d", 4) == Words{"distil", "do-not-distil"});
  CHECK(offered(folder, "cch completion z", 3) == Words{"zsh"});
  CHECK(offered(folder, "cch gaussian solve --teacher o", 5) == Words{"optimal", "ols:"});
}

TEST_CASE(
    "scripts for the shells that are installed have no fault of syntax, nor have pages of "
    "manuals") {
  test::TempFolder folder;
  for (const std::string name : {"bash", "zsh", "fish"}) {
    const auto script = run_cch({"completion", name});
    CHECK(script.code == 0);
    CHECK(has(script.out, "do-not-distil"));
    if (!installed(name)) continue;
    const std::string path = folder.write(name, script.out);
    CHECK(shell(name + " -n '" + path + "' 2>&1").empty());
  }
  CHECK(run_cch({"completion", "tcsh"}).code == 2);
  const auto page = run_cch({"explain", "--man"});
  CHECK(page.out.starts_with(".TH CCH 1\n"));
  if (!installed("groff")) return;
  const std::string path = folder.write("cch.1", page.out);
  CHECK(shell("groff -man -ww -Tutf8 -Kutf8 '" + path + "' 2>&1 >/dev/null").empty());
}

// --- schema

json as_json(const options::FileValue& value);

json as_json(const options::FileTable& table) {
  json out = json::object();
  for (const options::FileEntry& entry : table) out[entry.key] = as_json(entry.value);
  return out;
}

json as_json(const options::FileValue& value) {
  if (const auto* table = std::get_if<options::FileTable>(&value.value)) return as_json(*table);
  if (const auto* list = std::get_if<options::FileList>(&value.value)) {
    json out = json::array();
    for (const options::FileValue& item : *list) out.push_back(as_json(item));
    return out;
  }
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value.value)) return *whole;
  return std::get<double>(value.value);
}

bool is_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  return type == "array" ? value.is_array() : value.is_object();
}

/// The words of JSON schema that ours have; "" if the value keeps them, else where it does not.
std::string fault_of(const json& value, const json& schema, const json& root,
                     const std::string& at) {
  if (schema.contains("$ref")) {
    return fault_of(value, root.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))),
                    root, at);
  }
  if (schema.contains("anyOf")) {
    std::string faults;
    for (const json& one : schema["anyOf"]) {
      const std::string fault = fault_of(value, one, root, at);
      if (fault.empty()) return "";
      faults += fault + "; ";
    }
    return faults;
  }
  if (schema.contains("type")) {
    const json types = schema["type"].is_array() ? schema["type"] : json{schema["type"]};
    const bool right = std::any_of(types.begin(), types.end(), [&](const json& type) {
      return is_type(value, type.get<std::string>());
    });
    if (!right) return at + ": not " + types.dump();
  }
  if (schema.contains("enum")) {
    const json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) return at + ": none of them";
  }
  if (value.is_array() && schema.contains("items")) {
    for (const json& item : value) {
      const std::string fault = fault_of(item, schema["items"], root, at + "[]");
      if (!fault.empty()) return fault;
    }
  }
  if (!value.is_object() || !schema.contains("properties")) return "";
  for (const auto& [key, item] : value.items()) {
    if (!schema["properties"].contains(key)) return at + '.' + key + ": unknown";
    const std::string fault = fault_of(item, schema["properties"][key], root, at + '.' + key);
    if (!fault.empty()) return fault;
  }
  return "";
}

std::string kind_of(const json& study) {
  if (study.contains("task")) return study["task"]["name"] == "segmentation" ? "segment" : "train";
  if (study.contains("grid")) return "gaussian_sweep";
  return study.contains("labels") ? "rank" : "model";
}

TEST_CASE("the schemas fit every example and refuse what the readers refuse") {
  std::set<std::string> kinds;
  const auto schema = [](const std::string& name) {
    return run_cch({"explain", "--schema", name}).document();
  };
  for (const auto& entry : fs::recursive_directory_iterator(kHeaders / "data/examples")) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const json study = as_json(options::parse_file(entry.path().string(), "study"));
    kinds.insert(kind_of(study));
    const json rules = schema(kind_of(study));
    CHECK(fault_of(study, rules, rules, "") == "");
  }
  CHECK(kinds.contains("train"));
  CHECK(kinds.contains("segment"));
  CHECK(kinds.contains("gaussian_sweep"));
  const json rank = schema("rank");
  const json good{{"student", "a=s.npy"}, {"teacher", {"t.npy"}}, {"lambda", 0.5},   {"k", 3},
                  {"decide-by", "pilot"}, {"estimator", "ksg1"},  {"unlabelled", -1}};
  CHECK(fault_of(good, rank, rank, "") == "");
  for (const auto& [key, value] : std::map<std::string, json>{{"decide-by", "pilots"},
                                                              {"lambda", "much"},
                                                              {"k", "three"},
                                                              {"estimator", {"ksg9"}},
                                                              {"dry-run", true},
                                                              {"no-such-key", 1}}) {
    CAPTURE(key);
    json bad = good;
    bad[key] = value;
    CHECK(fault_of(bad, rank, rank, "") != "");
  }
  const json train = schema("train");
  const json digits{{"task", {{"name", "digits"}, {"cases", {1}}}}};  // of another task
  CHECK(fault_of(digits, train, train, "") != "");
  CHECK(run_cch({"explain", "--schema", "trian"}).err_has("'train'"));
}

}  // namespace
}  // namespace cch
