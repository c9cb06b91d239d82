import type { Block, Inline, Line, MessageContent } from '../../notify/content/content.ts';
import { escapeXml } from '../../model/text/escape.ts';
import { formatTime } from '../../model/time.ts';

/** Where the picture of a message is attached. */
export const PICTURE_CID = 'picture@burnwatch';

/** A message as plain text, for who reads no HTML. */
export function textBody({ title, blocks }: MessageContent): string {
  const parts = blocks.flatMap((block) => {
    const text = blockText(block);
    return text === '' ? [] : [text];
  });
  return `${[title, ...parts].join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'small':
      return block.lines.map(lineText).join('\n');
    case 'facts':
      return block.facts
        .map(({ label, lines }) => `${label}: ${lines.map(lineText).join(', ')}`)
        .join('\n');
    case 'commands':
      return [...(block.title === null ? [] : [block.title]), ...block.commands].join('\n');
    case 'actions':
      return block.actions
        .filter((action) => action.kind === 'open')
        .map(({ label, url }) => `${label}: ${url}`)
        .join('\n');
    case 'picture':
    case 'divider':
      break;
  }
  return '';
}

function lineText(line: Line): string {
  return line
    .map((inline) => {
      if ('code' in inline) return inline.code;
      if ('time' in inline) return formatTime(inline.time);
      return 'url' in inline ? `${inline.label} (${inline.url})` : inline.text;
    })
    .join('');
}

/** The same as HTML, whose every text is escaped; styles stand inline, as mail programs need it. */
export function htmlBody({ title, blocks, status }: MessageContent, hasPicture: boolean): string {
  const color = {
    firing: '#b42318',
    acknowledged: '#b54708',
    resolved: '#027a48',
    note: '#475467',
    digest: '#175cd3',
  }[status];
  const body = blocks.map((block) => blockHtml(block, hasPicture)).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(title)}</title></head>
<body style="margin:0;padding:16px;background:#f4f5f7">
<div style="max-width:640px;margin:0 auto;padding:20px;background:#fff;color:#1d2939;border-top:4px solid ${color};font:15px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif;overflow-wrap:anywhere">
<h1 style="margin:0 0 12px;font-size:19px;line-height:1.3">${escapeXml(title)}</h1>
${body}
</div></body></html>
`;
}

function blockHtml(block: Block, hasPicture: boolean): string {
  switch (block.kind) {
    case 'text':
      return `<p style="margin:0 0 12px">${linesHtml(block.lines)}</p>`;
    case 'small':
      return `<p style="margin:0 0 12px;font-size:13px;color:#475467">${linesHtml(block.lines)}</p>`;
    case 'facts':
      return `<table role="presentation" style="margin:0 0 12px;border-collapse:collapse">${block.facts
        .map(
          ({ label, lines }) =>
            `<tr><th scope="row" style="padding:2px 16px 2px 0;text-align:left;vertical-align:top;color:#475467;font-weight:600">${escapeXml(label)}</th><td style="padding:2px 0">${linesHtml(lines)}</td></tr>`,
        )
        .join('')}</table>`;
    case 'commands': {
      const head = block.title === null ? '' : `<strong>${escapeXml(block.title)}</strong>`;
      const lines = escapeXml(block.commands.join('\n'));
      return `${head}<pre style="margin:4px 0 12px;padding:10px;background:#f2f4f7;font-size:13px;white-space:pre-wrap">${lines}</pre>`;
    }
    case 'picture':
      return hasPicture
        ? `<img src="cid:${PICTURE_CID}" alt="" style="max-width:100%;margin:0 0 12px">`
        : '';
    case 'divider':
      return '<hr style="border:0;border-top:1px solid #d0d5dd;margin:12px 0">';
    case 'actions':
      break;
  }
  return block.actions
    .filter((action) => action.kind === 'open')
    .map(
      ({ label, url }) =>
        `<a href="${escapeXml(url)}" style="display:inline-block;margin:0 8px 12px 0;padding:8px 14px;background:#175cd3;color:#fff;text-decoration:none">${escapeXml(label)}</a>`,
    )
    .join('');
}

function linesHtml(lines: readonly Line[]): string {
  return lines.map((line) => line.map(inlineHtml).join('')).join('<br>');
}

function inlineHtml(inline: Inline): string {
  if ('code' in inline)
    return `<code style="background:#f2f4f7;padding:1px 4px">${escapeXml(inline.code)}</code>`;
  if ('time' in inline) return escapeXml(formatTime(inline.time));
  if ('url' in inline) return `<a href="${escapeXml(inline.url)}">${escapeXml(inline.label)}</a>`;
  const text = escapeXml(inline.text);
  if (inline.style === 'strong') return `<strong>${text}</strong>`;
  return inline.style === 'emphasis' ? `<em>${text}</em>` : text;
}
