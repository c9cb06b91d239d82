/** One column of a page: integers in a fixed unit. */
export interface Column {
  readonly name: string;
  /** The unit of one count; quantisation rounds to it, half away from zero for positive values. */
  readonly unit: string;
  /** May a slot hold "unknown"? Unknown is never zero. */
  readonly nullable: boolean;
  /** How slots and keys are put together above. */
  readonly merge: 'sum' | 'max';
}
