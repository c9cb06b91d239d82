import { html } from 'hono/html';
import { KIND_NAMES, formatScope } from '../../../model/text/format.ts';
import type { PageContext } from '../context.ts';
import { layout } from '../layout.ts';
import { fromCluster, type Html } from '../text.ts';
import { commandBox, decideBox } from './act.ts';
import { evidenceBox } from './evidence.ts';
import { findingHead } from './head.ts';
import type { FindingView } from './readFinding.ts';
import { neighbourBox, specBox } from './surroundings.ts';

/**
 * The page for whoever is on call: what it is, why we think so, what changed, what to do, top to bottom. On a
 * wide screen what to do stands beside it.
 */
export function findingPage(
  view: FindingView,
  charts: Html,
  page: PageContext,
  kubeContext: string | null,
): Html {
  const { finding } = view;
  return layout(page, {
    title: `${KIND_NAMES[finding.kind]}: ${fromCluster(formatScope(finding))}`,
    section: '/findings',
    body: html`${findingHead(view, page)}
      <div class="columns">
        <div class="first">${charts}</div>
        <div class="aside">${decideBox(view, page)} ${commandBox(view, kubeContext)}</div>
        <div class="rest">
          ${evidenceBox(finding, page.clock)}
          <div class="pair">${specBox(view, page)} ${neighbourBox(view, page)}</div>
          <p class="note permanent">
            Permanent link:
            <a href="/findings/${encodeURIComponent(finding.id)}"
              ><code>/findings/${finding.id}</code></a
            >
            · <a href="/api/v1/findings/${encodeURIComponent(finding.id)}">as JSON</a>
            ${
              view.use === null
                ? ''
                : html`·
                    <a href="/api/v1/findings/${encodeURIComponent(finding.id)}/series"
                      >its series</a
                    >`
            }
          </p>
        </div>
      </div>`,
  });
}
