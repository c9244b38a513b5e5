/** Durations as ARM takes them: ISO 8601, in the form that Microsoft's client writes. */

const UNITS = [
  ["D", 86_400_000],
  ["H", 3_600_000],
  ["M", 60_000],
] as const;

/**
 * Milliseconds to `P1DT2H3M4.5S`; zero and absent are absent, as the service then takes its default.
 *
 * @param milliseconds a whole number, not negative.
 */
export function isoFromMilliseconds(milliseconds: number | undefined): string | undefined {
  if (!milliseconds) return undefined;
  let rest = milliseconds;
  const [days, hours, minutes] = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${String(count)}${unit}` : "";
  });
  const seconds = rest > 0 ? `${String(rest / 1000)}S` : "";
  const time = `${hours!}${minutes!}${seconds}`;
  return `P${days!}${time && `T${time}`}`;
}

/** {@link isoFromMilliseconds} of seconds. */
export const isoFromSeconds = (seconds: number | undefined): string | undefined =>
  isoFromMilliseconds(seconds === undefined ? undefined : seconds * 1000);
