/**
 * The logarithmic mean of two positive numbers, (b − a) / ln(b / a): between the geometric and the
 * arithmetic mean. Near each other the fraction would cancel: the series of its middle is used there.
 */
export function logMean(a: number, b: number): number {
  const middle = (a + b) / 2;
  const spread = (b - a) / (2 * middle);
  if (Math.abs(spread) < 1e-4) return middle * (1 - spread ** 2 / 3);
  return (b - a) / Math.log(b / a);
}
