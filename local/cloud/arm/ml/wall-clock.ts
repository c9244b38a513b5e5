/** Clocks on the wall of a time zone, and the instants that they show. Pure. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a clock shows, as the milliseconds since 1970 at which a clock of UTC shows the same. */
export type Wall = number;

/** By Windows' name, as Unicode CLDR maps them for the world. */
const ZONES = JSON.parse(readFileSync(join(import.meta.dirname, "windows-zones.json"), "utf8")) as Readonly<
  Record<string, string>
>;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const made = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: zone, hourCycle: "h23", era: "short", ...parts },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  formats.set(zone, made);
  return made;
}

/** The zone as IANA names it: Azure ML names zones as Windows does. `undefined` if nobody knows it. */
export function ianaZone(name: string): string | undefined {
  const zone = ZONES[name] ?? name;
  try {
    formatOf(zone);
    return zone;
  } catch {
    return undefined;
  }
}

/** @param zone as IANA names it. */
export function wallOf(instant: number, zone: string): Wall {
  const found = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;
  const { year, month, day, hour, minute, second } = found;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The instant at which the clock shows it; of an hour that is left out, the one after; of one that comes twice, the first. */
export function instantOf(wall: Wall, zone: string): number {
  const offsetAt = (instant: number) => wallOf(instant, zone) - Math.floor(instant / 1000) * 1000;
  const [before, after] = [offsetAt(wall - 86_400_000), offsetAt(wall + 86_400_000)];
  const fits = [wall - before, wall - after].filter((instant) => wallOf(instant, zone) === wall);
  return fits.length > 0 ? Math.min(...fits) : wall - before;
}
