#include "tools/report/kit/style.hpp"

namespace cch::report {

std::string_view style_sheet() {
  return R"css(:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --ink: #1c1f24; --quiet: #5b626d; --hair: #e2e2dc; --panel: #f4f4ef;
  --good: #007a59; --bad: #b84a00; --open: #0072b2; --doubt: #a3487f; --warm: #e69f00;
  --good-fill: #009e73; --bad-fill: #d55e00; --open-fill: #0072b2; --doubt-fill: #cc79a7;
  --link: #0a5a96;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --ink: #e8e8e3; --quiet: #a0a7b1; --hair: #31353d; --panel: #1d2026;
    --good: #2fc596; --bad: #f58a45; --open: #6fc0ee; --doubt: #e3a1c7; --warm: #e69f00;
    --good-fill: #1fb386; --bad-fill: #e8702a; --open-fill: #56b4e9; --doubt-fill: #d98fb8;
    --link: #7cc4f5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main, footer { max-width: 1080px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 44px; }
.kicker { margin: 0 0 10px; font-size: 13px; letter-spacing: .08em; text-transform: uppercase; color: var(--quiet); }
h1 {
  margin: 0 0 22px; max-width: 26em; font-size: clamp(27px, 4.2vw, 42px); line-height: 1.16;
  font-weight: 650; letter-spacing: -.018em; text-wrap: balance;
}
h1.long { max-width: 40em; font-size: clamp(23px, 3vw, 30px); }
h2 { margin: 0 0 12px; font-size: 22px; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; }
h3 { margin: 26px 0 8px; font-size: 16px; font-weight: 650; }
p { margin: 0 0 12px; max-width: 44em; }
ul { margin: 0 0 12px; padding-left: 1.15em; max-width: 46em; }
li { margin: 0 0 6px; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, pre:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
pre {
  margin: 0 0 16px; padding: 14px 16px; background: var(--panel); border-radius: 8px;
  white-space: pre-wrap; line-height: 1.5;
}
section { margin: 0 0 52px; }
.first { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 9fr); gap: 36px; align-items: start; }
.lead { color: var(--quiet); }
.whole { overflow-wrap: break-word; }
.numbers { font-size: 18px; line-height: 1.5; }
.numbers strong { white-space: nowrap; font-weight: 650; }
.panels { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; margin: 26px 0 24px; }
.panel { background: var(--panel); border-radius: 10px; padding: 20px 24px 12px; }
.panel:only-child { grid-column: 1 / -1; }
.panel h2, .warnings h2 { font-size: 17px; margin-bottom: 8px; }
.panel li, .panel p, .warnings li { font-size: 15px; line-height: 1.5; }
.trust { padding: 1px 9px 2px; border: 1.5px solid currentColor; border-radius: 99px; font-size: 15px; }
.trust.high { color: var(--good); } .trust.moderate { color: var(--open); } .trust.low { color: var(--bad); }
.warnings details { border: 0; } .warnings summary { font-size: 15px; padding: 4px 0 8px; }
.warnings { border-left: 4px solid var(--warm); padding: 4px 0 1px 20px; }
.wide { overflow-x: auto; } .wide caption { max-width: min(60em, calc(100vw - 56px)); }
figure { margin: 0 0 24px; }
.first figure { margin: 0; }
figcaption, caption { font-size: 14px; line-height: 1.45; color: var(--quiet); }
caption { text-align: left; padding: 0 0 10px; max-width: 60em; }
.interval { display: block; font-size: 13px; color: var(--quiet); white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin: 0 0 30px; font-size: 15px; }
th, td { padding: 9px 14px 9px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--hair); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: 13px; font-weight: 600; color: var(--quiet); border-bottom: 1.5px solid var(--ink); vertical-align: bottom; overflow-wrap: break-word; }
.scroll { overflow-x: auto; }
tbody th { font-weight: 600; min-width: 8em; }
th.number, td.number { text-align: right; }
td.number { white-space: nowrap; }
.number + :not(.number) { padding-left: 8px; }
.quiet { font-size: 14px; } .quiet tbody th { font-weight: 400; } .quiet td.number { white-space: normal; }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict .symbol { display: inline-block; width: 1.1em; text-align: center; }
.k-distil { color: var(--good); } .k-do_not_distil { color: var(--bad); }
.k-inconclusive { color: var(--open); } .k-unreliable { color: var(--doubt); }
.k-first { color: var(--open); } .k-second { color: var(--warm); } .k-third { color: var(--good); }
.k-fourth { color: var(--doubt); } .k-fifth { color: var(--bad); } .k-sixth { color: var(--ink); }
.facts { display: grid; gap: 0; margin: 0 0 24px; }
.facts > div { display: grid; grid-template-columns: 11em minmax(0, 1fr); gap: 16px; padding: 7px 0; border-bottom: 1px solid var(--hair); font-size: 15px; }
dt { color: var(--quiet); } dd { margin: 0; } dd ul { margin: 4px 0 0; }
details { border-bottom: 1px solid var(--hair); }
details:first-of-type { border-top: 1px solid var(--hair); }
summary { cursor: pointer; padding: 11px 0; font-weight: 600; }
.fold { padding: 4px 0 10px; }
.fold > :last-child, .fold .facts:last-child { margin-bottom: 6px; } .fold .facts > div:last-child { border-bottom: 0; }
svg.forest { display: block; width: 100%; height: auto; overflow: visible; }
svg.narrow { display: none; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .label { font-weight: 600; } svg .tick, svg .axis, svg .reference-label { fill: var(--quiet); font-size: 12.5px; }
svg .stripe { fill: var(--panel); } svg .grid { stroke: var(--hair); }
svg .zero { stroke: var(--ink); stroke-width: 1.5; }
svg .reference { stroke: var(--quiet); stroke-dasharray: 5 4; }
svg .outer { stroke: currentColor; stroke-width: 1.25; } svg .band { fill: var(--hair); }
svg .interval { stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; }
svg .mark { stroke: var(--paper); stroke-width: 1.5; fill: currentColor; }
svg .end { fill: currentColor; }
svg .k-distil { color: var(--good-fill); } svg .k-do_not_distil { color: var(--bad-fill); }
svg .k-inconclusive { color: var(--open-fill); } svg .k-unreliable { color: var(--doubt-fill); }
svg.plot { display: block; width: 100%; height: auto; max-width: 400px; }
svg .curve { fill: none; stroke: currentColor; stroke-width: 2; } svg .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; }
svg .k-first { color: var(--open-fill); } svg .k-second { color: var(--warm); } svg .k-plain { color: var(--quiet); }
svg .k-third { color: var(--good-fill); } svg .k-fourth { color: var(--doubt-fill); } svg .k-fifth { color: var(--bad-fill); } svg .k-sixth { color: var(--ink); }
svg .cloud { fill: none; stroke: currentColor; stroke-width: 3.6; opacity: .7; } svg .round { stroke-linecap: round; } svg .square { stroke-linecap: square; }
svg .tile { stroke: var(--paper); stroke-width: .6; } svg .t-plus { fill: var(--open-fill); } svg .t-minus { fill: var(--hair); }
svg .t-square { fill: var(--bad-fill); } svg .t-ring { fill: var(--doubt-fill); } svg .t-dot { fill: var(--panel); }
svg .sign { fill: none; stroke: var(--paper); } svg .s-minus { stroke: var(--quiet); } svg .s-dot { stroke: var(--ink); stroke-linecap: round; }
svg .s-ring { stroke: var(--ink); stroke-linecap: round; } svg .s-hole { stroke: var(--doubt-fill); stroke-linecap: round; }
svg .outlined { fill: none; stroke: var(--ink); stroke-width: 1.8; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; padding: 0; max-width: none; font-size: 14px; } .legend li { margin: 0; }
svg.swatch { display: inline-block; vertical-align: -3px; margin-right: 5px; }
svg.plot .words { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg .bar { fill: var(--open-fill); opacity: .55; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 18px 30px; margin: 0 0 10px; }
.plots > div { break-inside: avoid; min-width: 0; } .plot-name { margin: 0 0 4px; font-size: 14px; font-weight: 600; }
.legend-line { display: block; font-weight: 400; font-size: 13px; color: var(--quiet); }
.grid th, .grid td { padding-top: 4px; padding-bottom: 4px; } .grid tbody th { font-weight: 400; }
.shade { display: inline-block; padding: 1px 7px; border-radius: 4px; white-space: nowrap; }
.above-1 { background: color-mix(in srgb, var(--open-fill) 14%, transparent); } .above-2 { background: color-mix(in srgb, var(--open-fill) 30%, transparent); } .above-3 { background: color-mix(in srgb, var(--open-fill) 48%, transparent); }
.below-1 { background: color-mix(in srgb, var(--bad-fill) 14%, transparent); } .below-2 { background: color-mix(in srgb, var(--bad-fill) 30%, transparent); } .below-3 { background: color-mix(in srgb, var(--bad-fill) 48%, transparent); }
.alarm { max-width: none; padding: 12px 18px; border: 2px solid var(--bad); border-radius: 8px; color: var(--bad); font-weight: 600; }
footer { padding-bottom: 40px; color: var(--quiet); font-size: 14px; }
@media (max-width: 860px) {
  .first, .panels { grid-template-columns: minmax(0, 1fr); gap: 18px; }
}
@media (max-width: 620px) {
  main, footer { padding: 0 18px; }
  header { padding-top: 26px; }
  section { margin-bottom: 38px; }
  svg.wide { display: none; } svg.narrow { display: block; max-width: 420px; }
  .panel { padding: 16px 18px 8px; }
  table.cards, .cards tbody, .cards caption { display: block; }
  .cards thead { display: none; }
  .cards tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--hair); }
  .cards th, .cards td { display: flex; gap: 16px; justify-content: space-between; align-items: baseline; padding: 3px 0; border: 0; text-align: right; }
  .cards td.number { white-space: normal; }
  .cards:not(.quiet) td.number > div { white-space: nowrap; flex: none; }
  .cards th::before, .cards td::before { content: attr(data-label); font-weight: 400; font-size: 15px; color: var(--quiet); text-align: left; flex: 0 1 auto; min-width: 5em; }
  .cards tbody th { font-size: 17px; }
  .number + :not(.number) { padding-left: 0; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
@page { margin: 16mm 15mm; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --hair: #ccc; --panel: #f5f5f5; --good: #006b4e; --bad: #a34200; --open: #005f95; --doubt: #8d3a6c; --good-fill: #009e73; --bad-fill: #d55e00; --open-fill: #0072b2; --doubt-fill: #cc79a7; --link: #000; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10.5pt; } main, footer { max-width: none; padding: 0; }
  header { padding-top: 0; } h1 { font-size: 22pt; } section { margin-bottom: 24pt; }
  table { font-size: 9pt; } .interval { font-size: 8pt; } th, td { padding-right: 8px; }
  h2, h3, summary, caption { break-after: avoid; }
  tr, figure, .panel, .facts > div { break-inside: avoid; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; }
  summary { list-style: none; } #downloads { display: none; }
}
)css";
}

}  // namespace cch::report
