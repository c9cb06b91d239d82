/** Rows of named numbers, and after them lists of numbers. */
export interface NumbersForm {
  readonly row: string;
  /** In the order in which they are stored; what is no longer used keeps its place without a name. */
  readonly names: readonly string[];
  readonly lists: readonly string[];
}

const BYTE_BITS = 8;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** The form's index in a byte, and a count of two bytes. */
const HEADER = 1 + Uint16Array.BYTES_PER_ELEMENT;

/** A row as bytes, exact to the last bit. Most numbers of a row are 0: a bit says which are not, and only those follow. */
export function packNumbers(
  forms: readonly NumbersForm[],
  row: { readonly row: string },
): Uint8Array {
  const tag = forms.findIndex((form) => form.row === row.row);
  const of = row as unknown as Readonly<Record<string, number & readonly number[]>>;
  const { names, lists } = forms[tag] as NumbersForm;
  const numbers: number[] = names.map((name) => of[name] ?? 0);
  for (const name of lists) numbers.push(of[name]?.length ?? 0, ...(of[name] ?? []));
  const isPresent = (value: number): boolean => !Object.is(value, 0);
  let at = HEADER + Math.ceil(numbers.length / BYTE_BITS);
  const bytes = new Uint8Array(at + numbers.filter(isPresent).length * NUMBER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, tag);
  view.setUint16(1, numbers.length);
  numbers.forEach((value, index) => {
    if (!isPresent(value)) return;
    const byte = HEADER + Math.floor(index / BYTE_BITS);
    view.setUint8(byte, view.getUint8(byte) | (1 << (index % BYTE_BITS)));
    view.setFloat64(at, value);
    at += NUMBER_BYTES;
  });
  return bytes;
}

/** The row that `packNumbers` made of the same forms; null where its first byte names none of them. */
export function unpackNumbers(forms: readonly NumbersForm[], bytes: Uint8Array): object | null {
  const form = forms[bytes[0] ?? 0];
  if (form === undefined) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(1);
  let from = HEADER + Math.ceil(count / BYTE_BITS);
  const numbers = Array.from({ length: count }, (_, index) => {
    const byte = view.getUint8(HEADER + Math.floor(index / BYTE_BITS));
    if ((byte & (1 << (index % BYTE_BITS))) === 0) return 0;
    from += NUMBER_BYTES;
    return view.getFloat64(from - NUMBER_BYTES);
  });
  const entries = form.names.flatMap((name, index): [string, unknown][] =>
    name === '' ? [] : [[name, numbers[index] ?? 0]],
  );
  let at = form.names.length;
  for (const name of form.lists) {
    const end = at + 1 + (numbers[at] ?? 0);
    entries.push([name, numbers.slice(at + 1, end)]);
    at = end;
  }
  return { row: form.row, ...Object.fromEntries(entries) };
}
