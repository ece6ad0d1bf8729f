#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cch/documents/rank.hpp"

namespace cch {

/// Where the files of a ranking go: rank.json, ranking.csv and report.html in a folder (if one is
/// named) and the report alone in another file (likewise).
class RankFolder {
 public:
  /// Makes the folder and checks that everything can be written, so that an error comes before the
  /// work: a run Error "cannot-write".
  RankFolder(std::string folder, std::string html, bool force = false);
  /// A folder that it made and nothing came into goes again.
  ~RankFolder();
  RankFolder(const RankFolder&) = delete;
  RankFolder& operator=(const RankFolder&) = delete;

  enum class With { document, renderings_alone };
  /// Renders and writes all files or none; returns their paths.
  [[nodiscard]] std::vector<std::string> write(const documents::RankDocument& document,
                                               With with) const;

 private:
  std::string folder_;
  std::string html_;
  bool made_ = false;
};

/// "wrote PATH", a line each.
void print_written(const std::vector<std::string>& paths, std::ostream& err);

/// A stored document of a schema or the `older` one; `writer` is the command that makes such files.
/// Data Errors: "result-missing", "unreadable-file", "result-damaged" (cut short or no JSON, with
/// the place), "document-schema".
nlohmann::json read_document(const std::string& path, const std::string& schema,
                             const std::string& writer, const std::string& older = {});
/// A data Error "result-incomplete" where one of the fields is missing or null.
void require_fields(const nlohmann::json& document, const std::vector<std::string>& names,
                    const std::string& path, const std::string& writer);

/// The cch.rank/2 (or 1) document of a folder. Data Errors: "result-missing", "unreadable-file",
/// "result-damaged" (cut short or no JSON, with the place) and those of documents::read_rank.
documents::RankDocument read_rank_folder(const std::string& folder);

}  // namespace cch
