import { html } from 'hono/html';
import { CSRF_FIELD } from '../security/csrf.ts';
import type { PageContext } from './context.ts';
import type { Html } from './text.ts';

export interface PageParts {
  readonly title: string;
  /** The entry of the navigation that this page belongs to. */
  readonly section: string;
  readonly body: Html;
}

const SECTIONS = [
  ['/', 'Overview'],
  ['/findings', 'Findings'],
  ['/recommendations', 'Recommendations'],
  ['/posture', 'Posture'],
  ['/digests', 'Digests'],
  ['/silences', 'Silences'],
  ['/system', 'System'],
] as const;

/** The frame around every page. Nothing in it is inline script or style: the policy forbids both. */
export function layout(page: PageContext, { title, section, body }: PageParts): Html {
  const { assets, cluster, principal, clock, notice } = page;
  return html`<!doctype html>
    <html lang="en">
      <head>
        ${head(assets, `${title} · ${cluster}`)}
        <script src="${assets.url('app.js')}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/"
            ><img src="${assets.url('icon.svg')}" alt="" width="24" height="24" />Burnwatch</a
          >
          <span class="cluster" title="Cluster">${cluster}</span>
          <nav aria-label="Pages">
            ${SECTIONS.filter(([href]) => href !== '/digests' || principal.namespaces === null).map(
              ([href, name]) =>
                html`<a href="${href}" ${section === href ? html`aria-current="page"` : ''}
                  >${name}</a
                >`,
            )}
          </nav>
          <div class="who">
            <span>${principal.name}</span>
            ${
              page.csrfToken === null
                ? ''
                : html`<form method="post" action="/logout">
                    ${csrf(page)}<button class="link">Log out</button>
                  </form>`
            }
          </div>
        </header>
        <main id="main">
          ${notice === null ? '' : html`<p class="notice" role="status">${notice}</p>`} ${body}
        </main>
        <footer>
          <span
            >Times are in
            ${clock.timezone}${clock.zone === clock.timezone ? '' : ` (${clock.zone})`}.</span
          >
          <a href="/api/v1/openapi.json">API</a>
        </footer>
      </body>
    </html>`;
}

/** The hidden field that proves a form to be ours. */
export function csrf({ csrfToken }: PageContext): Html | '' {
  if (csrfToken === null) return '';
  return html`<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}" />`;
}

/** A page for whoever is not logged in: no navigation. */
export function bareLayout(
  assets: PageContext['assets'],
  { title, body }: Pick<PageParts, 'title' | 'body'>,
): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        ${head(assets, title)}
      </head>
      <body class="bare">
        <main id="main">${body}</main>
      </body>
    </html>`;
}

/** What every page has in its head. */
export function head(
  assets: PageContext['assets'],
  title: string,
  style: 'style.css' | 'digest.css' = 'style.css',
): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · Burnwatch</title>
    <link rel="icon" href="${assets.url('icon.svg')}" type="image/svg+xml" />
    <link rel="stylesheet" href="${assets.url(style)}" />`;
}
