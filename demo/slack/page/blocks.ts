import { isJson, type Json } from '../blockKit/problem.ts';
import type { Workspace } from '../workspace.ts';
import type { StoredMessage } from '../stored.ts';
import { escapeHtml } from './escape.ts';
import { mrkdwnHtml, textHtml } from './mrkdwn.ts';

/** What a message shows: its blocks, else its text; then attachments and files. */
export function contentHtml(message: StoredMessage, workspace: Workspace): string {
  const { blocks, text, attachments, files } = message;
  const body =
    blocks.length > 0
      ? blocks.map((block) => blockHtml(block, workspace)).join('')
      : text === ''
        ? ''
        : `<div class="section">${mrkdwnHtml(text, workspace, false)}</div>`;
  const more = attachments.map((attachment) => attachmentHtml(attachment, workspace)).join('');
  return body + more + files.map((id) => fileHtml(id, null, workspace)).join('');
}

export function blockHtml(block: Json, workspace: Workspace): string {
  const list = (key: string): readonly Json[] =>
    Array.isArray(block[key]) ? (block[key] as readonly unknown[]).filter(isJson) : [];
  switch (block['type']) {
    case 'header':
      return `<h3>${textHtml(block['text'], workspace)}</h3>`;
    case 'divider':
      return '<hr>';
    case 'section': {
      const text =
        block['text'] === undefined ? '' : `<div>${textHtml(block['text'], workspace)}</div>`;
      const fields = list('fields').map((field) => `<div>${textHtml(field, workspace)}</div>`);
      const grid = fields.length === 0 ? '' : `<div class="fields">${fields.join('')}</div>`;
      const accessory = isJson(block['accessory'])
        ? `<div class="accessory">${elementHtml(block['accessory'], workspace)}</div>`
        : '';
      return `<div class="section${accessory === '' ? '' : ' with-accessory'}"><div>${text}${grid}</div>${accessory}</div>`;
    }
    case 'context':
      return `<div class="context">${list('elements')
        .map((each) =>
          each['type'] === 'image'
            ? imageHtml(each, workspace)
            : `<div>${textHtml(each, workspace)}</div>`,
        )
        .join('')}</div>`;
    case 'image': {
      const title =
        block['title'] === undefined
          ? ''
          : `<div class="image-title">${textHtml(block['title'], workspace)}</div>`;
      return `<figure>${title}${imageHtml(block, workspace)}</figure>`;
    }
    case 'actions':
      return `<div class="actions">${list('elements')
        .map((each) => elementHtml(each, workspace))
        .join('')}</div>`;
    default:
      return `<div class="unknown">${escapeHtml(String(block['type']))}</div>`;
  }
}

function elementHtml(element: Json, workspace: Workspace): string {
  const actionId = element['action_id'];
  const id = escapeHtml(typeof actionId === 'string' ? actionId : '');
  switch (element['type']) {
    case 'button': {
      const style =
        element['style'] === 'primary' || element['style'] === 'danger' ? element['style'] : '';
      const url = typeof element['url'] === 'string' ? element['url'] : '';
      const opens = /^https?:/i.test(url) ? ` data-url="${escapeHtml(url)}"` : '';
      return `<button class="button ${style}" data-action="${id}"${opens}>${textHtml(element['text'], workspace)}</button>`;
    }
    case 'overflow':
    case 'static_select': {
      const options = Array.isArray(element['options'])
        ? (element['options'] as readonly Json[])
        : [];
      const entries = options.map(
        (option) =>
          `<button data-action="${id}" data-option="${escapeHtml(String(option['value']))}">${textHtml(option['text'], workspace)}</button>`,
      );
      return `<details class="menu"><summary aria-label="More actions">•••</summary><div class="entries">${entries.join('')}</div></details>`;
    }
    case 'image':
      return imageHtml(element, workspace);
    default:
      return '';
  }
}

/** Uploaded pictures are shown; pictures from elsewhere are not fetched, only named. */
function imageHtml(image: Json, workspace: Workspace): string {
  const alt = typeof image['alt_text'] === 'string' ? image['alt_text'] : '';
  const file = image['slack_file'];
  if (isJson(file) && typeof file['id'] === 'string') return fileHtml(file['id'], alt, workspace);
  return `<span class="no-image">${escapeHtml(alt)}</span>`;
}

function fileHtml(id: string, alt: string | null, workspace: Workspace): string {
  const file = workspace.files.get(id);
  if (file === undefined) return '';
  const address = `/files/${encodeURIComponent(id)}/${encodeURIComponent(file.name)}`;
  const text = escapeHtml(alt ?? file.altText ?? file.title);
  if (!/\.(png|jpe?g|gif)$/i.test(file.name))
    return `<a href="${address}">${escapeHtml(file.title)}</a>`;
  const caption = alt === null ? `<div class="image-title">${escapeHtml(file.title)}</div>` : '';
  return `${caption}<img src="${address}" alt="${text}" title="${text}">`;
}

/** Legacy attachments: a coloured edge, and blocks or texts inside. */
function attachmentHtml(attachment: Json, workspace: Workspace): string {
  const { color, blocks, pretext, title, text, fallback } = attachment;
  const edge =
    typeof color === 'string' && /^#?[0-9a-f]{6}$/i.test(color) ? color.replace('#', '') : 'dddddd';
  const words = (value: unknown, tag: string) =>
    typeof value === 'string' && value !== ''
      ? `<${tag}>${mrkdwnHtml(value, workspace, false)}</${tag}>`
      : '';
  const inner = Array.isArray(blocks)
    ? blocks
        .filter(isJson)
        .map((block) => blockHtml(block, workspace))
        .join('')
    : words(title, 'strong') + words(text ?? fallback, 'div');
  return `${words(pretext, 'div')}<div class="attachment" style="border-left-color:#${edge}">${inner}</div>`;
}
