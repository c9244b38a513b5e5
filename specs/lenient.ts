/**
 * YAML wants every line of a quoted text or of a flow collection indented more than its key. PyYAML, which Microsoft's
 * tools read with, does not look. Such lines are indented here, so that a strict parser takes them as well: no line
 * moves, and nothing in the values changes, as the indentation of such a line is none of its value.
 */
import { Lexer } from "yaml";

/** What lies beyond is left to the strict parser, so that no text takes long. */
const MAX_REPAIRS = 200;
const MAX_LENGTH = 256 * 1024;

/** What a lexer yields where it lost a flow collection, for being indented too little. */
const FLOW_LOST = "\u0018";
/** Tokens that stand for no text: document, flow error, scalar. */
const MARKS = new Set(["\u0002", FLOW_LOST, "\u001f"]);
const CLOSED = { '"': /^"(?:[^"\\]|\\.)*"$/s, "'": /^'(?:[^']|'')*'$/s } as const;
const WHOLE = { '"': /"(?:[^"\\]|\\.)*"/sy, "'": /'(?:[^']|'')*'/sy } as const;

/** The text with every such line indented; the text itself if there is none. */
export function lenient(text: string): string {
  let repaired = text;
  if (text.length > MAX_LENGTH) return text;
  for (let count = 0; count < MAX_REPAIRS; count++) {
    const next = repair(repaired);
    if (next === undefined) return repaired;
    repaired = next;
  }
  return text;
}

/** The text with the first such place mended; nothing if there is none. */
function repair(text: string): string | undefined {
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === FLOW_LOST) return indented(text, offset, offset + 1);
    const quote = token[0];
    if ((quote === '"' || quote === "'") && !CLOSED[quote].test(token)) {
      WHOLE[quote].lastIndex = offset;
      const whole = WHOLE[quote].exec(text);
      return whole ? indented(text, offset + token.length, offset + whole[0].length) : undefined;
    }
    if (!MARKS.has(token)) offset += token.length;
  }
  return undefined;
}

/** Each line that begins in this part is indented deeper than anything can be that it belongs to. */
function indented(text: string, from: number, to: number): string {
  const start = text.lastIndexOf("\n", from) + 1;
  const deeper = " ".repeat(longestIndent(text.slice(0, start)) + 1);
  return text.slice(0, start) + text.slice(start, to).replace(/^(?=.)/gm, deeper) + text.slice(to);
}

const longestIndent = (text: string): number =>
  Math.max(
    0,
    ...text
      .split("\n")
      .slice(-2)
      .map((line) => /^[\s\-?]*/.exec(line)![0].length),
  );
