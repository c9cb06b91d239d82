import { Argument, type Command } from 'commander';
import { renderCompletion, SHELLS, type Shell } from '../completion.ts';
import type { Io } from '../io.ts';

const HELP = `
bash: source <(burnwatch completion bash)
zsh:  source <(burnwatch completion zsh), after compinit
fish: burnwatch completion fish | source`;

export default function register(command: Command, io: Io): void {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      if (command.parent !== null) io.out(renderCompletion(command.parent, shell));
    });
}
