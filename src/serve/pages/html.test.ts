import { expect, it } from 'vitest';
import { html } from './html.ts';

it('escapes values, takes hidden characters out of them and keeps their lines', async () => {
  const name = '<b>\u202Eabc\u0000"\nnext';
  const made = await html`<p title="${name}">${[name, null, false]}</p>`;
  expect(made.toString()).toBe(
    '<p title="&lt;b&gt; abc &quot;\nnext">&lt;b&gt; abc &quot;\nnext</p>',
  );
});
