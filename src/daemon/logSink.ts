import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { SECOND_MS } from '../model/time.ts';

/** What waits in memory for a reader of a pipe; beyond it whole texts are dropped. */
const MAX_WAITING_BYTES = 2 ** 20;
/** How long the end of the process waits for a reader to take the last lines. */
const LAST_WAIT_MS = SECOND_MS;

/** stdout or stderr. */
type StandardStream = Pick<
  Writable,
  'write' | 'writableLength' | 'destroyed' | 'on' | 'removeAllListeners'
> & { readonly fd: number };

/**
 * Where a daemon writes texts that need no reader: a text that cannot be written (its reader has gone, the disk is full) or is
 * not read is dropped and counted. Nothing here throws, waits for a reader, or ends the process.
 */
export class LogSink {
  readonly #stream: StandardStream;
  readonly #toFile: boolean;
  readonly #onDropped: (texts: number) => void;
  #dropped = 0;
  #untold = 0;
  /** A text that was cut by a full disk; the next one begins a line of its own. */
  #isCut = false;

  /** @param onDropped gets the number of dropped texts once another one could be written. */
  constructor(stream: StandardStream, onDropped: (texts: number) => void = () => undefined) {
    this.#stream = stream;
    this.#onDropped = onDropped;
    this.#toFile = isFile(stream.fd);
    // A command ends with its reader; a daemon does not.
    stream.removeAllListeners('error').on('error', () => this.#drop());
  }

  /** Texts dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  write(text: string): void {
    if (!(this.#toFile ? this.#append(text) : this.#send(text))) return this.#drop();
    if (this.#untold === 0) return;
    const texts = this.#untold;
    this.#untold = 0;
    this.#onDropped(texts);
  }

  /** Waits a second at most; true when all that was not dropped has been taken. */
  async drained(): Promise<boolean> {
    const until = performance.now() + LAST_WAIT_MS;
    const isDone = () => this.#stream.destroyed || this.#stream.writableLength === 0;
    while (!isDone() && performance.now() < until)
      await new Promise((resolve) => void setTimeout(resolve, 20));
    return isDone();
  }

  #drop(): void {
    this.#dropped += 1;
    this.#untold += 1;
  }

  /** Node's own stream of a file gives up at its first error; a full disk has room again some day. */
  #append(text: string): boolean {
    const bytes = Buffer.from(this.#isCut ? `\n${text}` : text);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#stream.fd, bytes, done);
      this.#isCut = false;
      return true;
    } catch {
      this.#isCut ||= done > 0;
      return false;
    }
  }

  /** Into a pipe, a socket or a terminal. */
  #send(text: string): boolean {
    const { destroyed, writableLength } = this.#stream;
    if (destroyed || writableLength + text.length > MAX_WAITING_BYTES) return false;
    this.#stream.write(text);
    return true;
  }
}

function isFile(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFile() || (stat.isCharacterDevice() && !isatty(fd));
}
