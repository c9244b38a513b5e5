/** ISO 8601 duration of whole seconds, as Azure writes it: 90 is `PT1M30S`. Pure. */
export function seconds(count: number): string {
  const [hours, minutes, rest] = [Math.floor(count / 3600), Math.floor(count / 60) % 60, count % 60];
  const parts = [hours > 0 && `${hours}H`, minutes > 0 && `${minutes}M`, rest > 0 && `${rest}S`];
  return `PT${parts.filter(Boolean).join("") || "0S"}`;
}
