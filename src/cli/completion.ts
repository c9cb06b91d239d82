import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A command as a shell completes it. */
interface Completed {
  /** The words after `burnwatch`, such as `findings show`. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly about: string }[];
  /** Values of options, by option; empty: the option takes a file or any text. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A completion script made from the commands themselves. */
export function renderCompletion(program: Command, shell: Shell): string {
  const commands = completedOf(program, '');
  const write = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
  return write(commands);
}

function completedOf(command: Command, path: string): readonly Completed[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  const options = [...command.options, ...defaultOptions(children)];
  const anywhere = path === '' ? [{ word: '--config', about: 'the configuration' }] : [];
  const own: Completed = {
    path,
    words: [
      ...children.map((child) => ({ word: child.name(), about: child.description() })),
      ...firstArgumentChoices(command).map((word) => ({ word, about: '' })),
      ...options.flatMap((option) =>
        flagsOf(option).map((word) => ({ word, about: option.description })),
      ),
      ...anywhere,
      { word: '--help', about: 'help for this command' },
    ],
    values: new Map(
      options
        .filter((option) => option.required || option.optional)
        .flatMap((option) => flagsOf(option).map((flag) => [flag, option.argChoices ?? []])),
    ),
  };
  return [
    own,
    ...children.flatMap((child) => completedOf(child, `${path} ${child.name()}`.trimStart())),
  ];
}

/** `findings --state` means `findings list --state`: options of what a command does by default. */
function defaultOptions(children: readonly Command[]): readonly Option[] {
  return children.find((child) => child.name() === 'list')?.options ?? [];
}

function firstArgumentChoices(command: Command): readonly string[] {
  return command.registeredArguments[0]?.argChoices ?? [];
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** In single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function shellCases(commands: readonly Completed[], render: (one: Completed) => string): string {
  return commands.map((one) => `    ${quoted(one.path)}) ${render(one)} ;;`).join('\n');
}

/** Every command: the longest that the words typed so far name is meant, options and their values between them. */
function pathCases(commands: readonly Completed[]): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return paths.join('|');
}

function valueCases(commands: readonly Completed[]): string {
  return commands
    .flatMap(({ path, values }) =>
      Array.from(values, ([flag, choices]) => [`${path} ${flag}`.trimStart(), choices] as const),
    )
    .filter(([, choices]) => choices.length > 0)
    .map(([key, choices]) => `    ${quoted(key)}) values=${quoted(choices.join(' '))} ;;`)
    .join('\n');
}

function takesValueCases(commands: readonly Completed[]): string {
  const flags = new Set(commands.flatMap(({ values }) => [...values.keys()]));
  return [...flags].join('|');
}

function bashScript(commands: readonly Completed[]): string {
  return `# burnwatch completion for bash: source <(burnwatch completion bash)
_burnwatch() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path='' word index values='' words=''
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${path:+$path }\${COMP_WORDS[index]}"
    case "$word" in
    ${pathCases(commands)}) path=$word ;;
    esac
  done
  case "\${path:+$path }$before" in
${valueCases(commands)}
  esac
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$before" in
    ${takesValueCases(commands)}) return ;;
  esac
  case "$path" in
${shellCases(commands, ({ words }) => `words=${quoted(words.map(({ word }) => word).join(' '))}`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _burnwatch burnwatch
`;
}

function zshScript(commands: readonly Completed[]): string {
  const described = ({ words }: Completed): string =>
    `words_=(${words.map(({ word, about }) => quoted(`${word.replaceAll(':', '\\:')}:${about}`)).join(' ')})`;
  return `#compdef burnwatch
# burnwatch completion for zsh: source <(burnwatch completion zsh)
_burnwatch() {
  local path_='' word before=\${words[CURRENT-1]} values='' index
  local -a words_
  for ((index = 2; index < CURRENT; index++)); do
    word="\${path_:+$path_ }\${words[index]}"
    case "$word" in
    ${pathCases(commands)}) path_=$word ;;
    esac
  done
  case "\${path_:+$path_ }$before" in
${valueCases(commands)}
  esac
  if [[ -n $values ]]; then
    compadd -- \${(s: :)values}
    return
  fi
  case "$before" in
    ${takesValueCases(commands)}) _files; return ;;
  esac
  case "$path_" in
${shellCases(commands, described)}
  esac
  _describe 'burnwatch' words_ || _files
}
compdef _burnwatch burnwatch
`;
}

function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ path, words, values }) =>
    words.map(({ word, about }) => {
      const choices = values.get(word);
      const isFlag = word.startsWith('-');
      const what = !isFlag
        ? `-f -a ${quoted(word)}`
        : `${word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`}${takes(choices)}`;
      return `complete -c burnwatch -n ${quoted(`__burnwatch_path_is "${path}"`)} ${what} -d ${quoted(about)}`;
    }),
  );
  return `# burnwatch completion for fish: burnwatch completion fish | source
function __burnwatch_path_is
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$path $word")
    if contains -- $longer ${commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join(' ')}
      set path $longer
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function takes(choices: readonly string[] | undefined): string {
  if (choices === undefined) return '';
  return choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`;
}
