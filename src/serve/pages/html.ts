import { html as template, raw } from 'hono/html';
import { MAX_REASON_LENGTH } from '../../detect/findings/decideFinding.ts';
import { visibleText } from '../../model/text/clean.ts';
import type { Scope } from '../../model/finding.ts';
import { formatCount, formatMoney, formatShare } from '../../model/text/units.ts';
import type { Reading } from '../../model/reading.ts';
import type { WorkloadRef } from '../../model/workload.ts';

export type Html = ReturnType<typeof template>;
export { raw };

/**
 * A template whose values are escaped, for text and for attributes in double quotes. Whatever comes from the cluster
 * loses its hidden characters too. `null`, `false` and an empty list are nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return template(parts, ...values.map(cleaned));
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  return Array.isArray(value) ? value.map(cleaned) : value;
}

/** A section with a title, of which its heading's id is made: titles differ within a page. */
export function card(
  title: string,
  body: Html | null,
  { kind = '', beside = null }: { readonly kind?: string; readonly beside?: Html | null } = {},
): Html {
  const id = `${title.toLowerCase().replaceAll(/\W+/g, '-')}-title`;
  const heading = html`<h2 id="${id}">${title}</h2>`;
  return html`<section class="card ${kind}" aria-labelledby="${id}">
    ${beside === null ? heading : html`<div class="section-head">${heading} ${beside}</div>`}
    ${body}
  </section>`;
}

export function note(text: Html | string): Html {
  return html`<p class="note">${text}</p>`;
}

/** A list without marks. */
export function plainList(items: readonly (Html | string)[], kind = ''): Html {
  return html`<ul class="plain ${kind}">
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

export function badge(text: Html | string | number, kind: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`;
}

export interface HtmlColumn<T> {
  readonly title: string;
  readonly cell: (row: T) => Html | string | number | null;
  /** Numbers stand at the right, in figures of one width. */
  readonly isNumber?: boolean;
  /** Left out on a narrow screen. */
  readonly isExtra?: boolean;
  /** Where the title leads: to the same table in this column's order. */
  readonly href?: string;
  readonly sorted?: 'ascending' | 'descending' | null;
}

/** A column of money; null is unknown. */
export function moneyColumn<T>(
  title: string,
  currency: string,
  value: (row: T) => Reading,
): HtmlColumn<T> {
  return numberColumn(title, (row) => moneyText(value(row), currency));
}

export function shareColumn<T>(title: string, value: (row: T) => Reading): HtmlColumn<T> {
  return numberColumn(title, (row) => formatShare(value(row)));
}

export function numberColumn<T>(title: string, cell: HtmlColumn<T>['cell']): HtmlColumn<T> {
  return { title, isNumber: true, cell };
}

/** The column, left out on a narrow screen. */
export function extra<T>(column: HtmlColumn<T>): HtmlColumn<T> {
  return { ...column, isExtra: true };
}

export function moneyText(value: Reading, currency: string): string {
  return value === null ? 'unknown' : formatMoney(value, currency);
}

interface TableOptions {
  /** Stands in the place of a table without rows. */
  readonly empty?: string;
  /** The rows below all others. */
  readonly foot?: readonly (readonly (Html | string)[])[];
}

/**
 * A table that becomes a list of cards on a narrow screen: each cell carries its column's title for that.
 *
 * @param caption what it shows, for those who do not see it
 */
