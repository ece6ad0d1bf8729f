#pragma once

#include <string>
#include <vector>

#include "cch/documents/check.hpp"
#include "tools/cch/check/run.hpp"

namespace cch {

/// The cch.check/1 document; `inputs` is null for a plan.
documents::CheckDocument check_document(const CheckSettings& settings, const RankInputs* inputs,
                                        const CheckResult& result, const Execution& exec,
                                        const std::string& command_line, double seconds);

/// Makes the folder (if one is named) and checks that its files can be written: a run Error
/// "cannot-write" before the work.
void prepare_check(const std::string& folder, const std::string& html, bool force);
/// Writes check.json and report.html; returns their paths.
std::vector<std::string> write_check(const documents::CheckDocument& document,
                                     const std::string& folder, const std::string& html,
                                     bool with_document);
bool has_check(const std::string& folder);
/// Renders a stored check again.
std::vector<std::string> render_check_again(const std::string& folder, const std::string& html,
                                            documents::CheckDocument& document);

}  // namespace cch
