#include <fmt/format.h>

#include "tools/report/number.hpp"
#include "tools/report/table.hpp"
#include "tools/report/text_layout.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLabel = 16;

std::string labelled(const std::string& label, const std::string& value, std::size_t width) {
  const std::string shown = fit(label, kLabel - 1);
  const std::string lead = shown + std::string(kLabel - display_width(shown), ' ');
  return wrap(value, width, lead, std::string(kLabel, ' '));
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
  return out + labelled("data",
                        fmt::format("{} rows, dimensions {} and {}, scale {}",
                                    count(whole_number(field(document, "n"))),
                                    count(whole_number(field(document, "dim_x"))),
                                    count(whole_number(field(document, "dim_y"))),
                                    text(field(document, "scale"), kMissing)),
                        width);
}

}  // namespace

std::string render_estimate_table(const json& document, const TerminalStyle& style) {
  require_schema(document, "cch.estimate/1");
  const std::size_t width = style.columns();
  const Value value = value_of(document);
  const std::string headline =
      fmt::format("I(X;Y) = {} nats", with_error(value.nats, value.standard_error));
  std::string out = style.colour ? "\x1b[1m" + headline + "\x1b[0m\n" : headline + '\n';
  if (style.quiet) return out;
  return out + facts_part(document, value, width) + warnings_part(document, width);
}

}  // namespace cch::report
