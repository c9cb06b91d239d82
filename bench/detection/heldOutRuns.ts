/** A run of the held-out split that was made before, with its figures: the split is worn a little by each. */
interface HeldOutRun {
  readonly commit: string;
  readonly date: string;
  readonly cases: number;
  readonly warned: string;
  readonly critical: string;
  readonly hijacked: string;
  readonly firstDay: string;
  /** Warnings and criticals on simulated honest pod-days, and warnings on measured ones. */
  readonly simulated: string;
  readonly measured: string;
}

/** Every run before this one, the oldest first. On 877a40f its cases also served a joint ablation of signals. */
export const HELD_OUT_RUNS: readonly HeldOutRun[] = [
  {
    commit: '49a0f0c',
    date: '2026-11-24',
    cases: 3329,
    warned: '226 / 230',
    critical: '135 / 150',
    hijacked: '76 / 80',
    firstDay: '74 / 80',
    simulated: '19, 0 / 16389',
    measured: '7 / 372',
  },
  {
    commit: '9dd845e',
    date: '2026-11-24',
    cases: 3329,
    warned: '226 / 230',
    critical: '135 / 150',
    hijacked: '76 / 80',
    firstDay: '75 / 80',
    simulated: '1, 0 / 16389',
    measured: '7 / 372',
  },
  {
    commit: 'a69155f',
    date: '2026-11-24',
    cases: 3849,
    warned: '252 / 260',
    critical: '162 / 180',
    hijacked: '72 / 80',
    firstDay: '75 / 80',
    simulated: '20, 4 / 19458',
    measured: '7 / 372',
  },
  {
    commit: 'b2cbb1d',
    date: '2026-11-25',
    cases: 8347,
    warned: '385 / 390',
    critical: '246 / 270',
    hijacked: '115 / 120',
    firstDay: '75 / 80',
    simulated: '92, 0 / 173980',
    measured: '5 / 363',
  },
  {
    commit: '90615e8d',
    date: '2026-11-30',
    cases: 455,
    warned: '130 / 130',
    critical: '79 / 90',
    hijacked: '40 / 40',
    firstDay: '35 / 40',
    simulated: '7, 0 / 4111 (1, 0 / 3735 of the kinds before)',
    measured: '3 / 363',
  },
  {
    commit: '60021a30',
    date: '2026-11-30',
    cases: 455,
    warned: '128 / 130',
    critical: '85 / 90',
    hijacked: '38 / 40',
    firstDay: '38 / 40',
    simulated: '6, 0 / 3829 (1, 0 / 3423 of the kinds before)',
    measured: '3 / 363',
  },
  {
    commit: '33abc67b',
    date: '2026-11-30',
    cases: 455,
    warned: '129 / 130',
    critical: '85 / 90',
    hijacked: '39 / 40',
    firstDay: '36 / 40',
    simulated: '9, 0 / 4112 (1, 0 / 3751 of the kinds before)',
    measured: '3 / 363',
  },
  {
    commit: '20d2ddb0',
    date: '2026-11-30',
    cases: 787,
    warned: '129 / 130',
    critical: '85 / 90',
    hijacked: '39 / 40',
    firstDay: '37 / 40',
    simulated: '7, 0 / 3945 (1, 0 / 3644 of the kinds before)',
    measured: '4 / 363',
  },
  {
    commit: 'bfc4ea37',
    date: '2026-11-30',
    cases: 787,
    warned: '130 / 130',
    critical: '84 / 90',
    hijacked: '40 / 40',
    firstDay: '40 / 40',
    simulated: '9, 0 / 3904 (3, 0 / 3557 of the kinds before)',
    measured: '4 / 363',
  },
  {
    commit: '411527c7',
    date: '2026-11-30',
    cases: 787,
    warned: '128 / 130',
    critical: '84 / 90',
    hijacked: '38 / 40',
    firstDay: '39 / 40',
    simulated: '7, 0 / 4316 (1, 0 / 3955 of the kinds before)',
    measured: '4 / 363',
  },
  {
    commit: '4a191ee8',
    date: '2026-11-30',
    cases: 787,
    warned: '128 / 130',
    critical: '85 / 90',
    hijacked: '38 / 40',
    firstDay: '39 / 40',
    simulated: '7, 0 / 3997 (0, 0 / 3666 of the kinds before)',
    measured: '1 / 363',
  },
];
