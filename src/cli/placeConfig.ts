/**
 * `--config FILE` may stand anywhere: before the command, between `findings` and `show`, at the end. Whichever
 * command is meant takes it, so it is put where that command looks. Without any command it means nothing.
 */
export function placeConfig(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const operands = end < 0 ? [] : args.slice(end);
  const config: string[] = [];
  const others: string[] = [];
  for (let index = 0; index < options.length; index += 1) {
    const arg = options[index] ?? '';
    if (arg === '--config') {
      config.push(...options.slice(index, index + 2));
      index += 1;
    } else if (arg.startsWith('--config=')) config.push(arg);
    else others.push(arg);
  }
  if (others.length === 0) return operands;
  return [...others, ...config, ...operands];
}
