import { html } from 'hono/html';
import type { Html } from './text.ts';
import { formatCount } from '../../model/text/units.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => Html | string | number;
  /** Numbers stand at the right, in figures of one width. */
  readonly isNumber?: boolean;
}

/**
 * A table that becomes a list of cards on a narrow screen: each cell carries its column's title for that.
 *
 * @param caption what it shows, for those who do not see it
 */
export function table<T>(caption: string, rows: readonly T[], columns: readonly Column<T>[]): Html {
  return html`<table class="data">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(
          ({ title, isNumber }) =>
            html`<th scope="col" class="${isNumber === true ? 'num' : ''}">${title}</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map(
              ({ title, cell, isNumber }) =>
                html`<td class="${isNumber === true ? 'num' : ''}" data-title="${title}">
                  ${cell(row)}
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** One figure with what it is measured against. */
export interface Tile {
  readonly title: string;
  readonly value: Html | string;
  readonly sub: Html | string;
  readonly href?: string;
}

export function tiles(all: readonly Tile[]): Html {
  return html`<dl class="tiles">
    ${all.map(
      ({ title, value, sub, href }) =>
        html`<div>
          <dt>${href === undefined ? title : html`<a href="${href}">${title}</a>`}</dt>
          <dd>${value}</dd>
          <dd class="sub">${sub}</dd>
        </div>`,
    )}
  </dl>`;
}

/** Links to the pages of a long list; nothing where there is one page. */
export function pager(
  {
    offset,
    limit,
    total,
  }: { readonly offset: number; readonly limit: number; readonly total: number },
  pathOf: (offset: number) => string,
): Html | '' {
  if (total <= limit) return '';
  const last = Math.min(offset + limit, total);
  return html`<nav class="pager" aria-label="Pages of the list">
    ${
      offset === 0
        ? html`<span></span>`
        : html`<a class="button" href="${pathOf(Math.max(0, offset - limit))}">← Previous</a>`
    }
    <span>${offset + 1}–${last} of ${formatCount(total)}</span>
    ${
      last >= total
        ? html`<span></span>`
        : html`<a class="button" href="${pathOf(offset + limit)}">Next →</a>`
    }
  </nav>`;
}
