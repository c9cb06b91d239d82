import type { Context } from 'hono';
import type { Assets } from '../assets/assets.ts';
import type { HttpProblem } from '../problem.ts';
import { CSRF_FIELD } from '../security/crossSite.ts';
import { html, type Html } from './html.ts';
import type { PageContext, ShownPage } from './route.ts';

/** The frame around every page. Nothing in it is inline script or style: the policy forbids both. */
export function layout(page: PageContext, title: string, body: Html): Html {
  const { assets, cluster, principal, clock, notice, sections } = page;
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
          ${clusterPicker(page)}
          <nav aria-label="Pages">
            ${sections.map(
              (entry) => html`<a href="${entry.path}" ${current(entry, page)}>${entry.nav}</a>`,
            )}
          </nav>
          <div class="who">
            <span>${principal.name}</span>
            ${
              page.csrfToken !== null &&
              postForm(page, '/logout', html`<button class="link">Log out</button>`)
            }
          </div>
        </header>
        <main id="main">
          ${notice !== null && html`<p class="notice" role="status">${notice}</p>`} ${body}
        </main>
        <footer>
          <span
            >Times are in
            ${clock.timezone}${clock.zone !== clock.timezone && ` (${clock.zone})`}.</span
          >
          <a href="/api/v1/openapi.json">API</a>
        </footer>
      </body>
    </html>`;
}

/** Marks the entry of this page, or of the page that it is under. */
function current({ path }: ShownPage, page: PageContext): Html | null {
  if (path !== page.section) return null;
  return path === page.path ? html`aria-current="page"` : html`aria-current="true"`;
}

/** The cluster’s name, and the others to choose from. */
function clusterPicker({ cluster, clusters }: PageContext): Html {
  if (clusters.length < 2) return html`<span class="cluster" title="Cluster">${cluster}</span>`;
  const others = clusters.filter((name) => name !== cluster);
  return html`<details class="clusters">
    <summary class="cluster" title="Choose a cluster">${cluster}</summary>
    <ul>
      ${others.map((name) => html`<li><a href="/?cluster=${encodeURIComponent(name)}">${name}</a></li>`)}
    </ul>
  </details>`;
}

/** A form of ours: it carries the token that another site cannot know. */
export function postForm(page: PageContext, action: string, fields: Html, kind = ''): Html {
  return html`<form method="post" action="${action}" class="${kind}">
    ${csrf(page)} ${fields}
  </form>`;
}

/** The hidden field that proves a form to be ours. */
function csrf({ csrfToken }: PageContext): Html | null {
  if (csrfToken === null) return null;
  return html`<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}" />`;
}

/** A page without navigation, for a client that is not logged in. */
export function bareLayout(assets: Assets, title: string, body: Html): Html {
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

function head(assets: Assets, title: string): Html {
  return html`${meta(title)}
    <link rel="icon" href="${assets.url('icon.svg')}" type="image/svg+xml" />
    <link rel="stylesheet" href="${assets.url('style.css')}" />`;
}

/** What the head of every page begins with. */
export function meta(title: string): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · Burnwatch</title>`;
}

/** True when a browser asked for a page, and not for the API. */
export function wantsPage({ req }: Context): boolean {
  const isCall = req.path.startsWith('/api/') || req.path.startsWith('/allocation');
  return !isCall && (req.header('accept') ?? '').includes('text/html');
}

/** A problem as a page; a client that is not logged in is sent to the login page. */
export function sendProblemPage(
  context: Context,
  problem: HttpProblem,
  assets: Assets,
): Response | Promise<Response> {
  if (problem.status === 401 && context.req.method === 'GET') {
    const { pathname, search } = new URL(context.req.url);
    return context.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  const page = bareLayout(
    assets,
    problem.title,
    html`<div class="card problem">
      <h1>${problem.title}</h1>
      <p>${problem.message}.</p>
      <p><a href="/">To the overview</a></p>
    </div>`,
  );
  return context.html(page, problem.status, { ...problem.headers });
}
