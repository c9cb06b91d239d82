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

/** Odd, as FNV has it. */
const FACTOR = 0x01000193;
/**
 * So many of one hash are looked at. Who names pods can choose as many of one hash as he likes: they are parsed each time,
 * which takes time in proportion to their text.
 */
const MOST_OF_A_HASH = 8;
const LEAST_ROOM = 64;
const NO_SET = -1;

/** What is known of label sets, by their numbers. */
interface Columns {
  readonly hash: Int32Array;
  /** Another one whose hash leads to the same place, and how many there are from this one on. */
  readonly next: Int32Array;
  readonly count: Uint8Array;
  /** The one that came after it in an answer. */
  readonly after: Int32Array;
  /** When they were sent last. */
  readonly round: Int32Array;
  /** The first set by the place that its hash leads to. */
  readonly places: Int32Array;
}

/**
 * The label sets that a store sent lately, by their text in its answers. A series has the same labels in every window:
 * they are parsed once, and all answers share them. Forgets what two rounds in a row have not shown.
 *
 * 100,000 containers have 1.5 million of them: what is known of each stands in columns, since an object for each would be a
 * tenth of the heap.
 */
export class LabelSets {
  #labels: (SeriesLabels | null)[] = [];
  /** Of sets that are not written as they are: one character a byte. The others tell their text themselves. */
  #texts = new Map<number, string>();
  #columns = columnsOf(LEAST_ROOM);
  #values = new Map<string, string>();
  #round = 0;
  /** Of the labels that were read last: their number until the next round, and where their text ends. */
  set = NO_SET;
  end = 0;

  /**
   * The labels of a JSON object of strings, mostly those that came after the last ones in an answer before; null where it
   * is none. Long values are cut: an exporter chooses their length.
   *
   * @param bytes its text begins at `start`.
   * @param last `set` of the labels before them in the answer, if any.
   * @param endOf finds the end of the text where it is another.
   * @throws SyntaxError when the text is not JSON, or what `endOf` throws
   */
  read(
    bytes: Buffer,
    start: number,
    last: number | null,
    endOf: () => number,
  ): SeriesLabels | null {
    const expected = last === null ? NO_SET : (this.#columns.after[last] ?? NO_SET);
    const labels = this.#labels[expected] ?? null;
    this.end = labels === null ? -1 : endOfWritten(labels, bytes, start);
    this.set = expected;
    if (this.end < 0) {
      this.end = endOf();
      this.set = this.#find(bytes, start, this.end);
      // An order that was wrong is not believed again at once: VictoriaMetrics sends raw samples in any.
      if (last !== null) this.#columns.after[last] = expected === NO_SET ? this.set : NO_SET;
    }
    this.#columns.round[this.set] = this.#round;
    return this.#labels[this.set] ?? null;
  }

  /** Begins another round of answers. */
  nextRound(): void {
    const { round } = this.#columns;
    const kept = [...this.#labels.keys()].filter((set) => round[set] === this.#round);
    if (kept.length < this.#labels.length) this.#keep(kept, LEAST_ROOM);
    this.#round += 1;
    this.#values = new Map();
  }

  #find(bytes: Buffer, start: number, end: number): number {
    let hash = 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash + bytes[at]!, FACTOR);
    const columns = this.#columns;
    const first = columns.places[placeOf(hash, columns)]!;
    for (let set = first; set !== NO_SET; set = columns.next[set]!)
      if (columns.hash[set] === hash && this.#isText(set, bytes, start, end)) return set;
    return this.#add(hash, bytes, start, end);
  }

  #isText(set: number, bytes: Buffer, start: number, end: number): boolean {
    const text = this.#texts.get(set);
    return text === undefined
      ? endOfWritten(this.#labels[set]!, bytes, start) === end
      : text === bytes.toString('latin1', start, end);
  }

  #add(hash: number, bytes: Buffer, start: number, end: number): number {
    const labels = this.#parse(bytes.toString('utf8', start, end));
    if (this.#labels.length === this.#columns.hash.length)
      this.#keep([...this.#labels.keys()], 2 * this.#labels.length);
    const set = this.#labels.push(labels) - 1;
    if (labels === null || endOfWritten(labels, bytes, start) !== end)
      this.#texts.set(set, bytes.toString('latin1', start, end));
    link(set, hash, this.#columns);
    return set;
  }

  /** Gives these sets the numbers from 0 on, and forgets all others. */
  #keep(sets: readonly number[], room: number): void {
    const [labels, texts, old] = [this.#labels, this.#texts, this.#columns];
    const numbers = new Int32Array(labels.length).fill(NO_SET);
    for (const [number, set] of sets.entries()) numbers[set] = number;
    this.#labels = sets.map((set) => labels[set]!);
    this.#texts = new Map();
    for (const [set, text] of texts)
      if (numbers[set] !== NO_SET) this.#texts.set(numbers[set]!, text);
    this.#columns = columnsOf(Math.max(room, 2 ** Math.ceil(Math.log2(sets.length + 1))));
    for (const [number, set] of sets.entries()) {
      link(number, old.hash[set]!, this.#columns);
      this.#columns.after[number] = numbers[old.after[set]!] ?? NO_SET;
      this.#columns.round[number] = old.round[set]!;
    }
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

/** @param room a power of two */
function columnsOf(room: number): Columns {
  return {
    hash: new Int32Array(room),
    next: new Int32Array(room),
    count: new Uint8Array(room),
    after: new Int32Array(room).fill(NO_SET),
    round: new Int32Array(room),
    places: new Int32Array(room).fill(NO_SET),
  };
}

function placeOf(hash: number, { places }: Columns): number {
  return (hash ^ (hash >>> 16)) & (places.length - 1);
}

/** Lets a set be found, and others whose hashes lead to the same place unless they are too many. */
function link(set: number, hash: number, columns: Columns): void {
  const place = placeOf(hash, columns);
  const other = columns.places[place]!;
  const others = other === NO_SET ? 0 : columns.count[other]!;
  const isLinked = others < MOST_OF_A_HASH;
  columns.hash[set] = hash;
  columns.next[set] = isLinked ? other : NO_SET;
  columns.count[set] = isLinked ? others + 1 : 1;
  columns.places[place] = set;
}

/**
 * Where labels end that are written at a place in a text as JSON writes them without blanks, of characters that stand for
 * themselves; -1 where others are written there, or in another way.
 */
function endOfWritten(labels: SeriesLabels, bytes: Buffer, start: number): number {
  let at = start;
  let before = OPEN_OBJECT;
  for (const name in labels) {
    if (bytes[at] !== before) return -1;
    at = afterString(name, bytes, at + 1);
    if (bytes[at] !== COLON) return -1;
    at = afterString(labels[name]!, bytes, at + 1);
    before = COMMA;
  }
  if (before === OPEN_OBJECT && bytes[at++] !== OPEN_OBJECT) return -1;
  return bytes[at] === CLOSE_OBJECT ? at + 1 : -1;
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
