import { HttpProblem } from '../../problem.ts';
import { html, table, raw, type Html } from '../html.ts';
import { layout, meta } from '../layout.ts';
import type { ShownPage } from '../route.ts';
import { weekText } from '../../../digest/text/words.ts';
import { BASIS } from '../../../digest/text/renderText.ts';
import type { Digest } from '../../../store/digests/digest.ts';
import { pageCss } from '../../assets/assets.ts';
import {
  attentionSection,
  chartSection,
  dataSection,
  efficiencySection,
  forecastSection,
  headSection,
  savingsSection,
  whySection,
  spendSection,
} from './digestSections.ts';

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
  async show({ page, deps, params, query }) {
    const week = params['week'] ?? '';
    const { clusters } = page;
    const isOfAll = query['clusters'] === 'all' && clusters.length > 1;
    const digest = isOfAll
      ? await deps.questions.fleetDigest({ week, clusters })
      : ((await deps.reader.digest(week))?.digest ?? null);
    if (digest === null) throw new HttpProblem(404, 'There is no digest of this week');
    const path = `/digests/${encodeURIComponent(week)}`;
    const other = isOfAll
      ? html`<a href="${path}">${page.cluster} alone</a>`
      : html`<a href="${path}?clusters=all">all clusters</a>`;
    return layout(
      page,
      week,
      html`<p class="crumbs digest">
          <a href="/digests">Weekly digests</a> / ${week}${clusters.length > 1 && html` · ${other}`}
        </p>
        ${digestBody(digest)}`,
    );
  },
};

/**
 * A digest as one file that needs nothing else: no script, no font, no picture from elsewhere. Light or dark as the
 * reader has it, for a phone, a screen or paper.
 */
export async function renderDigestHtml(digest: Digest): Promise<string> {
  const title = `${digest.cluster}, week ${digest.week.name}`;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        ${meta(title)}
        <meta name="referrer" content="no-referrer" />
        <style>
          ${raw(pageCss())}
        </style>
      </head>
      <body>
        <main>${digestBody(digest)}</main>
      </body>
    </html> `;
  return page.toString();
}

/** The digest without a page around it. */
function digestBody(digest: Digest): Html {
  return html`<div class="digest">
    ${headSection(digest)} ${whySection(digest)} ${chartSection(digest)}
    ${digest.clusters && spendSection('Clusters', 'Cluster', digest.clusters, digest, null)}
    ${spendSection('Namespaces', 'Namespace', digest.namespaces, digest, digest.idle)}
    ${spendSection('Owners', 'Owner', digest.owners, digest, digest.idle)}
    ${forecastSection(digest)} ${savingsSection(digest)} ${efficiencySection(digest)}
    ${attentionSection(digest)} ${dataSection(digest)}
    <p class="note">
      ${weekText(digest)}. Money in ${digest.currency}, ${BASIS[digest.priceBasis]}. Every table
      adds up to the cluster’s bill of the week.
    </p>
  </div>`;
}
