import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempFolder } from '../support/tempFolder.ts';
import { runCommand } from '../support/runCommand.ts';

let folder: TempFolder;
beforeAll(async () => {
  folder = new TempFolder();
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(folder.file(shell), (await runCommand(['completion', shell], () => 0)).out);
  }
});
afterAll(() => folder[Symbol.dispose]());

const CASES: readonly (readonly [
  line: string,
  has: readonly string[],
  lacks: readonly string[],
])[] = [
  ['burnwatch fin', ['findings'], ['costs']],
  ['burnwatch findings ', ['show', 'reopen'], ['costs', 'import']],
  ['burnwatch findings --state ', ['open', 'all'], ['show']],
  ['burnwatch findings list --kind cr', ['cryptojacking'], ['budget']],
  ['burnwatch costs -o ', ['table', 'json', 'csv'], ['findings']],
  ['burnwatch completion ', ['bash', 'zsh', 'fish'], ['run']],
];

/** What each shell offers for a line, a word a line. */
const SHELLS: Readonly<Record<string, (script: string, line: string) => readonly string[]>> = {
  bash: (script, line) => [
    '--norc',
    '-c',
    `source ${script}; COMP_WORDS=(${quotedWords(line)}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _burnwatch; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // `_describe` and `compadd` belong to zsh's line editor: both print here.
  zsh: (script, line) => [
    '-f',
    '-c',
    `compdef() { :; }; _describe() { print -l -- \${(M)\${(P)2}:#\${words[CURRENT]}*}; }; compadd() { shift; print -l -- \${(M)@:#\${words[CURRENT]}*}; }; source ${script}; words=(${quotedWords(line)}); CURRENT=$#words; _burnwatch`,
  ],
  fish: (script, line) => [
    '--no-config',
    '-c',
    `source ${script}; complete -C ${JSON.stringify(line)}`,
  ],
};

function quotedWords(line: string): string {
  return line
    .split(' ')
    .map((word) => `'${word}'`)
    .join(' ');
}

function isHere(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.each(Object.entries(SHELLS))('%s', (shell, commandOf) => {
  it.skipIf(!isHere(shell)).each(CASES)('completes "%s"', (line, has, lacks) => {
    const args = commandOf(folder.file(shell), line);
    const printed = execFileSync(shell, args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder.path },
    });
    const words = printed.split('\n').map((each) => each.split(/[\t:]/)[0]);
    for (const word of has) expect(words).toContain(word);
    for (const word of lacks) expect(words).not.toContain(word);
  });
});
