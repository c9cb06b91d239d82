import { open } from 'node:fs/promises';
import { ChannelError, type Channel } from '../../store/notifications/delivery.ts';
import type { RenderContext } from '../../model/text/format.ts';
import { errorCode, post } from '../http.ts';
import { toOcsfEvent } from './ocsfEvent.ts';
import { toEcsEvent } from './siemEvent.ts';

/** Where events go: appended to a file, or posted as newline-delimited JSON. */
export type SiemTarget =
  | { readonly path: string }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** How events are written: https://www.elastic.co/docs/reference/ecs, https://schema.ocsf.io. */
const FORMATS = { ecs: toEcsEvent, ocsf: toOcsfEvent } as const;

/** Finding events as JSON lines. */
export function siemChannel(
  target: SiemTarget & { readonly format?: keyof typeof FORMATS },
  context: RenderContext,
): Channel {
  const toEvent = FORMATS[target.format ?? 'ecs'];
  return {
    name: 'siem',
    send: async ({ id, notice }, signal) => {
      if (notice.kind !== 'events') {
        const text = `the SIEM cannot take ${notice.kind}`;
        throw new ChannelError('message', 'not-for-siem', text);
      }
      const lines = notice.events.map((event) => `${JSON.stringify(toEvent(event, context))}\n`);
      const body = lines.join('');
      if ('path' in target) await append(target.path, body);
      else {
        const headers = { ...target.headers, 'idempotency-key': id };
        await post(
          { name: 'the SIEM', url: target.url, headers },
          body,
          'application/x-ndjson',
          signal,
        );
      }
      return { ids: {} };
    },
  };
}

/** One write at the file's end, on disk before it counts; opened each time, so that it may be rotated. */
async function append(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o640);
    try {
      await file.appendFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error);
    const kind = code === 'ENOSPC' || code === 'EIO' ? 'transient' : 'operator';
    throw new ChannelError(kind, code, `siem.path cannot be written (${code})`, {
      inDoubt: true,
      cause: error,
    });
  }
}
