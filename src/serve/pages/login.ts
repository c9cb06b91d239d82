import type { Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Assets } from '../assets/assets.ts';
import type { ServeDeps } from '../deps.ts';
import { authenticateToken, type ServerEnv } from '../security/access.ts';
import { refuseCrossSite } from '../security/crossSite.ts';
import { limitRate } from '../security/rateLimit.ts';
import { SESSION_MS, type Sessions } from '../security/sessions.ts';
import { html } from './html.ts';
import { bareLayout } from './layout.ts';
import { formOf, queryText } from './route.ts';

/** A person mistypes now and then; a program that guesses is stopped. */
const LOGIN_RATE = { perSecond: 0.2, burst: 10 };

/** The login page takes a token and sets a session cookie. Of all pages only this one needs no session. */
export function mountLogin(
  app: Hono<ServerEnv>,
  deps: ServeDeps,
  sessions: Sessions,
  assets: Assets,
): void {
  app.get('/login', (context) => {
    if (deps.authenticators.length === 0) return context.redirect('/');
    return context.html(loginPage(assets, localPath(context.req.query('next')), false));
  });
  app.post('/login', limitRate(deps, LOGIN_RATE), async (context) => {
    refuseCrossSite(context, deps.config().serve.externalUrl);
    const form = await formOf(context);
    const next = localPath(queryText(form, 'next'));
    const given = queryText(form, 'token').trim();
    const principal = await authenticateToken(deps.authenticators, given);
    if (principal === null) return context.html(loginPage(assets, next, true), 401);
    const { name, ...protection } = sessions.cookie;
    setCookie(context, name, sessions.start(principal), {
      httpOnly: true,
      // A link in a chat must open the page: the cookie goes along with it, but with no foreign form.
      sameSite: 'Lax',
      ...protection,
      path: '/',
      maxAge: SESSION_MS / 1_000,
    });
    return context.redirect(next, 303);
  });
}

/** Ends the session here and in the browser. It needs authentication: a user can end only their own session. */
export function mountLogout(app: Hono<ServerEnv>, sessions: Sessions): void {
  app.post('/logout', (context) => {
    const { name, ...protection } = sessions.cookie;
    sessions.end(deleteCookie(context, name, { path: '/', ...protection }) ?? '');
    return context.redirect('/login', 303);
  });
}

/** Only paths of our own: an address elsewhere after a login would be a trap. */
function localPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}

function loginPage(assets: Assets, next: string, failed: boolean) {
  return bareLayout(
    assets,
    'Log in',
    html`<form method="post" action="/login" class="card login">
      <h1><img src="${assets.url('icon.svg')}" alt="" width="32" height="32" /> Burnwatch</h1>
      ${failed && html`<p class="error" role="alert">Unknown token. Check it and try again.</p>`}
      <input type="hidden" name="next" value="${next}" />
      <label
        >Token
        <input
          type="password"
          name="token"
          required
          autocomplete="current-password"
          ${failed && html`aria-invalid="true"`}
      /></label>
      <button class="primary">Log in</button>
      <p class="note">
        A token of <code>serve.tokens</code> in the configuration: ask the operator of Burnwatch for
        one.
      </p>
    </form>`,
  );
}
