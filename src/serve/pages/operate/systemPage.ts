import { html } from 'hono/html';
import type { StoredAuditEntry } from '../../../store/auditLog.ts';
import type { HistoryStatus } from '../../../store/history.ts';
import type { WindowCoverage } from '../../../store/usage.ts';
import type { DeliveryStatus } from '../../../store/notifications/deliveryStore.ts';
import type { PageContext } from '../context.ts';
import { layout } from '../layout.ts';
import { table, tiles, type Tile } from '../table.ts';
import { fromCluster, type Html } from '../text.ts';
import { formatShare, formatDuration, formatCount } from '../../../model/text/units.ts';

export interface SystemView {
  readonly status: HistoryStatus;
  /** The last day's windows, oldest first. */
  readonly windows: readonly WindowCoverage[];
  readonly waiting: readonly DeliveryStatus[];
  readonly dead: readonly DeliveryStatus[];
  readonly audit: readonly StoredAuditEntry[];
}

/** Whether Burnwatch itself is well: how far it is, what it lacked, what it could not tell anybody. */
export function systemPage(view: SystemView, page: PageContext): Html {
  return layout(page, {
    title: 'System',
    section: '/system',
    body: html`<h1>System</h1>
      ${tiles(tilesOf(view, page))} ${coverage(view, page)} ${problems(view)}
      ${deliveries('Waiting to be sent', view.waiting, page)}
      ${deliveries('Given up', view.dead, page)} ${audit(view, page)}`,
  });
}

function tilesOf(
  { status, windows, waiting, dead }: SystemView,
  page: PageContext,
): readonly Tile[] {
  const { watermark, historyStart, sealedWindows, incompleteWindows, windowMs = 0 } = status;
  const lag = watermark === null ? null : page.now - watermark;
  const late = lag !== null && windowMs > 0 && lag > 4 * windowMs;
  const sum = windows.reduce((total, { coverage: share }) => total + share, 0);
  return [
    {
      title: 'Behind the clock',
      value:
        lag === null
          ? 'unknown'
          : html`${formatDuration(lag)} ${late ? html`<span class="badge warning">late</span>` : ''}`,
      sub:
        watermark === null
          ? 'no window is sealed yet'
          : html`sealed up to ${page.clock.at(watermark)}`,
    },
    {
      title: 'Coverage, last 24 h',
      value: formatShare(windows.length === 0 ? null : sum / windows.length),
      sub: `${windows.filter(({ complete }) => !complete).length} of ${windows.length} windows lack something`,
    },
    {
      title: 'Windows',
      value: formatCount(sealedWindows),
      sub:
        historyStart === null
          ? 'the history is empty'
          : html`of ${formatDuration(windowMs)} since ${page.clock.dayAt(historyStart)};
            ${incompleteWindows} incomplete`,
    },
    {
      title: 'Messages',
      value: `${waiting.length} waiting`,
      sub:
        dead.length === 0
          ? 'none was given up'
          : html`<span class="badge critical">${dead.length} given up</span>`,
    },
  ];
}

const STRIP_HEIGHT = 34;

/** A day as a strip: one bar a window, as high as its coverage. */
function coverage({ windows }: SystemView, { clock }: PageContext): Html {
  const first = windows[0];
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return html``;
  const width = 100 / windows.length;
  return html`<section class="card" aria-labelledby="coverage-title">
    <h2 id="coverage-title">Coverage of the last day’s windows</h2>
    <svg
      class="strip"
      width="100%"
      height="${STRIP_HEIGHT}"
      role="img"
      aria-label="${windows.length} windows, ${windows.filter(({ complete }) => !complete).length} of them incomplete"
    >
      ${windows.map(({ coverage: share, complete }, index) => {
        const height = Math.max(2, share * STRIP_HEIGHT);
        return html`<rect
          class="${complete ? 'whole' : 'part'}"
          x="${(index * width).toFixed(3)}%"
          width="${width.toFixed(3)}%"
          y="${(STRIP_HEIGHT - height).toFixed(1)}"
          height="${height.toFixed(1)}"
        />`;
      })}
    </svg>
    <p class="note">
      ${clock.at(first.start)} to ${clock.at(last.start)}; amber windows lack something.
    </p>
  </section>`;
}

function problems({ windows, status }: SystemView): Html {
  const counts = new Map<string, { code: string; text: string; windows: number }>();
  for (const { problems: all } of windows)
    for (const { code, subject, text } of all) {
      const key = `${code} ${subject}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { code, text, windows: 1 });
      else known.windows += 1;
    }
  const found = [...counts.values()].toSorted((a, b) => b.windows - a.windows).slice(0, 30);
  return html`<section class="card" aria-labelledby="problems-title">
    <h2 id="problems-title">What the data lacked in the last day</h2>
    ${
      found.length === 0
        ? html`<p class="note">Nothing.</p>`
        : table('Problems of the last day', found, [
            { title: 'What', cell: ({ text }) => fromCluster(text) },
            { title: 'Code', cell: ({ code }) => html`<code>${code}</code>` },
            { title: 'Windows', isNumber: true, cell: (one) => one.windows },
          ])
    }
    ${
      status.lastProblems.length === 0
        ? ''
        : html`<p class="note">
            The last window still lacks ${status.lastProblems.length} of these.
          </p>`
    }
  </section>`;
}

function deliveries(
  title: string,
  rows: readonly DeliveryStatus[],
  { clock }: PageContext,
): Html | '' {
  if (rows.length === 0) return '';
  return html`<section class="card">
    <h2>${title}</h2>
    ${table(title, rows, [
      { title: 'To', cell: ({ receiver }) => `${receiver.channel} ${receiver.target}` },
      { title: 'Since', cell: ({ createdAt }) => clock.at(createdAt) },
      { title: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
      {
        title: 'Why',
        cell: ({ code, error }) => (error === null ? '' : `${code ?? ''}: ${fromCluster(error)}`),
      },
    ])}
  </section>`;
}

function audit({ audit: entries }: SystemView, { clock }: PageContext): Html {
  return html`<section class="card" aria-labelledby="audit-title">
    <h2 id="audit-title">Who changed what</h2>
    ${
      entries.length === 0
        ? html`<p class="note">Nobody has changed anything yet.</p>`
        : table('Changes, latest first', entries, [
            { title: 'When', cell: ({ at }) => clock.at(at) },
            { title: 'Who', cell: ({ who }) => fromCluster(who) },
            { title: 'What', cell: ({ action }) => html`<code>${action}</code>` },
            { title: 'Of', cell: ({ subject }) => html`<code>${fromCluster(subject)}</code>` },
            { title: 'Through', cell: ({ door }) => door },
            { title: 'Detail', cell: ({ detail }) => fromCluster(detailText(detail)) },
          ])
    }
  </section>`;
}

function detailText(detail: StoredAuditEntry['detail']): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(
      ([key, value]) =>
        `${key}: ${key === 'until' || key === 'endsAt' ? new Date(Number(value)).toISOString() : String(value)}`,
    )
    .join(', ');
}
