import { describe, expect, it } from 'vitest';
import { nextSteps } from './nextSteps.ts';

function stepsOf(kind: string, name = 'x', pod = 'x-1') {
  const shown = { name: pod, node: null, workload: { kind, name } };
  return nextSteps('shop', [{ pod: shown, container: { name: 'app' } }], 'critical');
}

describe('the commands of a finding about pods', () => {
  it.each([
    ['Deployment', 'scale deployment/x --replicas=0'],
    ['ReplicaSet', 'scale replicaset/x --replicas=0'],
    ['CronJob', 'patch cronjob/x --type merge'],
    ['Job', '"suspend":true'],
    ['Rollout', 'patch rollouts.argoproj.io/x'],
    ['Pod', 'delete pod x-1'],
  ])('stop a %s in its own way', (kind, command) => {
    const stops = stepsOf(kind).filter(({ effect }) => effect === 'destroy');
    expect(stops).toHaveLength(1);
    expect(stops[0]?.command).toContain(command);
  });

  it.each(['StaticPod', 'SparkApplication', 'constructor'])('offer none for a %s', (kind) => {
    expect(stepsOf(kind).filter(({ effect }) => effect === 'destroy')).toEqual([]);
  });

  it('save evidence into files beside the person, whatever the pod is called', () => {
    const files = stepsOf('Deployment', 'x', '../../etc/$(reboot)').flatMap(({ command }) => [
      ...command.matchAll(/(?:>|\| tee) (\S+)/g),
    ]);
    expect(files.map(([, file]) => file)).toEqual([
      '_.._etc_reboot_-processes.txt',
      '_.._etc_reboot_-processes.txt',
      '_.._etc_reboot_-pod.yaml',
      '_.._etc_reboot_-log.txt',
    ]);
  });

  it('look into an image without a shell by an ephemeral container', () => {
    const [, debug] = stepsOf('Deployment');
    expect(debug?.command).toContain('debug x-1 --image=');
    expect(debug?.command).toContain('--target=app');
  });

  it('need no container', () => {
    const pod = { name: 'x-1', node: 'node-1', workload: { kind: 'Deployment', name: 'x' } };
    const commands = nextSteps('shop', [{ pod }], 'warning').map(({ command }) => command);
    expect(commands).toHaveLength(3);
    expect(commands[0]).toContain('exec x-1 -- sh -c');
    expect(commands[2]).toContain('logs x-1 --all-containers');
  });
});
