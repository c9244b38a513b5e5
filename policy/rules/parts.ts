/** Pieces of checks that are more than a comparison. Pure. */
import { at, entriesAt, listAt, same, textAt } from "./rule.ts";

/** `properties.traffic` of an endpoint, `traffic` of what moves it. */
const mapOf = (props: unknown, name: "traffic" | "mirrorTraffic") =>
  [...entriesAt(props, `properties.${name}`), ...entriesAt(props, name)].map(
    ([deployment, percent]) => [deployment, Number(percent)] as const,
  );
const whole = (percent: number) => Number.isInteger(percent) && percent >= 0 && percent <= 100;

export function trafficProblems(props: unknown): (string | false)[] {
  const shares = mapOf(props, "traffic");
  const sum = shares.reduce((total, [, percent]) => total + percent, 0);
  return [
    ...shares.map(
      ([name, percent]) => !whole(percent) && `Set the traffic of ${name} to a whole percent from 0 to 100.`,
    ),
    shares.every(([, percent]) => whole(percent)) &&
      ![0, 100].includes(sum) &&
      `Let traffic sum to 100, or to 0 for none: it sums to ${sum}.`,
  ];
}

export function mirrorProblems(props: unknown): (string | false)[] {
  const mirrored = mapOf(props, "mirrorTraffic").filter(([, percent]) => percent > 0);
  const live = mapOf(props, "traffic").filter(([, percent]) => percent > 0);
  return [
    mirrored.length > 1 && "Mirror traffic to one deployment only.",
    ...mirrored.map(([name, percent]) => percent > 50 && `Mirror at most 50 percent to ${name}.`),
    ...mirrored.map(
      ([name]) =>
        live.some(([other]) => same(name, other)) &&
        `Mirror to a deployment that serves nothing: ${name} does.`,
    ),
  ];
}

/** Seconds of an ISO 8601 duration of hours, minutes and seconds; 0 for none. */
export function seconds(duration: unknown): number {
  const [, hours, minutes, rest] =
    /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/i.exec(typeof duration === "string" ? duration : "") ??
    [];
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}

/** Days of `D.HH:MM:SS`; without a policy a signature may live for ever. */
export function sasDays(period: unknown): number {
  const [, days, hours] = /^(?:(\d+)\.)?(\d+):\d+:\d+$/.exec(typeof period === "string" ? period : "") ?? [];
  return hours === undefined ? Infinity : Number(days ?? 0) + Number(hours) / 24;
}

/** Roles that may give others roles, and are held to a condition: Role Based Access Control and Key Vault Data Access Administrator. */
const DELEGATING = ["f58310d9-a9f6-439a-9e8d-f62e7b41a168", "8b54135c-b56d-4d72-a534-26097cfdc8d8"];
export const isDelegation = (roleDefinitionId: unknown): boolean =>
  typeof roleDefinitionId === "string" && same(roleDefinitionId.split("/").at(-1), ...DELEGATING);

/** Subnets that Azure lets have no security group. */
const EXEMPT = ["GatewaySubnet", "AzureFirewallSubnet", "AzureBastionSubnet"];
const subnet = (props: unknown, name: unknown) =>
  !same(name, ...EXEMPT) &&
  at(props, "networkSecurityGroup.id") === undefined &&
  `Set networkSecurityGroup.id of the subnet ${typeof name === "string" ? name : ""}.`;

export function subnetProblems(props: unknown, type: string): (string | false)[] {
  if (type.endsWith(":Subnet")) return [subnet(props, at(props, "subnetName") ?? at(props, "name"))];
  if (type.endsWith(":VirtualNetwork"))
    return listAt(props, "subnets").map((one) => subnet(one, at(one, "name")));
  return listAt(props, "securityRules").map(
    (rule) =>
      same(at(rule, "direction"), "Inbound") &&
      same(at(rule, "access"), "Allow") &&
      same(at(rule, "sourceAddressPrefix"), "*", "Internet", "0.0.0.0/0") &&
      `Set sourceAddressPrefix of ${textAt(rule, "name")} to those who need it.`,
  );
}
