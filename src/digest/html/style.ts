/** The page's style: one column, tables that become lists on a phone, nothing lost on paper. */
export const DIGEST_STYLE = `
:root {
  --paper: #f6f7f9; --card: #ffffff; --ink: #1d2433; --muted: #5b6577; --line: #e1e5ec;
  --s0: #2456d6; --s1: #12936a; --s2: #e2a400; --s3: #8a4bd0; --s4: #d4572a; --others: #8b95a7; --idle: #d8dee9;
  --before: #c3cbdb; --up: #b42318; --down: #08734f; --warn: #fff6e0; --warn-ink: #6b4700; --code: #f1f3f7;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #10141c; --card: #181e29; --ink: #e8ecf4; --muted: #a0abbf; --line: #2b3444;
    --s0: #6d93f8; --s1: #3fc495; --s2: #f0be3c; --s3: #b78bf0; --s4: #f08a5d; --others: #76829a; --idle: #3a4456;
    --before: #4a566d; --up: #ff8d80; --down: #5cd6a6; --warn: #33290f; --warn-ink: #f4d58a; --code: #0f141d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); }
.digest { max-width: 920px; margin: 0 auto; padding: 28px 20px 48px; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.digest header, .digest section { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 22px 24px; margin: 0 0 16px; }
.digest h1 { font-size: 26px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
.digest h1 span { color: var(--muted); font-weight: 500; white-space: nowrap; }
.digest h2 { font-size: 17px; margin: 0 0 12px; }
.digest h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
.digest p { margin: 0 0 8px; }
.digest ul, .digest ol { margin: 0; padding: 0 0 0 18px; }
.eyebrow { color: var(--muted); font-size: 12px; letter-spacing: .04em; text-transform: uppercase; }
.when { color: var(--muted); }
.figures { display: grid; grid-template-columns: 1.5fr repeat(4, 1fr); gap: 12px 18px; margin-top: 16px; }
.figure b { display: block; font-size: 20px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figure.main b { font-size: 32px; line-height: 1.1; }
.figure span { color: var(--muted); font-size: 13px; }
.figure.main span { font-size: 15px; font-weight: 600; color: inherit; }
.digest .up { color: var(--up) !important; }
.digest .down { color: var(--down) !important; }
.digest .notes { list-style: none; padding: 0; margin-top: 16px; }
.notes li { background: var(--warn); color: var(--warn-ink); border-radius: 8px; padding: 8px 12px; margin-top: 6px; }
.digest .why { list-style: none; padding: 0; }
.why li { display: grid; grid-template-columns: 150px 100px 1fr; gap: 14px; align-items: center; padding: 7px 0;
  border-top: 1px solid var(--line); }
.why li:first-child { border-top: 0; }
.why svg { width: 100%; height: 12px; display: block; }
.why b { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.why small { display: block; color: var(--muted); overflow-wrap: anywhere; }
.why .sum { border-top: 2px solid var(--line); }
.why .sum span { color: var(--muted); }
.more { fill: var(--s4); } .less { fill: var(--s1); } .axis { fill: var(--muted); }
.chart figure { margin: 0; }
.chart svg { display: block; width: 100%; height: auto; font-family: inherit; }
.chart .narrow { display: none; }
.digest table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.digest th, .digest td { padding: 7px 10px 7px 0; vertical-align: top; text-align: left; border-top: 1px solid var(--line); }
.digest thead th { border-top: 0; color: var(--muted); font-size: 12.5px; font-weight: 600; white-space: nowrap; }
.digest tbody th { font-weight: 600; width: 24%; min-width: 120px; overflow-wrap: anywhere; }
.digest th svg { display: block; width: 100%; height: 9px; margin-top: 4px; }
.now { fill: var(--s0); } .then { fill: var(--before); }
.digest .number { text-align: right; white-space: nowrap; }
.was, .used { color: var(--muted); }
.because { color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
.digest td.because, .digest th.because { padding-right: 0; }
.digest tfoot th, .digest tfoot td { border-top: 2px solid var(--line); font-weight: 700; }
.digest tfoot small { display: block; color: var(--muted); font-weight: 400; }
.digest details { margin-top: 10px; }
.digest summary { cursor: pointer; color: var(--muted); }
.digest .budgets { list-style: none; padding: 0; }
.budgets li { padding: 8px 0; border-top: 1px solid var(--line); }
.budgets li:first-child { border-top: 0; }
.budgets b { display: block; overflow-wrap: anywhere; }
.budgets .over b::after { content: " · over budget"; color: var(--up); }
.budgets .near b::after { content: " · may go over"; color: var(--s4); }
.budgets span { color: var(--muted); }
.budgets svg { display: block; width: 100%; height: 14px; margin-top: 6px; }
.room { fill: var(--line); } .expected { fill: var(--before); } .spent { fill: var(--s0); }
.interval, .limit { fill: var(--ink); }
.digest article { border-top: 1px solid var(--line); padding-top: 12px; margin-top: 12px; }
.facts { color: var(--muted); } .facts b { color: var(--down); }
.digest article .note { color: var(--muted); }
.digest pre { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; margin: 10px 0 0;
  overflow-x: auto; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.digest .weeks { list-style: none; padding: 0; display: flex; gap: 8px; }
.weeks li { flex: 1; text-align: center; min-width: 0; }
.weeks svg { display: block; width: 100%; height: 56px; }
.weeks b { display: block; font-size: 13.5px; margin-top: 4px; } .weeks span { color: var(--muted); font-size: 12px; }
.digest dl { display: grid; grid-template-columns: 110px 1fr; gap: 8px 14px; margin: 0; }
.digest dt { font-weight: 600; } .digest dd { margin: 0; overflow-wrap: anywhere; }
dt.over { color: var(--up); } dt.near { color: var(--s4); }
.digest footer { color: var(--muted); font-size: 13px; padding: 0 4px; }
@media (max-width: 640px) {
  .digest { padding: 12px 10px 32px; }
  .digest header, .digest section { padding: 16px; border-radius: 10px; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figure.main { grid-column: 1 / -1; }
  .why li { grid-template-columns: 44px 78px 1fr; gap: 10px; }
  .chart .wide { display: none; } .chart .narrow { display: block; }
  .digest thead, .digest .was, .digest .used { display: none; }
  .digest table, .digest tbody, .digest tfoot { display: block; }
  .digest tr { display: grid; grid-template-columns: 1fr auto auto; gap: 2px 12px; border-top: 1px solid var(--line); padding: 8px 0; }
  .digest th, .digest td { border: 0; padding: 0; }
  .digest tbody th { width: auto; min-width: 0; }
  .digest .because { grid-column: 1 / -1; }
  .digest td.because:empty { display: none; }
  .digest tfoot tr { border-top-width: 2px; }
  .digest tfoot th, .digest tfoot td { border: 0; }
  .weeks li:nth-last-child(n + 6) { display: none; }
  .digest dl { grid-template-columns: 1fr; gap: 2px; } .digest dd { margin-bottom: 10px; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #ccc; --code: #f6f6f6; --up: #8c1d13; --down: #075c40; }
  .digest { max-width: none; padding: 0; font-size: 11pt; }
  .digest header, .digest section { border: 0; padding: 8px 0; break-inside: auto; }
  .digest tr, .digest article, .why li, .budgets li, .chart { break-inside: avoid; }
  .digest h2 { break-after: avoid; }
  .digest pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .digest rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
