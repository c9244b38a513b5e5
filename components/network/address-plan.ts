/** IPv4 ranges of a virtual network's subnets, computed from how many addresses each needs. Pure. */

/** A range in CIDR notation, taken apart. */
interface Range {
  readonly start: number;
  readonly size: number;
}

export interface SubnetNeed {
  readonly name: string;
  /** Addresses that resources will hold; Azure's own come on top. */
  readonly addresses: number;
}

export interface AddressPlan {
  /** Range of each subnet, by its name. */
  readonly subnets: Readonly<Record<string, string>>;
  /** In words; with any, `subnets` is not whole. */
  readonly problems: readonly string[];
}

/** Azure keeps the first four addresses and the last of every subnet, and takes no subnet smaller than a /29. */
const RESERVED = 5;
const SMALLEST = 8;
/** The largest and smallest virtual network that Azure takes. */
const PREFIXES = { widest: 2, narrowest: 29 };

const pattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

function parse(cidr: string): Range | undefined {
  const [, ...parts] = pattern.exec(cidr)?.map(Number) ?? [];
  const [a, b, c, d, prefix] = parts;
  if (a === undefined || b === undefined || c === undefined || d === undefined || prefix === undefined)
    return undefined;
  const size = 2 ** (32 - prefix);
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  return prefix <= 32 && [a, b, c, d].every((part) => part <= 255) && start % size === 0
    ? { start, size }
    : undefined;
}

const show = ({ start, size }: Range): string =>
  `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${32 - Math.log2(size)}`;

const overlap = (one: Range, other: Range): boolean =>
  one.start < other.start + other.size && other.start < one.start + one.size;

/** What is wrong with a range that a network is to have; nothing if Azure takes it. */
export function rangeProblem(cidr: string): string | undefined {
  const range = parse(cidr);
  const prefix = range && 32 - Math.log2(range.size);
  return prefix === undefined || prefix < PREFIXES.widest || prefix > PREFIXES.narrowest
    ? `is not a range: allowed: four numbers and a prefix of /${PREFIXES.widest} to /${PREFIXES.narrowest} that begins at a multiple of its size, like "10.20.0.0/24"`
    : undefined;
}

/** Those of `others` that share an address with `cidr`. Ranges that are none overlap nothing. */
export function overlapping(cidr: string, others: readonly string[]): string[] {
  const range = parse(cidr);
  return others.filter((other) => {
    const second = parse(other);
    return range && second && overlap(range, second);
  });
}

/** Addresses that a subnet takes out of the space: a power of two. */
const sizeFor = (addresses: number): number =>
  Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(addresses + RESERVED)));

/**
 * A range for each subnet, in the order given, each at the lowest place where it fits: a need that is added at the end
 * moves none of those before it, which Azure could not change while something is in them. Nothing is wasted: the plan
 * fails only if the sizes, rounded up to powers of two, are together larger than the space.
 */
export function planAddresses(space: string, needs: readonly SubnetNeed[]): AddressPlan {
  const whole = parse(space);
  if (!whole) return { subnets: {}, problems: [`${space} ${rangeProblem(space) ?? ""}`] };
  const taken: (Range & { readonly name: string })[] = [];
  const left: SubnetNeed[] = [];
  for (const need of needs) {
    const size = sizeFor(need.addresses);
    // Where each range ends, the next place for one of this size begins.
    const starts = [whole.start, ...taken.map(({ start, size: length }) => start + length)]
      .map((start) => Math.ceil(start / size) * size)
      .sort((a, b) => a - b);
    const start = starts.find(
      (at) =>
        at + size <= whole.start + whole.size && !taken.some((other) => overlap({ start: at, size }, other)),
    );
    if (start === undefined) left.push(need);
    else taken.push({ name: need.name, start, size });
  }
  const asked = needs.reduce((sum, { addresses }) => sum + sizeFor(addresses), 0);
  return {
    subnets: Object.fromEntries(taken.map(({ name, ...range }) => [name, show(range)])),
    problems:
      left.length === 0
        ? []
        : [
            `${space} has ${whole.size} addresses, and the subnets take ${asked}: ` +
              needs.map(({ name, addresses }) => `${name} ${sizeFor(addresses)}`).join(", ") +
              `; allowed: a /${32 - Math.ceil(Math.log2(asked))} or wider`,
          ],
  };
}
