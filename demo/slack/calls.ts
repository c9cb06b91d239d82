import type { IncomingMessage } from 'node:http';

/** A call to the Web API as it came in; the token is not kept. */
export interface SlackCall {
  readonly method: string;
  readonly args: SlackArgs;
  /** The workspace's clock. */
  readonly at: number;
  /** `ok`, or the error's code; `lost` when the answer was withheld. */
  readonly result: string;
}

/** Arguments by name; what was JSON inside a form is decoded where a method asks for it. */
export type SlackArgs = Readonly<Record<string, unknown>>;

/** Slack says no: `ok: false` with this code. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** `invalid_arguments` in Slack's words. */
export function invalidArguments(...messages: readonly string[]): SlackRefusal {
  const all = messages.map((message) => `[ERROR] ${message}`);
  return new SlackRefusal('invalid_arguments', { response_metadata: { messages: all } });
}

const MAX_BODY = 25_000_000;

/** The whole body of a request; larger ones are refused. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY) throw new SlackRefusal('request_too_large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Arguments of a call: a form or JSON, and the query. @throws SlackRefusal `invalid_form_data`, `invalid_json` */
export function parseArgs(contentType: string, body: Buffer, query: URLSearchParams): SlackArgs {
  const fromQuery = Object.fromEntries(query);
  const text = body.toString('utf8');
  if (contentType.startsWith('application/json')) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (isRecord(parsed)) return { ...fromQuery, ...parsed };
    } catch {
      throw new SlackRefusal('invalid_json');
    }
    throw new SlackRefusal('json_not_object');
  }
  if (text === '') return fromQuery;
  if (!contentType.startsWith('application/x-www-form-urlencoded')) {
    throw new SlackRefusal('invalid_post_type');
  }
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) };
}

/** A text argument; undefined where it is absent or empty. */
export function textArg(args: SlackArgs, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A required text argument. @throws SlackRefusal `invalid_arguments` */
export function requiredArg(args: SlackArgs, name: string): string {
  const value = textArg(args, name);
  if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
  return value;
}

export function booleanArg(args: SlackArgs, name: string): boolean {
  return ['true', '1', true].includes(args[name] as string | boolean);
}

/** A whole number within bounds. @throws SlackRefusal `invalid_limit` */
export function limitArg(args: SlackArgs, fallback: number, max: number): number {
  const text = textArg(args, 'limit');
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) throw new SlackRefusal('invalid_limit');
  return value;
}

/** A structured argument: JSON inside a form, or as it is. `undefined` where it is absent. */
export function jsonArg(args: SlackArgs, name: string, otherwise: string): unknown {
  const value = args[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new SlackRefusal(otherwise);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
