import { html, raw } from 'hono/html';
import type { DigestEntry, StoredDigest } from '../../../store/digests/digestStore.ts';
import { renderBody } from '../../../digest/html/renderHtml.ts';
import type { PageContext } from '../context.ts';
import { head, layout } from '../layout.ts';
import { table } from '../table.ts';
import type { Html } from '../text.ts';

/** The weekly digests that were sent, the latest first. */
export function digestsPage(entries: readonly DigestEntry[], page: PageContext): Html {
  const { clock } = page;
  return layout(page, {
    title: 'Digests',
    section: '/digests',
    body: html`<h1>Weekly digests</h1>
      <section class="card" aria-label="Digests">
        ${
          entries.length === 0
            ? html`<p class="note">None was sent yet: the first one comes after the first week.</p>`
            : table('Digests, the latest first', entries, [
                {
                  title: 'Week',
                  cell: ({ week }) =>
                    html`<a href="/digests/${encodeURIComponent(week)}">${week}</a>`,
                },
                { title: 'From', cell: ({ start }) => clock.dayAt(start) },
                { title: 'To', cell: ({ end }) => clock.dayAt(end - 1) },
                {
                  title: 'Sent',
                  cell: ({ sentAt, sends }) =>
                    html`${clock.at(sentAt)}${sends > 1 ? html` <small>${sends} times</small>` : ''}`,
                },
              ])
        }
      </section>`,
  });
}

/** One digest as it was sent, in its own dress. */
export function digestPage({ digest, week }: StoredDigest, { assets, cluster }: PageContext): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        ${head(assets, `${week} · ${cluster}`, 'digest.css')}
      </head>
      <body>
        <nav class="digest-back" aria-label="Back"><a href="/digests">← Weekly digests</a></nav>
        ${raw(renderBody(digest).text)}
      </body>
    </html>`;
}
