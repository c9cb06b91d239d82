import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Assets } from '../assets/assets.ts';
import type { HttpProblem } from '../problem.ts';
import { bareLayout } from './layout.ts';

/** True when a person with a browser asked, for a page and not for the API. */
export function wantsPage({ req }: Context): boolean {
  const isCall = req.path.startsWith('/api/') || req.path.startsWith('/allocation');
  return !isCall && (req.header('accept') ?? '').includes('text/html');
}

/** A problem as a page; whoever is not logged in is sent to do that first. */
export function sendProblemPage(
  context: Context,
  problem: HttpProblem,
  assets: Assets,
): Response | Promise<Response> {
  if (problem.status === 401 && context.req.method === 'GET') {
    const { pathname, search } = new URL(context.req.url);
    return context.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  const page = bareLayout(assets, {
    title: problem.title,
    body: html`<div class="card problem">
      <h1>${problem.title}</h1>
      <p>${problem.message}.</p>
      <p><a href="/">To the overview</a></p>
    </div>`,
  });
  return context.html(page, problem.status, { ...problem.headers });
}
