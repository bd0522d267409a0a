// SPDX-License-Identifier: GPL-2.0-or-later
// The page's style: for phones and wide screens, light and dark, and on paper. Whatever colours show, shapes,
// dashes or words show too.
#pragma once

namespace gpupass::study {

constexpr const char* k_page_style = R"css(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f7f9; --ink: #1b1f24; --soft: #59616b; --rule: #d5dae0;
  --a: #1f5fbf; --b: #b8500b; --band: #dfeee2; --good: #1b6e3c; --bad: #b3261e; --odd: #7a5900;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1d2126; --ink: #e8eaed; --soft: #a3abb5; --rule: #3a414a;
    --a: #7fb2ff; --b: #ffa45e; --band: #23382b; --good: #76cf98; --bad: #ff8f86; --odd: #e0bb52;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { max-width: 48rem; }
.answer { border-left: .4rem solid var(--soft); background: var(--card); padding: .8rem 1rem; margin: 0; max-width: none; font-size: 1.05rem; }
.answer.within { border-color: var(--good); }
.answer.outside { border-color: var(--bad); }
.answer.inconclusive { border-left-style: dashed; border-color: var(--odd); }
.answer { font-weight: 600; margin-bottom: 1rem; }
.soft, figcaption { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; padding: .6rem; background: var(--card); border-radius: .4rem; max-width: 32rem; break-inside: avoid; }
figcaption { font-size: .9rem; margin-bottom: .3rem; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; font-size: .9rem; }
.legend svg { width: 1.1rem; height: 1.1rem; vertical-align: -.2rem; }
svg { display: block; width: 100%; height: auto; }
.legend svg { display: inline; }
svg text { font: 11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
svg text.tick, svg text.number { fill: var(--soft); }
svg text.tick { font-size: 10px; }
svg text.strong { font-weight: 600; fill: var(--ink); }
svg .axis, svg .none { stroke: var(--soft); stroke-width: 1; }
svg .none { stroke-dasharray: 3 3; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .band { fill: var(--band); }
svg .interval { stroke: var(--ink); stroke-width: 1.6; fill: none; }
svg .equivalent { fill: var(--good); stroke: var(--good); }
svg .slower { fill: var(--bad); stroke: var(--bad); }
svg .faster { fill: var(--a); stroke: var(--a); }
svg .inconclusive { fill: var(--card); stroke: var(--ink); stroke-width: 1.6; }
svg .curve { fill: none; stroke-width: 2; }
svg .curve.b { stroke-dasharray: 6 3; }
svg .a { stroke: var(--a); }
svg .b { stroke: var(--b); }
svg .dot.a, svg .bar.a { fill: var(--a); }
svg .dot.b { fill: var(--card); }
svg .bar { stroke-width: 1; }
svg .bar.b { fill: url(#stripes); stroke: var(--b); }
svg .stripe { stroke: var(--b); stroke-width: 3; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; }
td { overflow-wrap: break-word; max-width: 26rem; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
@media (max-width: 40rem) {
  body { padding: .7rem; }
  table.cases, table.cases tbody, table.cases tr, table.cases td { display: block; }
  table.cases thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.cases tr { padding: .5rem 0; border-bottom: 1px solid var(--rule); }
  table.cases td { border: 0; padding: .05rem 0; max-width: none; text-align: left; white-space: normal; }
  table.cases td:first-child { font-weight: 600; }
  table.cases td:not(:first-child):not(:empty)::before { content: attr(data-name) ": "; color: var(--soft); }
  table.cases td:empty { display: none; }
}
@media print { body { max-width: none; } }
)css";

}  // namespace gpupass::study
