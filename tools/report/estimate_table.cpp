#include <fmt/format.h>

#include "cch/report/estimate.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

using documents::EstimateDocument;

constexpr std::size_t kLabel = 16;

std::string labelled(const std::string& label, const std::string& value, std::size_t width) {
  const std::string shown = fit(label, kLabel - 1);
  const std::string lead = shown + std::string(kLabel - display_width(shown), ' ');
  return wrap(value, width, lead, std::string(kLabel, ' '));
}

std::string warnings_part(const EstimateDocument& document, std::size_t width) {
  std::string out;
  for (const Warning& warning : document.warnings)
    out += wrap(warning.message, width, "  ! ", "    ");
  return out.empty() ? out : "\nWarnings\n" + out;
}

std::string facts_part(const EstimateDocument& document, std::size_t width) {
  const documents::Value& value = document.value;
  const std::string why = document.why.empty() ? "" : " (" + document.why + ")";
  return labelled("95 % interval",
                  interval(value.low, value.high, decimals_for(value.standard_error)) +
                      " (sampling error; bias not included)",
                  width) +
         labelled("estimator", or_missing(document.estimator) + why, width) +
         labelled(
             "data",
             fmt::format("{} rows, dimensions {} and {}, scale {}", count(document.n),
                         count(document.dim_x), count(document.dim_y), or_missing(document.scale)),
             width);
}

}  // namespace

std::string render_estimate_table(const EstimateDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  const documents::Value& value = document.value;
  const std::string headline =
      fmt::format("I(X;Y) = {} nats", with_error(value.nats, value.standard_error));
  std::string out = style.colour ? "\x1b[1m" + headline + "\x1b[0m\n" : headline + '\n';
  if (style.quiet) return out;
  return out + facts_part(document, width) + warnings_part(document, width);
}

}  // namespace cch::report
