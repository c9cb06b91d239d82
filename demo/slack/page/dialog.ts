import { isJson, type Json } from '../blockKit/problem.ts';
import type { OpenDialog } from '../stored.ts';
import type { Workspace } from '../workspace.ts';
import { blockHtml } from './blocks.ts';
import { escapeHtml } from './escape.ts';
import { textHtml } from './mrkdwn.ts';

/** The open dialog, or an empty place for it. */
export function dialogHtml(dialog: OpenDialog | undefined, workspace: Workspace): string {
  if (dialog === undefined) return '<div id="dialog"></div>';
  const { id, view } = dialog;
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isJson) : [];
  const button = (text: unknown, kind: string) =>
    isJson(text) ? `<button ${kind}>${textHtml(text, workspace)}</button>` : '';
  return `<div id="dialog" data-id="${escapeHtml(id)}"><form class="dialog" role="dialog" aria-modal="true" aria-labelledby="dialog-title"><h2 id="dialog-title">${textHtml(view['title'], workspace)}</h2>
${blocks.map((block) => (block['type'] === 'input' ? inputHtml(block, dialog, workspace) : blockHtml(block, workspace))).join('')}
<div class="dialog-end">${button(view['close'], 'type="button" class="button" data-dismiss')}${button(view['submit'], 'class="button primary"')}</div></form></div>`;
}

function inputHtml(block: Json, { errors }: OpenDialog, workspace: Workspace): string {
  const { label, hint, block_id: blockId, element } = block;
  if (!isJson(element) || typeof blockId !== 'string') return '';
  const name = escapeHtml(blockId);
  const initial = element['initial_date'] ?? element['initial_value'];
  const value = escapeHtml(typeof initial === 'string' ? initial : '');
  const limits = `maxlength="${Number(element['max_length'] ?? 3_000)}"`;
  const field =
    element['type'] === 'datepicker'
      ? `<input type="date" name="${name}" value="${value}">`
      : element['multiline'] === true
        ? `<textarea name="${name}" rows="3" ${limits}>${value}</textarea>`
        : `<input name="${name}" value="${value}" ${limits}>`;
  const below = hint === undefined ? '' : `<small>${textHtml(hint, workspace)}</small>`;
  const error = escapeHtml(errors[blockId] ?? '');
  return `<label class="field"><b>${textHtml(label, workspace)}</b>${field}${below}<span class="error" data-error="${name}">${error}</span></label>`;
}
