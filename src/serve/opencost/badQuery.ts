/** A parameter of the call that cannot be understood; the message is for whoever asked. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery';
}
