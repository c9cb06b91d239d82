import { html } from './html.ts';
import { layout } from './layout.ts';
import type { ShownPage } from './route.ts';

/** How many windows the history holds. */
export const sealedPage: ShownPage = {
  path: '/sealed',
  scope: 'read',
  nav: 'Windows',
  async show({ page, deps }) {
    const { sealed, incomplete } = await deps.questions.sealed(null);
    return layout(page, 'Windows', html`<p>${sealed} windows, ${incomplete} incomplete</p>`);
  },
};
