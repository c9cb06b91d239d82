/** An answer of the API server that is no object: kind Status, as apimachinery writes it. */
export class ApiStatus extends Error {
  readonly code: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly extra?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.headers = more.headers ?? {};
    this.extra = more.extra ?? {};
  }

  body(): object {
    const { code, reason, message, extra } = this;
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    return { ...status, message, reason, code, ...extra };
  }
}

export function notFound(resource: string, name: string): ApiStatus {
  return new ApiStatus(404, 'NotFound', `${resource} "${name}" not found`, {
    extra: { details: { name, kind: resource } },
  });
}

/** For a path that nothing is served at: kubectl takes it for "no such resource". */
export function noSuchPath(): ApiStatus {
  return new ApiStatus(404, 'NotFound', 'the server could not find the requested resource');
}

export function unauthorized(): ApiStatus {
  return new ApiStatus(401, 'Unauthorized', 'Unauthorized');
}

export function expired(): ApiStatus {
  return new ApiStatus(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
}

export function conflict(resource: string, name: string): ApiStatus {
  return new ApiStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );
}

export function badRequest(message: string): ApiStatus {
  return new ApiStatus(400, 'BadRequest', message);
}

export function invalid(kind: string, name: string, causes: readonly string[]): ApiStatus {
  return new ApiStatus(422, 'Invalid', `${kind} "${name}" is invalid: ${causes.join(', ')}`, {
    extra: { details: { name, kind, causes: causes.map((message) => ({ message })) } },
  });
}
