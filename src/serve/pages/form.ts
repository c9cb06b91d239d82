import type { Context } from 'hono';
import { parseTime } from '../../model/period.ts';
import { DAY_MS, HOUR_MS, type Span } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import type { DoorEnv } from '../security/access.ts';

export type Form = Readonly<Record<string, unknown>>;

/**
 * The fields of a form as our pages send it; a field that comes several times is a list.
 * @throws HttpProblem 415 for any other body: nobody's broken upload is our failure.
 */
export async function formOf({ req }: Context<DoorEnv>): Promise<Form> {
  const type = req.header('content-type') ?? FORM_TYPE;
  if (!type.toLowerCase().startsWith(FORM_TYPE))
    throw new HttpProblem(415, 'Unsupported Media Type', `A form must be ${FORM_TYPE}`);
  return req.parseBody({ all: true });
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A field's text; empty where it is missing, or several, or a file. */
export function textOf(form: Form, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value : '';
}

/** Every text of a field that may come several times. */
export function textsOf(form: Form, name: string): readonly string[] {
  const value = form[name];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'string');
}

/** `4h`, `30d`; null where nothing was chosen. @throws HttpProblem 400 */
export function durationOf(text: string): number | null {
  if (text === '') return null;
  const match = /^(\d{1,4})([hd])$/.exec(text);
  if (match === null)
    throw new HttpProblem(400, 'Bad Request', 'Give a duration such as 24h or 7d');
  return Number(match[1]) * (match[2] === 'h' ? HOUR_MS : DAY_MS);
}

/** The span in an address (`from`, `to`: RFC 3339 or milliseconds); null where there is none that makes sense. */
export function spanOf(context: Context<DoorEnv>): Span | null {
  const from = timeOf(context.req.query('from'));
  const to = timeOf(context.req.query('to'));
  return from === null || to === null || from >= to ? null : { from, to };
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^\d{12,14}$/.test(text) ? Number(text) : parseTime(text);
}
