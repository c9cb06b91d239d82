/** The command was called wrongly; the message names the cure. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what was asked; its message is all there is to say. Exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
