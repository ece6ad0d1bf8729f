// Calls of a front end of another language: arrays in memory in the place of files, Errors thrown.

#include <sstream>

#include "cch/report/rank.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/documents/json.hpp"
#include "tools/report/kit/scoped_style.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::WorldFiles;

/// A file as an array in memory.
HeldArray array_of(const std::string& path, const std::string& where) {
  Bytes bytes = map_file(path);
  const std::size_t header = 10 + static_cast<unsigned char>(bytes.view[8]);
  const bool labels = where == "labels";
  const std::size_t count = (bytes.size() - header) / 8;
  return {Array::numeric({labels ? DType::i64 : DType::f64, {count}},
                         bytes.part(header, bytes.size() - header), where),
          where};
}

Held arrays_of(const WorldFiles& files) {
  auto out = std::make_shared<HeldArrays>();
  (*out)["memory:s"] = array_of(files.student, "student");
  (*out)["memory:t"] = array_of(files.teacher, "teachers['t']");
  (*out)["memory:noise"] = array_of(files.noise, "teachers['noise']");
  (*out)["memory:labels"] = array_of(files.labels, "labels");
  return out;
}

std::vector<std::string> arguments(const std::vector<std::string>& more = {}) {
  std::vector<std::string> out{"rank",      "--json",       "--student", "s=memory:s",
                               "--teacher", "t=memory:t",   "--teacher", "noise=memory:noise",
                               "--labels",  "memory:labels"};
  out.insert(out.end(), test::kQuick.begin(), test::kQuick.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::string called(const std::vector<std::string>& words, const Held& held,
                   ProgressSink* sink = nullptr) {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err};
  terminal.sink = sink;
  CHECK(run_call(words, terminal, {}, held) == 0);
  CHECK(err.str().empty());
  return out.str();
}

TEST_CASE("call: a ranking of arrays in memory is that of the files but for its sources") {
  const WorldFiles files;
  json program = test::comparable(test::run_cch(files.rank({"--json"})).document());
  json memory = test::comparable(json::parse(called(arguments(), arrays_of(files))));
  CHECK(memory["inputs"][0]["source"] == "");
  CHECK(memory["inputs"][0]["shape"] == json({160}));
  for (json* document : {&program, &memory}) {
    for (const char* key : {"inputs", "config"}) document->erase(key);
  }
  const auto as_roles = [&](std::string text) {
    const std::pair<std::string, std::string> names[] = {{files.student, "student"},
                                                         {files.labels, "labels"}};
    for (const auto& [path, role] : names) {
      for (auto at = text.find(path); at != text.npos; at = text.find(path)) {
        text.replace(at, path.size(), role);
      }
    }
    return text;
  };
  CHECK(memory.dump() == as_roles(program.dump()));
}

TEST_CASE("call: progress goes to the caller's sink, whatever is quiet") {
  struct Count : ProgressSink {
    std::atomic<int> calls{0};
    void progress(std::string_view, std::size_t, std::size_t) override { ++calls; }
  } count;
  const WorldFiles files;
  called(arguments({"-q"}), arrays_of(files), &count);
  CHECK(count.calls > 0);
}

TEST_CASE("call: errors are thrown with their codes") {
  const WorldFiles files;
  std::ostringstream out;
  Terminal terminal{out, out};
  const auto code = [&](const std::vector<std::string>& words) {
    return test::fault_code([&] { run_call(words, terminal, {}, arrays_of(files)); });
  };
  CHECK(code(arguments({"--scenario", "more"})) == "unknown-scenario");
  CHECK(code(arguments({"--scenari"})) == "unknown-option");
  CHECK(code({"rnk"}) == "unknown-command");
  CHECK(code({"rank"}) == test::fault_code([] {
          std::ostringstream none;
          Terminal quiet{none, none};
          run_call({"rank"}, quiet, {}, {});
        }));
  CHECK(out.str().empty());
  CHECK(code({"estimate", "memory:s", "memory:none"}) == "file-not-found");
}

TEST_CASE("fragment: rules hold inside of it alone") {
  const std::string css = report::scoped_style_sheet();
  CHECK(css.find("@page") == std::string::npos);
  CHECK(css.find("@media print") == std::string::npos);
  CHECK(css.find("[data-jp-theme-light=false] .cch-report.cch-report") != std::string::npos);
  for (std::size_t at = css.find('\n'); at != std::string::npos && at + 1 < css.size();
       at = css.find('\n', at + 1)) {
    const std::string line = css.substr(at + 1, css.find('\n', at + 1) - at - 1);
    if (line.find('{') == std::string::npos || line.starts_with("@media")) continue;
    CAPTURE(line);
    CHECK(line.substr(0, line.find('{')).find(".cch-report.cch-report") != std::string::npos);
  }
}

TEST_CASE("fragment: verdict, table and picture of a ranking") {
  const WorldFiles files;
  const documents::RankDocument document =
      documents::parse_rank(called(arguments(), arrays_of(files)));
  const std::string html = report::render_rank_fragment(document, "cell-1");
  CHECK(html.find("class=\"cch-report\"") != std::string::npos);
  CHECK(html.find("cell-1") != std::string::npos);
  CHECK(html.find("<svg") != std::string::npos);
  CHECK(html.find("noise") != std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.size() < 40'000);
}

}  // namespace
}  // namespace cch
