/** The labels of a series. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** Kubernetes' own labels have 63 characters, images and cgroups some hundreds; only annotations are longer. */
const LONGEST_LABEL = 4_096;

/**
 * The label sets that a store sent lately, by their text in its answers. A series has the same labels in every window:
 * they are parsed once, and all answers share them. Forgets what two rounds in a row have not shown.
 */
export class LabelSets {
  #recent = new Map<string, SeriesLabels | null>();
  #older = new Map<string, SeriesLabels | null>();
  #values = new Map<string, string>();

  /**
   * The labels of a JSON object of strings; null where it is none. Long values are cut: an exporter chooses their length.
   *
   * @param bytes the text, one character a byte: what it is known by.
   * @param text the text itself, asked for when it is new.
   * @throws SyntaxError when the text is not JSON.
   */
  of(bytes: string, text: () => string): SeriesLabels | null {
    let labels = this.#recent.get(bytes);
    if (labels !== undefined) return labels;
    labels = this.#older.get(bytes);
    if (labels === undefined) labels = this.#parse(text());
    this.#recent.set(bytes, labels);
    return labels;
  }

  /** Begins another round of answers. */
  nextRound(): void {
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#values = new Map();
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
