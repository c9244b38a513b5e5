/**
 * Milliseconds of an ISO 8601 duration as Azure writes them (`PT30S`, `PT0.5S`, `P1DT2H`); undefined if it is none.
 * Months and years have no fixed length and are not taken.
 */
export function durationMs(text: string): number | undefined {
  const parts: readonly (string | undefined)[] | null =
    /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!parts) return undefined;
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((weeks! * 7 + days!) * 24 + hours!) * 60 + minutes!) * 60_000 + Math.round(seconds! * 1000);
}
