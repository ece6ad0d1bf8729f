#include <fmt/format.h>

#include <algorithm>

#include "tools/report/number.hpp"
#include "tools/report/table.hpp"
#include "tools/report/text_layout.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kNarrowest = 50;
constexpr std::size_t kLabel = 16;

std::string labelled(const std::string& label, const std::string& value, std::size_t width) {
  const std::string shown = fit(label, kLabel - 1);
  const std::string lead = shown + std::string(kLabel - display_width(shown), ' ');
  return wrap(value, width, lead, std::string(kLabel, ' '));
}

std::string diagnostics_part(const json& document, std::size_t width) {
  const json& diagnostics = field(document, "diagnostics");
  if (diagnostics.is_null() || diagnostics.empty()) return "";
  std::string out = "\nDiagnostics\n";
  for (const auto& [name, value] : diagnostics.items()) {
    out += wrap(plain_value(value), width, fmt::format("  {}: ", fit(name, 36)), "      ");
  }
  return out;
}

std::string warnings_part(const json& document, std::size_t width) {
  std::string out;
  for (const json& warning : elements(field(document, "warnings"))) {
    out += wrap(text(field(warning, "message")), width, "  ! ", "    ");
  }
  return out.empty() ? out : "\nWarnings\n" + out;
}

std::string facts_part(const json& document, const Value& value, std::size_t width) {
  std::string out = labelled("95 % interval",
                             interval(value.low, value.high, decimals_for(value.standard_error)) +
                                 " (sampling error; bias not included)",
                             width);
  std::string why = text(field(document, "why"));
  if (!why.empty()) why = " (" + why + ")";
  out += labelled("estimator", text(field(document, "estimator"), kMissing) + why, width);
  out += labelled("scale", text(field(document, "scale"), kMissing), width);
  out += labelled("rows", count(whole_number(field(document, "n"))), width);
  return out + labelled("dimensions",
                        fmt::format("{} and {}", count(whole_number(field(document, "dim_x"))),
                                    count(whole_number(field(document, "dim_y")))),
                        width);
}

}  // namespace

std::string render_estimate_table(const json& document, const TerminalStyle& style) {
  require_schema(document, "cch.estimate/1");
  const std::size_t width = std::max<std::size_t>(style.width, kNarrowest);
  const Value value = value_of(document);
  const std::string headline =
      fmt::format("I(X;Y) = {} nats", with_error(value.nats, value.standard_error));
  std::string out = style.colour ? "\x1b[1m" + headline + "\x1b[0m\n" : headline + '\n';
  if (style.quiet) return out;
  out += '\n' + facts_part(document, value, width);
  return out + diagnostics_part(document, width) + warnings_part(document, width);
}

}  // namespace cch::report
