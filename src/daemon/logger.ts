import pino, { type Logger } from 'pino';

export interface LoggerOptions {
  /** One JSON object a line for machines, or plain lines for people. */
  readonly json: boolean;
  readonly level: string;
  write(text: string): void;
  /** Takes secrets out of a line; what it does may change with a reload. */
  redact(text: string): string;
}

/** The log, on stderr; no secret passes. */
export function createLogger(options: LoggerOptions): Logger {
  const { json, level, write, redact } = options;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(redact(json ? line : plainLine(line))) },
  );
}

/** `07:00:01 warn  Prometheus does not answer (code=unreachable)`. */
function plainLine(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${fieldText(value)}`);
  const reason = isError(err) ? `: ${err.message}` : '';
  const tail = fields.length > 0 ? ` (${fields.join(' ')})` : '';
  return `${clock} ${String(level).padEnd(5)} ${printable(`${typeof msg === 'string' ? msg : ''}${reason}${tail}`)}\n`;
}

/** A value on one line: a name with a line end in it begins no line of its own. */
function fieldText(value: unknown): string {
  return typeof value === 'string' && !/[\r\n]/.test(value) ? value : JSON.stringify(value);
}

function isError(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'message' in value;
}

/** Log lines may hold names from the cluster: no control code of theirs reaches a terminal. */
function printable(text: string): string {
  // Line ends stay, as messages of several lines exist.
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) =>
    char === '\n' ? '\n' : '\uFFFD',
  );
}
