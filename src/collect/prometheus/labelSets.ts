/** The labels of a series. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** Kubernetes' own labels have 63 characters, images and cgroups some hundreds; only annotations are longer. */
const LONGEST_LABEL = 4_096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTED = 0x20;
const LAST_ASCII = 0x7e;

/** Labels that were sent, and what is needed to know their text again. */
interface Sent {
  readonly labels: SeriesLabels | null;
  /** One character a byte; null where the labels are written as they are, so that they tell it themselves. */
  readonly text: string | null;
  /** Another one whose text has the same hash. */
  next: Sent | undefined;
  /** When they were sent last. */
  round: number;
}

/** Odd, as FNV has it. */
const FACTOR = 0x01000193;
/**
 * So many of one hash are known. Who names pods can choose as many of one hash as he likes: they are parsed each time,
 * which takes time in proportion to their text.
 */
const MOST_OF_A_HASH = 8;

/**
 * The label sets that a store sent lately, by their text in its answers. A series has the same labels in every window:
 * they are parsed once, and all answers share them. Forgets what two rounds in a row have not shown.
 */
export class LabelSets {
  readonly #known = new Map<number, Sent>();
  #values = new Map<string, string>();
  #round = 0;

  /**
   * The labels of a JSON object of strings; null where it is none. Long values are cut: an exporter chooses their length.
   *
   * @param bytes its text is the part from `start` to `end`.
   * @throws SyntaxError when the text is not JSON.
   */
  of(bytes: Buffer, start: number, end: number): SeriesLabels | null {
    let hash = 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash + bytes[at]!, FACTOR);
    const first = this.#known.get(hash);
    let count = 0;
    for (let sent = first; sent !== undefined; sent = sent.next) {
      count += 1;
      if (!isText(sent, bytes, start, end)) continue;
      sent.round = this.#round;
      return sent.labels;
    }
    const sent = this.#read(bytes, start, end, count < MOST_OF_A_HASH ? first : undefined);
    this.#known.set(hash, sent);
    return sent.labels;
  }

  /** Begins another round of answers. */
  nextRound(): void {
    for (const [hash, first] of this.#known) {
      let kept: Sent | undefined;
      for (let sent: Sent | undefined = first; sent !== undefined;) {
        const { next }: Sent = sent;
        if (sent.round === this.#round) {
          sent.next = kept;
          kept = sent;
        }
        sent = next;
      }
      if (kept === undefined) this.#known.delete(hash);
      else if (kept !== first) this.#known.set(hash, kept);
    }
    this.#round += 1;
    this.#values = new Map();
  }

  #read(bytes: Buffer, start: number, end: number, next: Sent | undefined): Sent {
    const labels = this.#parse(bytes.toString('utf8', start, end));
    const isPlain = labels !== null && isWritten(labels, bytes, start, end);
    const text = isPlain ? null : bytes.toString('latin1', start, end);
    return { labels, text, next, round: this.#round };
  }

  #parse(text: string): SeriesLabels | null {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const labels = value as Record<string, unknown>;
    for (const [name, given] of Object.entries(labels)) {
      if (typeof given !== 'string') return null;
      labels[name] = this.#shared(given.slice(0, LONGEST_LABEL));
    }
    return labels as SeriesLabels;
  }

  /** Most values are in many label sets: they are held once. */
  #shared(value: string): string {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    this.#values.set(value, value);
    return value;
  }
}

function isText({ labels, text }: Sent, bytes: Buffer, start: number, end: number): boolean {
  return text === null
    ? isWritten(labels!, bytes, start, end)
    : text === bytes.toString('latin1', start, end);
}

/** Whether a text is that of labels as JSON writes them without blanks, of characters that stand for themselves. */
function isWritten(labels: SeriesLabels, bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  let before = OPEN_OBJECT;
  for (const name in labels) {
    if (bytes[at] !== before) return false;
    at = afterString(name, bytes, at + 1);
    if (bytes[at] !== COLON) return false;
    at = afterString(labels[name]!, bytes, at + 1);
    before = COMMA;
  }
  if (before === OPEN_OBJECT && bytes[at++] !== OPEN_OBJECT) return false;
  return bytes[at] === CLOSE_OBJECT && at + 1 === end;
}

/** Where a JSON string ends that is written at a place in a text; -1 where another is written there, or in another way. */
function afterString(value: string, bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (bytes[at++] !== code || code === QUOTE || code === BACKSLASH) return -1;
    if (code < FIRST_PRINTED || code > LAST_ASCII) return -1;
  }
  return bytes[at] === QUOTE ? at + 1 : -1;
}
