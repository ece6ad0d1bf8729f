#include "tools/python/render.hpp"

#include <nlohmann/json.hpp>

#include "cch/core/error.hpp"
#include "cch/report/check.hpp"
#include "cch/report/estimate.hpp"
#include "cch/report/rank.hpp"
#include "cch/report/solve.hpp"
#include "tools/cch/check/document.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/documents/json.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::python {
namespace {

std::string schema_of(const std::string& document) {
  const nlohmann::json json = documents::parse(document);
  const auto found = json.find("schema");
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_ranking(const std::string& schema) {
  return schema == "cch.rank/2" || schema == "cch.rank/1";
}

[[noreturn]] void refuse(const std::string& schema, const std::string& form) {
  refuse_usage("no-rendering", "a document of the schema '" + schema + "' has no " + form,
               "only rankings and checks have every form", "Use .document, which has all numbers");
}

}  // namespace

std::string table(const std::string& document, unsigned width, bool colour, bool quiet) {
  const std::string schema = schema_of(document);
  const report::TerminalStyle style{colour, width, quiet};
  if (is_ranking(schema)) return report::render_rank_table(documents::parse_rank(document), style);
  if (schema == "cch.check/1") {
    return report::render_check_table(documents::parse_check(document), style);
  }
  if (schema == "cch.estimate/1") {
    return report::render_estimate_table(documents::parse_estimate(document), style);
  }
  if (schema == "cch.gaussian/1") {
    return report::render_solve_table(documents::parse_solve(document), quiet);
  }
  refuse(schema, "table");
}

std::string page(const std::string& document) {
  const std::string schema = schema_of(document);
  if (is_ranking(schema)) return report::render_rank_html(documents::parse_rank(document));
  if (schema == "cch.check/1") return report::render_check_html(documents::parse_check(document));
  refuse(schema, "page");
}

std::string fragment(const std::string& document, const std::string& id) {
  const std::string schema = schema_of(document);
  if (is_ranking(schema)) return report::render_rank_fragment(documents::parse_rank(document), id);
  refuse(schema, "fragment");
}

std::string csv(const std::string& document) {
  const std::string schema = schema_of(document);
  if (is_ranking(schema)) return report::render_rank_csv(documents::parse_rank(document));
  refuse(schema, "CSV");
}

std::vector<std::string> said_warnings(const std::string& document) {
  return report::messages_of(documents::parse_rank(document)).warnings;
}

std::vector<std::string> save(const std::string& document, const std::string& folder, bool force) {
  const std::string schema = schema_of(document);
  if (is_ranking(schema)) {
    return RankFolder(folder, "", force)
        .write(documents::parse_rank(document), RankFolder::With::document);
  }
  if (schema == "cch.check/1") {
    prepare_check(folder, "", force);
    return write_check(documents::parse_check(document), folder, "", true);
  }
  refuse(schema, "folder");
}

}  // namespace cch::python
