/**
 * What a schema describes, only read, with all that it holds: what a reader is given. What is optional is absent, as
 * JSON knows no undefined; with `never` for `Absent` it may also be undefined, as zod has it.
 */
export type Given<T, Absent = undefined> = T extends readonly (infer Item)[]
  ? readonly Given<Item, Absent>[]
  : T extends object
    ? { readonly [Field in keyof T]: Given<Exclude<T[Field], Absent>, Absent> }
    : T;
