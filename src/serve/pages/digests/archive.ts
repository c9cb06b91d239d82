import { HttpProblem } from '../../problem.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { table } from '../parts.ts';
import type { ShownPage } from '../route.ts';
import { digestBody } from './digestHtml.ts';

/** The weekly digests that were sent, the latest first. */
export const digestsPage: ShownPage = {
  path: '/digests',
  scope: 'read',
  nav: 'Digests',
  isWholeCluster: true,
  async show({ page, deps }) {
    const { clock } = page;
    const list = table(
      'Digests, the latest first',
      await deps.reader.digests(),
      [
        {
          title: 'Week',
          cell: ({ week }) => html`<a href="/digests/${encodeURIComponent(week)}">${week}</a>`,
        },
        { title: 'From', cell: ({ start }) => clock.dayAt(start) },
        { title: 'To', cell: ({ end }) => clock.dayAt(end - 1) },
        {
          title: 'Sent',
          cell: ({ sentAt, sends }) =>
            html`${clock.at(sentAt)}${sends > 1 && html` <small>${sends} times</small>`}`,
        },
      ],
      { empty: 'None yet: Burnwatch sends the first one after its first week.' },
    );
    return layout(
      page,
      'Digests',
      html`<h1>Weekly digests</h1>
        <section class="card" aria-label="Digests">${list}</section>`,
    );
  },
};

/** One digest as it was sent. */
export const digestPage: ShownPage = {
  path: '/digests/:week',
  scope: 'read',
  isWholeCluster: true,
  async show({ page, deps, params }) {
    const stored = await deps.reader.digest(params['week'] ?? '');
    if (stored === null) throw new HttpProblem(404, 'Not Found', 'There is no digest of this week');
    return layout(
      page,
      stored.week,
      html`<p class="crumbs digest"><a href="/digests">Weekly digests</a> / ${stored.week}</p>
        ${digestBody(stored.digest)}`,
    );
  },
};