export function table<T>(
  caption: string,
  rows: readonly T[],
  columns: readonly HtmlColumn<T>[],
  { empty, foot }: TableOptions = {},
): Html {
  if (rows.length === 0 && empty !== undefined) return note(empty);
  const kindOf = ({ isNumber, isExtra }: HtmlColumn<T>) =>
    `${isNumber === true ? 'num' : ''} ${isExtra === true ? 'extra' : ''}`;
  const cells = (of: (column: HtmlColumn<T>, index: number) => unknown) =>
    columns.map((column, index) => {
      const content = of(column, index) ?? '';
      const kind = `${kindOf(column)} ${content === '' ? 'none' : ''}`;
      return html`<td class="${kind}" data-title="${column.title}">${content}</td>`;
    });
  return html`<table class="data">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(
          (column) =>
            html`<th
              scope="col"
              class="${kindOf(column)}"
              ${(column.sorted ?? null) !== null && html`aria-sort="${column.sorted}"`}
            >
              ${column.href === undefined ? column.title : html`<a href="${column.href}">${column.title}</a>`}
            </th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${cells(({ cell }) => cell(row))}
          </tr>`,
      )}
    </tbody>
    ${
      foot !== undefined &&
      html`<tfoot>
        ${foot.map(
          (row) =>
            html`<tr>
              ${cells((_, index) => row[index])}
            </tr>`,
        )}
      </tfoot>`
    }
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
): Html | null {
  if (total <= limit) return null;
  const last = Math.min(offset + limit, total);
  const link = (isThere: boolean, to: number, text: string) =>
    isThere ? html`<a class="button" href="${pathOf(to)}">${text}</a>` : html`<span></span>`;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${link(offset > 0, Math.max(0, offset - limit), '← Previous')}
    <span>${offset + 1}–${last} of ${formatCount(total)}</span>
    ${link(last < total, offset + limit, 'Next →')}
  </nav>`;
}

/** A choice in a form. */
export function select(
  name: string,
  options: Readonly<Record<string, string>>,
  chosen: string,
): Html {
  return html`<select name="${name}">
    ${Object.entries(options).map(
      ([value, text]) =>
        html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
    )}
  </select>`;
}

/** A choice with its label. */
export function choice(label: string, ...of: Parameters<typeof select>): Html {
  return html`<label>${label} ${select(...of)}</label>`;
}

/** A line of text in a form, with its label. */
export function textField(
  label: string,
  name: string,
  maxLength: number,
  {
    value = '',
    example = '',
    isRequired = false,
  }: { readonly value?: string; readonly example?: string; readonly isRequired?: boolean } = {},
): Html {
  return html`<label
    >${label}
    <input
      name="${name}"
      value="${value}"
      maxlength="${maxLength}"
      autocomplete="off"
      ${example !== '' && html`placeholder="${example}"`}
      ${isRequired && html`required`}
  /></label>`;
}

/** What is shown once its title is opened. */
export function folded(title: Html | string, body: Html, kind = ''): Html {
  return html`<details class="${kind}">
    <summary>${title}</summary>
    ${body}
  </details>`;
}

/** The reason of a silence or a decision. */
export function reasonField(): Html {
  return textField('Reason', 'reason', MAX_REASON_LENGTH, { isRequired: true });
}

const SILENCE_LENGTHS = { '4h': '4 hours', '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

/** The fields that every form for a silence has. */
export function silenceFields(): Html {
  return html`${choice('For', 'for', SILENCE_LENGTHS, '24h')} ${reasonField()}`;
}

/** Text to copy with a button. */
export function copyBox(id: string, text: string): Html {
  return html`<div class="command">
    <pre tabindex="0"><code id="${id}">${text}</code></pre>
    <button type="button" class="copy" data-copy="${id}">Copy</button>
  </div>`;
}

/** Addresses of pages: every part is encoded, whatever characters a name has. */
export function findingPath(id: string): string {
  return `/findings/${encodeURIComponent(id)}`;
}

function namespacePath(namespace: string): string {
  return `/namespaces/${encodeURIComponent(namespace)}`;
}

export function posturePath(namespace: string): string {
  return `/posture/${encodeURIComponent(namespace)}`;
}

export function workloadPath(namespace: string, { kind, name }: WorkloadRef): string {
  return `${namespacePath(namespace)}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
}

/** An address with these parameters; those that are null or empty are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | null>>,
): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const text = new URLSearchParams(
    pairs.map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return text === '' ? path : `${path}?${text}`;
}

export function namespaceLink(namespace: string, text = namespace): Html {
  return html`<a href="${namespacePath(namespace)}">${text}</a>`;
}

export function workloadLink(namespace: string, workload: WorkloadRef): Html {
  return html`<a href="${workloadPath(namespace, workload)}">${namespace} / ${workload.name}</a>
    <small>${workload.kind}</small>`;
}

/** A scope in words, linked to its page where it has one. */
export function scopeLink({ namespace, workload, subject }: Scope, cluster: string): Html {
  if (namespace === null) return html`${subject ?? cluster}`;
  if (workload !== null) return workloadLink(namespace, workload);
  return html`${namespaceLink(namespace)}${subject !== null && html` <small>${subject}</small>`}`;
}
