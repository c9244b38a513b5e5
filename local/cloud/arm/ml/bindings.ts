/** `${{parent…}}`: what binds the inputs and outputs of a pipeline's steps. Pure. */

export type Binding =
  | { readonly to: "input"; readonly name: string }
  | { readonly to: "output"; readonly name: string }
  | { readonly to: "step"; readonly step: string; readonly name: string };

const WHOLE = /^\s*\$\{\{\s*parent\.(.+?)\s*\}\}\s*$/;

/** What the text binds to; `undefined` for a text that binds to nothing. */
export function bindingOf(text: string): Binding | undefined {
  const path = WHOLE.exec(text)?.[1];
  if (path === undefined) return undefined;
  const [, step, name] = /^jobs\.([^.]+)\.outputs\.(.+)$/.exec(path) ?? [];
  if (step !== undefined) return { to: "step", step, name: name! };
  const [, kind, own] = /^(input|output)s\.(.+)$/.exec(path) ?? [];
  return kind === undefined ? undefined : { to: kind as "input" | "output", name: own! };
}
