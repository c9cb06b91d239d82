/** One thing that is wrong in a file of the configuration, and where. */
export interface ConfigProblem {
  readonly file: string;
  /** 1-based; 0 where the problem is the file itself. */
  readonly line: number;
  /** `schedule.window`, `serve.tokens[0].name`; empty for the whole file. */
  readonly key: string;
  /** What is wrong and the cure. Never holds a secret's value. */
  readonly message: string;
}

/** The configuration cannot be used: every problem that was found, at once. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `burnwatch.yaml:12: schedule.window: "5x" is not a duration …`, as compilers write it. */
function formatProblem({ file, line, key, message }: ConfigProblem): string {
  const place = line > 0 ? `${file}:${line}` : file;
  return key === '' ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
}

/** `['serve', 'tokens', 0, 'name']` as people write it: `serve.tokens[0].name`. */
export function formatKey(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}
