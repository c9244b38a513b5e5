/**
 * Conditions of role assignments (ABAC, version 2.0), as far as they limit which roles may be given to whom. Pure.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 *
 *   condition := and (`OR` and)*        and := not (`AND` not)*        not := `!`? ( `(` condition `)` | test )
 *   test := `ActionMatches{'…'}` | `@Request[ATTRIBUTE] OPERATOR {value, …}`
 */
import { covers } from "./evaluate.ts";

export interface Facts {
  readonly action: string;
  /** By source and attribute, lower case: `request|microsoft.authorization/roleassignments:principaltype`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A condition that cannot be read; `message` says where it stops making sense. */
export class ConditionError extends Error {
  override readonly name = "ConditionError";
}

type Test = (facts: Facts) => boolean;

const TOKEN =
  /\s*(?:(\(|\)|!)|(&&|\bAND\b)|(\|\||\bOR\b)|ActionMatches\s*\{\s*'([^']*)'\s*\}|@(Request|Resource|Principal)\s*\[([^\]]+)\]\s+([A-Za-z:]+)\s*\{([^}]*)\})/iy;

interface Token {
  readonly kind: "(" | ")" | "!" | "and" | "or" | "test";
  readonly test?: Test;
  readonly at: number;
}

const equal = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** By operator, lower case. `ForAnyOfAnyValues:` compares a set with a set, and ours have one value. */
const OPERATORS: Readonly<Record<string, (value: string, among: readonly string[]) => boolean>> = {
  guidequals: (value, among) => among.some((one) => equal(one, value)),
  guidnotequals: (value, among) => !among.some((one) => equal(one, value)),
  stringequals: (value, among) => among.includes(value),
  stringnotequals: (value, among) => !among.includes(value),
  stringequalsignorecase: (value, among) => among.some((one) => equal(one, value)),
  stringnotequalsignorecase: (value, among) => !among.some((one) => equal(one, value)),
};

const unquoted = (text: string) => text.trim().replace(/^'(.*)'$/, "$1");

function attributeTest(source: string, attribute: string, operator: string, list: string): Test {
  const [, quantifier, name] = /^(?:(\w+):)?(\w+)$/.exec(operator) ?? [];
  const compare = OPERATORS[(name ?? "").toLowerCase()];
  if (!compare || (quantifier !== undefined && !/^For(Any|All)Of(Any|All)Values$/i.test(quantifier)))
    throw new ConditionError(`'${operator}' is no operator of a condition on role assignments`);
  const among = list.split(",").map(unquoted);
  const key = `${source}|${attribute.trim()}`.toLowerCase();
  return ({ attributes }) => {
    const value = attributes[key];
    return value !== undefined && compare(value, among);
  };
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new ConditionError(`nothing known at '${text.slice(at, at + 30).trim()}'`);
    const [, sign, and, or, action, source, attribute, operator, list] = match;
    if (sign) found.push({ kind: sign as "(" | ")" | "!", at });
    else if (and) found.push({ kind: "and", at });
    else if (or) found.push({ kind: "or", at });
    else if (action !== undefined)
      found.push({ kind: "test", at, test: (facts) => covers(action, facts.action) });
    else found.push({ kind: "test", at, test: attributeTest(source!, attribute!, operator!, list!) });
  }
  return found;
}

/** @throws ConditionError */
export function parseCondition(text: string): Test {
  const all = tokens(text);
  let next = 0;
  const where = () =>
    text
      .slice(all[next]?.at ?? text.length)
      .trim()
      .slice(0, 30) || "the end";
  const take = (kind: Token["kind"]): boolean => all[next]?.kind === kind && (next++, true);
  const chain = (kind: "and" | "or", part: () => Test, join: (tests: Test[]) => Test): Test => {
    const tests = [part()];
    while (take(kind)) tests.push(part());
    return tests.length === 1 ? tests[0]! : join(tests);
  };
  const either = (): Test => chain("or", both, (tests) => (facts) => tests.some((test) => test(facts)));
  const both = (): Test => chain("and", single, (tests) => (facts) => tests.every((test) => test(facts)));
  const single = (): Test => {
    if (take("!")) {
      const test = single();
      return (facts) => !test(facts);
    }
    if (take("(")) {
      const inner = either();
      if (!take(")")) throw new ConditionError(`a ')' is missing before '${where()}'`);
      return inner;
    }
    const test = all[next]?.test;
    if (!test) throw new ConditionError(`a test is missing before '${where()}'`);
    next++;
    return test;
  };
  const condition = either();
  if (next < all.length) throw new ConditionError(`nothing may follow before '${where()}'`);
  return condition;
}
