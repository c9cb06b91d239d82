/** Prefix of the labels by which a namespace chooses Pod Security Standards. */
export const POD_SECURITY = 'pod-security.kubernetes.io';
export const ENFORCE = `${POD_SECURITY}/enforce`;

/** True for the levels at which Pod Security refuses privileged pods. */
export function holdsPods(level: string | undefined): boolean {
  return level === 'baseline' || level === 'restricted';
}
