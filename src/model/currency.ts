const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** True for the code of a currency that ISO 4217 knows. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
