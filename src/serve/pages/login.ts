import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Assets } from '../assets/assets.ts';
import type { ServeDeps } from '../deps.ts';
import { authenticateToken, type ServerEnv } from '../security/access.ts';
import { refuseCrossSite } from '../security/crossSite.ts';
import { LOGIN_MS, OIDC_CALLBACK, type OidcLogin } from '../security/oidc.ts';
import { limitRate } from '../security/rateLimit.ts';
import { SESSION_MS, type Session, type Sessions } from '../security/sessions.ts';
import { html } from './html.ts';
import { bareLayout } from './layout.ts';
import { formOf, queryText } from './route.ts';

/** A person mistypes now and then; a program that guesses is stopped. */
const LOGIN_RATE = { perSecond: 0.2, burst: 10 };
/** Binds a login at the provider to this browser. */
const LOGIN_COOKIE = 'burnwatch_login';

export interface LoginDeps extends ServeDeps {
  readonly isOpen: boolean;
}

/** The login page takes a token, or sends to the OpenID Connect provider. Of all pages only these need no session. */
export function mountLogin(
  app: Hono<ServerEnv>,
  deps: LoginDeps,
  sessions: Sessions,
  assets: Assets,
): void {
  const slowly = limitRate(deps, LOGIN_RATE);
  app.get('/login', (context) => {
    if (deps.isOpen) return context.redirect('/');
    const next = localPath(context.req.query('next'));
    const isOut = context.req.query('out') !== undefined;
    return context.html(loginPage(assets, deps, { next, failed: false, isOut }));
  });
  app.post('/login', slowly, async (context) => {
    refuseCrossSite(context, deps.config().serve.externalUrl);
    const form = await formOf(context);
    const next = localPath(queryText(form, 'next'));
    const given = queryText(form, 'token').trim();
    const principal = () => authenticateToken(deps.authenticators, given);
    if ((await principal()) === null)
      return context.html(loginPage(assets, deps, { next, failed: true, isOut: false }), 401);
    return startSession(context, sessions, principal, next);
  });
  const { oidc } = deps;
  if (oidc !== undefined && oidc !== null) mountOidc(app, oidc, sessions, slowly);
}

function mountOidc(
  app: Hono<ServerEnv>,
  oidc: OidcLogin,
  sessions: Sessions,
  slowly: ReturnType<typeof limitRate>,
): void {
  app.get('/login/oidc', slowly, async (context) => {
    const { prefix, secure } = sessions.cookie;
    const known = getCookie(context, LOGIN_COOKIE, prefix);
    const isOurs = known !== undefined && /^[\w-]{43}$/.test(known);
    const next = localPath(context.req.query('next'));
    const { url, browser } = await oidc.begin(next, isOurs ? known : undefined);
    const protection = { secure, ...(prefix && { prefix }) };
    setCookie(context, LOGIN_COOKIE, browser, {
      httpOnly: true,
      // The provider's redirect brings it back.
      sameSite: 'Lax',
      ...protection,
      path: '/',
      maxAge: LOGIN_MS / 1_000,
    });
    return context.redirect(url, 303);
  });
  app.get(OIDC_CALLBACK, slowly, async (context) => {
    const { prefix } = sessions.cookie;
    const { searchParams } = new URL(context.req.url);
    const browser = getCookie(context, LOGIN_COOKIE, prefix);
    const { principal, next } = await oidc.end(searchParams, browser);
    return startSession(context, sessions, () => Promise.resolve(principal), next);
  });
}

function startSession(
  context: Context<ServerEnv>,
  sessions: Sessions,
  principal: Session['principal'],
  next: string,
): Response {
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
}

/** Ends the session here and in the browser. It needs authentication: a user can end only their own session. */
export function mountLogout(app: Hono<ServerEnv>, sessions: Sessions): void {
  app.post('/logout', (context) => {
    const { name, ...protection } = sessions.cookie;
    sessions.end(deleteCookie(context, name, { path: '/', ...protection }) ?? '');
    return context.redirect('/login?out', 303);
  });
}

/** Only paths of our own: an address elsewhere after a login would be a trap. */
function localPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}

interface LoginView {
  readonly next: string;
  readonly failed: boolean;
  /** After a logout. */
  readonly isOut: boolean;
}

function loginPage(
  assets: Assets,
  { authenticators, oidc = null, config }: LoginDeps,
  { next, failed, isOut }: LoginView,
) {
  const takesKubernetes = config().serve.tokenReview !== undefined;
  const logout = isOut ? (oidc?.logoutUrl ?? null) : null;
  return bareLayout(
    assets,
    'Log in',
    html`<form method="post" action="/login" class="card login">
      <h1><img src="${assets.url('icon.svg')}" alt="" width="32" height="32" /> Burnwatch</h1>
      ${failed && html`<p class="error" role="alert">Unknown token. Check it and try again.</p>`}
      ${
        logout !== null &&
        html`<p role="status">
          You are logged out of Burnwatch. <a href="${logout}">Log out of ${oidc?.provider} too</a>
        </p>`
      }
      ${
        oidc !== null &&
        html`<a class="button primary" href="/login/oidc?next=${encodeURIComponent(next)}"
          >Log in with ${oidc.provider}</a
        >`
      }
      ${
        authenticators.length > 0 &&
        html`<input type="hidden" name="next" value="${next}" />
          <label
            >Token
            <input
              type="password"
              name="token"
              required
              autocomplete="current-password"
              ${failed && html`aria-invalid="true"`}
          /></label>
          <button class="${oidc === null && 'primary'}">Log in</button>
          <p class="note">
            A token of <code>serve.tokens</code> in the
            configuration${takesKubernetes && ', or one of the cluster'}: ask the operator of
            Burnwatch for one.
          </p>`
      }
    </form>`,
  );
}
