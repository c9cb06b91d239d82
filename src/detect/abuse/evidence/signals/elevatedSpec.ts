import { unknown, type Signal } from '../signal.ts';

/**
 * Privileges that a miner likes (privileged, host namespaces, huge pages) on something new, or any new
 * image in kube-system. Agents have them too, so it is weak, and nothing for what is long known.
 */
export const elevatedSpec: Signal = {
  name: 'elevated-spec',
  family: 'spec',
  unit: 'setting',
  measure({ indicators, normal, subject, thresholds }) {
    const found = [...indicators.elevated];
    if (subject.namespace === 'kube-system' && normal.isDeployed) found.push('new in kube-system');
    if (found.length === 0 && !indicators.isSpecKnown)
      return unknown('Its security settings are not known: no pod specs');
    return {
      value: found.length === 0 ? null : found.join(', '),
      threshold: null,
      strength: found.length > 0 && normal.isDeployed ? thresholds.points.weak : 0,
      text: found.length === 0 ? 'No elevated settings' : `Elevated settings: ${found.join(', ')}`,
    };
  },
};
